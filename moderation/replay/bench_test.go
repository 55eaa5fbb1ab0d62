package replay

import (
	"context"
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
	"parley/moderation/jsonl"
	"parley/moderation/policy"
)

// another is the default policy with a few changes, as an admin tries them.
const another = `
include: [builtin:default]
rules:
  - id: no-fools
    why: Nobody here is a fool.
    when: {words: [fool, liar]}
    score: {insult: 0.9}
    examples: {match: ["you fool"], allow: ["a foolproof plan"]}
  - id: tired
    why: So are we all.
    mode: shadow
    when: {words: ["really tired"]}
    action: review
    examples: {match: ["I am really tired"], allow: ["tired"]}
`

func candidates(tb testing.TB) (before, after Candidate) {
	tb.Helper()
	one, found := policy.Default()
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	other, found := policy.Parse("another.yaml", []byte(another), nil)
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	return Candidate{"default", one}, Candidate{"another", other}
}

// BenchmarkReplay replays synthetic comments and compares with the least that two verdicts on
// each could cost: a plain loop on one processor that parses each line and judges it without
// any history, once for each policy. With -benchtime 1000000x it is a million comments.
func BenchmarkReplay(b *testing.B) {
	model, err := reader.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("rules", func(b *testing.B) { benchmarkReplay(b, nil) })
	b.Run("rules and model", func(b *testing.B) { benchmarkReplay(b, model) })
}

func benchmarkReplay(b *testing.B, model engine.Model) {
	before, after := candidates(b)
	path := synthetic(b, b.N)
	b.ResetTimer()
	start := time.Now()
	in, err := Open(context.Background(), path, nil)
	if err != nil {
		b.Fatal(err)
	}
	var most uint64
	told := 0
	report, err := Run(context.Background(), in, Options{Before: before, After: after, Model: model, Progress: func(done, of int) {
		if told++; told%50 == 0 || done == of {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}})
	if err != nil || report.Comments != b.N {
		b.Fatalf("%d of %d comments, %v", report.Comments, b.N, err)
	}
	replayed := time.Since(start)
	b.StopTimer()
	floor := plainLoop(b, path, min(b.N, 20_000), model, before.Policy, after.Policy)
	b.ReportMetric(float64(b.N)/replayed.Seconds(), "comments/s")
	b.ReportMetric(float64(replayed)/float64(b.N)/float64(floor), "x-plain-loop")
	b.ReportMetric(float64(most)/(1<<20), "heap-MB")
}

// plainLoop returns the time that one comment takes.
func plainLoop(b *testing.B, path string, n int, model engine.Model, policies ...*policy.Policy) time.Duration {
	b.Helper()
	var judges []*engine.Engine
	for _, p := range policies {
		judges = append(judges, engine.New(p, model))
	}
	f, err := jsonl.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	start := time.Now()
	for range n {
		line, _, err := f.Next()
		if err != nil {
			b.Fatal(err)
		}
		var c moderation.Comment
		if err := json.Unmarshal(line, &c); err != nil {
			b.Fatal(err)
		}
		for _, judge := range judges {
			judge.Judge(&c, nil)
		}
	}
	return time.Since(start) / time.Duration(n)
}
