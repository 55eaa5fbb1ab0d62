package ledgertest

import (
	"cmp"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"parley/moderation"
)

// seen is one sighting of a comment, so many seconds after start.
type seen struct {
	comment, author string
	at              int
}

// countsWhateverTheOrder tells a few comments and their edits in any order and compares
// what every one of them counts in the end with what can be counted by hand.
func countsWhateverTheOrder(b *book) {
	const window = 5
	round := 0
	rapid.Check(b.T, func(t *rapid.T) {
		round++
		guild := fmt.Sprintf("%s%d", b.guild, round)
		told := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) seen {
			n := rapid.IntRange(0, 11).Draw(t, "comment")
			return seen{comment: fmt.Sprint(100 + n), author: fmt.Sprint("author", n%5), at: rapid.IntRange(0, 9).Draw(t, "second")}
		}), 1, 24).Draw(t, "sightings, in order of arrival")
		observe := func(s seen) []int {
			o, err := b.Observe(b.ctx, moderation.Sighting{
				Guild: guild, Comment: s.comment, Author: s.author, Time: start().Add(time.Duration(s.at) * time.Second),
				Meters: []moderation.Meter{
					{Key: "all", Member: s.comment, Window: window * time.Second},
					{Key: "people", Member: s.author + "/" + s.comment, Distinct: true, Window: window * time.Second},
				},
			})
			if err != nil {
				t.Fatalf("observe: %v", err)
			}
			return o.Counts
		}
		for _, s := range told {
			observe(s)
		}
		for _, s := range told {
			got := observe(s)
			if want := commentsInWindow(told, s, window); got[0] != want {
				t.Fatalf("%+v counts %d comments, want %d", s, got[0], want)
			}
			if want := peopleInWindow(told, s, window); got[1] != want {
				t.Fatalf("%+v counts %d people, want %d", s, got[1], want)
			}
		}
	})
}

// commentsInWindow counts the comments of (s.at-window, s.at], each at its earliest
// sighting, those of one moment in order of their IDs, and always the one asked about.
func commentsInWindow(told []seen, s seen, window int) int {
	earliest := make(map[string]int)
	for _, other := range told {
		if at, ok := earliest[other.comment]; !ok || other.at < at {
			earliest[other.comment] = other.at
		}
	}
	own, n := earliest[s.comment], 0
	for comment, at := range earliest {
		after := own == s.at && at == s.at && comment > s.comment
		if comment == s.comment || at > s.at-window && at <= s.at && !after {
			n++
		}
	}
	return n
}

// peopleInWindow counts the people who were seen after the window began, less those who were
// first seen after it ended, those of one moment in order of their names.
func peopleInWindow(told []seen, s seen, window int) int {
	first, last := make(map[string]int), make(map[string]int)
	for _, other := range told {
		if at, ok := first[other.author]; !ok || other.at < at {
			first[other.author] = other.at
		}
		last[other.author] = max(last[other.author], other.at)
	}
	n := 0
	for author := range first {
		after := cmp.Compare(first[author], s.at)
		if after == 0 && first[s.author] == s.at {
			after = cmp.Compare(author, s.author)
		}
		if last[author] > s.at-window && (after <= 0) {
			n++
		}
	}
	return n
}
