package embedded_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// sighting is a comment with what a policy usually asks about it.
func sighting(i int) moderation.Sighting {
	id, author := fmt.Sprint(1_000_000+i), fmt.Sprint("author", i%500)
	return moderation.Sighting{
		Guild: "g", Channel: "plaza", Comment: id, Author: author, Time: time.UnixMilli(1_780_000_000_000 + int64(i)),
		Meters: []moderation.Meter{
			{Key: "author/" + author, Member: id, Window: 10 * time.Second},
			{Key: "author/" + author, Member: id, Window: time.Minute},
			{Key: "channel/plaza", Member: id, Window: 10 * time.Second},
		},
		Fingerprint: moderation.Fingerprint{Exact: uint64(i)*0x9E3779B97F4A7C15 | 1, Near: uint64(i)*0xD1342543DE82EF95 | 1},
		Lookalikes:  time.Hour,
	}
}

// BenchmarkObserve compares with a map behind a mutex, the least that counting could cost.
func BenchmarkObserve(b *testing.B) {
	sightings := make([]moderation.Sighting, 200_000)
	for i := range sightings {
		sightings[i] = sighting(i)
	}
	var floor float64
	b.Run("BareMap", func(b *testing.B) {
		var mu sync.Mutex
		counts := make(map[string]int)
		i := 0
		for b.Loop() {
			mu.Lock()
			for _, m := range sightings[i%len(sightings)].Meters {
				counts[m.Key]++
			}
			mu.Unlock()
			i++
		}
		floor = nanoseconds(b)
	})
	b.Run("Embedded", func(b *testing.B) {
		s := open(b, b.TempDir())
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if i > 0 && i%len(sightings) == 0 { // the same comments again would be cheaper
				b.StopTimer()
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				s = open(b, b.TempDir())
				b.StartTimer()
			}
			if _, err := s.Observe(b.Context(), sightings[i%len(sightings)]); err != nil {
				b.Fatal(err)
			}
			i++
		}
		b.ReportMetric(nanoseconds(b)/floor, "x-bare-map")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkCommit compares with bare INSERTs of the same size, each in a transaction of its
// own, with the same driver and the same promise to be on disk.
func BenchmarkCommit(b *testing.B) {
	var floor float64
	b.Run("BareInsert", func(b *testing.B) {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`CREATE TABLE facts (id INTEGER PRIMARY KEY, body BLOB)`); err != nil {
			b.Fatal(err)
		}
		body := make([]byte, 600)
		for b.Loop() {
			if _, err := db.Exec(`INSERT INTO facts (body) VALUES (?)`, body); err != nil {
				b.Fatal(err)
			}
		}
		floor = nanoseconds(b)
	})
	for name, callers := range map[string]int{"OneCaller": 1, "ManyCallers": 64} {
		b.Run(name, func(b *testing.B) {
			s := open(b, b.TempDir())
			defer s.Close()
			var next atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(callers)
			b.RunParallel(func(p *testing.PB) {
				caller := next.Add(1)
				for n := int64(0); p.Next(); n++ { // three strikes for everybody
					c := removal(fmt.Sprintf("%d%09d", caller, n), time.UnixMilli(1_780_000_000_000+n), n%3)
					c.Case.Comment.Author.ID = fmt.Sprintf("offender%d/%d", caller, n/3)
					if _, err := s.Commit(b.Context(), c); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(nanoseconds(b)/floor, "x-bare-insert")
		})
	}
}

func nanoseconds(b *testing.B) float64 { return float64(b.Elapsed().Nanoseconds()) / float64(b.N) }

// BenchmarkTake takes from a queue in which a raid has left thousands, and compares with one
// that holds nothing else. What it takes it gives back, to be due at a time in the past or, at
// zero, as if it were new.
func BenchmarkTake(b *testing.B) {
	b.Run("GivenBack", func(b *testing.B) { benchmarkTake(b, time.UnixMilli(1_780_000_000_000)) })
	b.Run("New", func(b *testing.B) { benchmarkTake(b, time.UnixMilli(0)) })
}

func benchmarkTake(b *testing.B, due time.Time) {
	var floor float64
	for _, backlog := range []int{0, 10_000} {
		b.Run(fmt.Sprint("Behind", backlog), func(b *testing.B) {
			s := open(b, b.TempDir())
			defer s.Close()
			waiting := removal("backlog", time.UnixMilli(1_780_000_000_000), 0)
			for i := range backlog {
				waiting.Effects = append(waiting.Effects, moderation.Effect{ID: fmt.Sprint("backlog/", i), Kind: moderation.TakeDown, Guild: "g", Case: "backlog"})
			}
			if _, err := s.Commit(b.Context(), waiting); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				taken, err := s.Take(b.Context(), "g", ledger.Effects, "worker", 1, time.Minute)
				if err != nil || len(taken) != 1 {
					b.Fatal(len(taken), err)
				}
				if err := s.Later(b.Context(), "g", ledger.Effects, taken[0], due); err != nil {
					b.Fatal(err)
				}
			}
			if backlog == 0 {
				floor = nanoseconds(b)
			}
			b.ReportMetric(nanoseconds(b)/floor, "x-empty-queue")
		})
	}
}
