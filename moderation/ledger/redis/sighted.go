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
	args     []string
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
	about.writeArguments(of)
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

func (a *sighted) writeArguments(of *moderation.Sighting) {
	at := a.own.At
	seen := ""
	if of.Author != "" {
		seen = seenAs(of.Comment, at)
	}
	w := words{ends: make([]int, 0, 5+4*len(of.Meters))}
	w.number(at)
	w.number(at - ledger.ActionsWindow.Milliseconds())
	w.word(seen)
	w.word(a.entry)
	w.number(int64(len(of.Meters)))
	for _, m := range of.Meters {
		member, distinct := m.Member, "0"
		if m.Distinct {
			member, _, _ = strings.Cut(member, "/")
			distinct = "1"
		}
		w.word(member)
		w.number(at - m.Window.Milliseconds())
		w.number((m.Window + ledger.Grace).Milliseconds())
		w.word(distinct)
	}
	a.args = w.list()
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

// words are written one behind the other and become strings that share their memory.
type words struct {
	text []byte
	ends []int
}

func (w *words) word(s string) {
	w.text = append(w.text, s...)
	w.ends = append(w.ends, len(w.text))
}

func (w *words) number(n int64) {
	w.text = strconv.AppendInt(w.text, n, 10)
	w.ends = append(w.ends, len(w.text))
}

func (w *words) list() []string {
	text, from := string(w.text), 0
	list := make([]string, len(w.ends))
	for i, end := range w.ends {
		list[i], from = text[from:end], end
	}
	return list
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
	lifetime, n := int64(0), 0
	for _, c := range b.calls {
		keys = append(keys, c.about.keys...)
		lifetime = max(lifetime, c.about.lifetime)
		n += len(c.about.args)
	}
	args = append(make([]any, 0, 9+n),
		b.known, handedOverAtMost, recent.LookalikesAtMost, lifetime, ledger.KeepAuthors.Milliseconds(),
		ledger.SeenAtMost, ledger.CountedAtMost, ledger.PeopleAtMost, len(b.calls))
	for _, c := range b.calls {
		for i := range c.about.args {
			args = append(args, &c.about.args[i]) // go-redis follows it, and a pointer needs no memory of its own
		}
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
