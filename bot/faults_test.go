package bot

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// faulty is a store whose operations fail when its fault says so, before or after they
// were done.
type faulty struct {
	ledger.Store
	// fault decides about the next operation: an error instead of doing it, or one instead
	// of its answer after it was done.
	fault func(operation string) (before, after error)
}

func (s *faulty) around(operation string, do func() error) error {
	before, after := s.fault(operation)
	if before != nil {
		return before
	}
	return cmp.Or(do(), after)
}

func (s *faulty) Observe(ctx context.Context, g moderation.Sighting) (o moderation.Observation, err error) {
	err = s.around("observe", func() (err error) { o, err = s.Store.Observe(ctx, g); return })
	return
}

func (s *faulty) Commit(ctx context.Context, c ledger.Commit) (stored moderation.Case, err error) {
	err = s.around("commit", func() (err error) { stored, err = s.Store.Commit(ctx, c); return })
	return
}

func (s *faulty) Case(ctx context.Context, guild, id string) (c moderation.Case, err error) {
	err = s.around("case", func() (err error) { c, err = s.Store.Case(ctx, guild, id); return })
	return
}

func (s *faulty) Record(ctx context.Context, guild, author string) (r moderation.Record, err error) {
	err = s.around("record", func() (err error) { r, err = s.Store.Record(ctx, guild, author); return })
	return
}

func (s *faulty) Take(ctx context.Context, guild string, q ledger.Queue, consumer string, n int, lease time.Duration) (d []ledger.Delivery, err error) {
	err = s.around("take", func() (err error) { d, err = s.Store.Take(ctx, guild, q, consumer, n, lease); return })
	return
}

func (s *faulty) Renew(ctx context.Context, guild string, q ledger.Queue, consumer string, held []ledger.Delivery, lease time.Duration) error {
	return s.around("renew", func() error { return s.Store.Renew(ctx, guild, q, consumer, held, lease) })
}

func (s *faulty) Settle(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, e moderation.CaseEvent, card moderation.MessageRef) error {
	return s.around("settle", func() error { return s.Store.Settle(ctx, guild, q, d, e, card) })
}

func (s *faulty) Later(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, at time.Time) error {
	return s.around("later", func() error { return s.Store.Later(ctx, guild, q, d, at) })
}

func (s *faulty) Advance(ctx context.Context, guild string, marks map[string]string) error {
	return s.around("advance", func() error { return s.Store.Advance(ctx, guild, marks) })
}

func (s *faulty) Watermarks(ctx context.Context, guild string) (m map[string]string, err error) {
	err = s.around("watermarks", func() (err error) { m, err = s.Store.Watermarks(ctx, guild); return })
	return
}

func (s *faulty) KeepPolicy(ctx context.Context, guild string, p ledger.PolicyVersion) error {
	return s.around("keep policy", func() error { return s.Store.KeepPolicy(ctx, guild, p) })
}

func (s *faulty) Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error {
	return s.around("remember", func() error { return s.Store.Remember(ctx, guild, key, value, ttl) })
}

// mortal kills a process once it has done one of its steps: from then on nothing that it
// does has an effect. Steps are operations of the store and effects carried out on the
// platform.
type mortal struct {
	mu    sync.Mutex
	steps int
	dies  int // after this step
	dead  chan struct{}
}

var errDead = fmt.Errorf("the process is dead: %w", ledger.ErrAway)

func (m *mortal) fault(string) (before, after error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps++
	switch {
	case m.steps < m.dies:
		return nil, nil
	case m.steps == m.dies:
		close(m.dead)
		return nil, errDead
	}
	return errDead, nil
}

// mortalHand carries out effects in the town until its process dies.
type mortalHand struct {
	*town
	*mortal
}

func (h mortalHand) Carry(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	before, after := h.fault("carry")
	if before != nil {
		return moderation.Receipt{}, before
	}
	r, err := h.town.Carry(ctx, e, c)
	return r, cmp.Or(err, after)
}

// summary is everything that must not depend on faults, order and repetition.
type summary struct {
	Strikes map[string][]string // author → case:points
	Cases   []string
	Done    []string // IDs of effects
	Waiting int
}

func summarise(t *testing.T, p *town, s ledger.Store) summary {
	t.Helper()
	sum := summary{Strikes: map[string][]string{}}
	cases, err := s.Find(context.Background(), "g", ledger.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		sum.Cases = append(sum.Cases, fmt.Sprintf("%s r%d %s %s sanction=%v", c.ID, c.Comment.Revision, c.State, c.Verdict.Action, c.Sanction))
		if c.Strike != nil {
			sum.Strikes[c.Comment.Author.ID] = append(sum.Strikes[c.Comment.Author.ID], fmt.Sprintf("%s:%d", c.Strike.Case, c.Strike.Points))
		}
	}
	for author, fromCases := range sum.Strikes {
		r, err := s.Record(context.Background(), "g", author)
		if err != nil {
			t.Fatal(err)
		}
		var inRecord []string
		for _, strike := range r.Strikes {
			inRecord = append(inRecord, fmt.Sprintf("%s:%d", strike.Case, strike.Points))
		}
		slices.Sort(fromCases)
		slices.Sort(inRecord)
		if !slices.Equal(fromCases, inRecord) {
			t.Fatalf("%s has strikes %v in the record and %v in the cases", author, inRecord, fromCases)
		}
	}
	slices.Sort(sum.Cases)
	sum.Done = slices.Compact(slices.Sorted(slices.Values(p.carried)))
	if sum.Waiting, err = s.Waiting(context.Background(), "g", ledger.Effects); err != nil {
		t.Fatal(err)
	}
	return sum
}

// scene is a short thread in which everything happens that leaves a trace.
func scene() []moderation.Comment {
	edit := says(6, "eve", "remove me instead")
	edit.Revision, edit.Time = noon.UnixMilli(), noon.Add(time.Second)
	moderator := says(8, "mod", "remove")
	moderator.Author.Exempt = moderation.ExemptModerator
	return []moderation.Comment{
		says(1, "ann", "remove one"), says(2, "bob", "hold this"), says(3, "ann", "remove two"),
		says(4, "cem", "review that"), says(5, "dee", "good morning"), says(6, "eve", "hello"), edit,
		says(7, "ann", "remove three"), moderator,
	}
}

// TestAProcessThatDiesBetweenAnyTwoStepsLosesNothingAndDoesNothingTwice kills the bot after
// every single step it takes and starts another on the same store. What remains must be
// what an undisturbed run leaves.
func TestAProcessThatDiesBetweenAnyTwoStepsLosesNothingAndDoesNothingTwice(t *testing.T) {
	var want summary
	synctest.Test(t, func(t *testing.T) {
		want, _, _ = lifeAndDeath(t, &mortal{dies: 1 << 30})
	})
	if len(want.Cases) != 7 || len(want.Strikes["ann"]) != 3 || len(want.Strikes["eve"]) != 1 || want.Waiting != 0 {
		t.Fatalf("an undisturbed run leaves %+v", want)
	}
	every := 1
	if testing.Short() {
		every = 5
		t.Log("-short: only every fifth step is tried")
	}
	for step, survived := 1, false; !survived; step += every {
		synctest.Test(t, func(t *testing.T) {
			got, twice, died := lifeAndDeath(t, &mortal{dies: step})
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("death after step %d changed the outcome (-undisturbed +got):\n%s", step, diff)
			}
			if len(twice) > inFlightAtMost {
				t.Fatalf("death after step %d: %d effects were repeated: %v", step, len(twice), twice)
			}
			survived = !died
		})
	}
}

// inFlightAtMost is how many effects can be carried out and not yet settled when a process
// dies: only these may be repeated, and repeating them changes nothing on the platform.
const inFlightAtMost = urgentAtOnce + othersAtOnce

// lifeAndDeath plays the scene to a bot that dies, then lets another finish.
func lifeAndDeath(t *testing.T, m *mortal) (sum summary, twice []string, died bool) {
	t.Helper()
	m.dead = make(chan struct{})
	p, store := newTown(), openStore(t)
	if err := store.Advance(t.Context(), "g", map[string]string{"news": "0"}); err != nil {
		t.Fatal(err)
	}
	first := start(t, p, &faulty{store, m.fault}, func(c *Config) {
		c.Enforcer = mortalHand{p, m}
		c.Drain, c.Log = time.Millisecond, nil
	})
	p.in.Gap(t.Context(), "g", p.seen("news"))
	for _, c := range scene() {
		p.write(c)
		go func() { _ = p.in.Comment(t.Context(), c) }() // a dead process takes nothing in
		synctest.Wait()
	}
	select {
	case <-m.dead:
		died = true
	case <-time.After(10 * time.Second):
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}

	p.running = make(chan struct{})
	second := start(t, p, store, nil)
	p.in.Gap(t.Context(), "g", p.seen("news"))
	settle(t, second.Bot, store) // what the dead process held is handed out again
	if err := second.stop(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, id := range p.carried {
		if seen[id]++; seen[id] == 2 && !strings.HasPrefix(id, "alert/") {
			twice = append(twice, id)
		}
	}
	return summarise(t, p, store), twice, died
}

// settle lets fake time pass until everything that failed or was lost has been tried again.
func settle(t *testing.T, b *Bot, s ledger.Store) {
	t.Helper()
	for range 100 {
		pass(2 * time.Second)
		n, err := s.Waiting(context.Background(), "g", ledger.Effects)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 && valueOf(t, b, "parley_comments_parked") == 0 {
			return
		}
		pass(30 * time.Second)
	}
	t.Fatal("after 50 minutes there are still effects that wait")
}

// write puts a comment into the town; an edit takes the place of what it edits.
func (p *town) write(c moderation.Comment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.posted {
		if p.posted[i].ID == c.ID {
			p.posted[i] = c
			return
		}
	}
	p.posted = append(p.posted, c)
}

// TestDuplicatedReorderedAndRetriedEventsLeaveWhatOneOrderedPassLeaves: many workers, each
// event up to three times, authors shuffled against each other, and a store that fails now
// and then after having done what it was asked.
func TestDuplicatedReorderedAndRetriedEventsLeaveWhatOneOrderedPassLeaves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SampledFrom([]string{"remove", "hold", "review", "fine", "fine", "remove"})
		authors := rapid.SampledFrom([]string{"ann", "bob", "cem", "dee"})
		var ordered []moderation.Comment
		for i := range rapid.IntRange(1, 12).Draw(rt, "comments") {
			ordered = append(ordered, says(i+1, authors.Draw(rt, "author"), texts.Draw(rt, "text")))
		}
		shuffled := disturb(rt, ordered)
		flaky := rapid.SampledFrom([]float64{0, 0.1, 0.3}).Draw(rt, "share of operations that seem to fail")

		var want, got summary
		synctest.Test(t, func(t *testing.T) { want = play(t, ordered, 1, 0) })
		synctest.Test(t, func(t *testing.T) { got = play(t, shuffled, 8, flaky) })
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("(-one ordered pass +got):\n%s", diff)
		}
	})
}

// disturb repeats and reorders events. Each author's own comments keep their order, as a
// platform delivers them; repetitions come any time later.
func disturb(rt *rapid.T, ordered []moderation.Comment) []moderation.Comment {
	queues := map[string][]moderation.Comment{}
	var names []string
	for _, c := range ordered {
		if queues[c.Author.ID] == nil {
			names = append(names, c.Author.ID)
		}
		queues[c.Author.ID] = append(queues[c.Author.ID], c)
	}
	var out []moderation.Comment
	for left := len(ordered); left > 0; left-- {
		name := rapid.SampledFrom(names).Filter(func(n string) bool { return len(queues[n]) > 0 }).Draw(rt, "next")
		out = append(out, queues[name][0])
		queues[name] = queues[name][1:]
		if rapid.IntRange(0, 2).Draw(rt, "repeat") == 0 {
			out = append(out, rapid.SampledFrom(out).Draw(rt, "repeated"))
		}
	}
	return out
}

// play runs events through a bot whose store claims that a share of its operations failed
// although they were done.
func play(t *testing.T, events []moderation.Comment, workers int, flaky float64) summary {
	t.Helper()
	p, store := newTown(), openStore(t)
	fault := func(string) (error, error) {
		if rand.Float64() < flaky {
			return nil, fmt.Errorf("no answer in time: %w", ledger.ErrAway)
		}
		return nil, nil
	}
	b := start(t, p, &faulty{store, fault}, func(c *Config) {
		c.Workers = workers
		c.Log = nil
		c.Rulebook = houseRules(func(s *policy.Settings) { s.HourlyCap = 0 })
	})
	for _, c := range events {
		p.post(t, c)
	}
	settle(t, b.Bot, store)
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	sum := summarise(t, p, store)
	sum.Done = slices.DeleteFunc(sum.Done, func(id string) bool { return strings.HasPrefix(id, "alert/") })
	return sum
}

// late is a store that answers from some moment on.
type late struct {
	ledger.Store
	from time.Time
}

func (s *late) Ping(ctx context.Context) error {
	if time.Now().Before(s.from) {
		return ledger.ErrAway
	}
	return s.Store.Ping(ctx)
}
