package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/engine"
	"parley/moderation/ledger/embedded"
	"parley/moderation/policy"
)

// calm is a policy with one rule; strict has another, and a rule in shadow mode.
const (
	calm = `
classifiers: {embedded: {enabled: false}}
hourly_cap: 0
thresholds: {insult: {review: 0.5, remove: 0.9}, spam: {review: 0.5}}
rules:
  - id: twit
    why: Nobody here is a twit.
    when: {words: [twit]}
    score: {insult: 0.95}
    examples: {match: ["you twit"], allow: ["twitter"]}
`
	strict = `
classifiers: {embedded: {enabled: false}}
hourly_cap: 0
thresholds: {insult: {review: 0.5, remove: 0.9}, spam: {review: 0.5}}
rules:
  - id: twit
    why: Nobody here is a twit.
    when: {words: [twit]}
    score: {insult: 0.6}
    examples: {match: ["you twit"], allow: ["twitter"]}
  - id: selling
    why: Sell elsewhere.
    when: {words: [for sale]}
    score: {spam: 0.7}
    examples: {match: ["bike for sale"], allow: ["sale"]}
  - id: book
    why: No books.
    mode: shadow
    when: {words: [book]}
    score: {spam: 0.8}
    examples: {match: ["a book"], allow: ["bookish"]}
`
	// remembering has rules that look at what came before in every way that a comment can tell.
	rememberingRules = `
classifiers: {embedded: {enabled: false}}
hourly_cap: 0
thresholds: {insult: {review: 0.5, remove: 0.9}, spam: {review: 0.5, hold: 0.9}, flood: {review: 0.5}}
rules:
  - {id: fool, why: w, when: {words: [fool, liar, idiot]}, score: {insult: 0.95}, examples: {match: [fool], allow: [food]}}
  - {id: fast, why: w, when: {rate: {by: author, more_than: 2, within: 5m}}, score: {flood: 0.6}, examples: {match: [{text: a, history: {count: 3}}], allow: [{text: a, history: {count: 1}}]}}
  - {id: again, why: w, when: {duplicate: {times: 2, min_words: 4, within: 1h}}, score: {spam: 0.6}, examples: {match: [{text: "one two three four", history: {alike: 3}}], allow: [{text: "a", history: {alike: 0}}]}}
  - {id: known, why: w, when: {strikes: 2}, score: {spam: 0.95}, examples: {match: [{text: a, history: {points: 2}}], allow: [{text: a, history: {points: 1}}]}}
  - {id: first, why: w, when: {all: [{first_comment: 1}, {links: {domains: [example.org]}}]}, score: {spam: 0.6}, examples: {match: [{text: "https://example.org/a", history: {comments: 1}}], allow: [{text: "https://example.org/a", history: {comments: 9}}]}}
  - {id: often, why: w, when: {rejected_share: {over: 0.4, min_comments: 3}}, action: review, examples: {match: [{text: a, history: {comments: 4, rejected: 3}}], allow: [{text: a, history: {comments: 4, rejected: 1}}]}}
  - {id: heat, why: w, when: {heat: {at_least: 3, over: 0.05, within: 30m}}, score: {flood: 0.55}, examples: {match: [{text: a, history: {count: 9}}], allow: [{text: a, history: {count: 1}}]}}
  - {id: crowd, why: w, when: {target: {authors: 4, within: 15m}}, action: review, examples: {match: [{text: a, history: {count: 9}}], allow: [{text: a, history: {count: 1}}]}}
`
)

func parsed(tb testing.TB, name, source string) Candidate {
	tb.Helper()
	p, found := policy.Parse(name, []byte(source), nil)
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	return Candidate{name, p}
}

// file writes comments as JSON lines.
func file(tb testing.TB, comments ...moderation.Comment) string {
	tb.Helper()
	var b strings.Builder
	for i := range comments {
		line, err := json.Marshal(&comments[i])
		if err != nil {
			tb.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return written(tb, b.String())
}

func written(tb testing.TB, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "comments.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func replayed(tb testing.TB, path string, o Options) Report {
	tb.Helper()
	in, err := Open(context.Background(), path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	report, err := Run(context.Background(), in, o)
	if err != nil {
		tb.Fatal(err)
	}
	return report
}

// said makes comments of one author a second apart.
func said(texts ...string) []moderation.Comment {
	var all []moderation.Comment
	for i, text := range texts {
		all = append(all, moderation.Comment{
			ID: fmt.Sprint(100 + i), Guild: "g", Time: epoch.Add(time.Duration(i) * time.Second),
			Author: moderation.Author{ID: fmt.Sprint("author", i)}, Text: text,
		})
	}
	return all
}

func TestAReplaySaysWhatWouldChange(t *testing.T) {
	path := file(t, said("good morning", "you twit", "bike for sale", "a book for sale, twit", "a book")...)
	r := replayed(t, path, Options{Before: parsed(t, "calm", calm), After: parsed(t, "strict", strict)})

	if want := map[string]int{"allow": 3, "review": 0, "hold": 0, "remove": 2}; !maps.Equal(r.Before.Actions, want) {
		t.Errorf("before: %v, want %v", r.Before.Actions, want)
	}
	if want := map[string]int{"allow": 2, "review": 3, "hold": 0, "remove": 0}; !maps.Equal(r.After.Actions, want) {
		t.Errorf("after: %v, want %v", r.After.Actions, want)
	}
	if r.NewlyFlagged.Count != 1 || r.NewlyFlagged.Samples[0].Text != "bike for sale" {
		t.Errorf("newly flagged: %+v", r.NewlyFlagged)
	}
	if r.ChangedAction.Count != 2 || r.NoLongerFlagged.Count != 0 {
		t.Errorf("changed %d, no longer flagged %d; want 2 and 0", r.ChangedAction.Count, r.NoLongerFlagged.Count)
	}
	if got := r.Rules[0]; got.ID != "selling" || got.Standing != "new" || got.Gained != 2 || got.NewlyFlagged != 1 {
		t.Errorf("what changed most is %+v, want selling: new, 2 gained, 1 of them newly flagged", got)
	}
	if got := r.ChangedAction.Samples[0]; !slices.Contains(got.Because, "rule:twit “twit”") || got.Before != moderation.Remove || got.After != moderation.Review {
		t.Errorf("the sample does not say why: %+v", got)
	}

	back := replayed(t, path, Options{Before: parsed(t, "strict", strict), After: parsed(t, "calm", calm)})
	if back.NoLongerFlagged.Count != 1 || back.NewlyFlagged.Count != 0 {
		t.Errorf("the other way round, %d are no longer flagged and %d newly; want 1 and 0", back.NoLongerFlagged.Count, back.NewlyFlagged.Count)
	}
	if i := slices.IndexFunc(back.Rules, func(r Rule) bool { return r.ID == "selling" }); back.Rules[i].Standing != "gone" || back.Rules[i].Lost != 2 {
		t.Errorf("the rule that went is %+v", back.Rules[i])
	}
}

func TestAShadowRuleIsReportedAndChangesNothing(t *testing.T) {
	path := file(t, said("a book", "a book for sale", "nothing")...)
	r := replayed(t, path, Options{Before: parsed(t, "calm", calm), After: parsed(t, "strict", strict)})
	want := Shadow{ID: "book", Why: "No books.", Matched: 2, Changes: 1, Would: map[string]int{"allow": 0, "review": 1, "hold": 0, "remove": 0}}
	got := r.Shadow[0]
	got.Samples = nil
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("the shadow rule (-want +got):\n%s", diff)
	}
	if r.After.Flagged != 1 {
		t.Errorf("%d are flagged, want only what is for sale", r.After.Flagged)
	}
}

// comments are made by the same dice every time.
func someComments(n int) []moderation.Comment {
	r := rand.New(rand.NewPCG(3, 5))
	all := make([]moderation.Comment, n)
	for i := range all {
		all[i] = syntheticComment(r, i)
		all[i].Author.ID = fmt.Sprint("author ", r.IntN(60))
		if all[i].Parent.AuthorID != "" {
			all[i].Parent.AuthorID = fmt.Sprint("author ", r.IntN(4))
		}
	}
	return all
}

func TestAReplayJudgesAsTheBotWithItsLedgerWould(t *testing.T) {
	comments := someComments(1500)
	p := parsed(t, "remembering", rememberingRules)
	r := replayed(t, file(t, comments...), Options{Before: p, After: p})

	store, err := embedded.Open(t.Context(), t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	judge := engine.New(p.Policy, nil)
	actions, rules := map[string]int{"allow": 0, "review": 0, "hold": 0, "remove": 0}, map[string]int{}
	for i := range comments {
		c := &comments[i]
		reading := judge.Read(c)
		seen, err := store.Observe(t.Context(), reading.Sighting())
		if err != nil {
			t.Fatal(err)
		}
		v := reading.Judge(&seen)
		actions[v.Action.String()]++
		for id := range spoke(v.Reasons) {
			rules[id]++
		}
		if commit, needed := consequence.Of(reading.Settings(), consequence.Finding{Comment: c, Verdict: v, Record: seen.Record}); needed {
			if _, err := store.Commit(t.Context(), commit); err != nil {
				t.Fatal(err)
			}
		}
		reading.Release()
	}
	if !maps.Equal(r.Before.Actions, actions) {
		t.Errorf("the replay gives %v, the bot %v", r.Before.Actions, actions)
	}
	for _, rule := range r.Rules {
		if rule.Before != rules[rule.ID] {
			t.Errorf("rule %s matched %d times in the replay, %d times for the bot", rule.ID, rule.Before, rules[rule.ID])
		}
		if rule.Before == 0 {
			t.Errorf("rule %s never matched, so nothing is shown about it", rule.ID)
		}
	}
}

func TestTheReportIsTheSameWhateverTheOrderAndTheNumberOfWorkers(t *testing.T) {
	comments := someComments(250)
	o := Options{Before: parsed(t, "remembering", rememberingRules), After: parsed(t, "strict", strict), Workers: 1}
	want := replayed(t, file(t, comments...), o)
	rapid.Check(t, func(rt *rapid.T) {
		shuffled := rapid.Permutation(comments).Draw(rt, "order")
		o.Workers = rapid.IntRange(1, 9).Draw(rt, "workers")
		if diff := gocmp.Diff(want, replayed(t, file(t, shuffled...), o)); diff != "" {
			rt.Fatalf("the report changed (-in order, by one +now):\n%s", diff)
		}
	})
}

func TestMoreCommentsThanMemoryHoldsComeOutInOrder(t *testing.T) {
	comments := someComments(500)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(comments), func(i, j int) { comments[i], comments[j] = comments[j], comments[i] })
	s := sorter{dir: t.TempDir(), atOnce: 10_000}
	defer s.close()
	for i := range comments {
		line, err := json.Marshal(&comments[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := s.add(line, place{"file", i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.runs) < 10 {
		t.Fatalf("only %d runs were written, so little is shown", len(s.runs))
	}
	n, last := 0, time.Time{}
	err := s.merge(t.Context(), func(raw []byte, at place, err error) error {
		c, wrong := decode(raw, at.number)
		if err := cmp.Or(err, wrong); err != nil {
			return err
		}
		if c.Time.Before(last) {
			t.Errorf("%v comes after %v", c.Time, last)
		}
		if comments[at.number-1].ID != c.ID {
			t.Errorf("line %d became comment %s", at.number, c.ID)
		}
		n, last = n+1, c.Time
		return nil
	})
	if err != nil || n != len(comments) {
		t.Errorf("%d of %d came out, %v", n, len(comments), err)
	}
}

func TestThoseWhoAreNeverPunishedAreReviewedAtMost(t *testing.T) {
	comments := said("you twit", "you twit", "you twit")
	comments[0].Author.Exempt = moderation.ExemptModerator
	comments[1].Author.Exempt = moderation.ExemptBot
	r := replayed(t, file(t, comments...), Options{Before: parsed(t, "calm", calm), After: parsed(t, "judging bots", "judge_bots: true\n"+calm)})
	if want := map[string]int{"allow": 1, "review": 1, "hold": 0, "remove": 1}; !maps.Equal(r.Before.Actions, want) {
		t.Errorf("actions are %v, want %v: a moderator reviewed, a bot left alone", r.Before.Actions, want)
	}
	if want := map[string]int{"allow": 0, "review": 2, "hold": 0, "remove": 1}; !maps.Equal(r.After.Actions, want) {
		t.Errorf("where bots are judged, actions are %v, want %v", r.After.Actions, want)
	}
}

func TestACommentNotedTwiceCountsOnce(t *testing.T) {
	comments := said("you twit", "hello")
	edit := comments[0]
	edit.Revision, edit.Time = 7, edit.Time.Add(time.Minute)
	r := replayed(t, file(t, comments[0], comments[1], comments[1], comments[0], edit), Options{Before: parsed(t, "calm", calm), After: parsed(t, "calm", calm)})
	if r.Comments != 3 || r.Repeated != 2 {
		t.Errorf("%d comments and %d repeated, want 3 (an edit is judged anew) and 2", r.Comments, r.Repeated)
	}
}

func TestReplayStopsWhenAsked(t *testing.T) {
	in, err := Open(t.Context(), file(t, someComments(2000)...), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p := parsed(t, "calm", calm)
	_, err = Run(ctx, in, Options{Before: p, After: p, Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped with %v", err)
	}
}
