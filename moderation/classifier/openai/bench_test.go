package openai_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
)

// provider is a stand-in as fast as the real thing.
func provider() *openaitest.Server {
	return openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond, Judge: removing})
}

// BenchmarkRaid is a copy-paste raid of 1,000 comments on three processes that share a ledger.
// calls/raid is what it costs; as many different comments would cost 1,000 calls and more.
func BenchmarkRaid(b *testing.B) {
	calls := 0
	for b.Loop() {
		server, shared := provider(), newMemory()
		var processes [3]*openai.Adviser
		for i := range processes {
			processes[i] = adviser(b, judge(), server, shared)
		}
		var raid sync.WaitGroup
		for i := range 1000 {
			raid.Go(func() { persist(b, processes[i%3], undecided(disguises[i%len(disguises)])) })
		}
		raid.Wait()
		calls += len(server.Calls())
	}
	b.ReportMetric(float64(calls)/float64(b.N), "calls/raid")
}

// BenchmarkBatching sends 100 comments a second through the moderation model, in batches and
// one by one. fewer-calls is the ratio of calls.
func BenchmarkBatching(b *testing.B) {
	batched, single := 0, 0
	for b.Loop() {
		for _, size := range []int{32, 1} {
			server := provider()
			cfg := scoring()
			cfg.Moderation.Batch = size
			stream(b, adviser(b, cfg, server, newMemory()), 200, 2*time.Second)
			if size == 1 {
				single += len(server.Calls())
			} else {
				batched += len(server.Calls())
			}
		}
	}
	b.ReportMetric(float64(single)/float64(batched), "fewer-calls")
}

// BenchmarkOpinion is what an opinion costs here beside the call itself, cached and asked.
func BenchmarkOpinion(b *testing.B) {
	b.Run("cached", func(b *testing.B) {
		a := adviser(b, judge(), openaitest.New(openaitest.Script{}), newMemory())
		c := undecided("Everybody knows who is behind this, look it up")
		for b.Loop() {
			opinion(b, a, c)
		}
	})
	b.Run("asked", func(b *testing.B) {
		a := adviser(b, judge(), openaitest.New(openaitest.Script{}), newMemory())
		for i := 0; b.Loop(); i++ {
			opinion(b, a, undecided(fmt.Sprint("Everybody knows who is behind this, look it up ", i)))
		}
	})
}
