package openai

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"
)

// Status is how second opinions stand for one community.
type Status struct {
	Off    string        // why nothing is asked, "" when it is
	Stages []StageStatus // those that are configured
	Today  Spending      // what the community has used since midnight UTC
}

// StageStatus is how one stage stands.
type StageStatus struct {
	Name    string
	Model   string
	Open    bool      // it keeps failing and is left alone for the moment
	Failure string    // the latest failure, "" when there was none
	Paused  time.Time // the provider asks for no call before; zero when it does not
	Budgets []BudgetStatus
}

// BudgetStatus is how much of one limit is used in its current window, by all processes
// and communities together.
type BudgetStatus struct {
	Name        string // such as "tokens/day"
	Used, Limit int64
}

// Status reports how second opinions stand for a community.
func (a *Adviser) Status(ctx context.Context, guild string) (Status, error) {
	s := Status{Off: a.whyOff(guild)}
	var err error
	if s.Today, err = spent(ctx, a.memory, guild, time.Now()); err != nil {
		return s, err
	}
	for _, c := range a.callers() {
		stage, err := c.status(ctx)
		if err != nil {
			return s, err
		}
		s.Stages = append(s.Stages, stage)
	}
	return s, nil
}

func (a *Adviser) callers() []*caller {
	var all []*caller
	if a.scoring != nil {
		all = append(all, a.scoring.caller)
	}
	if a.judging != nil {
		all = append(all, a.judging.caller)
	}
	return all
}

func (c *caller) status(ctx context.Context) (StageStatus, error) {
	now := time.Now()
	s := StageStatus{Name: c.name, Model: c.stage.Model, Open: c.breaker.State() == gobreaker.StateOpen, Failure: c.latest()}
	if ready := c.pace.ready(now, 0); ready.After(now) {
		s.Paused = ready
	}
	budgets := c.stage.Limits.budgets(c.name, 0)
	if len(budgets) == 0 {
		return s, nil
	}
	used, err := c.purse.Spent(ctx, account, now, budgets)
	if err != nil {
		return s, fmt.Errorf("%s: read the budget: %w", c.name, err)
	}
	for i, b := range budgets {
		s.Budgets = append(s.Budgets, BudgetStatus{Name: b.Key[len(c.name)+1:], Used: used[i], Limit: b.Limit})
	}
	return s, nil
}

// tally keeps the adviser's metrics.
type tally struct {
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	used    *prometheus.CounterVec
	dollars *prometheus.CounterVec
	answers *prometheus.CounterVec
	open    *prometheus.GaugeVec
}

func newTally() *tally {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "parley", Subsystem: "opinion", Name: name, Help: help}, labels)
	}
	return &tally{
		calls: counter("calls_total", "Calls to remote models by outcome.", "stage", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "parley", Subsystem: "opinion", Name: "call_seconds", Help: "Length of calls to remote models.",
			Buckets: []float64{.1, .2, .4, .8, 1.6, 3.2, 6.4, 12.8},
		}, []string{"stage"}),
		used:    counter("tokens_total", "Tokens used by remote models, estimated where the provider does not say.", "stage", "direction"),
		dollars: counter("cost_usd_total", "Estimated cost of second opinions in US dollars.", "guild"),
		answers: counter("answers_total", "Questions by what became of them.", "outcome"),
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "parley", Subsystem: "opinion", Name: "breaker_open", Help: "1 while a remote model is left alone because it keeps failing.",
		}, []string{"stage"}),
	}
}

func (t *tally) collectors() []prometheus.Collector {
	return []prometheus.Collector{t.calls, t.seconds, t.used, t.dollars, t.answers, t.open}
}

// Describe makes an Adviser a prometheus.Collector.
func (a *Adviser) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range a.tally.collectors() {
		c.Describe(ch)
	}
}

// Collect makes an Adviser a prometheus.Collector.
func (a *Adviser) Collect(ch chan<- prometheus.Metric) {
	for _, c := range a.tally.collectors() {
		c.Collect(ch)
	}
}

func (t *tally) call(stage string, err error, took time.Duration) {
	t.calls.WithLabelValues(stage, outcome(err)).Inc()
	t.seconds.WithLabelValues(stage).Observe(took.Seconds())
}

func outcome(err error) string {
	var status *statusError
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, ErrNonsense):
		return "nonsense"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.As(err, &status) && status.throttled():
		return "throttled"
	case errors.As(err, &status) && status.question():
		return "refused"
	}
	return "failed"
}

func (t *tally) refused(stage string) { t.calls.WithLabelValues(stage, "over budget").Inc() }

func (t *tally) tokens(stage string, input, output int64) {
	t.used.WithLabelValues(stage, "input").Add(float64(input))
	t.used.WithLabelValues(stage, "output").Add(float64(output))
}

func (t *tally) spent(guild string, dollars float64) { t.dollars.WithLabelValues(guild).Add(dollars) }
func (t *tally) answer(outcome string)               { t.answers.WithLabelValues(outcome).Inc() }

func (t *tally) breaker(stage string, open bool) {
	value := 0.0
	if open {
		value = 1
	}
	t.open.WithLabelValues(stage).Set(value)
}

var _ prometheus.Collector = (*Adviser)(nil)
