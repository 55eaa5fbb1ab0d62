package redis

import (
	"net/url"
	"strconv"
	"strings"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/recent"
)

// sighted is a sighting as observe.lua is told of it. It shares no memory with the sighting.
type sighted struct {
	shelf    *shelf
	keys     []string
	packed   string // its arguments
	meters   int
	own      recent.Shelved
	entry    string // own as the list of look-alikes keeps it, "" when it is not to be kept
	lifetime int64  // of the look-alikes, in milliseconds
}

// sight prepares a sighting for the script.
func (s *shelves) sight(of *moderation.Sighting) *sighted {
	shelf := s.shelf(of.Guild)
	about := &sighted{shelf: shelf, meters: len(of.Meters), own: recent.ShelvedOf(of)}
	if of.Lookalikes > 0 {
		about.lifetime = (of.Lookalikes + ledger.Grace).Milliseconds()
		if !shelf.knows(about.own) {
			about.entry = entryOf(about.own)
		}
	}
	about.writeKeys(of)
	about.pack(of)
	return about
}

func (a *sighted) writeKeys(of *moderation.Sighting) {
	k := keysOf(of.Guild)
	a.keys = make([]string, 0, 2+2*len(of.Meters))
	a.keys = append(a.keys, k.author(of.Author), k.strikes(of.Author))
	for _, m := range of.Meters {
		if m.Distinct {
			a.keys = append(a.keys, k.firsts(m.Key), k.lasts(m.Key))
		} else {
			a.keys = append(a.keys, k.meter(m.Key))
		}
	}
}

func (a *sighted) pack(of *moderation.Sighting) {
	at := a.own.At
	seen := ""
	if of.Author != "" {
		seen = seenAs(of.Comment, at)
	}
	b := packList(make([]byte, 0, 512), 5+4*len(of.Meters))
	b = packNumber(b, at)
	b = packNumber(b, at-ledger.ActionsWindow.Milliseconds())
	b = packText(b, seen)
	b = packText(b, a.entry)
	b = packNumber(b, int64(len(of.Meters)))
	for _, m := range of.Meters {
		member, distinct := m.Member, "0"
		if m.Distinct {
			member, _, _ = strings.Cut(member, "/")
			distinct = "1"
		}
		b = packText(b, member)
		b = packNumber(b, at-m.Window.Milliseconds())
		b = packNumber(b, (m.Window + ledger.Grace).Milliseconds())
		b = packText(b, distinct)
	}
	a.packed = string(b)
}

// seenAs is a comment as its author's field 'seen' keeps it: a number that orders the
// author's comments, and what else it takes to tell them apart. IDs that are numbers, as
// snowflakes are, are both; others are ordered by time.
func seenAs(comment string, at int64) string {
	if _, err := strconv.ParseUint(comment, 10, 63); err == nil {
		return comment
	}
	return strconv.FormatInt(max(at, 0), 10) + "/" + url.QueryEscape(comment)
}

// batch is the calls of one community that share a run of the script.
type batch struct {
	shelf *shelf
	calls []*call
	known int64 // number of the last look-alike that was known when the batch was sent
}

// arguments lists the keys and arguments of observe.lua.
func (b *batch) arguments() (keys []string, args []any) {
	b.known = b.shelf.upTo()
	keys = append(make([]string, 0, 3+7*len(b.calls)), b.shelf.entries, b.shelf.count, b.shelf.actions)
	lifetime := int64(0)
	for _, c := range b.calls {
		keys = append(keys, c.about.keys...)
		lifetime = max(lifetime, c.about.lifetime)
	}
	args = append(make([]any, 0, 8+len(b.calls)),
		b.known, handedOverAtMost, recent.RememberedAtMost, lifetime, ledger.KeepAuthors.Milliseconds(),
		ledger.SeenAtMost, ledger.CountedAtMost, ledger.PeopleAtMost)
	for _, c := range b.calls {
		args = append(args, &c.about.packed) // go-redis follows it, and a pointer needs no memory of its own
	}
	return keys, args
}

// shelved lists the look-alikes that the batch adds, in order.
func (b *batch) shelved() []recent.Shelved {
	var added []recent.Shelved
	for _, c := range b.calls {
		if c.about.entry != "" {
			added = append(added, c.about.own)
		}
	}
	return added
}
