package openai_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
	"parley/moderation/ledger"
)

// memory is a ledger.Memory that several advisers can share, as processes share a store. It
// keeps time by the test's clock.
type memory struct {
	mu   sync.Mutex
	kept map[string]kept
	used map[string]int64
	away error // what every call fails with, when set

	claims int // calls of Once, Hold and Spend
}

type kept struct {
	value []byte
	until time.Time
}

func newMemory() *memory { return &memory{kept: make(map[string]kept), used: make(map[string]int64)} }

func (m *memory) Once(_ context.Context, guild, key string, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	name := "once " + guild + "/" + key
	if k, ok := m.kept[name]; ok && k.until.After(time.Now()) {
		return false, m.away
	}
	m.kept[name] = kept{until: time.Now().Add(ttl)}
	return true, m.away
}

func (m *memory) Hold(_ context.Context, guild, key, holder string, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if m.away != nil {
		return false, m.away
	}
	name := "held " + guild + "/" + key
	if k, ok := m.kept[name]; ok && k.until.After(time.Now()) && string(k.value) != holder {
		return false, nil
	}
	m.kept[name] = kept{[]byte(holder), time.Now().Add(ttl)}
	return true, nil
}

func (m *memory) Recall(_ context.Context, guild, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.kept[guild+"/"+key]; ok && k.until.After(time.Now()) {
		return k.value, m.away
	}
	return nil, m.away
}

func (m *memory) Remember(_ context.Context, guild, key string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[guild+"/"+key] = kept{bytes.Clone(value), time.Now().Add(ttl)}
	return m.away
}

func (m *memory) Spend(_ context.Context, guild string, at time.Time, budgets []ledger.Budget) (bool, time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if err := errors.Join(m.away, ledger.CheckBudgets(budgets)); err != nil {
		return false, time.Time{}, err
	}
	for _, b := range budgets {
		if m.used[budgetKey(guild, at, b)]+b.Amount > b.Limit {
			return false, b.Start(at).Add(b.Window), nil
		}
	}
	for _, b := range budgets {
		m.used[budgetKey(guild, at, b)] += b.Amount
	}
	return true, time.Time{}, nil
}

func (m *memory) Spent(_ context.Context, guild string, at time.Time, budgets []ledger.Budget) ([]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := make([]int64, len(budgets))
	for i, b := range budgets {
		used[i] = m.used[budgetKey(guild, at, b)]
	}
	return used, m.away
}

func budgetKey(guild string, at time.Time, b ledger.Budget) string {
	return fmt.Sprint(guild, "/", b.Key, "/", b.Window, "/", b.Start(at).Unix())
}

// judge is a configuration with the chat model on and nothing else.
func judge() openai.Config {
	return openai.Config{Judge: openai.Judge{Stage: openai.Stage{Model: "judge-1", OnError: moderation.Review}}}
}

// scoring is a configuration with the moderation model on and nothing else.
func scoring() openai.Config {
	return openai.Config{Moderation: openai.Moderation{Stage: openai.Stage{Model: "scores-1", OnError: moderation.Review}}}
}

// adviser connects a configuration to a stand-in, without a network.
func adviser(t testing.TB, cfg openai.Config, server *openaitest.Server, m ledger.Memory) *openai.Adviser {
	t.Helper()
	cfg.BaseURL, cfg.HTTP = server.URL(), &http.Client{Transport: server.Transport()}
	a, err := openai.New(cfg, m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// undecided is a case whose comment the cheap stages left open.
func undecided(text string) moderation.Case {
	return moderation.Case{
		ID: "71", Guild: "g1",
		Comment: moderation.Comment{ID: "71", Guild: "g1", Text: text, Time: time.Now(), Article: moderation.Article{Title: "Man attacked outside club"}},
		Verdict: moderation.Verdict{Action: moderation.Review, Abuse: 0.5, Undecided: true, Policy: "p1"},
	}
}

// opinion asks and fails the test on an error; any goroutine may call it.
func opinion(t testing.TB, a *openai.Adviser, c moderation.Case) moderation.Opinion {
	t.Helper()
	o, err := a.Opinion(t.Context(), c)
	if err != nil {
		t.Errorf("no opinion: %v", err)
	}
	return o
}

// removing is a judge that wants everything gone and quotes the whole comment.
func removing(p openaitest.Prompt) openaitest.Answer {
	return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.9, Quote: p.Comment, Reason: "Mocks the victim."}
}

// failing breaks the calls numbered from first to last.
func failing(first, last int, f openaitest.Fault) func(openaitest.Call) openaitest.Fault {
	return func(c openaitest.Call) openaitest.Fault {
		if c.Number >= first && c.Number <= last {
			return f
		}
		return openaitest.Fault{}
	}
}

// described returns OpenAI's API description, or nil and says so where it is not at hand.
func described(t testing.TB) *openaitest.Schemas {
	t.Helper()
	path, err := openaitest.FindDescription(".")
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("not checked against OpenAI's API description: %v", err)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := openaitest.LoadSchemas(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// logTo returns a logger that writes into the buffer, at every level.
func logTo(b *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// registry registers an adviser's metrics.
func registry(t testing.TB, a *openai.Adviser) *prometheus.Registry {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(a); err != nil {
		t.Fatal(err)
	}
	return r
}
