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

func outbox() map[string]func(*book) {
	return map[string]func(*book){
		"EffectsAreTakenOldestFirstAndOnce":        takenOnce,
		"TwoWorkersShareTheEffects":                workersShare,
		"AnExpiredLeaseIsHandedOutAgain":           leaseExpires,
		"ARenewedLeaseDoesNotEnd":                  leaseRenewed,
		"RenewingTakesNothingBackFromAnother":      renewedTooLate,
		"AnExpiredLeaseIsFoundBehindManyFreshOnes": staleBehindFresh,
		"ASettledEffectIsGoneAndItsCaseKnows":      settled,
		"SettlingTwiceIsNotedOnce":                 settledTwice,
		"AnEffectGivenBackWaitsForItsTime":         givenBack,
		"AnEffectWithoutACaseCanBeSettled":         withoutCase,
		"OpinionsAndEffectsDoNotMix":               queuesApart,
		"ALeaseThatEndedDoesNotStopItsFirstWorker": slowWorker,
		"WatermarksOnlyMoveForward":                watermarks,
	}
}

// staleBehindFresh leaves many effects that were taken over a moment ago in front of one
// whose lease has ended.
func staleBehindFresh(b *book) {
	const lease = 300 * time.Millisecond
	b.fill(26)
	b.take(ledger.Effects, 26, lease)
	taken := time.Now()
	b.until("the end of the lease", func() bool { return time.Since(taken) > lease+20*time.Millisecond })
	b.take(ledger.Effects, 25, lease)
	if got := names(b.take(ledger.Effects, 1, lease)); !slices.Equal(got, []string{"125"}) {
		b.Errorf("took %v, want the one whose lease has ended", got)
	}
}

// fill commits n reviews, which leave one effect each.
func (b *book) fill(n int) {
	b.Helper()
	for i := range n {
		b.commit(review(b.comment(fmt.Sprint(100+i), "ann", time.Duration(i)*time.Second)))
	}
}

func names(taken []ledger.Delivery) []string {
	var ids []string
	for _, d := range taken {
		ids = append(ids, d.Effect.Case)
	}
	return ids
}

func takenOnce(b *book) {
	b.fill(3)
	first := b.take(ledger.Effects, 2, time.Minute)
	if got := names(first); !slices.Equal(got, []string{"100", "101"}) {
		b.Fatalf("took %v, want the two oldest", got)
	}
	want := effect(b.comment("100", "ann", 0), moderation.ShowCard)
	if diff := cmp.Diff(want, first[0].Effect); diff != "" || first[0].Attempts != 1 || first[0].Token == "" {
		b.Errorf("the delivery is %+v (-want +got):\n%s", first[0], diff)
	}
	if got := names(b.take(ledger.Effects, 5, time.Minute)); !slices.Equal(got, []string{"102"}) {
		b.Errorf("then took %v, want the one that was left", got)
	}
	if got := b.take(ledger.Effects, 5, time.Minute); len(got) != 0 {
		b.Errorf("then took %v, want nothing", names(got))
	}
	if n := b.waiting(ledger.Effects); n != 3 {
		b.Errorf("%d wait, want all 3 until they are settled", n)
	}
}

func workersShare(b *book) {
	const n = 40
	b.fill(n)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := make(map[string]int)
	for i := range 4 {
		wg.Go(func() {
			for {
				taken, err := b.Take(b.ctx, b.guild, ledger.Effects, fmt.Sprint("worker", i), 3, time.Minute)
				if err != nil {
					b.Errorf("take: %v", err)
					return
				}
				if len(taken) == 0 {
					return
				}
				mu.Lock()
				for _, d := range taken {
					seen[d.Effect.Case]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, times := range seen {
		if times != 1 {
			b.Errorf("effect of case %s was handed out %d times", id, times)
		}
	}
	if len(seen) != n {
		b.Errorf("%d of %d effects were handed out", len(seen), n)
	}
}

// until calls f until it is content, for at most a few seconds of real time: leases are
// measured by the clock of the store.
func (b *book) until(what string, f func() bool) {
	b.Helper()
	for tick, end := time.Tick(5*time.Millisecond), time.Now().Add(5*time.Second); time.Now().Before(end); <-tick {
		if f() {
			return
		}
	}
	b.Fatalf("%s: waited 5 seconds in vain", what)
}

func leaseExpires(b *book) {
	b.fill(2)
	const lease = 20 * time.Millisecond
	lost := b.take(ledger.Effects, 1, lease)
	taken := time.Now()
	b.until("the end of the lease", func() bool { return time.Since(taken) > 2*lease })
	again, err := b.Take(b.ctx, b.guild, ledger.Effects, "heir", 5, lease)
	b.check("take", err)
	if got := names(again); !slices.Equal(got, []string{"100", "101"}) {
		b.Fatalf("handed out %v, want the lost one and then the new one", got)
	}
	if again[0].Effect.ID != lost[0].Effect.ID || again[0].Attempts != 2 || again[1].Attempts != 1 {
		b.Errorf("attempts are numbered %d and %d, want 2 and 1", again[0].Attempts, again[1].Attempts)
	}
}

func (b *book) renew(held []ledger.Delivery, lease time.Duration) {
	b.Helper()
	b.check("renew", b.Renew(b.ctx, b.guild, ledger.Effects, "worker", held, lease))
}

func leaseRenewed(b *book) {
	b.fill(2)
	const lease = 200 * time.Millisecond
	held := b.take(ledger.Effects, 2, lease)
	taken := time.Now()
	b.until("the end of the first lease", func() bool {
		b.renew(held[:1], lease)
		return time.Since(taken) > lease+50*time.Millisecond
	})
	again, err := b.Take(b.ctx, b.guild, ledger.Effects, "heir", 5, lease)
	b.check("take", err)
	if got := names(again); !slices.Equal(got, []string{"101"}) {
		b.Errorf("handed out %v, want the one that was not renewed", got)
	}
	b.check("give back", b.Later(b.ctx, b.guild, ledger.Effects, held[0], time.Now()))
	if again := b.take(ledger.Effects, 1, lease); len(again) != 1 || again[0].Attempts != 2 {
		b.Errorf("given back after renewals, it comes as %+v, want the second attempt", again)
	}
}

func renewedTooLate(b *book) {
	b.renew([]ledger.Delivery{{Token: "1-1"}}, time.Hour) // before there is a queue
	b.fill(1)
	const lease = 20 * time.Millisecond
	slow := b.take(ledger.Effects, 1, lease)
	for range 2 { // the second time from the heir, whose lease was not prolonged
		var heir []ledger.Delivery
		b.until("the end of the lease", func() (taken bool) {
			var err error
			heir, err = b.Take(b.ctx, b.guild, ledger.Effects, "heir", 1, lease)
			b.check("take", err)
			return len(heir) == 1
		})
		b.renew(slow, time.Hour)
	}
	b.settle(slow[0], moderation.CaseEvent{}, moderation.MessageRef{})
	b.renew(slow, time.Hour) // after it is gone
}

func (b *book) settle(d ledger.Delivery, e moderation.CaseEvent, card moderation.MessageRef) {
	b.Helper()
	b.check("settle "+d.Effect.ID, b.Settle(b.ctx, b.guild, ledger.Effects, d, e, card))
}

func settled(b *book) {
	b.fill(1)
	card := moderation.MessageRef{Channel: "desk", Message: "900"}
	done := moderation.CaseEvent{At: start().Add(time.Minute), Kind: "effect", Note: "card posted"}
	b.settle(b.take(ledger.Effects, 1, time.Minute)[0], done, card)
	c := b.theCase("100")
	if c.Card != card || len(c.Events) != 2 || !cmp.Equal(c.Events[1], done) {
		b.Errorf("the case knows card %+v and events %+v", c.Card, c.Events)
	}
	if n := b.waiting(ledger.Effects); n != 0 {
		b.Errorf("%d wait, want none", n)
	}
}

func settledTwice(b *book) {
	b.fill(1)
	d := b.take(ledger.Effects, 1, time.Minute)[0]
	done := moderation.CaseEvent{At: start(), Kind: "effect"}
	b.settle(d, done, moderation.MessageRef{})
	b.settle(d, done, moderation.MessageRef{})
	if c := b.theCase("100"); len(c.Events) != 2 {
		b.Errorf("the case has %d events, want 2", len(c.Events))
	}
}

func givenBack(b *book) {
	b.fill(1)
	d := b.take(ledger.Effects, 1, time.Minute)[0]
	b.check("give back", b.Later(b.ctx, b.guild, ledger.Effects, d, time.Now().Add(time.Hour)))
	if got := b.take(ledger.Effects, 1, time.Minute); len(got) != 0 || b.waiting(ledger.Effects) != 1 {
		b.Errorf("an hour early: took %v, %d wait, want none taken and 1 waiting", names(got), b.waiting(ledger.Effects))
	}
	b.fill(2)
	d = b.take(ledger.Effects, 1, time.Minute)[0]
	b.check("give back", b.Later(b.ctx, b.guild, ledger.Effects, d, time.Now().Add(-time.Second)))
	again := b.take(ledger.Effects, 1, time.Minute)
	if len(again) != 1 || again[0].Effect.ID != d.Effect.ID || again[0].Attempts != 2 {
		b.Errorf("when it is due, took %+v, want the second attempt of %s", again, d.Effect.ID)
	}
	b.settle(again[0], moderation.CaseEvent{}, moderation.MessageRef{})
	if n := b.waiting(ledger.Effects); n != 1 {
		b.Errorf("%d wait, want the one that is due in an hour", n)
	}
}

func withoutCase(b *book) {
	c := review(b.comment("100", "ann", 0))
	c.Effects = []moderation.Effect{{ID: "alert/cap", Kind: moderation.Alert, Guild: b.guild, Text: "too much", Created: start()}}
	b.commit(c)
	b.settle(b.take(ledger.Effects, 1, time.Minute)[0], moderation.CaseEvent{At: start(), Kind: "effect"}, moderation.MessageRef{Channel: "desk", Message: "1"})
	if n := b.waiting(ledger.Effects); n != 0 {
		b.Errorf("%d wait, want none", n)
	}
	_, err := b.Case(b.ctx, b.guild, "")
	b.refuses("read the case of an alert", err, ledger.ErrNotFound)
}

func queuesApart(b *book) {
	c := review(b.comment("100", "ann", 0))
	c.Queue = []moderation.Effect{effect(c.Case.Comment, moderation.AskOpinion)}
	b.commit(c)
	asked := b.take(ledger.Opinions, 5, time.Minute)
	if len(asked) != 1 || asked[0].Effect.Kind != moderation.AskOpinion {
		b.Errorf("the opinions queue gave %+v", asked)
	}
	if got := b.take(ledger.Effects, 5, time.Minute); len(got) != 1 || got[0].Effect.Kind != moderation.ShowCard {
		b.Errorf("the effects queue gave %+v", got)
	}
}

func slowWorker(b *book) {
	b.fill(1)
	slow := b.take(ledger.Effects, 1, time.Millisecond)[0]
	var fast []ledger.Delivery
	b.until("lease", func() bool { fast = b.take(ledger.Effects, 1, time.Millisecond); return len(fast) == 1 })
	b.check("give back", b.Later(b.ctx, b.guild, ledger.Effects, slow, time.Now().Add(time.Hour))) // too late: it is another's
	b.until("lease", func() bool { fast = b.take(ledger.Effects, 1, time.Millisecond); return len(fast) == 1 })
	b.settle(slow, moderation.CaseEvent{At: start(), Kind: "effect", Note: "slow"}, moderation.MessageRef{})
	b.settle(fast[0], moderation.CaseEvent{At: start(), Kind: "effect", Note: "fast"}, moderation.MessageRef{})
	if c := b.theCase("100"); len(c.Events) != 2 || b.waiting(ledger.Effects) != 0 {
		b.Errorf("done by two workers, the case has events %+v and %d effects wait", c.Events, b.waiting(ledger.Effects))
	}
}

func watermarks(b *book) {
	advance := func(marks map[string]string) { b.check("advance", b.Advance(b.ctx, b.guild, marks)) }
	advance(map[string]string{"plaza": "1200000000000000002", "forum": "99"})
	advance(map[string]string{"plaza": "1200000000000000001", "forum": "100"})
	advance(map[string]string{"plaza": "999"})
	advance(nil)
	got, err := b.Watermarks(b.ctx, b.guild)
	b.check("read watermarks", err)
	if want := map[string]string{"plaza": "1200000000000000002", "forum": "100"}; !cmp.Equal(got, want) {
		b.Errorf("watermarks are %v, want %v", got, want)
	}
}
