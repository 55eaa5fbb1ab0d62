package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/ledger"
)

func whateverTheOrder() map[string]func(*book) {
	return map[string]func(*book){
		"EventsThatComeTwiceLateOrFromManyWorkersLeaveWhatOneOrderedPassLeaves": sameAsOnePass,
	}
}

// story is what one author did, in order, and how the platform told it.
type story struct {
	author string
	events []event
}

// event is one thing that happened to a comment.
type event struct {
	kind    string // "post", "edit" or "dismissal"
	comment moderation.Comment
	abusive bool

	copies int   // how many workers were told at the same time
	dies   bool  // whether a worker died between observing and committing
	repeat []int // earlier posts and edits that were told again afterwards
}

// anyStory draws an author's story.
func anyStory(t *rapid.T, author string, first int) story {
	s := story{author: author}
	var posted []moderation.Comment
	for i := range rapid.IntRange(1, 8).Draw(t, "events of "+author) {
		e := event{
			kind:    rapid.SampledFrom([]string{"post", "post", "edit", "dismissal"}).Draw(t, "kind"),
			abusive: rapid.Bool().Draw(t, "abusive"),
			copies:  rapid.IntRange(1, 3).Draw(t, "copies"),
			dies:    rapid.Bool().Draw(t, "dies"),
		}
		if len(posted) == 0 {
			e.kind = "post"
		}
		at := start().Add(time.Duration(first+i) * time.Second)
		if e.kind == "post" {
			e.comment = moderation.Comment{ID: fmt.Sprint(first + i), Time: at, Author: moderation.Author{ID: author}, Text: "posted"}
			posted = append(posted, e.comment)
		} else {
			e.comment = rapid.SampledFrom(posted).Draw(t, "comment")
		}
		if e.kind == "edit" {
			e.comment.Time, e.comment.Revision, e.comment.Text = at, at.UnixMilli(), "edited"
		}
		if i > 0 {
			e.repeat = rapid.SliceOfN(rapid.IntRange(0, i), 0, 3).Draw(t, "told again")
		}
		s.events = append(s.events, e)
	}
	return s
}

// sameAsOnePass tells the same stories twice: to one worker, each event once and in order,
// and to several workers at once with everything that a network does to events.
func sameAsOnePass(b *book) {
	round := 0
	rapid.Check(b.T, func(t *rapid.T) {
		round++
		var stories []story
		for i := range rapid.IntRange(1, 3).Draw(t, "authors") {
			stories = append(stories, anyStory(t, fmt.Sprint("author", i), 1000*(i+1)))
		}
		calm := teller{b.ctx, b.Store, fmt.Sprintf("%s1%d", b.guild, round)}
		wild := teller{b.ctx, b.Store, fmt.Sprintf("%s2%d", b.guild, round)}
		for _, s := range stories {
			for _, e := range s.events {
				if err := calm.tell(e); err != nil {
					t.Fatalf("one ordered pass: %v", err)
				}
			}
		}
		if err := wild.tellAll(stories); err != nil {
			t.Fatalf("many workers: %v", err)
		}
		want, err := calm.memory(stories)
		if err != nil {
			t.Fatalf("read what one ordered pass left: %v", err)
		}
		got, err := wild.memory(stories)
		if err != nil {
			t.Fatalf("read what many workers left: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("many workers left something else (-one ordered pass +many workers):\n%s", diff)
		}
	})
}

// teller acts on events in one community.
type teller struct {
	ctx   context.Context
	store ledger.Store
	guild string
}

// tellAll tells every story from workers of its own, at the same time.
func (w teller) tellAll(stories []story) error {
	var wg sync.WaitGroup
	failures := make([]error, len(stories))
	for i, s := range stories {
		wg.Go(func() { failures[i] = w.tellWildly(s) })
	}
	wg.Wait()
	return errors.Join(failures...)
}

func (w teller) tellWildly(s story) error {
	for _, e := range s.events {
		if e.dies {
			if _, err := w.observe(e); err != nil {
				return err
			}
		}
		var wg sync.WaitGroup
		failures := make([]error, e.copies)
		for i := range e.copies {
			wg.Go(func() { failures[i] = w.tell(e) })
		}
		wg.Wait()
		if err := errors.Join(failures...); err != nil {
			return err
		}
		for _, earlier := range e.repeat {
			if again := s.events[earlier]; again.kind != "dismissal" {
				if err := w.tell(again); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tell acts on one event as a bot would: observe, decide, commit, and decide anew when the
// author's record has changed meanwhile.
func (w teller) tell(e event) error {
	if e.kind == "dismissal" {
		return w.dismiss(e)
	}
	o, err := w.observe(e)
	if err != nil {
		return err
	}
	record := o.Record
	for {
		_, err := w.store.Commit(w.ctx, w.judged(e, record))
		if !errors.Is(err, ledger.ErrStale) {
			return err
		}
		if record, err = w.store.Record(w.ctx, w.guild, e.comment.Author.ID); err != nil {
			return err
		}
	}
}

func (w teller) observe(e event) (moderation.Observation, error) {
	c := e.comment
	return w.store.Observe(w.ctx, moderation.Sighting{
		Guild: w.guild, Comment: c.ID, Author: c.Author.ID, Time: c.Time,
		Meters: []moderation.Meter{{Key: "author/" + c.Author.ID, Member: c.ID, Window: time.Minute}},
	})
}

// judged makes the commit of an event: an abusive comment costs one point more than the
// author has already, so that a record decided on out of order shows.
func (w teller) judged(e event, record moderation.Record) ledger.Commit {
	c := e.comment
	c.Guild = w.guild
	if !e.abusive {
		return review(c)
	}
	return removal(c, 1+moderation.ActivePoints(record.Strikes, start()), record.Version)
}

// dismiss decides a case as it stands, unless somebody has already.
func (w teller) dismiss(e event) error {
	for {
		c, err := w.store.Case(w.ctx, w.guild, e.comment.ID)
		if err != nil || c.State == moderation.CaseDismissed {
			return err
		}
		_, err = w.store.Decide(w.ctx, ledger.Decision{
			Guild: w.guild, Case: c.ID, Version: c.Version, Kind: moderation.Dismiss, State: moderation.CaseDismissed,
			By: "mod", At: c.Updated.Add(time.Second), Pardon: true, Effects: []moderation.Effect{effect(c.Comment, moderation.GiveBack)},
		})
		if !errors.Is(err, ledger.ErrStale) {
			return err
		}
	}
}

// aftermath is all that must not depend on the order of arrival. Communities are left out
// of it, so that two can be compared.
type aftermath struct {
	Cases   []moderation.Case
	Records map[string]moderation.Record
	Outbox  []moderation.Effect
}

func (w teller) memory(stories []story) (r aftermath, err error) {
	if r.Cases, err = w.store.Find(w.ctx, w.guild, ledger.Filter{}); err != nil {
		return r, err
	}
	for i := range r.Cases {
		r.Cases[i].Guild, r.Cases[i].Comment.Guild = "", ""
	}
	r.Records = make(map[string]moderation.Record)
	for _, s := range stories {
		if r.Records[s.author], err = w.store.Record(w.ctx, w.guild, s.author); err != nil {
			return r, err
		}
	}
	taken, err := w.store.Take(w.ctx, w.guild, ledger.Effects, "reader", 1000, time.Minute)
	for _, d := range taken {
		d.Effect.Guild = ""
		r.Outbox = append(r.Outbox, d.Effect)
	}
	slices.SortFunc(r.Outbox, func(a, b moderation.Effect) int { return strings.Compare(a.ID, b.ID) })
	return r, err
}
