package rule_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/rule"
	"parley/moderation/text"
)

var noon = time.Date(2025, time.June, 4, 12, 0, 0, 0, time.UTC) // a Wednesday

// probabilities are what classifiers say in tests.
type probabilities map[moderation.Category]float64

func (p probabilities) Probability(_ string, c moderation.Category) (float64, bool) {
	v, ok := p[c]
	return v, ok
}

// ask asks one condition about a comment.
func ask(t *testing.T, condition rule.Condition, c moderation.Comment, ctx rule.Context) rule.Answer {
	t.Helper()
	if c.Time.IsZero() {
		c.Time = noon
	}
	var s rule.Subject
	s.Reset(setOf(t, condition), &c, ctx, nil)
	return s.Ask(0).Answer
}

// askAll runs a table of comments against one condition each.
func askAll(t *testing.T, tests []question) {
	t.Helper()
	for _, q := range tests {
		t.Run(q.name, func(t *testing.T) {
			if got := ask(t, q.condition, q.comment, q.context); got != q.want {
				t.Errorf("the answer is %v, want %v", got, q.want)
			}
		})
	}
}

type question struct {
	name      string
	condition rule.Condition
	comment   moderation.Comment
	context   rule.Context
	want      rule.Answer
}

func said(text string) moderation.Comment { return moderation.Comment{ID: "1", Text: text} }

func TestConditionsOnText(t *testing.T) {
	fruit := listOf(t, "apple~", "pear = 0.3", "*berry", "passion fruit", "!apple pie", "🍌")
	words := rule.Words{Lists: []*rule.List{fruit}}
	you := listOf(t, "you", "your")
	near := rule.Near{A: rule.Words{Lists: []*rule.List{you}}, B: words, Within: 2}
	askAll(t, []question{
		{"a whole word", words, said("an apple a day"), rule.Context{}, rule.Yes},
		{"an inflection", words, said("two apples"), rule.Context{}, rule.Yes},
		{"not part of a longer word", words, said("an applet, a pearl"), rule.Context{}, rule.No},
		{"a star", words, said("a raspberry"), rule.Context{}, rule.Yes},
		{"a phrase across line and punctuation", words, said("passion-\nfruit"), rule.Context{}, rule.Yes},
		{"a phrase written as one word", words, said("#passionfruit"), rule.Context{}, rule.Yes},
		{"a word of a script without blanks", rule.Words{Lists: []*rule.List{listOf(t, "苹果")}}, said("an苹果a day"), rule.Context{}, rule.Yes},
		{"half a phrase", words, said("passion"), rule.Context{}, rule.No},
		{"an exception", words, said("apple pie"), rule.Context{}, rule.No},
		{"an exception elsewhere", words, said("apple pie and an apple"), rule.Context{}, rule.Yes},
		{"an emoji", words, said("look🍌here"), rule.Context{}, rule.Yes},
		{"grave words only", rule.Words{Lists: []*rule.List{fruit}, Severity: 0.5}, said("a pear"), rule.Context{}, rule.No},
		{"more than one", rule.Words{Lists: []*rule.List{fruit}, Times: 2}, said("a pear"), rule.Context{}, rule.No},
		{"more than one, found", rule.Words{Lists: []*rule.List{fruit}, Times: 2}, said("a pear, an apple"), rule.Context{}, rule.Yes},
		{"one word in two readings is one", rule.Words{Lists: []*rule.List{fruit}, Times: 2}, said("a p34r"), rule.Context{}, rule.No},
		{"near", near, said("you big red apple"), rule.Context{}, rule.Yes},
		{"not near", near, said("you have a big red apple"), rule.Context{}, rule.No},
		{"near, in another sentence", near, said("It was you. Apple was first."), rule.Context{}, rule.No},
		{"in order", rule.Near{A: near.A, B: near.B, Within: 2, Ordered: true}, said("apple you"), rule.Context{}, rule.No},
		{"regex, case and disguise aside", rule.Regex{Pattern: `free\s+apples`, View: text.Folded}, said("FRЕE  apples"), rule.Context{}, rule.Yes},
		{"regex as written", rule.Regex{Pattern: `free`, View: text.Raw}, said("FREE"), rule.Context{}, rule.No},
		{"regex in a reading that says nothing new", rule.Regex{Pattern: `free apples`, View: text.Squashed}, said("free apples"), rule.Context{}, rule.Yes},
		{"regex in disguise", rule.Regex{Pattern: `fre aples`, View: text.Squashed}, said("frrreee apppples"), rule.Context{}, rule.Yes},
		{"regex as written, an emoji", rule.Regex{Pattern: `[🐒🍌]`, View: text.Raw}, said("apples 🍌!"), rule.Context{}, rule.Yes},
		{"regex as written, another emoji", rule.Regex{Pattern: `[🐒🍌]`, View: text.Raw}, said("apples 🍏!"), rule.Context{}, rule.No},
		{"regex as written, bytes that are no text", rule.Regex{Pattern: `le\x{fffd}`, View: text.Raw}, said("apple\xff"), rule.Context{}, rule.Yes},
		{"regex in two conditions", rule.All{rule.Regex{Pattern: `[?]`}, rule.Any{rule.Regex{Pattern: `[?]`}}}, said("apples?"), rule.Context{}, rule.Yes},
		{"regex without a literal", rule.Regex{Pattern: `\d{4}-\d{4}`, View: text.Folded}, said("call 1234-5678"), rule.Context{}, rule.Yes},
		{"aimed by a word", rule.Aimed{SecondPerson: you}, said("that is your fault"), rule.Context{}, rule.Yes},
		{"aimed at nobody", rule.Aimed{SecondPerson: you, Reply: true, Mention: true}, said("that is a fault"), rule.Context{}, rule.No},
		{"aimed by a mention", rule.Aimed{Mention: true}, moderation.Comment{Mentions: []string{"5"}}, rule.Context{}, rule.Yes},
		{"long", rule.Length{Over: 3}, said("four"), rule.Context{}, rule.Yes},
		{"characters, not bytes", rule.Length{Over: 3}, said("äöü"), rule.Context{}, rule.No},
		{"few words", rule.Length{UnderWords: 3}, said("two words"), rule.Context{}, rule.Yes},
		{"loud", rule.Shouting{Capitals: 0.8}, said("WHY IS NOBODY HERE"), rule.Context{}, rule.Yes},
		{"an abbreviation is not loud", rule.Shouting{Capitals: 0.8}, said("NATO"), rule.Context{}, rule.No},
		{"one letter over and over", rule.Shouting{Repeats: 8}, said("nooooooooo"), rule.Context{}, rule.Yes},
		{"emoji only", rule.Shouting{EmojiOnly: 3}, said("😂😂😂"), rule.Context{}, rule.Yes},
		{"another language", rule.Language{Not: []string{"en"}}, said("Das ist doch nicht wahr, und ihr wisst es auch alle"), rule.Context{}, rule.Yes},
		{"an unclear language", rule.Language{Not: []string{"en"}}, said("ok"), rule.Context{}, rule.No},
		{"in the author's name", rule.Words{Lists: []*rule.List{fruit}, In: rule.PlaceOf(moderation.PassageDisplayName)},
			moderation.Comment{Passages: []moderation.Passage{{Kind: moderation.PassageDisplayName, Text: "Apple"}}}, rule.Context{}, rule.Yes},
		{"not in the author's name unless asked", words,
			moderation.Comment{Passages: []moderation.Passage{{Kind: moderation.PassageDisplayName, Text: "Apple"}}}, rule.Context{}, rule.No},
		{"in a poll", words, moderation.Comment{Passages: []moderation.Passage{{Kind: moderation.PassagePoll, Text: "Apple?"}}}, rule.Context{}, rule.Yes},
	})
}

func TestQuotedWordsAreNotTheCommenters(t *testing.T) {
	apple := rule.Words{Lists: []*rule.List{listOf(t, "apple")}}
	c := said("They wrote an apple a day keeps us away")
	ctx := rule.Context{Quotes: text.Quotes{Spans: []moderation.Span{{From: 11, To: 29}}, Share: 0.5}}
	quotedToo := apple
	quotedToo.Quoted = true
	askAll(t, []question{
		{"a quoted word", apple, c, ctx, rule.No},
		{"a quoted word, wanted", quotedToo, c, ctx, rule.Yes},
		{"a quoted match", rule.Regex{Pattern: "apple a", View: text.Folded}, c, ctx, rule.No},
		{"much quoted", rule.Quoting{Over: 0.4}, c, ctx, rule.Yes},
		{"not so much quoted", rule.Quoting{Over: 0.6}, c, ctx, rule.No},
	})
}

func TestConditionsOnLinksAndFiles(t *testing.T) {
	shop := rule.NewDomains([]string{"shop.example", "bank.test"})
	askAll(t, []question{
		{"a listed domain", rule.Links{Domains: shop}, said("see https://www.shop.example/x"), rule.Context{}, rule.Yes},
		{"another domain", rule.Links{Domains: shop}, said("see https://notshop.example.org"), rule.Context{}, rule.No},
		{"excepted", rule.Links{Except: shop}, said("see https://shop.example"), rule.Context{}, rule.No},
		{"an invitation", rule.Links{Invites: true}, said("discord.gg/abcd"), rule.Context{}, rule.Yes},
		{"a look-alike", rule.Links{LookAlikes: rule.NewDomains([]string{"paypal.com"})}, said("https://paypa1.com/login"), rule.Context{}, rule.Yes},
		{"the real one", rule.Links{LookAlikes: rule.NewDomains([]string{"paypal.com"})}, said("https://www.paypal.com/login"), rule.Context{}, rule.No},
		{"in front of another", rule.Links{LookAlikes: rule.NewDomains([]string{"paypal.com"})}, said("https://paypal.com.evil.example"), rule.Context{}, rule.Yes},
		{"says one, leads to another", rule.Links{Mismatched: true}, said("[https://bank.test](https://evil.example)"), rule.Context{}, rule.Yes},
		{"too many", rule.Links{MoreThan: 1}, said("http://a.example http://b.example"), rule.Context{}, rule.Yes},
		{"the article's own site", rule.Links{}, moderation.Comment{Text: "https://news.example/2", Article: moderation.Article{URL: "https://news.example/1"}}, rule.Context{}, rule.No},
		{"mentions", rule.Mentions{People: 2}, moderation.Comment{Mentions: []string{"1", "2", "3"}}, rule.Context{}, rule.Yes},
		{"two mentions", rule.Mentions{People: 2}, moderation.Comment{Mentions: []string{"1", "2"}}, rule.Context{}, rule.No},
		{"everyone", rule.Mentions{Everyone: true}, moderation.Comment{MentionsEveryone: true}, rule.Context{}, rule.Yes},
		{"a program", rule.Attachments{Names: []string{"*.exe"}}, moderation.Comment{Attachments: []moderation.Attachment{{Name: "Game.EXE"}}}, rule.Context{}, rule.Yes},
		{"a picture", rule.Attachments{Kinds: []string{"image"}}, moderation.Comment{Attachments: []moderation.Attachment{{ContentType: "image/png"}}}, rule.Context{}, rule.Yes},
	})
}

func TestConditionsOnHistory(t *testing.T) {
	alike := func(n int, author string) *moderation.Observation {
		obs := &moderation.Observation{}
		for i := range n {
			l := moderation.Lookalike{Comment: fmt.Sprint(100 + i), Author: author, Channel: "c", Time: noon.Add(-time.Minute), Exact: true}
			if author == "" {
				l.Author = fmt.Sprint(i)
			}
			obs.Lookalikes = append(obs.Lookalikes, l)
		}
		return obs
	}
	mine := moderation.Comment{ID: "1", Text: "buy my nice book now", Author: moderation.Author{ID: "me", Created: noon.Add(-time.Hour)}}
	counts := func(n ...int) rule.Context { return rule.Context{History: &moderation.Observation{Counts: n}} }
	rate := rule.Rate{MoreThan: 3, Within: time.Minute}
	old := noon.Add(-time.Hour)
	askAll(t, []question{
		{"too fast", rate, mine, counts(4), rule.Yes},
		{"just fast enough", rate, mine, counts(3), rule.No},
		{"nobody looked", rate, mine, rule.Context{}, rule.Unknown},
		{"the third time", rule.Duplicate{Times: 3, Own: true, Within: time.Hour}, mine, rule.Context{History: alike(2, "me")}, rule.Yes},
		{"somebody else's", rule.Duplicate{Times: 3, Own: true, Within: time.Hour}, mine, rule.Context{History: alike(2, "you")}, rule.No},
		{"long ago", rule.Duplicate{Times: 3, Own: true, Within: time.Second}, mine, rule.Context{History: alike(2, "me")}, rule.No},
		{"by many", rule.Duplicate{Authors: 4, Within: time.Hour}, mine, rule.Context{History: alike(3, "")}, rule.Yes},
		{"by few", rule.Duplicate{Authors: 4, Within: time.Hour}, mine, rule.Context{History: alike(9, "you")}, rule.No},
		{"too short to mean it", rule.Duplicate{Authors: 4, MinWords: 6, Within: time.Hour}, mine, rule.Context{History: alike(3, "")}, rule.No},
		{"a new account", rule.NewAccount{Within: 2 * time.Hour}, mine, rule.Context{}, rule.Yes},
		{"not so new", rule.NewAccount{Within: time.Minute}, mine, rule.Context{}, rule.No},
		{"a member since who knows when", rule.NewMember{Within: time.Hour}, mine, rule.Context{}, rule.Unknown},
		{"a first comment", rule.Record{FirstComments: 2}, mine, rule.Context{History: &moderation.Observation{Record: moderation.Record{Comments: 1}}}, rule.Yes},
		{"active points", rule.Record{Points: 3}, mine, rule.Context{History: &moderation.Observation{Record: moderation.Record{Strikes: []moderation.Strike{{Points: 3, At: old}}}}}, rule.Yes},
		{"expired points", rule.Record{Points: 3}, mine, rule.Context{History: &moderation.Observation{Record: moderation.Record{Strikes: []moderation.Strike{{Points: 3, At: old, Expires: old.Add(time.Minute)}}}}}, rule.No},
		{"often taken down", rule.Record{Rejected: 0.2, MinComments: 5}, mine, rule.Context{History: &moderation.Observation{Record: moderation.Record{Comments: 5, Rejected: 2}}}, rule.Yes},
		{"heat", rule.Heat{AtLeast: 5, Over: 0.3, Within: time.Hour}, mine, counts(5, 10), rule.Yes},
		{"a large calm thread", rule.Heat{AtLeast: 5, Over: 0.3, Within: time.Hour}, mine, counts(5, 100), rule.No},
		{"many join", rule.Raid{Joins: 10, Within: time.Hour}, mine, counts(10), rule.Yes},
		{"a pile-on", rule.Target{Authors: 6, Within: time.Hour}, mine, counts(6), rule.Yes},
	})
}

// TestASecondLookWithHistoryIsAsGoodAsTheFirst evaluates a comment before anybody looked up
// its history and again afterwards, and compares with one evaluation that knew it all along.
func TestASecondLookWithHistoryIsAsGoodAsTheFirst(t *testing.T) {
	apple := rule.Words{Lists: []*rule.List{listOf(t, "apple")}}
	often := rule.Rate{MoreThan: 2, Within: time.Minute}
	known := rule.Record{Points: 1}
	set, err := rule.Compile([]rule.Rule{
		{ID: "words", When: apple},
		{ID: "often", When: often},
		{ID: "both", When: rule.All{apple, often}},
		{ID: "unless", When: apple, Unless: often},
		{ID: "refers", When: rule.Matched{Rules: []string{"words", "both"}}},
		{ID: "points", When: rule.Expression{Source: `points > 0 || matched("often")`}},
		{ID: "record", When: known},
		{ID: "heat", When: rule.Heat{AtLeast: 1, Within: time.Hour}},
		{ID: "copies", When: rule.Duplicate{Times: 2, Within: time.Hour}},
		{ID: "raid", When: rule.Raid{Alike: 2, Within: time.Hour}},
		{ID: "target", When: rule.Target{Authors: 2, Within: time.Hour}},
		{ID: "score", When: rule.Score{Above: 0.5}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := said("an apple a day")
	c.Time = noon
	evaluate := func(s *rule.Subject, history *moderation.Observation) string {
		s.History, s.Scores = history, nil
		return fmt.Sprintf("%+v", set.Evaluate(s, nil, func([]rule.Outcome) { s.Scores = &moderation.Scores{1} }))
	}
	for count := range 5 {
		history := &moderation.Observation{Counts: []int{count, count, count, count}, Record: moderation.Record{Comments: count}}
		if count > 2 {
			history.Record.Strikes = []moderation.Strike{{Points: 1, At: noon}}
			history.Lookalikes = []moderation.Lookalike{{Comment: "2", Author: "2", Time: noon}}
		}
		var once, again rule.Subject
		once.Reset(set, &c, rule.Context{}, nil)
		again.Reset(set, &c, rule.Context{}, nil)
		evaluate(&again, nil)
		if got, want := evaluate(&again, history), evaluate(&once, history); got != want {
			t.Errorf("with counts of %d the second look gives\n%s\nand a first one\n%s", count, got, want)
		}
	}
}

func TestConditionsOnPlaceAndModels(t *testing.T) {
	toxic := rule.Context{Models: probabilities{moderation.Toxicity: 0.7}}
	night := rule.Clock{From: 22 * time.Hour, To: 6 * time.Hour, Days: []time.Weekday{time.Tuesday}}
	at := func(day, hour int) moderation.Comment {
		return moderation.Comment{Time: time.Date(2025, time.June, day, hour, 0, 0, 0, time.UTC)}
	}
	askAll(t, []question{
		{"a channel", rule.Channel{Globs: []string{"news-*"}}, moderation.Comment{Channel: moderation.Channel{Name: "news-uk"}}, rule.Context{}, rule.Yes},
		{"a thread below it", rule.Channel{Globs: []string{"77"}}, moderation.Comment{Channel: moderation.Channel{ID: "1", Parent: "77"}}, rule.Context{}, rule.Yes},
		{"a role", rule.Role{Roles: []string{"guest"}}, moderation.Comment{Author: moderation.Author{Roles: []string{"Guest"}}}, rule.Context{}, rule.Yes},
		{"the article's site", rule.Article{Domains: rule.NewDomains([]string{"news.example"})}, moderation.Comment{Article: moderation.Article{URL: "https://www.news.example/x"}}, rule.Context{}, rule.Yes},
		{"at night", night, at(3, 23), rule.Context{}, rule.Yes},
		{"in the night that began on that day", night, at(4, 5), rule.Context{}, rule.Yes},
		{"in the night after", night, at(5, 5), rule.Context{}, rule.No},
		{"by day", night, at(3, 12), rule.Context{}, rule.No},
		{"a model is sure", rule.Probability{Category: moderation.Toxicity, Above: 0.6}, said(""), toxic, rule.Yes},
		{"a model says nothing about it", rule.Probability{Category: moderation.Threat, Above: 0.6}, said(""), toxic, rule.Unknown},
		{"no model", rule.Probability{Category: moderation.Toxicity, Above: 0.6}, said(""), rule.Context{}, rule.Unknown},
		{"an expression", rule.Expression{Source: `len(words) == 2 && "hi" in words && model("toxicity") > 0.5`}, said("Hi there"), toxic, rule.Yes},
		{"an expression that fails", rule.Expression{Source: `words[9] == "hi"`}, said("hi"), rule.Context{}, rule.Unknown},
	})
}

func TestUnknownIsNeitherYesNorNo(t *testing.T) {
	yes, no, unknown := rule.Length{}, rule.Length{Over: 1000}, rule.Rate{MoreThan: 1, Within: time.Minute}
	askAll(t, []question{
		{"all with a no", rule.All{yes, unknown, no}, said("x"), rule.Context{}, rule.No},
		{"all without a no", rule.All{yes, unknown}, said("x"), rule.Context{}, rule.Unknown},
		{"any with a yes", rule.Any{no, unknown, yes}, said("x"), rule.Context{}, rule.Yes},
		{"any without a yes", rule.Any{no, unknown}, said("x"), rule.Context{}, rule.Unknown},
		{"none with a yes", rule.None{yes, unknown}, said("x"), rule.Context{}, rule.No},
		{"none without a yes", rule.None{no, unknown}, said("x"), rule.Context{}, rule.Unknown},
		{"none of nothing", rule.None{no}, said("x"), rule.Context{}, rule.Yes},
	})
}

func TestRulesMayNotReferToThemselves(t *testing.T) {
	_, err := rule.Compile([]rule.Rule{
		{ID: "a", When: rule.Matched{Rules: []string{"b"}}}, {ID: "b", When: rule.Matched{Rules: []string{"a"}}},
	})
	if err == nil || !strings.Contains(err.Error(), "itself") {
		t.Errorf("the error is %v", err)
	}
	var s rule.Subject
	set := setOf(t, rule.Expression{Source: `matched("0")`})
	s.Reset(set, &moderation.Comment{}, rule.Context{}, nil)
	if got := s.Ask(0).Answer; got != rule.No {
		t.Errorf("an expression that asks about its own rule answers %v", got)
	}
}

func TestSlowExpressionsAreRefusedByMeasure(t *testing.T) {
	for _, quick := range []string{`free\s+nitro`, `\b\d{16}\b`, `(?:https?://)?[\w.-]+\.(?:ru|cn)`, `^.{0,3}$`} {
		if err := (rule.Regex{Pattern: quick, View: text.Folded}).Check(); err != nil {
			t.Errorf("%s: %v", quick, err)
		}
	}
}

func TestChanceDoesNotDecideWhichExpressionsAreTooSlow(t *testing.T) {
	const (
		hopeless = `[a-z ]{0,1000}[a-z0-9 ]{0,1000}\w{0,900}x` // several hundred times an ordinary one
		heavy    = `[a-z ]{0,70}[a-z0-9 ]{0,70}x`              // dozens of times
	)
	times := 20
	if testing.Short() {
		times = 4
	}
	for range times {
		var slow *rule.SlowError
		if err := (rule.Regex{Pattern: hopeless, View: text.Folded}).Check(); !errors.As(err, &slow) {
			t.Errorf("the hopeless expression gives %v", err)
		}
		if err := (rule.Regex{Pattern: heavy, View: text.Folded}).Check(); err != nil {
			t.Errorf("the heavy expression gives %v", err)
		}
	}
}

// TestAGateNeverHidesAMatch compares every expression with itself where it has no gate, in
// every reading that a policy can name, of disguised texts and plain ones.
func TestAGateNeverHidesAMatch(t *testing.T) {
	expression := rapid.StringMatching(`(\(\?:)?[abcKÉσ]{1,4}(\|[abcsß]{1,4}\))?[?*+]?[abc.É]{0,3}(\(abc\|bca\|Ks\)|\[aéσ]|É|\x{fffd})?[ab]{0,2}`)
	readings := rapid.SampledFrom([]text.Kind{text.Folded, text.Leet, text.Squashed, text.Reversed})
	rapid.Check(t, func(t *rapid.T) {
		pattern, reading := expression.Draw(t, "pattern"), readings.Draw(t, "reading")
		gated := rule.Regex{Pattern: pattern, View: reading}
		open := rule.Regex{Pattern: "(?:" + pattern + `)|\d{30}`, View: reading}
		if gated.Check() != nil || open.Check() != nil || gated.MatchesNothing() {
			return
		}
		words := rapid.StringMatching(`[abcksKSſK .4ÉéßẞΣσς\x{fffd}]{0,20}`).Draw(t, "text")
		set, err := rule.Compile([]rule.Rule{{ID: "gated", When: gated}, {ID: "open", When: open}})
		if err != nil {
			t.Fatal(err)
		}
		var s rule.Subject
		s.Reset(set, &moderation.Comment{Text: words}, rule.Context{}, nil)
		if a, b := s.Ask(0).Answer, s.Ask(1).Answer; a != b {
			t.Errorf("%q in %q, %v: %v with a gate, %v without", pattern, words, reading, a, b)
		}
	})
}

// TestMatchingABombardmentStaysBounded lists what matching notes for texts that repeat what is
// costly, since time itself cannot be relied upon.
func TestMatchingABombardmentStaysBounded(t *testing.T) {
	list := listOf(t, "aa*", "*ab", "a~", "aba~", "b a b", "!a b a")
	set := setOf(t, rule.Words{Lists: []*rule.List{list}}, rule.Near{A: rule.Words{Lists: []*rule.List{list}}, B: rule.Words{Lists: []*rule.List{list}}, Within: 3})
	for _, bomb := range []string{"a ", "aa", "ab ", "a b ", "a*b ", "b\u0301a "} {
		c := moderation.Comment{Text: strings.Repeat(bomb, 20_000/len(bomb))}
		var s rule.Subject
		s.Reset(set, &c, rule.Context{}, nil)
		for i := range 2 {
			if o := s.Ask(i); len(o.Evidence) > 64 {
				t.Errorf("%q: %d stretches of evidence", bomb, len(o.Evidence))
			}
		}
	}
}
