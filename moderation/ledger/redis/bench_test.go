package redis_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/redis"
)

// The benchmarks compare with what the same server can do at best, measured on the same
// connection pool in the same run: a bare PING for one caller, and for many callers the
// smallest script, twenty to a pipeline. Run them together:
//
//	go test -run=^$ -bench=. ./moderation/ledger/redis
//
// The server writes its append-only file once a second, as most do; server-µs/op is what
// its own clock says about scripts, of which one serves many callers.

func BenchmarkOneCaller(b *testing.B) {
	server := ledgertest.StartServer(b, "--appendfsync", "everysec")
	s := open(b, server.Address())
	defer s.Close()
	bare := goredis.NewClient(&goredis.Options{Network: "unix", Addr: server.Address()[len("unix://"):]})
	defer bare.Close()
	var floor float64
	b.Run("Ping", func(b *testing.B) {
		for b.Loop() {
			if err := bare.Ping(b.Context()).Err(); err != nil {
				b.Fatal(err)
			}
		}
		floor = perSecond(b)
	})
	i := 0
	b.Run("Observe", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			observe(b, s, i)
			i++
		}
		b.ReportMetric(perSecond(b)/floor, "of-ping")
	})
	b.Run("Commit", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ { // three strikes for everybody
			c := removal(i, int64(n%3))
			c.Case.Comment.Author.ID = fmt.Sprintf("offender%d/%d", i-n, n/3)
			if _, err := s.Commit(b.Context(), c); err != nil {
				b.Fatal(err)
			}
			i++
		}
		b.ReportMetric(perSecond(b)/floor, "of-ping")
	})
}

func BenchmarkManyCallers(b *testing.B) {
	server := ledgertest.StartServer(b, "--appendfsync", "everysec")
	s := open(b, server.Address())
	defer s.Close()
	bare := goredis.NewClient(&goredis.Options{Network: "unix", Addr: server.Address()[len("unix://"):]})
	defer bare.Close()
	var floor float64
	b.Run("TwentySmallScriptsAPipeline", func(b *testing.B) {
		small := goredis.NewScript(`return redis.call("ZADD", KEYS[1], ARGV[1], ARGV[2])`)
		if err := small.Load(b.Context(), bare).Err(); err != nil {
			b.Fatal(err)
		}
		var next atomic.Int64
		b.RunParallel(func(p *testing.PB) {
			for more := true; more; {
				_, err := bare.Pipelined(b.Context(), func(pipe goredis.Pipeliner) error {
					for range 20 {
						if more = more && p.Next(); more {
							i := next.Add(1)
							small.EvalSha(b.Context(), pipe, []string{fmt.Sprint("floor", i%50)}, i, i)
						}
					}
					return nil
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
		floor = perSecond(b)
	})
	b.Run("Observe", func(b *testing.B) {
		b.ReportAllocs()
		before := s.RoundTrips()
		if err := bare.ConfigResetStat(b.Context()).Err(); err != nil {
			b.Fatal(err)
		}
		parallel(b, s)
		b.ReportMetric(perSecond(b)/floor, "of-floor")
		b.ReportMetric(float64(s.RoundTrips()-before)/float64(b.N), "trips/op")
		b.ReportMetric(serverTime(b, bare)/float64(b.N), "server-µs/op")
	})
}

func parallel(b *testing.B, s *redis.Store) {
	var next atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := s.Observe(b.Context(), sighting(int(next.Add(1)))); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// serverTime returns how many microseconds the server says that EVALSHA took in all.
func serverTime(b *testing.B, c *goredis.Client) float64 {
	b.Helper()
	info, err := c.Info(b.Context(), "commandstats").Result()
	if err != nil {
		b.Fatal(err)
	}
	_, line, found := strings.Cut(info, "cmdstat_evalsha:")
	if !found {
		b.Fatal("the server has run no script")
	}
	_, value, _ := strings.Cut(line, ",usec=")
	value, _, _ = strings.Cut(value, ",")
	total, err := strconv.ParseFloat(value, 64)
	if err != nil {
		b.Fatal(err)
	}
	return total
}

func perSecond(b *testing.B) float64 { return float64(b.N) / b.Elapsed().Seconds() }
