package bot

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
)

// deadly is a store that a process can no longer reach once it is dead, neither for comments
// nor for what second opinions keep there.
type deadly struct{ *faulty }

func (s deadly) Once(ctx context.Context, guild, key string, ttl time.Duration) (mine bool, err error) {
	err = s.around("once", func() (err error) { mine, err = s.Store.Once(ctx, guild, key, ttl); return })
	return
}

func (s deadly) Recall(ctx context.Context, guild, key string) (value []byte, err error) {
	err = s.around("recall", func() (err error) { value, err = s.Store.Recall(ctx, guild, key); return })
	return
}

func (s deadly) Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error {
	return s.around("remember", func() error { return s.Store.Remember(ctx, guild, key, value, ttl) })
}

func (s deadly) Spend(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) (ok bool, again time.Time, err error) {
	err = s.around("spend", func() (err error) { ok, again, err = s.Store.Spend(ctx, guild, at, budgets); return })
	return
}

// provider is a model that takes its time, and notes how many calls each minute sees.
type provider struct {
	*openaitest.Server
	mu      sync.Mutex
	minutes map[time.Time]int
}

// newProvider makes a model that removes one comment of three, allows one, and declines to
// speak of the third.
func newProvider() *provider {
	p := &provider{minutes: make(map[time.Time]int)}
	p.Server = openaitest.New(openaitest.Script{
		Latency: 300 * time.Millisecond,
		Judge: func(asked openaitest.Prompt) openaitest.Answer {
			var n int
			fmt.Sscanf(asked.Comment, "unsure about thing number %d", &n)
			switch n % 3 {
			case 0:
				return openaitest.Answer{Verdict: "remove", Category: "insult", Confidence: 0.9, Quote: asked.Comment, Reason: "An insult."}
			case 1:
				return asked.Harmless()
			}
			return openaitest.Answer{Refusal: "I would rather not."}
		},
		Fault: func(openaitest.Call) openaitest.Fault {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.minutes[time.Now().Truncate(time.Minute)]++
			return openaitest.Fault{}
		},
	})
	return p
}

// adviser asks the provider within a budget.
func (p *provider) adviser(t *testing.T, budget int64, memory ledger.Memory) *openai.Adviser {
	t.Helper()
	a, err := openai.New(openai.Config{
		BaseURL: p.URL(), HTTP: &http.Client{Transport: p.Transport()}, Patience: time.Hour,
		Judge: openai.Judge{Stage: openai.Stage{
			Model: "test", OnError: moderation.Review, Limits: openai.Limits{RequestsPerMinute: budget},
		}},
	}, memory)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// crowd is how many undecided comments there are. In full (20 minutes of the bot's time):
//
//	go test ./bot -run ACrowd -crowd 10000
var crowd = flag.Int("crowd", 500, "undecided comments that are posted at once; a twentieth of them is the budget of calls a minute")

func TestACrowdOfUndecidedCommentsIsAnsweredThoughTheBotDiesAndTheStoreRestarts(t *testing.T) {
	comments := *crowd
	if testing.Short() {
		comments = 300
	}
	budget := int64(comments / 20)
	synctest.Test(t, func(t *testing.T) {
		dir, model := t.TempDir(), newProvider()
		open := func() *embedded.Store {
			s, err := embedded.Open(t.Context(), dir, embedded.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		run := func(p *town, s ledger.Store) running {
			return start(t, p, s, func(c *Config) {
				withAdviser(model.adviser(t, budget, s))(c)
				c.Drain = time.Millisecond
			})
		}

		store, doomed := open(), &mortal{dies: comments * 6, dead: make(chan struct{})}
		p := newTown()
		first := run(p, deadly{&faulty{store, doomed.fault}})
		for i := range comments {
			p.post(t, says(i+1, fmt.Sprint("author", i%50), fmt.Sprint("unsure about thing number ", i+1)))
		}
		<-doomed.dead
		if err := first.stop(); err != nil { // it is only buried: nothing that it does has an effect
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}

		again := open()
		waiting := func() int {
			n, err := again.Waiting(t.Context(), "g", ledger.Opinions)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		left := waiting()
		p.running = make(chan struct{})
		second := run(p, again)
		for _, c := range p.posted { // what the dead process had not noted as read comes again
			if err := p.in.Comment(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		for range 120 {
			if pass(time.Minute); waiting() == 0 {
				break
			}
		}
		if err := second.stop(); err != nil {
			t.Fatal(err)
		}

		if left == 0 || left == comments {
			t.Errorf("%d questions of %d were left when the process died; the test wants some", left, comments)
		}
		states := map[moderation.CaseState]int{}
		for i := range comments {
			c := caseOf(t, again, fmt.Sprint(i+1))
			states[c.State]++
			if n := answers(c); n != 1 {
				t.Errorf("case %s was decided by %d opinions: %s", c.ID, n, event(c))
			}
		}
		third := comments / 3
		if states[moderation.CaseActed] < third || states[moderation.CaseCleared] < third || states[moderation.CaseOpen] < third {
			t.Errorf("cases ended as %v; want a third each removed, cleared, and with moderators as on_error says", states)
		}
		for minute, calls := range model.minutes {
			if calls > int(budget) {
				t.Errorf("%d calls in the minute of %s, the budget is %d", calls, minute.Format("15:04"), budget)
			}
		}
		t.Logf("%d comments, %d calls in %d minutes, %d questions left when the process died", comments, len(model.Calls()), len(model.minutes), left)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour) // calls that nobody waits for any more come to their end
	})
}

// answers counts the verdicts that came of second opinions in a case's history.
func answers(c moderation.Case) int {
	n := 0
	for _, e := range c.Events {
		if strings.Contains(e.Note, "after a second opinion") {
			n++
		}
	}
	return n
}
