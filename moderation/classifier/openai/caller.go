package openai

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"parley/moderation"
	"parley/moderation/ledger"
)

const (
	attempts       = 3                      // calls for one question at most, the first included
	firstDelay     = 250 * time.Millisecond // longest wait before the second; doubles with every further one
	shortWait      = 2 * time.Second        // what is waited out in place; anything longer goes back to the queue
	failuresToOpen = 5                      // failures in a row that open the breaker
	breakerPause   = 30 * time.Second       // how long it stays open before one call may try
)

// caller makes the calls of one stage: no faster than the provider asks, within the
// budgets, behind a circuit breaker, and a bounded number of times.
type caller struct {
	name    string
	stage   Stage
	purse   purse
	tally   *tally
	changed func(Change)

	pace    pace
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]

	mu      sync.Mutex
	tipped  []Change  // what the breaker did during a call and nobody was told yet
	lastErr string    // the latest failure, for status
	broke   time.Time // when the used-up budget is filled again
}

func newCaller(name string, stage Stage, p purse, t *tally, changed func(Change)) *caller {
	c := &caller{name: name, stage: stage, purse: p, tally: t, changed: changed}
	c.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          name,
		Timeout:       breakerPause,
		ReadyToTrip:   func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= failuresToOpen },
		IsSuccessful:  func(err error) bool { return blame(err) == countsAsSuccess },
		IsExcluded:    func(err error) bool { return errors.Is(err, errNotSent) || blame(err) == countsAsNothing },
		OnStateChange: c.tip,
	})
	return c
}

// errNotSent tells the breaker that a call it had let through was not made after all.
var errNotSent = errors.New("not sent")

// tip notes a change of the breaker. It runs under the breaker's lock, so telling waits.
func (c *caller) tip(_ string, from, to gobreaker.State) {
	c.tally.breaker(c.name, to != gobreaker.StateClosed)
	if to == gobreaker.StateHalfOpen || (from == gobreaker.StateHalfOpen && to == gobreaker.StateOpen) {
		return // a probe, or a probe that failed: nothing new for anybody
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tipped = append(c.tipped, Change{Stage: c.name, Open: to == gobreaker.StateOpen, At: time.Now()})
}

// tell passes noted changes on.
func (c *caller) tell() {
	c.mu.Lock()
	tipped := c.tipped
	c.tipped = nil
	c.mu.Unlock()
	for _, change := range tipped {
		c.changed(change)
	}
}

// call asks until there is an answer, the error is final, or the attempts are used up.
// Tokens is what one attempt may use. A *moderation.LaterError means that nothing was asked.
func call[T any](ctx context.Context, c *caller, tokens int64, do func(context.Context) (T, error)) (T, error) {
	delay := firstDelay
	var failed error // by the attempt before
	for attempt := 1; ; attempt++ {
		answer, err := callOnce(ctx, c, tokens, do)
		if err == nil {
			return answer, nil
		}
		var later *moderation.LaterError
		postponed := errors.As(err, &later)
		if postponed && errors.Is(failed, ErrNonsense) {
			return answer, failed // asked once more later, it would use up the budget of those that wait
		}
		failed = err
		hopeless := postponed || !retryable(err) || ctx.Err() != nil
		if hopeless || attempt == attempts || (errors.Is(err, ErrNonsense) && attempt > 1) {
			return answer, err
		}
		if sleep(ctx, rand.N(delay)) != nil {
			return answer, err
		}
		delay *= 2
	}
}

// callOnce makes one attempt.
func callOnce[T any](ctx context.Context, c *caller, tokens int64, do func(context.Context) (T, error)) (answer T, err error) {
	if err := c.awaitTurn(ctx, tokens); err != nil {
		return answer, err
	}
	defer c.tell()
	done, err := c.breaker.Allow()
	if err != nil {
		return answer, c.unavailable()
	}
	if err := c.spend(ctx, tokens); err != nil {
		done(errNotSent)
		return answer, err
	}
	started := time.Now()
	limited, cancel := context.WithTimeout(ctx, c.stage.Timeout)
	defer cancel()
	answer, err = do(limited)
	if err != nil && ctx.Err() != nil {
		done(errNotSent) // whoever asked left; that says nothing about the server
		return answer, fmt.Errorf("%s: %w", c.name, err)
	}
	done(err)
	c.tally.call(c.name, err, time.Since(started))
	if err != nil {
		c.note(err)
		return answer, fmt.Errorf("%s: %w", c.name, err)
	}
	return answer, nil
}

// awaitTurn waits until the provider welcomes a call, if that is soon.
func (c *caller) awaitTurn(ctx context.Context, tokens int64) error {
	now := time.Now()
	ready := c.pace.ready(now, tokens)
	wait := ready.Sub(now)
	if wait > shortWait {
		return c.throttled(ready)
	}
	if wait <= 0 {
		return nil
	}
	return sleep(ctx, wait)
}

// spend takes a call out of the budgets that all processes share.
func (c *caller) spend(ctx context.Context, tokens int64) error {
	budgets := c.stage.Limits.budgets(c.name, tokens)
	if len(budgets) == 0 {
		return nil
	}
	ok, again, err := c.purse.Spend(ctx, account, time.Now(), budgets)
	if err != nil {
		return fmt.Errorf("%s: take a call from the budget: %w", c.name, err)
	}
	if !ok {
		c.tally.refused(c.name)
		c.mu.Lock()
		c.broke = again
		c.mu.Unlock()
		return c.overBudget(again)
	}
	return nil
}

// overspend books tokens that a call used beyond what was reserved for it, so that the calls
// after it stay within the limits all the same. Some texts, such as endless digits, have more
// tokens than anybody would guess.
func (c *caller) overspend(ctx context.Context, tokens int64) error {
	if tokens <= 0 {
		return nil
	}
	var budgets []ledger.Budget
	for _, b := range c.stage.Limits.budgets(c.name, 0) {
		if b.Amount == 0 { // one of tokens
			b.Amount, b.Limit = tokens, unlimited
			budgets = append(budgets, b)
		}
	}
	if len(budgets) == 0 {
		return nil
	}
	if _, _, err := c.purse.Spend(ctx, account, time.Now(), budgets); err != nil {
		return fmt.Errorf("book %d tokens more: %w", tokens, err)
	}
	return nil
}

// closed returns a *moderation.LaterError when it is already known that no call can be made
// now. It saves a crowd of waiting questions the way to the ledger.
func (c *caller) closed(now time.Time) error {
	c.mu.Lock()
	broke := c.broke
	c.mu.Unlock()
	if broke.After(now) {
		return c.overBudget(broke)
	}
	if ready := c.pace.ready(now, 0); ready.Sub(now) > shortWait {
		return c.throttled(ready)
	}
	if c.breaker.State() == gobreaker.StateOpen {
		return c.unavailable()
	}
	return nil
}

// unavailable spreads the return of those who wait, so that they do not come all at once.
func (c *caller) unavailable() error {
	return &moderation.LaterError{
		At:  time.Now().Add(breakerPause/2 + rand.N(breakerPause/2)),
		Err: fmt.Errorf("%s: %w: it failed %d times in a row; %s", c.name, moderation.ErrUnavailable, failuresToOpen, c.latest()),
	}
}

func (c *caller) overBudget(until time.Time) error {
	return &moderation.LaterError{At: until, Err: fmt.Errorf("%s: %w", c.name, moderation.ErrOverBudget)}
}

func (c *caller) throttled(until time.Time) error {
	return &moderation.LaterError{At: until, Err: fmt.Errorf("%s: %w: the provider asks to wait", c.name, moderation.ErrOverBudget)}
}

func (c *caller) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastErr = err.Error()
}

func (c *caller) latest() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastErr
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
