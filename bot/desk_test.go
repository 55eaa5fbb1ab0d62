package bot

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

func TestDismissingUndoesEverything(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "remove one"))
	p.post(t, says(2, "ann", "remove two"))
	p.see(t, "muted and shown", func() bool { return !p.muted["ann"].IsZero() && p.cards["2"] == 1 })
	seen := caseOf(t, store, "2")

	decided, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "2", Version: seen.Version, Kind: moderation.Dismiss, By: "m1", Note: "irony"})
	if err != nil {
		t.Fatal(err)
	}
	if decided.State != moderation.CaseDismissed {
		t.Errorf("case is %s, want dismissed", decided.State)
	}
	p.see(t, "timeout lifted, text given back, author told, card brought up to date", func() bool {
		return p.muted["ann"].IsZero() && len(p.given) == 1 && len(p.told["ann"]) == 3 && p.cards["2"] == 2
	})
	if got := pointsOf(t, store, "ann"); got != 1 {
		t.Errorf("%d points, want 1: only the first strike counts", got)
	}
}

func TestTwoModeratorsCannotDecideOneCaseTwice(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "hold this"))
	p.see(t, "shown", func() bool { return p.cards["1"] == 1 })
	seen := caseOf(t, store, "1").Version
	press := func(kind moderation.DecisionKind, by string) (moderation.Case, error) {
		return b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "1", Version: seen, Kind: kind, By: by})
	}
	if _, err := press(moderation.Dismiss, "m1"); err != nil {
		t.Fatal(err)
	}
	now, err := press(moderation.BanAuthor, "m2")
	if !errors.Is(err, ledger.ErrStale) {
		t.Errorf("the second press: %v, want ErrStale", err)
	}
	if now.State != moderation.CaseDismissed {
		t.Errorf("the second moderator sees %s, want the case as it is now", now.State)
	}
}

func TestShowingACardDoesNotMakeItStale(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "hold this"))
	p.see(t, "shown", func() bool { return p.cards["1"] == 1 })
	seen := caseOf(t, store, "1").Version
	if err := b.stop(); err != nil { // everything is settled now
		t.Fatal(err)
	}
	c := caseOf(t, store, "1")
	if c.Version != seen || c.Card.Message != "card-1" {
		t.Errorf("version %d with card %q; want %d, as when the card was posted, and card-1", c.Version, c.Card.Message, seen)
	}
}

func TestUpholdingAFlagTakesTheCommentDown(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "review this"))
	p.see(t, "shown", func() bool { return p.cards["1"] == 1 })
	if _, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "1", Kind: moderation.Uphold, By: "m1"}); err != nil {
		t.Fatal(err)
	}
	p.see(t, "taken down and told", func() bool { return p.deleted["1"] == 1 && len(p.told["ann"]) == 1 })
}

func TestStrikesAreGivenShownAndPardonedByHand(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	desk := b.Desk()
	hand := consequence.HandStrike{ID: "cmd1", Guild: "g", Author: moderation.Author{ID: "ann"}, Points: 2, Reason: "voice chat", By: "m1"}
	given, err := desk.AddStrike(t.Context(), hand)
	if err != nil {
		t.Fatal(err)
	}
	p.see(t, "muted and told", func() bool { return !p.muted["ann"].IsZero() && len(p.told["ann"]) == 1 })
	standing, err := desk.Standing(t.Context(), "g", "ann")
	if err != nil {
		t.Fatal(err)
	}
	if standing.Points != 2 || len(standing.Record.Strikes) != 1 {
		t.Errorf("%d points from %d strikes, want 2 from 1", standing.Points, len(standing.Record.Strikes))
	}
	if _, err := desk.AddStrike(t.Context(), hand); err != nil {
		t.Fatal(err)
	}
	if again, _ := desk.Standing(t.Context(), "g", "ann"); again.Points != 2 {
		t.Errorf("a command that arrived twice gave %d points, want 2", again.Points)
	}
	if _, err := desk.Pardon(t.Context(), "g", given.ID, "m2", "apologised"); err != nil {
		t.Fatal(err)
	}
	if standing, err = desk.Standing(t.Context(), "g", "ann"); err != nil || standing.Points != 0 {
		t.Errorf("after the pardon %d points, error %v; want 0", standing.Points, err)
	}
	if _, err := desk.Pardon(t.Context(), "g", given.ID, "m2", ""); !errors.Is(err, consequence.ErrNoStrike) {
		t.Errorf("pardoning twice: %v, want ErrNoStrike", err)
	}
}

func TestACaseThatDoesNotExistIsNotFound(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	if _, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "404", Kind: moderation.Uphold, By: "m1"}); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestTheStatusSaysWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		p.refuse = func(e moderation.Effect) error {
			if e.Case == "2" {
				return errLine
			}
			return nil
		}
		b := start(t, p, store, func(c *Config) { c.Log, c.Drain = nil, time.Millisecond })
		if got := b.Desk().Status(t.Context(), "g"); got.Problem == "" {
			t.Error("a bot that has heard nothing yet says that it is moderating")
		}
		p.post(t, says(1, "ann", "hold this"))
		p.post(t, says(2, "bob", "hold that"))
		pass(10 * time.Second)
		got := b.Desk().Status(t.Context(), "g")
		want := Status{Policy: "house-rules", Store: "embedded", Open: 2, Effects: 3}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("status %+v, want %+v", got, want)
		}
	})
}
