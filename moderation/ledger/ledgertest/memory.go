package ledgertest

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/moderation/ledger"
)

func memory() map[string]func(*book) {
	return map[string]func(*book){
		"OnceIsTrueForExactlyOneCaller":             onceForOne,
		"OnceIsTrueAgainWhenItsTimeHasPassed":       onceAgain,
		"AKeyIsHeldByOneAtATime":                    heldByOne,
		"AKeyIsFreeOnceItsHolderIsSilent":           heldNoMore,
		"WhatIsRememberedComesBackUntilItsTimeEnds": remembered,
		"SpendingNeverExceedsALimit":                neverExceeds,
		"SpendingIsAllOrNothing":                    allOrNothing,
		"ABudgetIsFreshInTheNextWindow":             nextWindow,
		"ABudgetThatCouldNeverPayIsAnError":         neverPays,
	}
}

func onceForOne(b *book) {
	var wg sync.WaitGroup
	var first atomic.Int32
	for range 16 {
		wg.Go(func() {
			yes, err := b.Once(b.ctx, b.guild, "alert", time.Minute)
			if err != nil {
				b.Errorf("once: %v", err)
			}
			if yes {
				first.Add(1)
			}
		})
	}
	wg.Wait()
	if n := first.Load(); n != 1 {
		b.Errorf("%d of 16 callers were the first", n)
	}
	if yes, err := b.Once(b.ctx, b.guild, "other", time.Minute); err != nil || !yes {
		b.Errorf("another key: %v, %v, want true", yes, err)
	}
}

func onceAgain(b *book) {
	for range 2 {
		b.until("the time of Once", func() bool {
			yes, err := b.Once(b.ctx, b.guild, "alert", 10*time.Millisecond)
			b.check("once", err)
			return yes
		})
	}
}

// hold demands that Hold answers as wanted.
func (b *book) hold(holder string, ttl time.Duration, want bool) {
	b.Helper()
	if mine, err := b.Hold(b.ctx, b.guild, "question", holder, ttl); err != nil || mine != want {
		b.Errorf("held by %s: %v, %v, want %v", holder, mine, err, want)
	}
}

func heldByOne(b *book) {
	b.hold("ann", time.Minute, true)
	b.hold("bob", time.Minute, false)
	b.hold("ann", time.Minute, true)
	b.hold("bob", 0, false)
	b.hold("bob", time.Minute, false)
	b.hold("ann", 0, true)
	b.hold("bob", time.Minute, true)
	if yes, err := b.Once(b.ctx, b.guild, "question", time.Minute); err != nil || !yes {
		b.Errorf("Once with a key that is held: %v, %v, want true", yes, err)
	}
}

func heldNoMore(b *book) {
	b.hold("ann", 20*time.Millisecond, true)
	b.until("the end of a hold", func() bool {
		mine, err := b.Hold(b.ctx, b.guild, "question", "bob", time.Minute)
		b.check("hold", err)
		return mine
	})
	b.hold("ann", time.Minute, false)
}

func remembered(b *book) {
	recall := func(key string) []byte {
		v, err := b.Recall(b.ctx, b.guild, key)
		b.check("recall", err)
		return v
	}
	if v := recall("opinion"); v != nil {
		b.Errorf("recalled %q before anything was remembered", v)
	}
	value := []byte{0, 255, '"', '\n'}
	b.check("remember", b.Remember(b.ctx, b.guild, "opinion", value, time.Minute))
	if v := recall("opinion"); !bytes.Equal(v, value) {
		b.Errorf("recalled %v, want %v", v, value)
	}
	b.check("remember", b.Remember(b.ctx, b.guild, "opinion", []byte("new"), 10*time.Millisecond))
	b.until("the end of a memory", func() bool { return recall("opinion") == nil })
	if yes, err := b.Once(b.ctx, b.guild, "opinion", time.Minute); err != nil || !yes {
		b.Errorf("Once with the key of a memory: %v, %v, want true", yes, err)
	}
}

func neverExceeds(b *book) {
	budgets := []ledger.Budget{
		{Key: "requests", Amount: 1, Limit: 10, Window: time.Minute},
		{Key: "tokens", Amount: 30, Limit: 1000, Window: time.Hour},
	}
	var wg sync.WaitGroup
	var paid atomic.Int32
	for range 40 {
		wg.Go(func() {
			ok, _, err := b.Spend(b.ctx, b.guild, start(), budgets)
			if err != nil {
				b.Errorf("spend: %v", err)
			}
			if ok {
				paid.Add(1)
			}
		})
	}
	wg.Wait()
	b.spent(start(), budgets, 10, 300)
	if n := paid.Load(); n != 10 {
		b.Errorf("%d of 40 were paid, want 10", n)
	}
}

func (b *book) spent(at time.Time, budgets []ledger.Budget, want ...int64) {
	b.Helper()
	used, err := b.Spent(b.ctx, b.guild, at, budgets)
	b.check("spent", err)
	if !slices.Equal(used, want) {
		b.Errorf("%v of the budgets is used, want %v", used, want)
	}
}

func allOrNothing(b *book) {
	minute := ledger.Budget{Key: "tokens", Amount: 60, Limit: 100, Window: time.Minute}
	day := ledger.Budget{Key: "tokens", Amount: 60, Limit: 1000, Window: 24 * time.Hour}
	both := []ledger.Budget{minute, day}
	if ok, _, err := b.Spend(b.ctx, b.guild, start(), both); err != nil || !ok {
		b.Fatalf("the first is not paid: %v, %v", ok, err)
	}
	ok, again, err := b.Spend(b.ctx, b.guild, start().Add(10*time.Second), both)
	if err != nil || ok || !again.Equal(start().Add(time.Minute)) {
		b.Errorf("the second: paid %v, again at %v, error %v; want refused until the next minute", ok, again, err)
	}
	b.spent(start(), both, 60, 60)
}

func nextWindow(b *book) {
	budget := []ledger.Budget{{Key: "requests", Amount: 1, Limit: 1, Window: time.Minute}}
	for i := range 3 {
		at := start().Add(time.Duration(i) * time.Minute)
		if ok, _, err := b.Spend(b.ctx, b.guild, at, budget); err != nil || !ok {
			b.Errorf("minute %d: paid %v, error %v", i, ok, err)
		}
		b.spent(at.Add(59*time.Second), budget, 1)
	}
}

func neverPays(b *book) {
	for what, budgets := range map[string][]ledger.Budget{
		"more than the limit": {{Key: "tokens", Amount: 11, Limit: 10, Window: time.Minute}},
		"a negative amount":   {{Key: "tokens", Amount: -1, Limit: 10, Window: time.Minute}},
		"no window":           {{Key: "tokens", Amount: 1, Limit: 10}},
		"a budget twice":      {{Key: "k", Amount: 1, Limit: 10, Window: time.Minute}, {Key: "k", Amount: 1, Limit: 10, Window: time.Minute}},
	} {
		if ok, _, err := b.Spend(b.ctx, b.guild, start(), budgets); err == nil || ok {
			b.Errorf("%s: %v, %v, want an error", what, ok, err)
		}
	}
	if ok, again, err := b.Spend(b.ctx, b.guild, start(), nil); err != nil || !ok || !again.IsZero() {
		b.Errorf("nothing to pay: %v, %v, %v, want true", ok, again, fmt.Sprint(err))
	}
}
