package bot

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

func TestAnAbusiveCommentIsTakenDownAndItsAuthorToldWhy(t *testing.T) {
	p, store := newTown(), openStore(t)
	start(t, p, store, nil)
	p.post(t, says(1, "ann", "remove this please"))
	p.see(t, "deleted, told, shown", func() bool {
		return p.deleted["1"] == 1 && len(p.told["ann"]) == 1 && p.cards["1"] == 1
	})
	if notice := p.told["ann"][0]; !strings.Contains(notice, "Starts with a bad word.") || !strings.Contains(notice, "first-word") {
		t.Errorf("the notice does not say why:\n%s", notice)
	}
	if got := pointsOf(t, store, "ann"); got != 1 {
		t.Errorf("%d active points, want 1", got)
	}
	p.post(t, says(2, "ann", "remove this, too"))
	p.see(t, "muted by the ladder", func() bool { return p.muted["ann"].After(noon) })
}

// counting counts what is asked of a store.
type counting struct {
	ledger.Store
	observed, committed, read atomic.Int64
}

func (s *counting) Observe(ctx context.Context, o moderation.Sighting) (moderation.Observation, error) {
	s.observed.Add(1)
	return s.Store.Observe(ctx, o)
}

func (s *counting) Commit(ctx context.Context, c ledger.Commit) (moderation.Case, error) {
	s.committed.Add(1)
	return s.Store.Commit(ctx, c)
}

func (s *counting) Case(ctx context.Context, guild, id string) (moderation.Case, error) {
	s.read.Add(1)
	return s.Store.Case(ctx, guild, id)
}

func TestACleanCommentIsObservedOnceAndCostsNothingElse(t *testing.T) {
	p, store := newTown(), &counting{Store: openStore(t)}
	b := start(t, p, store, nil)
	for i := 1; i <= 100; i++ {
		p.post(t, says(i, "ann", "good morning"))
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if o, c, r := store.observed.Load(), store.committed.Load(), store.read.Load(); o != 100 || c != 0 || r != 0 {
		t.Errorf("100 clean comments took %d observations, %d commits, %d reads; want 100, 0, 0", o, c, r)
	}
}

func TestNoMoreCommentsAreReadAtATimeThanThereAreReaders(t *testing.T) {
	p, rules := newTown(), houseRules(nil)
	read, room := rules.Read, make(chan struct{}, 2)
	rules.Read = func(c *moderation.Comment) Reading {
		select {
		case room <- struct{}{}:
			runtime.Gosched() // let others in, if they are let in
			<-room
		default:
			t.Errorf("comment %s was read together with %d others", c.ID, cap(room))
		}
		return read(c)
	}
	b := start(t, p, openStore(t), func(c *Config) { c.Rulebook, c.Workers, c.Readers = rules, 16, cap(room) })
	for i := 1; i <= 1000; i++ {
		p.post(t, says(i, "author"+strconv.Itoa(i), "good morning"))
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
}

func TestNobodyWhoIsExemptIsEverPunished(t *testing.T) {
	p, store := newTown(), openStore(t)
	start(t, p, store, func(c *Config) {
		c.Rulebook = houseRules(func(s *policy.Settings) { s.JudgeBots = true })
	})
	id := 0
	for _, why := range []moderation.Exemption{moderation.ExemptModerator, moderation.ExemptOwner, moderation.ExemptAbove, moderation.ExemptBot} {
		for _, text := range []string{"remove", "hold", "remove"} {
			id++
			c := says(id, string(why), text)
			c.Author.Exempt = why
			p.post(t, c)
		}
	}
	p.see(t, "twelve cards and one alert for each person", func() bool { return len(p.cards) == 12 && len(p.alerts) == 4 })
	if len(p.deleted)+len(p.muted)+len(p.banned)+len(p.kicked)+len(p.told) != 0 {
		t.Errorf("something was done to people who are exempt: %v", p.carried)
	}
}

func TestOtherBotsAreNotJudgedUnlessThePolicySaysSo(t *testing.T) {
	p, store := newTown(), &counting{Store: openStore(t)}
	b := start(t, p, store, nil)
	c := says(1, "other-bot", "remove")
	c.Author.Exempt = moderation.ExemptBot
	p.post(t, c)
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if n := store.observed.Load(); n != 0 {
		t.Errorf("another bot's comment was observed %d times", n)
	}
}

func TestPastTheHourlyCapModeratorsAreToldOnceAndDecide(t *testing.T) {
	p, store := newTown(), openStore(t)
	start(t, p, store, func(c *Config) {
		c.Rulebook = houseRules(func(s *policy.Settings) { s.HourlyCap = 3 })
	})
	authors := []string{"ann", "bob", "cem", "dee", "eve", "fay", "gus"}
	for i, author := range authors {
		p.post(t, says(i+1, author, "remove"))
	}
	p.see(t, "a card for each and one alert", func() bool { return len(p.cards) == len(authors) && len(p.alerts) == 1 })
	if len(p.deleted) != 3 {
		t.Errorf("%d comments were taken down, the cap is 3", len(p.deleted))
	}
	open, err := store.Find(t.Context(), "g", ledger.Filter{State: moderation.CaseOpen})
	if err != nil {
		t.Fatal(err)
	}
	if len(open) != len(authors)-3 {
		t.Errorf("%d cases wait for moderators, want %d", len(open), len(authors)-3)
	}
}

func TestACommentEditedIntoAbuseIsActedOn(t *testing.T) {
	p, store := newTown(), openStore(t)
	start(t, p, store, nil)
	p.post(t, says(1, "ann", "good morning"))
	c := says(1, "ann", "remove after all")
	c.Revision, c.Time = noon.UnixMilli(), noon.Add(time.Second)
	p.post(t, c)
	p.see(t, "taken down", func() bool { return p.deleted["1"] == 1 && p.cards["1"] == 1 })
}

func TestAFlaggedCommentEditedCleanIsCleared(t *testing.T) {
	p, store := newTown(), openStore(t)
	start(t, p, store, nil)
	p.post(t, says(1, "ann", "review this"))
	c := says(1, "ann", "good morning")
	c.Revision, c.Time = noon.UnixMilli(), noon.Add(time.Second)
	p.post(t, c)
	p.see(t, "the card shown twice", func() bool { return p.cards["1"] == 2 })
	if got := caseOf(t, store, "1"); got.State != moderation.CaseCleared {
		t.Errorf("case is %s, want cleared", got.State)
	}
}

func TestShuttingDownFinishesWhatWasTakenIn(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	for i := 1; i <= 50; i++ {
		p.post(t, says(i, "author-"+string(rune('a'+i%20)), "hold it"))
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if len(p.deleted) != 50 || len(p.cards) != 50 {
		t.Errorf("%d taken down and %d shown, want all 50", len(p.deleted), len(p.cards))
	}
	if n, err := store.Waiting(t.Context(), "g", ledger.Effects); err != nil || n != 0 {
		t.Errorf("%d effects wait, error %v; want none", n, err)
	}
	marks, err := store.Watermarks(t.Context(), "g")
	if err != nil || marks["news"] != "50" {
		t.Errorf("watermarks %v, error %v; want news at 50", marks, err)
	}
}

func TestShuttingDownDoesNotWaitForeverForThePlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error { return &RetryError{After: time.Hour, Err: errLine} }
		b := start(t, p, store, nil)
		p.post(t, says(1, "ann", "remove"))
		began := time.Now()
		if err := b.stop(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > defaultDrain {
			t.Errorf("shutting down took %v", took)
		}
		if n, err := store.Waiting(t.Context(), "g", ledger.Effects); err != nil || n != 3 {
			t.Errorf("%d effects wait for the next start, error %v; want 3", n, err)
		}
	})
}

func TestASourceThatCannotGoOnEndsTheBotWithItsReason(t *testing.T) {
	reason := errors.New("the token was refused")
	p := newTown()
	b, err := New(Config{Source: failing{p, reason}, Enforcer: p, Store: openStore(t), Rulebook: houseRules(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(t.Context()); !errors.Is(err, reason) {
		t.Errorf("Run returned %v, want the source's reason", err)
	}
}

type failing struct {
	*town
	err error
}

func (f failing) Run(context.Context, Intake) error { return f.err }

func TestABotNeedsItsParts(t *testing.T) {
	p := newTown()
	whole := Config{Source: p, Enforcer: p, Store: openStore(t), Rulebook: houseRules(nil)}
	for name, remove := range map[string]func(*Config){
		"source": func(c *Config) { c.Source = nil }, "enforcer": func(c *Config) { c.Enforcer = nil },
		"store": func(c *Config) { c.Store = nil }, "policy": func(c *Config) { c.Rulebook = nil },
	} {
		c := whole
		remove(&c)
		if _, err := New(c); err == nil {
			t.Errorf("a bot without a %s was made", name)
		}
	}
}

func TestAShadowRuleIsRememberedAndDoesNothing(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	for range 2 { // the same comment twice
		p.post(t, says(1, "ann", "shadow rules match this"))
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	hits, all, err := store.ShadowHits(t.Context(), "g", "new-rule", 10)
	if err != nil {
		t.Fatal(err)
	}
	if all != 1 || len(hits) != 1 || hits[0].Comment != "1" || hits[0].Would != moderation.Remove {
		t.Errorf("%d hits %+v, want one about comment 1 that would have been removed", all, hits)
	}
	if len(p.carried) != 0 {
		t.Errorf("a shadow rule did something: %v", p.carried)
	}
}

// TestTheLogNeverHoldsWhatPeopleWrote runs everything that logs at its most talkative.
func TestTheLogNeverHoldsWhatPeopleWrote(t *testing.T) {
	p, store := newTown(), openStore(t)
	var log bytes.Buffer
	p.refuse = func(e moderation.Effect) error {
		switch e.Kind {
		case moderation.TakeDown:
			return ErrForbidden
		case moderation.Notify:
			return &RetryError{After: time.Hour, Err: errLine}
		}
		return nil
	}
	b := start(t, p, store, func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Drain = time.Second
	})
	for i, text := range []string{"remove xylophone", "hold xylophone", "review xylophone", "shadow xylophone", "xylophone"} {
		p.post(t, says(i+1, "ann", text))
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"case":"1"`) {
		t.Errorf("the log does not name the case:\n%s", log.String())
	}
	if strings.Contains(log.String(), "xylophone") {
		t.Errorf("the log holds comment text:\n%s", log.String())
	}
}
