package bot

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

func TestWhileTheStoreIsAwayNothingIsLostAndModeratorsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var mu sync.Mutex
		away := false
		set := func(v bool) { mu.Lock(); defer mu.Unlock(); away = v }
		b := start(t, p, &faulty{store, func(string) (error, error) {
			mu.Lock()
			defer mu.Unlock()
			if away {
				return ledger.ErrAway, nil
			}
			return nil, nil
		}}, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		pass(time.Second)
		if err := b.Ready(); err != nil {
			t.Fatalf("not ready before: %v", err)
		}

		set(true)
		for i := 2; i <= 20; i++ {
			p.post(t, says(i, "ann", "remove"))
		}
		pass(5 * time.Minute)
		if err := b.Ready(); !errors.Is(err, ledger.ErrAway) {
			t.Errorf("ready while the store is away: %v", err)
		}
		if len(p.alerts) != 1 {
			t.Errorf("moderators were told %d times: %v", len(p.alerts), p.alerts)
		}
		if len(p.deleted) != 1 {
			t.Errorf("%d comments were taken down without a case", len(p.deleted)-1)
		}

		set(false)
		pass(time.Minute)
		if err := b.Ready(); err != nil {
			t.Errorf("not ready after: %v", err)
		}
		if len(p.deleted) != 20 {
			t.Errorf("%d of 20 comments were taken down", len(p.deleted))
		}
		if got := pointsOf(t, store, "ann"); got != 20 {
			t.Errorf("%d points, want 20: one for each comment", got)
		}
	})
}

func TestAFullBotSlowsItsReaderAndCountsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTown()
		b := start(t, p, &faulty{openStore(t), func(string) (error, error) { return ledger.ErrAway, nil }}, func(c *Config) {
			c.Workers, c.Drain, c.Log = 1, time.Millisecond, nil
		})
		most := parkingLength + queueLength
		for i := range most {
			p.post(t, says(i+1, "ann", "remove"))
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := b.Comment(ctx, says(most+1, "ann", "remove")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("one more comment than fits: %v; the reader should have had to wait", err)
		}
		if n := valueOf(t, b.Bot, "parley_intake_slowed_total"); n != 1 {
			t.Errorf("counted %v waits, want 1", n)
		}
	})
}

func TestACommentThatTheStoreRefusesIsLeftToModeratorsAndTheRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		b := start(t, p, &refusing{Store: store, id: "1"}, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		p.post(t, says(2, "ann", "remove"))
		pass(time.Minute)
		if len(p.deleted) != 1 || p.deleted["2"] != 1 {
			t.Errorf("taken down: %v, want only the second", p.deleted)
		}
		if len(p.alerts) != 1 || !strings.Contains(p.alerts[0].Text, "comment 1 ") {
			t.Errorf("alerts %v, want one about comment 1", p.alerts)
		}
		if err := b.Ready(); err != nil {
			t.Errorf("one bad comment made the bot not ready: %v", err)
		}
	})
}

func TestACommentThatBringsADefectToLightDoesNotSilenceTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		rules := houseRules(nil)
		read := rules.Read
		rules.Read = func(c *moderation.Comment) Reading {
			if c.Text == "boom" {
				panic("a defect")
			}
			return read(c)
		}
		start(t, p, store, func(c *Config) { c.Log, c.Rulebook, c.Workers = nil, rules, 1 })
		p.post(t, says(1, "ann", "boom"))
		p.post(t, says(2, "ann", "remove"))
		pass(time.Minute)
		if p.deleted["2"] != 1 {
			t.Error("the next comment was not judged")
		}
		if len(p.alerts) != 1 || !strings.Contains(p.alerts[0].Text, "comment 1 ") {
			t.Errorf("alerts %v, want one about comment 1", p.alerts)
		}
	})
}

// refusing refuses to commit one case, for no reason that could pass.
type refusing struct {
	ledger.Store
	id string
}

func (s *refusing) Commit(ctx context.Context, c ledger.Commit) (moderation.Case, error) {
	if c.Case.ID == s.id {
		return moderation.Case{}, errors.New("the case cannot be written")
	}
	return s.Store.Commit(ctx, c)
}

// valueOf reads a counter or gauge without labels.
func valueOf(t *testing.T, b *Bot, name string) float64 {
	t.Helper()
	families, err := b.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return cmp.Or(m.GetCounter().GetValue(), m.GetGauge().GetValue())
		}
	}
	t.Fatalf("no metric is called %s", name)
	return 0
}

func TestAVerdictIsCountedOnceHoweverOftenItIsReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var mu sync.Mutex
		failures := map[string]int{"observe": 1, "commit": 2}
		faults := &faulty{store, func(operation string) (error, error) {
			mu.Lock()
			defer mu.Unlock()
			if failures[operation] > 0 {
				failures[operation]--
				return ledger.ErrAway, nil
			}
			return nil, nil
		}}
		told := 0
		start(t, p, faults, func(c *Config) {
			c.Log = nil
			c.OnVerdict = func(*moderation.Comment, *moderation.Verdict, time.Duration) { told++ }
		})
		p.post(t, says(1, "ann", "remove"))
		pass(time.Minute)
		if told != 1 || p.deleted["1"] != 1 {
			t.Errorf("the verdict was told %d times and carried out %d times; want once each", told, p.deleted["1"])
		}
	})
}
