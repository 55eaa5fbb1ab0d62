package redis

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// sighted is a sighting as observe.lua is told of it.
type sighted struct {
	moderation.Sighting
	shelf           *shelf
	author, strikes string // keys
	at, seen, entry string // arguments; entry is "" where the list needs none
}

// sight prepares a sighting for the script. It shares no slices with the caller's, who may
// use them again before the script has run.
func (s *shelves) sight(of *moderation.Sighting) *sighted {
	shelf := s.shelf(of.Guild)
	at := of.Time.UnixMilli()
	about := &sighted{
		Sighting: *of, shelf: shelf,
		author: shelf.keys.author(of.Author), strikes: shelf.keys.strikes(of.Author),
		at: strconv.FormatInt(at, 10),
	}
	about.Meters = slices.Clone(of.Meters)
	if of.Author != "" {
		about.seen = seenAs(of.Comment, at)
	}
	if !shelf.knows(of) {
		about.entry = entryOf(of)
	}
	return about
}

// lifetime is how long the sighting will be asked about.
func (a *sighted) lifetime() time.Duration {
	longest := a.Lookalikes
	for i := range a.Meters {
		longest = max(longest, a.Meters[i].Window)
	}
	return longest + ledger.Grace
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
	known int64     // number of the last sighting that was known when the batch was sent
	until time.Time // how long the list will live then, zero where that stays as it is
}

// command lists the words of the command that runs observe.lua. Pointers to texts need no
// memory of their own there.
func (b *batch) command(run ...any) []any {
	lifetime := time.Duration(0)
	for _, c := range b.calls {
		lifetime = max(lifetime, c.about.lifetime())
	}
	now := time.Now()
	known, ttl, prolong := b.shelf.due(lifetime, now)
	b.known = known
	life := ""
	if prolong {
		b.until, life = now.Add(ttl), "1"
	}
	k := b.shelf.keys
	words := append(make([]any, 0, 14+5*len(b.calls)), run...)
	words = append(words, 3+2*len(b.calls), k.recent(), k.recentGone(), k.actions())
	for _, c := range b.calls {
		words = append(words, &c.about.author, &c.about.strikes)
	}
	words = append(words, known, handedOverAtMost, keptAtMost, ttl.Milliseconds(), life,
		ledger.KeepAuthors.Milliseconds(), ledger.SeenAtMost, ledger.ActionsWindow.Milliseconds())
	for _, c := range b.calls {
		words = append(words, &c.about.at, &c.about.seen, &c.about.entry)
	}
	return words
}
