package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	goaway "github.com/TwiN/go-away"

	"parley/moderation"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// threadComments are real comments under news stories; a benchmark without them is skipped.
func threadComments(b *testing.B) []moderation.Comment {
	b.Helper()
	var comments []moderation.Comment
	sharedRows(b, "threads/news_threads.jsonl.gz", func(line []byte) {
		var row struct {
			ID, Author, Text string
			Article          moderation.Article
		}
		if err := json.Unmarshal(line, &row); err != nil {
			b.Fatal(err)
		}
		comments = append(comments, moderation.Comment{ID: row.ID, Text: row.Text, Article: row.Article, Author: moderation.Author{ID: row.Author}})
	})
	return comments
}

// median judges all comments a few times and returns the median time of one, in microseconds.
func median(comments []moderation.Comment, judge func(*moderation.Comment)) float64 {
	var times []time.Duration
	for range 5 {
		for i := range comments {
			start := time.Now()
			judge(&comments[i])
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	return float64(times[len(times)/2].Nanoseconds()) / 1000
}

// words makes up words that look like words.
func words(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba bre cla co da dri el fa fle gor gu hap ik jo kri la lem mo nu ob pra qui ro ska ti tru ul ve wo xa yo zan")
	out := make([]string, n)
	for i := range out {
		for range 3 + r.IntN(2) {
			out[i] += syllables[r.IntN(len(syllables))]
		}
	}
	return out
}

// large is a policy with so many words, expressions and composed rules, all made up. Some
// words are ordinary ones, so that rules have something to do.
func large(words []string, expressions, composed int) string {
	var b strings.Builder
	b.WriteString("thresholds: {spam: {review: 0.9}, insult: {review: 0.9}}\nlists:\n")
	const perList = 100
	for i := 0; i < len(words); i += perList {
		fmt.Fprintf(&b, "  l%d: [%s]\n", i/perList, strings.Join(words[i:min(i+perList, len(words))], ", "))
	}
	b.WriteString("rules:\n")
	lists := (len(words) + perList - 1) / perList
	for i := range lists {
		fmt.Fprintf(&b, "  - {id: words-%d, why: Because., when: {words: {list: l%d}}, score: {spam: 0.3}}\n", i, i)
	}
	for i := range expressions {
		fmt.Fprintf(&b, "  - {id: regex-%d, why: Because., when: {regex: '\\b%s\\s+(for|to)\\s+\\w+%d'}, score: {spam: 0.3}}\n", i, pattern(words, i), i)
	}
	for i := range composed {
		fmt.Fprintf(&b, "  - {id: both-%d, why: Because., when: {all: [{words: {list: l%d}}, {any: [{aimed: [second_person, reply]}, {links: {more_than: 1}}]}, {none: [{words: [please]}]}]}, unless: {quotes: 0.5}, score: {insult: 0.3}}\n", i, i%lists)
	}
	return b.String()
}

// pattern is a made-up word, or now and then an ordinary one.
func pattern(words []string, i int) string {
	if ordinary := []string{"people", "going", "free", "want", "have"}; i%40 == 0 {
		return ordinary[i/40%len(ordinary)]
	}
	return words[i*7%len(words)]
}

// BenchmarkJudge judges real comments by policies of three sizes, and by the default policy
// together with the embedded model.
func BenchmarkJudge(b *testing.B) {
	comments := threadComments(b)
	all := words(10_000)
	policies := map[string]*policy.Policy{"default": defaultPolicy(b)}
	policies["100 words"] = mustParse(b, large(all[:100], 200, 100))
	policies["10000 words"] = mustParse(b, large(all, 200, 100))
	for _, name := range []string{"default", "100 words", "10000 words"} {
		b.Run(name, func(b *testing.B) {
			e := engine.New(policies[name], nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e.Judge(&comments[i%len(comments)], nil)
			}
			b.ReportMetric(median(comments, func(c *moderation.Comment) { e.Judge(c, nil) }), "µs/median")
		})
	}
	b.Run("default and model", func(b *testing.B) {
		model, err := reader.Embedded()
		if err != nil {
			b.Fatal(err)
		}
		e := engine.New(policies["default"], model)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			e.Judge(&comments[i%len(comments)], nil)
		}
		b.ReportMetric(median(comments, func(c *moderation.Comment) { e.Judge(c, nil) }), "µs/median")
	})
}

// BenchmarkAgainstOthers compares, in one run, judging with 10,000 words, 200 expressions and
// 100 composed rules to the same with 100 words, to a naive loop over words and expressions,
// and to TwiN/go-away with the same words.
func BenchmarkAgainstOthers(b *testing.B) {
	comments := threadComments(b)
	all := words(10_000)
	small := engine.New(mustParse(b, large(all[:100], 200, 100)), nil)
	big := engine.New(mustParse(b, large(all, 200, 100)), nil)
	var expressions []*regexp.Regexp
	for i := range 200 {
		expressions = append(expressions, regexp.MustCompile(fmt.Sprintf(`(?i)\b%s\s+(for|to)\s+\w+%d`, pattern(all, i), i)))
	}
	naive := func(c *moderation.Comment) {
		text := strings.ToLower(c.Text)
		for _, w := range all {
			if strings.Contains(text, w) {
				break
			}
		}
		for _, re := range expressions {
			if re.MatchString(text) {
				break
			}
		}
	}
	other := goaway.NewProfanityDetector().WithCustomDictionary(all, nil, nil)
	for i := 0; b.Loop(); i++ {
		big.Judge(&comments[i%len(comments)], nil)
	}
	ours := median(comments, func(c *moderation.Comment) { big.Judge(c, nil) })
	some := comments[:100] // the others take milliseconds for each
	b.ReportMetric(ours, "µs/median")
	b.ReportMetric(ours/median(comments, func(c *moderation.Comment) { small.Judge(c, nil) }), "ratio/100words")
	b.ReportMetric(median(some, naive)/ours, "naive/ours")
	b.ReportMetric(median(some, func(c *moderation.Comment) { other.IsProfane(c.Text) })/ours, "goaway/ours")
}

// BenchmarkLoad makes a policy of 10,000 words, 200 expressions and 100 composed rules.
func BenchmarkLoad(b *testing.B) {
	src := []byte(large(words(10_000), 200, 100))
	for b.Loop() {
		if _, diags := policy.Parse("config.yaml", src, nil); diags.Err() != nil {
			b.Fatal(diags)
		}
	}
}
