package engine_test

import (
	"encoding/json"
	"testing"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// threadComments are real comments under news stories, or our own where those are not here.
func threadComments(b testing.TB) []moderation.Comment {
	b.Helper()
	var comments []moderation.Comment
	sharedRows(b, "threads/news_threads.jsonl.gz", func(line []byte) {
		var row struct {
			ID, Author, Parent, Text string
			Article                  moderation.Article
		}
		if err := json.Unmarshal(line, &row); err != nil {
			b.Fatal(err)
		}
		comments = append(comments, moderation.Comment{ID: row.ID, Text: row.Text, Article: row.Article, Author: moderation.Author{ID: row.Author}})
	})
	return comments
}

func BenchmarkJudgeDefaultPolicy(b *testing.B) {
	comments := threadComments(b)
	p, diags := policy.Default()
	if err := diags.Err(); err != nil {
		b.Fatal(err)
	}
	e := engine.New(p, nil)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		e.Judge(&comments[i%len(comments)], nil)
	}
}
