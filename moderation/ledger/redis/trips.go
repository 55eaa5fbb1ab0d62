package redis

import (
	"context"
	"errors"
	"runtime"
	"sync"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation"
)

const (
	// sharedAtMost is how many calls share a pipeline; it bounds how long the first of them
	// waits for the last.
	sharedAtMost = 128
	// togetherAtMost is how many calls of one community share a run of the script, which
	// bounds for how long a run keeps everybody else from the server.
	togetherAtMost = 32
)

// trips runs observe.lua for many callers. Whoever comes while a trip is under way shares
// the next one: alone a call costs one round trip at once, under load a fraction. Calls of
// one community share a run of the script as well.
type trips struct {
	client goredis.UniversalClient
	hash   string // of observe.lua

	mu       sync.Mutex
	waiting  []*call
	underway bool
}

// call is one sighting on its way. It holds copies, because its caller may not wait for it.
type call struct {
	about *sighted
	done  chan struct{}

	observation moderation.Observation
	err         error
}

// run tells the script about a sighting and waits for its answer, or for the end of ctx; the
// script may still be run then, as with any command that timed out.
func (t *trips) run(ctx context.Context, about *sighted) (moderation.Observation, error) {
	c := &call{about: about, done: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	if !t.underway {
		t.underway = true
		go t.travel()
	}
	t.mu.Unlock()
	select {
	case <-c.done:
		return c.observation, c.err
	case <-ctx.Done():
		return moderation.Observation{}, ctx.Err()
	}
}

// travel makes trips until nobody waits. They belong to no caller in particular, so they
// end by the client's own timeouts.
func (t *trips) travel() {
	for calls := t.gather(); calls != nil; calls = t.gather() {
		t.exchange(context.Background(), calls)
		for _, c := range calls {
			close(c.done)
		}
	}
}

// gather returns those who make the next trip, nil when nobody waits. Where there is no
// processor to spare, others are let go first for as long as more of them come along.
func (t *trips) gather() []*call {
	for came := 0; ; {
		runtime.Gosched()
		t.mu.Lock()
		n := min(len(t.waiting), sharedAtMost)
		if n == came || n == sharedAtMost {
			calls := t.waiting[:n:n]
			if t.waiting = t.waiting[n:]; n == 0 {
				t.underway, calls = false, nil
			}
			t.mu.Unlock()
			return calls
		}
		came = n
		t.mu.Unlock()
	}
}

// exchange makes the calls in one pipeline. Those are sent again for which the server does
// not know the script, as after a restart or a failover, and one by one those that were
// refused together, so that one that cannot be carried out harms no other.
func (t *trips) exchange(ctx context.Context, calls []*call) {
	unknown, refused := t.send(ctx, together(calls), "EVALSHA", t.hash)
	if len(unknown) > 0 {
		_, more := t.send(ctx, unknown, "EVAL", observeLua)
		refused = append(refused, more...)
	}
	if len(refused) > 0 {
		t.send(ctx, refused, "EVAL", observeLua)
	}
}

// together puts calls of one community together, in their order.
func together(calls []*call) []*batch {
	var all []*batch
	for _, c := range calls {
		i := len(all) - 1
		for i >= 0 && all[i].shelf != c.about.shelf {
			i--
		}
		if i < 0 || len(all[i].calls) == togetherAtMost {
			i = len(all)
			all = append(all, &batch{shelf: c.about.shelf})
		}
		all[i].calls = append(all[i].calls, c)
	}
	return all
}

// send runs the script once for every batch by a command that begins with the given words. It
// returns those that the server knew no script for, and the calls of those that it refused,
// apart from each other.
func (t *trips) send(ctx context.Context, all []*batch, run ...any) (unknown, refused []*batch) {
	commands := make([]*goredis.Cmd, len(all))
	// The pipeline's own error is the first of its commands' errors, which are all read below.
	_, _ = t.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, b := range all {
			commands[i] = p.Do(ctx, b.command(run...)...)
		}
		return nil
	})
	for i, b := range all {
		answer, err := commands[i].Slice()
		switch {
		case goredis.HasErrorPrefix(err, "NOSCRIPT"):
			unknown = append(unknown, b)
		case len(b.calls) > 1 && isRefusal(err):
			for _, c := range b.calls {
				refused = append(refused, &batch{shelf: b.shelf, calls: []*call{c}})
			}
		default:
			t.answer(ctx, b, answer, err)
		}
	}
	return unknown, refused
}

// isRefusal reports whether the server answered that it could not carry a command out, for
// another reason than that it is not able to carry out anything at the moment.
func isRefusal(err error) bool {
	_, answered := errors.AsType[goredis.Error](err)
	return answered && away(err) == nil
}
