// Package ledgertest holds the contract that every ledger keeps, written so that it can be
// run against any store, and what other packages need to test with a real Redis.
package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Place makes room for one test's ledger and returns how to open it. A ledger that was
// closed and is opened again holds what it held before. Places may share their data: every
// test uses a community of its own.
type Place func(t *testing.T) (open func() ledger.Store)

// Run checks that the stores of a place keep every promise of package ledger.
func Run(t *testing.T, place Place) {
	t.Helper()
	for _, part := range []struct {
		name     string
		promises map[string]func(*book)
	}{
		{"Observing", observing()},
		{"Cases", cases()},
		{"Decisions", decisions()},
		{"Outbox", outbox()},
		{"Memory", memory()},
		{"Policies", policies()},
		{"Restarting", restarting()},
		{"WhateverTheOrder", whateverTheOrder()},
	} {
		t.Run(part.name, func(t *testing.T) {
			for name, promise := range part.promises {
				t.Run(name, func(t *testing.T) { promise(newBook(t, place(t))) })
			}
		})
	}
}

// book is one test's ledger. Its methods end the test when the store fails.
type book struct {
	*testing.T
	ledger.Store
	ctx   context.Context
	guild string
	open  func() ledger.Store
}

func newBook(t *testing.T, open func() ledger.Store) *book {
	b := &book{T: t, Store: open(), ctx: t.Context(), guild: fmt.Sprint(rand.Uint64()), open: open}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close the ledger: %v", err)
		}
	})
	return b
}

// restart closes the ledger and opens it again, as a restarted bot does.
func (b *book) restart() {
	b.Helper()
	if err := b.Close(); err != nil {
		b.Fatalf("close the ledger: %v", err)
	}
	b.Store = b.open()
}

func (b *book) check(what string, err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// refuses demands that err is the refusal.
func (b *book) refuses(what string, err, refusal error) {
	b.Helper()
	if !errors.Is(err, refusal) {
		b.Errorf("%s: got error %v, want %v", what, err, refusal)
	}
}

func (b *book) observe(s moderation.Sighting) moderation.Observation {
	b.Helper()
	o, err := b.Observe(b.ctx, s)
	b.check("observe "+s.Comment, err)
	return o
}

func (b *book) commit(c ledger.Commit) moderation.Case {
	b.Helper()
	stored, err := b.Commit(b.ctx, c)
	b.check("commit "+c.Case.ID, err)
	return stored
}

func (b *book) decide(d ledger.Decision) moderation.Case {
	b.Helper()
	stored, err := b.Decide(b.ctx, d)
	b.check("decide "+d.Case, err)
	return stored
}

func (b *book) theCase(id string) moderation.Case {
	b.Helper()
	c, err := b.Case(b.ctx, b.guild, id)
	b.check("read case "+id, err)
	return c
}

func (b *book) record(author string) moderation.Record {
	b.Helper()
	r, err := b.Record(b.ctx, b.guild, author)
	b.check("read record of "+author, err)
	return r
}

func (b *book) take(q ledger.Queue, n int, lease time.Duration) []ledger.Delivery {
	b.Helper()
	taken, err := b.Take(b.ctx, b.guild, q, "worker", n, lease)
	b.check("take", err)
	return taken
}

func (b *book) waiting(q ledger.Queue) int {
	b.Helper()
	n, err := b.Waiting(b.ctx, b.guild, q)
	b.check("count what waits", err)
	return n
}

// start is when what the tests tell began.
func start() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// comment makes a comment that was written so long after start.
func (b *book) comment(id, author string, after time.Duration) moderation.Comment {
	return moderation.Comment{
		ID: id, Guild: b.guild, Time: start().Add(after), Text: "words of " + id,
		Author: moderation.Author{ID: author, Name: "name of " + author}, Channel: moderation.Channel{ID: "plaza"},
	}
}

// sighting is what Observe is told about a comment when one meter counts its author's
// comments of a minute.
func (b *book) sighting(id, author string, after time.Duration) moderation.Sighting {
	return moderation.Sighting{
		Guild: b.guild, Channel: "plaza", Comment: id, Author: author, Time: start().Add(after),
		Meters: []moderation.Meter{{Key: "author/" + author, Member: id, Window: time.Minute}},
	}
}

// removal makes the commit of an abusive comment: a strike, a take-down and a notice.
func removal(c moderation.Comment, points int, record int64) ledger.Commit {
	return ledger.Commit{
		Case: moderation.Case{
			ID: c.ID, Guild: c.Guild, State: moderation.CaseActed, Opened: c.Time, Updated: c.Time, Comment: c,
			Verdict: moderation.Verdict{Action: moderation.Remove, Abuse: 0.9, Category: moderation.Insult, Points: points, Reasons: []moderation.Reason{}},
			Strike:  &moderation.Strike{Case: c.ID, Points: points, Reason: "insult", At: c.Time, Expires: c.Time.Add(30 * 24 * time.Hour)},
			Events:  []moderation.CaseEvent{{At: c.Time, Kind: "removed"}},
		},
		Effects: []moderation.Effect{effect(c, moderation.TakeDown), effect(c, moderation.Notify)},
		Record:  record,
		Acts:    true,
	}
}

// review makes the commit of a comment that moderators are asked about.
func review(c moderation.Comment) ledger.Commit {
	return ledger.Commit{
		Case: moderation.Case{
			ID: c.ID, Guild: c.Guild, State: moderation.CaseOpen, Opened: c.Time, Updated: c.Time, Comment: c,
			Verdict: moderation.Verdict{Action: moderation.Review, Abuse: 0.5, Reasons: []moderation.Reason{}},
			Events:  []moderation.CaseEvent{{At: c.Time, Kind: "flagged"}},
		},
		Effects: []moderation.Effect{effect(c, moderation.ShowCard)},
	}
}

func effect(c moderation.Comment, kind moderation.EffectKind) moderation.Effect {
	return moderation.Effect{
		ID: fmt.Sprintf("%s/%s/r%d", c.ID, kind, c.Revision), Kind: kind, Guild: c.Guild, Case: c.ID,
		User: c.Author.ID, Target: moderation.MessageRef{Channel: c.Channel.ID, Message: c.ID}, Created: c.Time,
	}
}
