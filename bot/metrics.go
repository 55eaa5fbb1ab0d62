package bot

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"parley/moderation"
	"parley/moderation/ledger"
)

// metrics are the bot's own numbers, in a registry of their own. Counters that every
// comment touches are looked up once, here.
type metrics struct {
	registry *prometheus.Registry

	judged  [moderation.Remove + 1][moderation.NumCategories]prometheus.Counter
	verdict prometheus.Observer // seconds from received to verdict
	effect  prometheus.Observer // seconds from what caused an effect to its being carried out

	skipped   prometheus.Counter
	slowed    prometheus.Counter
	parked    prometheus.Gauge
	abandoned prometheus.Counter
	caughtUp  prometheus.Counter
	softened  prometheus.Counter
	retried   *prometheus.CounterVec // by operation
	carried   *prometheus.CounterVec // by kind, outcome
	opinions  *prometheus.CounterVec // by outcome
	reloads   *prometheus.CounterVec // by outcome
	alerts    prometheus.Counter
}

func newMetrics() *metrics {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "parley", Name: name, Help: help})
		r.MustRegister(c)
		return c
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "parley", Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	histogram := func(name, help string, buckets []float64) prometheus.Observer {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "parley", Name: name, Help: help, Buckets: buckets})
		r.MustRegister(h)
		return h
	}
	m := &metrics{
		registry: r,
		verdict: histogram("verdict_seconds", "Time from a comment's arrival to its verdict.",
			prometheus.ExponentialBuckets(50e-6, 2, 16)),
		effect: histogram("effect_seconds", "Time from a comment, or a moderator's decision, to the effect being carried out; the comment's time is the platform's.",
			prometheus.ExponentialBuckets(1e-3, 2.5, 14)),
		skipped:   counter("comments_skipped_total", "Comments of other bots that the policy does not judge."),
		slowed:    counter("intake_slowed_total", "Times that the reader had to wait because a worker's queue was full."),
		abandoned: counter("comments_abandoned_total", "Comments that could not be judged or written; moderators were told."),
		caughtUp:  counter("comments_caught_up_total", "Comments read again after a gap."),
		softened:  counter("actions_softened_total", "Actions turned into reviews: exempt author, or the hourly cap."),
		retried:   counters("store_retries_total", "Store operations that were tried again, by operation and reason.", "operation", "reason"),
		carried:   counters("effects_total", "Effects by kind and what became of them.", "kind", "outcome"),
		opinions:  counters("opinions_total", "Second opinions by what became of them.", "outcome"),
		reloads:   counters("policy_reloads_total", "Policy reloads by outcome.", "outcome"),
		alerts:    counter("alerts_total", "Alerts shown to moderators."),
	}
	m.parked = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "parley", Name: "comments_parked",
		Help: "Comments that wait in memory for the store to come back."})
	r.MustRegister(m.parked)

	judged := counters("comments_judged_total", "Comments by verdict and the category that decided it.", "action", "category")
	for a := range m.judged {
		for c := range m.judged[a] {
			category := moderation.Category(c).String()
			if moderation.Action(a) == moderation.Allow {
				category = ""
			}
			m.judged[a][c] = judged.WithLabelValues(moderation.Action(a).String(), category)
		}
	}
	return m
}

func (m *metrics) countVerdict(v *moderation.Verdict, since time.Time) time.Duration {
	took := time.Since(since)
	m.verdict.Observe(took.Seconds())
	if v.Action <= moderation.Remove && int(v.Category) < moderation.NumCategories {
		m.judged[v.Action][v.Category].Inc()
	}
	return took
}

// gauge registers a number that is read when somebody asks for it.
func (m *metrics) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: "parley", Name: name, Help: help}, read))
}

// registerGauges registers what is read from the bot's parts when metrics are asked for.
func (b *Bot) registerGauges() {
	b.metrics.gauge("queued_comments", "Comments that wait for a worker.", func() float64 {
		total := 0
		for _, s := range b.shards {
			total += len(s.queue)
		}
		return float64(total)
	})
	b.metrics.gauge("ready", "1 while the bot is moderating, 0 while it is not.", func() float64 {
		if b.Ready() != nil {
			return 0
		}
		return 1
	})
	b.metrics.gauge("store_away", "1 while the store does not answer.", func() float64 {
		if b.store.away.Load() {
			return 1
		}
		return 0
	})
	b.metrics.gauge("communities", "Communities heard of since the start.", func() float64 {
		n := 0
		b.eachGuild(func(*guild) { n++ })
		return float64(n)
	})
	b.metrics.gauge("effects_waiting", "Effects that wait to be carried out, as far as the store answers.", func() float64 {
		return b.waiting(ledger.Effects)
	})
	b.metrics.gauge("opinions_waiting", "Comments that wait for a second opinion, as far as the store answers.", func() float64 {
		return b.waiting(ledger.Opinions)
	})
}

// countRoundTrips shows how often a store that counts it went over the wire.
func (b *Bot) countRoundTrips() {
	if s, counts := b.Store.(interface{ RoundTrips() int64 }); counts {
		b.metrics.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "parley", Name: "store_round_trips_total", Help: "Commands and pipelines sent to the store.",
		}, func() float64 { return float64(s.RoundTrips()) }))
	}
}

// waitingTimeout bounds how long a reader of metrics waits for the store.
const waitingTimeout = 2 * time.Second

// waiting adds up a queue over all communities.
func (b *Bot) waiting(q ledger.Queue) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), waitingTimeout)
	defer cancel()
	total := 0
	b.eachGuild(func(g *guild) {
		n, err := b.Store.Waiting(ctx, g.id, q)
		if err == nil {
			total += n
		}
	})
	return float64(total)
}
