package bot

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
)

const (
	hotPathWords = "rules: [{id: laughs, why: Perhaps mockery., when: {words: [haha]}, score: {insult: 0.5}, ask: openai}]\n" +
		"classifiers: {openai: {judge: {model: test}}}\n"
	undecidedOneIn = 25 // comments; a lot for a thread, 4 in 100
	hotPathRound   = 1000
	hotPathPace    = time.Millisecond // between comments
)

// measured is a bot whose verdicts are timed.
type measured struct {
	*Bot
	town *town
	took chan time.Duration
	all  []time.Duration
	last int
	stop func()
}

// measure starts a bot, with a model that takes 300 ms an answer or with none.
func measure(b *testing.B, opinions bool) *measured {
	book, err := parsed([]byte(hotPathWords))
	if err != nil {
		b.Fatal(err)
	}
	m := &measured{town: newTown(), took: make(chan time.Duration, 1)}
	c := Config{
		Source: m.town, Enforcer: m.town, Store: openStore(b), Rulebook: book, Drain: time.Second,
		OnVerdict: func(_ *moderation.Comment, _ *moderation.Verdict, took time.Duration) { m.took <- took },
	}
	if opinions {
		server := openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond})
		c.Adviser, err = openai.New(openai.Config{
			BaseURL: server.URL(), HTTP: &http.Client{Transport: server.Transport()}, Judge: openai.Judge{Stage: openai.Stage{Model: "test"}},
		}, c.Store)
		if err != nil {
			b.Fatal(err)
		}
	}
	if m.Bot, err = New(c); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	<-m.town.running
	m.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
	return m
}

// round posts comments at an even pace and notes how long each verdict took.
func (m *measured) round(b *testing.B) {
	pace := time.NewTicker(hotPathPace)
	defer pace.Stop()
	for range hotPathRound {
		<-pace.C
		m.last++
		text := "a comment like any other, number " + strconv.Itoa(m.last)
		if m.last%undecidedOneIn == 0 {
			text = "haha, of course, number " + strconv.Itoa(m.last)
		}
		if err := m.town.in.Comment(b.Context(), says(m.last, "author"+strconv.Itoa(m.last%97), text)); err != nil {
			b.Fatal(err)
		}
		m.all = append(m.all, <-m.took)
	}
}

// BenchmarkHotPathWithSecondOpinions compares how long verdicts take with second opinions on
// and off, in turns. The ratio of the medians is to be 1.05 at most: nothing on a comment's
// way waits for a model.
func BenchmarkHotPathWithSecondOpinions(b *testing.B) {
	off, on := measure(b, false), measure(b, true)
	defer off.stop()
	defer on.stop()
	for b.Loop() {
		off.round(b)
		on.round(b)
	}
	p := func(all []time.Duration, share float64) float64 {
		slices.Sort(all)
		return float64(all[int(share*float64(len(all)-1))].Nanoseconds())
	}
	b.ReportMetric(p(off.all, 0.5)/1000, "off-µs")
	b.ReportMetric(p(on.all, 0.5)/1000, "on-µs")
	b.ReportMetric(p(on.all, 0.5)/p(off.all, 0.5), "on/off")
	b.ReportMetric(p(on.all, 0.99)/p(off.all, 0.99), "on/off-p99")
	b.ReportMetric(on.waiting("opinions"), "opinions-waiting")
}
