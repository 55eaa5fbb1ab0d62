package bot

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"parley/moderation"
	"parley/moderation/ledger"
)

// free is a store whose observations cost nothing, so that only the bot's own share of the
// way is measured.
type free struct{ ledger.Store }

func (free) Observe(context.Context, moderation.Sighting) (moderation.Observation, error) {
	return moderation.Observation{}, nil
}

// bare is a reading that costs nothing either.
type bare struct{}

func (bare) Sighting() moderation.Sighting                    { return moderation.Sighting{} }
func (bare) Judge(*moderation.Observation) moderation.Verdict { return moderation.Verdict{} }
func (bare) Release()                                         {}
func clean(n int) (comments []moderation.Comment) {
	for i := range n {
		c := says(i+1, "author"+strconv.Itoa(i%997), "a comment like any other")
		comments = append(comments, c)
	}
	return comments
}

// BenchmarkCleanComment measures what the bot adds to judging and observing a comment:
// intake, queue, watermark, metrics. The budget is 5 µs.
func BenchmarkCleanComment(b *testing.B) {
	comments := clean(10_000)
	b.Run("floor=bare channel", func(b *testing.B) {
		queue := make(chan job, queueLength)
		var reading sync.WaitGroup
		reading.Go(func() {
			for range queue {
			}
		})
		b.ReportAllocs()
		for i := range b.N {
			queue <- job{comment: comments[i%len(comments)]}
		}
		close(queue)
		reading.Wait()
	})
	for _, store := range []struct {
		name string
		open func() ledger.Store
		read func(*moderation.Comment) Reading
	}{
		{"bot alone", func() ledger.Store { return free{openStore(b)} }, func(*moderation.Comment) Reading { return bare{} }},
		{"bot and embedded store", func() ledger.Store { return openStore(b) }, func(c *moderation.Comment) Reading { return firstWord{c} }},
	} {
		b.Run(store.name, func(b *testing.B) {
			p := newTown()
			rules := houseRules(nil)
			rules.Read = store.read
			engine, err := New(Config{Source: p, Enforcer: p, Store: store.open(), Rulebook: rules})
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- engine.Run(ctx) }()
			<-p.running
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				c := comments[i%len(comments)]
				if i >= len(comments) {
					c.ID = strconv.Itoa(i + 1)
				}
				if err := p.in.Comment(ctx, c); err != nil {
					b.Fatal(err)
				}
			}
			stop()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
		})
	}
}
