package openai

import (
	"context"
	"errors"
	"sync"
	"time"
)

// batcher gathers texts from many goroutines into few calls: a call is made when size texts
// wait or the first has waited long enough. While a call is under way the next one holds back
// until that returns, for the longer of two waits: under load that gathers far more.
type batcher struct {
	size int
	wait time.Duration // while no call is under way
	send func(ctx context.Context, texts []string) ([]map[string]float64, error)

	mu       sync.Mutex
	waiting  []waiter
	flush    *time.Timer // sends what waits; nil when nothing does
	underWay int         // calls
	overdue  bool        // what waits goes as soon as a call returns
}

// heldBack is how many times the usual wait a batch holds back for a call under way.
const heldBack = 10

type waiter struct {
	text   string
	answer chan<- scored // buffered: nobody waits for a reader who left
}

type scored struct {
	native map[string]float64
	err    error
}

// score returns the native scores of one text.
func (b *batcher) score(ctx context.Context, text string) (map[string]float64, error) {
	answer := make(chan scored, 1)
	b.add(ctx, waiter{text, answer})
	select {
	case s := <-answer:
		return s.native, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *batcher) add(ctx context.Context, w waiter) {
	// A batch outlives the caller that happened to start it; the calls in it have timeouts
	// of their own.
	detached := context.WithoutCancel(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, w)
	switch len(b.waiting) {
	case b.size:
		go b.deliver(detached, b.take())
	case 1:
		b.flush = time.AfterFunc(b.wait, func() { b.timeUp(detached) })
	}
}

// take empties the queue and counts a call as under way; the caller holds the lock.
func (b *batcher) take() []waiter {
	batch := b.waiting
	b.waiting, b.overdue = nil, false
	if b.flush != nil {
		b.flush.Stop()
		b.flush = nil
	}
	if len(batch) > 0 {
		b.underWay++
	}
	return batch
}

// timeUp sends what waits, or holds it back once if a call is under way. A timer that fires
// while its batch is being sent for being full finds the next batch, which then goes early:
// harmless.
func (b *batcher) timeUp(ctx context.Context) {
	b.mu.Lock()
	if b.underWay > 0 && !b.overdue && len(b.waiting) > 0 {
		b.overdue = true
		b.flush = time.AfterFunc((heldBack-1)*b.wait, func() { b.timeUp(ctx) })
		b.mu.Unlock()
		return
	}
	batch := b.take()
	b.mu.Unlock()
	b.deliver(ctx, batch)
}

// deliver sends a batch, and after it what has become overdue meanwhile.
func (b *batcher) deliver(ctx context.Context, batch []waiter) {
	for len(batch) > 0 {
		b.exchange(ctx, batch)
		batch = nil
		b.mu.Lock()
		b.underWay--
		if b.overdue {
			batch = b.take()
		}
		b.mu.Unlock()
	}
}

// exchange gets a batch its answers.
func (b *batcher) exchange(ctx context.Context, batch []waiter) {
	texts := make([]string, len(batch))
	for i, w := range batch {
		texts[i] = w.text
	}
	natives, err := b.send(ctx, texts)
	if len(batch) > 1 && faultOfQuestion(err) {
		// One text that the server refuses must not cost the others their answer.
		half := len(batch) / 2
		b.exchange(ctx, batch[:half])
		b.exchange(ctx, batch[half:])
		return
	}
	for i, w := range batch {
		if err != nil {
			w.answer <- scored{err: err}
			continue
		}
		w.answer <- scored{native: natives[i]}
	}
}

// faultOfQuestion reports whether a smaller batch may succeed where this one failed.
func faultOfQuestion(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.question()
}
