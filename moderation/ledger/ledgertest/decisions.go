package ledgertest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/ledger"
)

func decisions() map[string]func(*book) {
	return map[string]func(*book){
		"AnUnknownCaseIsNotFound":                       notFound,
		"DismissingPardonsTheStrikeAndClearsTheRecord":  dismissing,
		"TwoModeratorsCannotDecideOneCaseTwice":         twoModerators,
		"ADecisionThatArrivesTwiceCountsOnce":           decisionTwice,
		"AnEditMeansThatAModeratorHasToLookAgain":       editStalesDecision,
		"WhatAnEffectReportsDoesNotStaleADecision":      reportsDoNotStale,
		"RejectedCountsWhatWasTakenDownAndNotGivenBack": rejected,
		"PardoningTwiceChangesTheRecordOnce":            pardonTwice,
		"EffectsOfADecisionWaitInTheOutbox":             decisionEffects,
	}
}

func notFound(b *book) {
	_, err := b.Case(b.ctx, b.guild, "1")
	b.refuses("read", err, ledger.ErrNotFound)
	_, err = b.Decide(b.ctx, ledger.Decision{Guild: b.guild, Case: "1", Kind: moderation.Uphold, By: "mod", At: start()})
	b.refuses("decide", err, ledger.ErrNotFound)
}

// dismissal is a moderator's decision that undoes a case.
func (b *book) dismissal(c moderation.Case, by string) ledger.Decision {
	return ledger.Decision{
		Guild: b.guild, Case: c.ID, Version: c.Version, Kind: moderation.Dismiss, State: moderation.CaseDismissed,
		By: by, At: start().Add(time.Hour), Note: "a quotation", Pardon: true,
		Effects: []moderation.Effect{effect(c.Comment, moderation.GiveBack)},
	}
}

func dismissing(b *book) {
	acted := b.commit(removal(b.comment("101", "ann", 0), 2, 0))
	got := b.decide(b.dismissal(acted, "mod"))
	want := acted
	pardoned := *acted.Strike
	pardoned.Pardoned, pardoned.PardonBy = start().Add(time.Hour), "mod"
	want.Version, want.State, want.Updated, want.Strike = 2, moderation.CaseDismissed, start().Add(time.Hour), &pardoned
	want.Events = append(slices.Clone(acted.Events), moderation.CaseEvent{At: start().Add(time.Hour), By: "mod", Kind: "dismissed", Note: "a quotation"})
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("the dismissed case differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.theCase("101")); diff != "" {
		b.Errorf("the dismissed case reads differently (-want +got):\n%s", diff)
	}
	r := b.record("ann")
	if moderation.ActivePoints(r.Strikes, start()) != 0 || r.Version != 2 || r.Rejected != 0 || len(r.Strikes) != 1 {
		b.Errorf("after the dismissal the record is %+v", r)
	}
}

func twoModerators(b *book) {
	acted := b.commit(removal(b.comment("101", "ann", 0), 2, 0))
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		wg.Go(func() {
			_, err := b.Decide(b.ctx, b.dismissal(acted, fmt.Sprint("mod", i)))
			if err != nil {
				b.refuses("decide second", err, ledger.ErrStale)
				return
			}
			mu.Lock()
			won++
			mu.Unlock()
		})
	}
	wg.Wait()
	if c := b.theCase("101"); won != 1 || c.Version != 2 || len(c.Events) != 2 {
		b.Errorf("%d of 8 moderators decided, leaving version %d and %d events", won, c.Version, len(c.Events))
	}
	if n := b.waiting(ledger.Effects); n != 3 {
		b.Errorf("%d effects wait, want 2 of the commit and 1 of the decision", n)
	}
}

func decisionTwice(b *book) {
	d := b.dismissal(b.commit(removal(b.comment("101", "ann", 0), 2, 0)), "mod")
	if diff := cmp.Diff(b.decide(d), b.decide(d)); diff != "" {
		b.Errorf("the decision again returned another case (-first +second):\n%s", diff)
	}
	if n := b.waiting(ledger.Effects); n != 3 {
		b.Errorf("%d effects wait, want 3", n)
	}
}

func editStalesDecision(b *book) {
	original := b.comment("101", "ann", 0)
	seen := b.commit(review(original))
	b.commit(removal(edited(original, time.Minute), 2, 0))
	_, err := b.Decide(b.ctx, b.dismissal(seen, "mod"))
	b.refuses("decide on what was there before the edit", err, ledger.ErrStale)
}

func reportsDoNotStale(b *book) {
	seen := b.commit(review(b.comment("101", "ann", 0)))
	card := moderation.MessageRef{Channel: "desk", Message: "900"}
	b.check("settle", b.Settle(b.ctx, b.guild, ledger.Effects, b.take(ledger.Effects, 1, time.Minute)[0],
		moderation.CaseEvent{At: start().Add(time.Second), Kind: "effect", Note: "card posted"}, card))
	got := b.decide(b.dismissal(seen, "mod"))
	if got.Card != card || len(got.Events) != 3 {
		b.Errorf("after the card and the decision the case is %+v", got)
	}
}

func rejected(b *book) {
	held := review(b.comment("101", "ann", 0))
	held.Case.Verdict.Action = moderation.Hold
	stored := b.commit(held)
	b.commit(review(b.comment("102", "ann", time.Second)))
	b.commit(removal(b.comment("103", "ann", 2*time.Second), 1, 0))
	if r := b.record("ann"); r.Rejected != 2 {
		b.Errorf("one held, one flagged, one removed: %d rejected, want 2", r.Rejected)
	}
	b.decide(b.dismissal(stored, "mod"))
	if r := b.record("ann"); r.Rejected != 1 || r.Version != 1 {
		b.Errorf("the held one given back: %d rejected at version %d, want 1 and 1", r.Rejected, r.Version)
	}
}

func pardonTwice(b *book) {
	acted := b.commit(removal(b.comment("101", "ann", 0), 2, 0))
	pardon := b.dismissal(acted, "mod")
	pardon.Kind, pardon.State, pardon.Effects = moderation.Pardon, "", nil
	got := b.decide(pardon)
	if got.State != moderation.CaseActed || got.Events[1].Kind != "pardoned" {
		b.Errorf("a pardon alone left state %s and event %q", got.State, got.Events[1].Kind)
	}
	second := pardon
	second.Version, second.By, second.At = got.Version, "other", start().Add(2*time.Hour)
	b.decide(second)
	r := b.record("ann")
	if r.Version != 2 || r.Strikes[0].PardonBy != "mod" {
		b.Errorf("a second pardon changed the record: %+v", r)
	}
}

func decisionEffects(b *book) {
	stored := b.commit(review(b.comment("101", "ann", 0)))
	b.decide(b.dismissal(stored, "mod"))
	taken := b.take(ledger.Effects, 10, time.Minute)
	if len(taken) != 2 || taken[0].Effect.Kind != moderation.ShowCard || taken[1].Effect.Kind != moderation.GiveBack {
		b.Errorf("took %+v, want the card and then the text given back", taken)
	}
}
