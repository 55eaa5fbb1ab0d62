package redis

import (
	"context"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// tripsAtOnce is how many pipelines are under way together: while the server works on
	// one, the next is filled and sent.
	tripsAtOnce = 2
	// sharedAtMost is how many calls share a pipeline; it bounds how long the first of them
	// waits for the last.
	sharedAtMost = 128
)

// trips runs one script for many callers. Whoever comes while all trips are under way
// shares the next one: alone a call costs one round trip at once, under load a fraction.
type trips struct {
	client goredis.UniversalClient
	script *goredis.Script

	mu       sync.Mutex
	waiting  []*call
	underway int
}

type call struct {
	keys   []string
	args   []any
	done   chan struct{}
	answer any
	err    error
}

// run runs the script and waits for its answer, or for the end of ctx; the script may still
// be run then, as with any command that timed out.
func (t *trips) run(ctx context.Context, keys []string, args []any) (any, error) {
	c := &call{keys: keys, args: args, done: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, c)
	if t.underway < tripsAtOnce {
		t.underway++
		go t.travel()
	}
	t.mu.Unlock()
	select {
	case <-c.done:
		return c.answer, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// travel makes trips until nobody waits. They belong to no caller in particular, so they
// end by the client's own timeouts.
func (t *trips) travel() {
	for {
		t.mu.Lock()
		n := min(len(t.waiting), sharedAtMost)
		if n == 0 {
			t.underway--
			t.mu.Unlock()
			return
		}
		calls := t.waiting[:n:n]
		t.waiting = t.waiting[n:]
		t.mu.Unlock()
		t.exchange(context.Background(), calls)
		for _, c := range calls {
			close(c.done)
		}
	}
}

// exchange sends the calls in one pipeline, and those again with the script's text for which
// the server does not know it, as after a restart or a failover.
func (t *trips) exchange(ctx context.Context, calls []*call) {
	unknown := t.send(ctx, calls, t.script.EvalSha)
	if len(unknown) > 0 {
		t.send(ctx, unknown, t.script.Eval)
	}
}

func (t *trips) send(ctx context.Context, calls []*call, run func(context.Context, goredis.Scripter, []string, ...any) *goredis.Cmd) (unknown []*call) {
	commands := make([]*goredis.Cmd, len(calls))
	// The pipeline's own error is the first of its commands' errors, which are all read below.
	_, _ = t.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, c := range calls {
			commands[i] = run(ctx, p, c.keys, c.args...)
		}
		return nil
	})
	for i, c := range calls {
		c.answer, c.err = commands[i].Result()
		if goredis.HasErrorPrefix(c.err, "NOSCRIPT") {
			unknown = append(unknown, c)
		}
	}
	return unknown
}
