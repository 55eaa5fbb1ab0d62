package openai_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
)

// persist asks until there is an opinion, coming back whenever told to, as the bot does.
func persist(t testing.TB, a *openai.Adviser, c moderation.Case) moderation.Opinion {
	for {
		o, err := a.Opinion(t.Context(), c)
		if err == nil {
			return o
		}
		var l *moderation.LaterError
		if !errors.As(err, &l) {
			t.Errorf("no opinion: %v", err)
			return moderation.Opinion{}
		}
		time.Sleep(time.Until(l.At))
	}
}

// disguises are one text as raiders vary it.
var disguises = []string{
	"Everybody knows who is behind this, look it up",
	"EVERYBODY knows who is behind this, look it up",
	"Everybody  knows\nwho is behind this, look it up",
	"3v3rybody kn0ws who is behind this, look it up",
	"Evérybody knows whö is behind this, look it up",
	"Everybody k.n.o.w.s who is behind this, look it up",
}

func TestACopyPasteRaidCostsThreeCallsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond, Judge: removing})
		shared := newMemory()
		cfg := judge()
		cfg.Moderation.Model = "scores-1"
		processes := []*openai.Adviser{adviser(t, cfg, server, shared), adviser(t, cfg, server, shared), adviser(t, cfg, server, shared)}
		var raid sync.WaitGroup
		var removed atomic.Int64
		for i := range 1000 {
			raid.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				c := undecided(disguises[i%len(disguises)])
				c.ID = fmt.Sprint(1000 + i)
				o := persist(t, processes[i%len(processes)], c)
				if o.Action == moderation.Remove && o.Span.In(c.Comment.Text) == c.Comment.Text {
					removed.Add(1)
				}
			})
		}
		raid.Wait()
		if calls := len(server.Calls()); calls > 3 {
			t.Errorf("the raid cost %d calls, want 3 at most", calls)
		}
		if removed.Load() != 1000 {
			t.Errorf("%d of 1000 copies got the answer with their own words quoted", removed.Load())
		}
	})
}

func TestAnAnswerIsNotReusedWhereTheQuestionIsAnother(t *testing.T) {
	base := func() moderation.Case { return undecided("yes, all of them") }
	for name, change := range map[string]func(*moderation.Case){
		"other words":       func(c *moderation.Case) { c.Comment.Text = "yes, some of them" },
		"another article":   func(c *moderation.Case) { c.Comment.Article.Title = "Shelter saves kittens" },
		"another parent":    func(c *moderation.Case) { c.Comment.Parent.Text = "Should they all go?" },
		"another policy":    func(c *moderation.Case) { c.Verdict.Policy = "p2" },
		"another community": func(c *moderation.Case) { c.Guild = "g2" },
		"words in an embed": func(c *moderation.Case) { c.Comment.Passages = []moderation.Passage{{Kind: "embed", Text: "!"}} },
		"a picture beside it": func(c *moderation.Case) {
			c.Comment.Attachments = []moderation.Attachment{{ContentType: "image/png", URL: "https://cdn.test/a.png"}}
		},
		"nothing, as a control": func(*moderation.Case) {},
	} {
		t.Run(name, func(t *testing.T) {
			server := openaitest.New(openaitest.Script{})
			a := adviser(t, judge(), server, newMemory())
			opinion(t, a, base())
			changed := base()
			change(&changed)
			o := opinion(t, a, changed)
			if control := name == "nothing, as a control"; o.Cached != control {
				t.Errorf("cached: %v", o.Cached)
			}
		})
	}
}

func TestAnAnswerIsForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{})
		cfg := judge()
		cfg.CacheFor = time.Hour
		a := adviser(t, cfg, server, newMemory())
		opinion(t, a, undecided("words"))
		time.Sleep(59 * time.Minute)
		opinion(t, a, undecided("words"))
		time.Sleep(2 * time.Minute)
		opinion(t, a, undecided("words"))
		if len(server.Calls()) != 2 {
			t.Errorf("%d calls, want one before and one after the hour", len(server.Calls()))
		}
	})
}

// cut is a memory that a process can no longer reach once it is dead.
type cut struct {
	*memory
	dead atomic.Bool
}

func (c *cut) Hold(ctx context.Context, guild, key, holder string, ttl time.Duration) (bool, error) {
	if c.dead.Load() {
		return false, ledger.ErrAway
	}
	return c.memory.Hold(ctx, guild, key, holder, ttl)
}

func TestAProcessThatDiedAskingDoesNotBlockTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{})
		lifeline := &cut{memory: newMemory()}
		first := adviser(t, judge(), openaitest.New(openaitest.Script{Fault: failing(1, 99, openaitest.Fault{Hang: true})}), lifeline)
		go first.Opinion(t.Context(), undecided("words"))
		second := adviser(t, judge(), server, lifeline.memory)
		for range 12 { // as long as the first one lives, the question is its own
			time.Sleep(time.Second)
			if l := later(t, second, undecided("words")); !errors.Is(l, moderation.ErrBeingAsked) {
				t.Fatalf("got %v", l)
			}
		}
		lifeline.dead.Store(true)
		died := time.Now()
		persist(t, second, undecided("words"))
		if took := time.Since(died); took > 15*time.Second {
			t.Errorf("the question was blocked for %s", took)
		}
		time.Sleep(time.Minute) // what the dead one had begun comes to its end
	})
}

func TestAProcessThatGotNoAnswerLetsOthersAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: failing(1, 3, openaitest.Fault{Status: 500})})
		shared := newMemory()
		later(t, adviser(t, judge(), server, shared), undecided("words"))
		if o := opinion(t, adviser(t, judge(), server, shared), undecided("words")); o.Unknown != "" {
			t.Errorf("got %+v", o)
		}
	})
}

func TestBudgetsHoldAcrossProcessesAndEverybodyIsAnsweredInTime(t *testing.T) {
	for _, tc := range []struct{ questions, perMinute int }{{400, 50}, {3_000, 250}} {
		t.Run(fmt.Sprint(tc.questions, " questions"), func(t *testing.T) {
			if testing.Short() && tc.questions > 1000 {
				t.Skip("the large crowd takes some seconds; not with -short")
			}
			synctest.Test(t, func(t *testing.T) { crowdUnderBudget(t, tc.questions, tc.perMinute) })
		})
	}
}

// crowdUnderBudget raises many different questions at once in two processes.
func crowdUnderBudget(t *testing.T, questions, perMinute int) {
	var mu sync.Mutex
	made := make(map[int64]int) // calls by minute
	server := openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond, Fault: func(openaitest.Call) openaitest.Fault {
		mu.Lock()
		defer mu.Unlock()
		made[time.Now().Unix()/60]++
		return openaitest.Fault{}
	}})
	shared := newMemory()
	cfg := judge()
	cfg.Judge.Limits = openai.Limits{RequestsPerMinute: int64(perMinute)}
	cfg.Patience = time.Hour
	processes := []*openai.Adviser{adviser(t, cfg, server, shared), adviser(t, cfg, server, shared)}
	started := time.Now()
	var crowd sync.WaitGroup
	for i := range questions {
		crowd.Go(func() {
			if o := persist(t, processes[i%2], undecided(fmt.Sprint("question number ", i))); o.Unknown != "" || o.Cached {
				t.Errorf("question %d: %+v", i, o)
			}
		})
	}
	crowd.Wait()
	for minute, n := range made {
		if n > perMinute {
			t.Errorf("%d calls in minute %d, the budget is %d", n, minute, perMinute)
		}
	}
	needed := time.Duration(questions/perMinute) * time.Minute
	if calls, took := len(server.Calls()), time.Since(started); calls != questions || took > needed+time.Minute {
		t.Errorf("%d calls in %s, want %d in %s", calls, took, questions, needed)
	}
}

func TestACrowdThatWaitsForTheBudgetLeavesTheLedgerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		cfg := judge()
		cfg.Judge.Limits = openai.Limits{RequestsPerMinute: 1}
		a := adviser(t, cfg, openaitest.New(openaitest.Script{}), m)
		opinion(t, a, undecided("the first"))
		later(t, a, undecided("the second"))
		before := m.claims
		for i := range 100 {
			later(t, a, undecided(fmt.Sprint("question number ", i)))
		}
		if m.claims != before {
			t.Errorf("100 waiting questions claimed and counted %d times", m.claims-before)
		}
	})
}

func TestATokenBudgetForTheDayIsNeverOverrun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{})
		cfg := judge()
		cfg.Judge.Limits = openai.Limits{TokensPerDay: 20_000}
		a := adviser(t, cfg, server, newMemory())
		gaveUp := 0
		for i := range 40 {
			if o, err := a.Opinion(t.Context(), undecided(fmt.Sprint("question number ", i))); err != nil || o.Unknown != "" {
				gaveUp++
			}
		}
		used := 0
		for _, c := range server.Calls() {
			used += c.Tokens
		}
		if used > 20_000 || gaveUp == 0 || gaveUp == 40 {
			t.Errorf("%d tokens used of 20000, %d of 40 questions without an answer", used, gaveUp)
		}
	})
}

func TestTokensBeyondTheReserveCountAgainstTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Tokens: func(text string) int { return 4 * len(text) }})
		cfg := judge()
		cfg.Judge.Limits = openai.Limits{TokensPerDay: 20_000}
		a := adviser(t, cfg, server, newMemory())
		for i := range 10 {
			opinion(t, a, undecided(fmt.Sprint("question number ", i)))
		}
		used := 0
		for _, c := range server.Calls() {
			used += c.Tokens
		}
		status, err := a.Status(t.Context(), "g1")
		if err != nil {
			t.Fatal(err)
		}
		if got := status.Stages[0].Budgets[0].Used; got != int64(used) {
			t.Errorf("%d tokens are on the books, %d were used", got, used)
		}
		if calls := len(server.Calls()); calls > 3 {
			t.Errorf("%d calls of %d tokens each under a limit of 20000", calls, used/calls)
		}
	})
}

func TestTheProvidersRemainingTokensAreHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Limits: openaitest.Limits{Tokens: 3000}})
		a := adviser(t, judge(), server, newMemory())
		for i := range 12 {
			persist(t, a, undecided(fmt.Sprint("question number ", i)))
		}
		for _, c := range server.Calls() {
			if c.Status != 200 {
				t.Errorf("call %d ran into the provider's limit: %d", c.Number, c.Status)
			}
		}
	})
}

func TestSecondOpinionsWorkOnTheEmbeddedStore(t *testing.T) {
	store, err := embedded.Open(t.Context(), t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	server := openaitest.Start(openaitest.Script{Judge: removing})
	defer server.Close()
	cfg := judge()
	cfg.BaseURL = server.URL()
	cfg.Judge.Limits = openai.Limits{RequestsPerDay: 1, TokensPerDay: 100_000}
	a, err := openai.New(cfg, store)
	if err != nil {
		t.Fatal(err)
	}
	if o := opinion(t, a, undecided("some words")); o.Action != moderation.Remove || o.Cached {
		t.Errorf("first: %+v", o)
	}
	if o := opinion(t, a, undecided("some words")); o.Action != moderation.Remove || !o.Cached {
		t.Errorf("again: %+v", o)
	}
	o := opinion(t, a, undecided("further words"))
	if !strings.Contains(o.Unknown, moderation.ErrOverBudget.Error()) || o.Action != moderation.Review {
		t.Errorf("tomorrow is too late, so the failure mode should speak at once: %+v", o)
	}
}
