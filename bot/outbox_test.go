package bot

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

func TestAnEffectThatFailsIsTriedAgainAndItsCaseKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		failures := 3
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.TakeDown && failures > 0 {
				failures--
				return errLine
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		pass(5 * time.Minute)
		want := []string{"1/take_down/r0", "1/notify/r0", "1/show_card/r0"}
		if !slices.Equal(p.carried, want) || p.refused != 3 {
			t.Errorf("carried out %v after %d failures, want %v after 3", p.carried, p.refused, want)
		}
	})
}

func TestThePlatformSaysWhenToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var tried []time.Time
		p.refuse = func(e moderation.Effect) error {
			if tried = append(tried, time.Now()); len(tried) == 1 {
				return &RetryError{After: 30 * time.Second, Err: errLine}
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "review"))
		pass(5 * time.Minute)
		if len(tried) != 2 {
			t.Fatalf("tried %d times, want 2", len(tried))
		}
		if waited := tried[1].Sub(tried[0]); waited < 30*time.Second || waited > 31*time.Second {
			t.Errorf("tried again after %v, want 30s", waited)
		}
	})
}

func TestAnEffectThatBringsADefectToLightDoesNotEndTheBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		panicked := false
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.Notify && !panicked {
				panicked = true
				panic("a defect")
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		pass(time.Minute)
		if p.cards["1"] != 1 || len(p.told["ann"]) != 1 {
			t.Errorf("carried out %v; want everything, after another try", p.carried)
		}
	})
}

func TestOneCasesTroubleDoesNotHoldUpAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error {
			if e.Case == "1" {
				return errLine
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log, c.Drain = nil, time.Millisecond })
		p.post(t, says(1, "ann", "remove"))
		p.post(t, says(2, "bob", "remove"))
		pass(time.Second)
		if p.deleted["2"] != 1 || p.cards["2"] != 1 {
			t.Errorf("the second case waits: carried out %v", p.carried)
		}
	})
}

func TestTakeDownsGoBeforeEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var mu sync.Mutex
		last := map[moderation.EffectKind]time.Time{}
		p.refuse = func(e moderation.Effect) error {
			p.mu.Unlock() // a slow platform: notices and cards take a second each
			if e.Kind != moderation.TakeDown {
				time.Sleep(time.Second)
			}
			mu.Lock()
			last[e.Kind] = time.Now()
			mu.Unlock()
			p.mu.Lock()
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		began := time.Now()
		for i := 1; i <= 100; i++ {
			p.post(t, says(i, fmt.Sprint("author", i), "remove"))
		}
		pass(10 * time.Minute)
		if took := last[moderation.TakeDown].Sub(began); took > time.Second {
			t.Errorf("the last of 100 take-downs waited %v for notices and cards", took)
		}
		if len(p.deleted) != 100 || len(p.cards) != 100 {
			t.Errorf("%d taken down, %d cards; want 100 of each", len(p.deleted), len(p.cards))
		}
	})
}

func TestWhatThePlatformForbidsIsSaidOnceAndTheRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.TakeDown {
				return fmt.Errorf("delete message: %w", ErrForbidden)
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		for i := 1; i <= 5; i++ {
			p.post(t, says(i, fmt.Sprint("author", i), "remove"))
		}
		pass(5 * time.Minute)
		if len(p.alerts) != 1 || !strings.Contains(p.alerts[0].Text, "not allowed to delete a comment in <#news>") {
			t.Errorf("alerts %v, want one that says what is not allowed and where", p.alerts)
		}
		if len(p.cards) != 5 || p.refused != 5 {
			t.Errorf("%d cards and %d refusals; want 5 cards, and nothing tried twice", len(p.cards), p.refused)
		}
		if c := caseOf(t, store, "1"); !strings.Contains(event(c), "failed(take_down: not permitted)") {
			t.Errorf("the case does not say so: %s", event(c))
		}
	})
}

func TestWhatIsGoneCountsAsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.TakeDown {
				return ErrGone
			}
			return nil
		}
		start(t, p, store, nil)
		p.post(t, says(1, "ann", "remove"))
		pass(time.Minute)
		if p.refused != 1 || p.cards["1"] != 1 || len(p.alerts) != 0 {
			t.Errorf("%d attempts, %d cards, alerts %v; want 1, 1, none", p.refused, p.cards["1"], p.alerts)
		}
	})
}

func TestAnEffectThatNeverSucceedsIsHandedToModerators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.TakeDown {
				return errLine
			}
			return nil
		}
		start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		pass(12 * time.Hour)
		if len(p.alerts) != 1 || !strings.Contains(p.alerts[0].Text, "Please do it by hand") {
			t.Errorf("alerts %v, want one that asks for help", p.alerts)
		}
		if p.refused != attemptsAtMost || p.cards["1"] != 1 {
			t.Errorf("%d attempts and %d cards; want %d, and then the rest of the case", p.refused, p.cards["1"], attemptsAtMost)
		}
	})
}

func TestATimeoutThatIsOverIsNotGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		start(t, p, store, nil)
		for i := 1; i <= 2; i++ {
			c := says(i, "ann", "remove")
			c.Time = time.Now().Add(-2 * time.Hour) // read after a long outage; the timeout is one hour
			p.post(t, c)
		}
		pass(time.Minute)
		if len(p.muted) != 0 {
			t.Errorf("muted until %v, which is past", p.muted["ann"])
		}
		if c := caseOf(t, store, "2"); !strings.Contains(event(c), "effect(time_out: already over)") {
			t.Errorf("the case does not say so: %s", event(c))
		}
	})
}

func TestAPunishmentThatWasNotCarriedOutBeforeTheDismissalNeverIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		down := true
		p.refuse = func(e moderation.Effect) error {
			if down {
				return errLine
			}
			return nil
		}
		b := start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "remove"))
		p.post(t, says(2, "ann", "remove"))
		pass(10 * time.Second)
		if _, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "2", Kind: moderation.Dismiss, By: "m1"}); err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		down = false
		p.mu.Unlock()
		pass(time.Hour)
		if len(p.muted) != 0 || slices.Contains(p.carried, "2/time_out/r0") {
			t.Errorf("ann was muted for a case that had been dismissed: %v", p.carried)
		}
		if !slices.Contains(p.given, "2") {
			t.Errorf("the text was not given back: %v", p.carried)
		}
		if n, err := store.Waiting(t.Context(), "g", ledger.Effects); err != nil || n != 0 {
			t.Errorf("%d effects still wait, error %v", n, err)
		}
	})
}

func TestALaterDecisionDoesNotOvertakeAnEffectThatIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		limited := true
		p.refuse = func(e moderation.Effect) error {
			if e.Kind == moderation.TakeDown && limited {
				limited = false
				return &RetryError{After: time.Minute, Err: errLine}
			}
			return nil
		}
		b := start(t, p, store, func(c *Config) { c.Log = nil })
		p.post(t, says(1, "ann", "hold"))
		pass(10 * time.Second)
		if _, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "1", Kind: moderation.Dismiss, By: "m1"}); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Minute)
		down, back := slices.Index(p.carried, "1/take_down/r0"), slices.Index(p.carried, "1/give_back/v1")
		if down < 0 || back < down {
			t.Errorf("carried out %v; what was never taken down must not be given back first", p.carried)
		}
	})
}
