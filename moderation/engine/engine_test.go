package engine_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// mustParse makes a policy of a configuration that is right.
func mustParse(t testing.TB, config string) *policy.Policy {
	t.Helper()
	p, diags := policy.Parse("config.yaml", []byte(config), nil)
	if err := diags.Err(); err != nil {
		t.Fatalf("the configuration does not load:\n%v", err)
	}
	return p
}

func defaultPolicy(t testing.TB) *policy.Policy {
	t.Helper()
	p, diags := policy.Default()
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// scripted is a model that gives a word of the comment a probability of toxicity, and says
// nothing about comments with "¿".
type scripted map[string]float64

func (m scripted) Classify(in *classifier.Input, out *classifier.Result) {
	if strings.Contains(in.Text, "¿") {
		out.Unknown = "language"
		return
	}
	out.Known = moderation.SetOf(moderation.Toxicity)
	for word, p := range m {
		if at := strings.Index(in.Text, word); at >= 0 && p > out.Scores[moderation.Toxicity] {
			out.Scores[moderation.Toxicity] = p
			out.Evidence = append(out.Evidence[:0], classifier.Evidence{
				Category: moderation.Toxicity, Span: moderation.Span{From: at, To: at + len(word)}, Weight: p,
			})
		}
	}
}

const ordinary = `
thresholds:
  toxicity: {review: 0.5, hold: 0.7, remove: 0.9}
  insult: {review: 0.4, remove: 0.8}
points: {toxicity: 2, insult: 1}
groups: {words: 0.6}
rules:
  - {id: bother, why: Mind your words., when: {words: [bother]}, score: {toxicity: 0.5}, group: words, examples: {match: [bother]}}
  - {id: drat, why: Mind your words., when: {words: [drat]}, score: {toxicity: 0.5}, group: words, points: 5, examples: {match: [drat]}}
  - {id: blast, why: Mind your words., when: {words: [blast]}, score: {toxicity: 0.5}, examples: {match: [blast]}}
  - {id: kind, why: Kind words., when: {words: [please]}, score: {toxicity: -0.5}, examples: {match: [please]}}
  - {id: out, why: Out., when: {words: [begone]}, action: remove, points: 7, examples: {match: [begone]}}
`

func TestContributionsAddUpAsThePolicySays(t *testing.T) {
	chance := engine.New(mustParse(t, ordinary), scripted{"grr": 0.4})
	sum := engine.New(mustParse(t, "scoring: {combine: sum}\n"+ordinary), scripted{"grr": 0.4})
	tests := []struct {
		text        string
		chance, sum float64
	}{
		{"a fine day", 0, 0},
		{"bother", 0.5, 0.5},
		{"bother and drat", 0.6, 0.6},   // 0.75 and 1, up to the group's cap
		{"bother and blast", 0.75, 1.0}, // 1 − 0.5·0.5; 0.5 + 0.5
		{"grr", 0.4, 0.4},
		{"grr and bother", 0.7, 0.9}, // 1 − 0.6·0.5; 0.4 + 0.5
		{"please, bother", 0.25, 0.25},
		{"please, bother and drat and blast, grr", 0.44, 0.5}, // (1 − 0.4·0.5·0.6)·0.5; at most 1, halved
	}
	for _, tt := range tests {
		for _, e := range []struct {
			engine *engine.Engine
			want   float64
		}{{chance, tt.chance}, {sum, tt.sum}} {
			v := e.engine.Judge(&moderation.Comment{ID: "1", Text: tt.text}, nil)
			if got := v.Scores[moderation.Toxicity]; fmt.Sprintf("%.6f", got) != fmt.Sprintf("%.6f", e.want) {
				t.Errorf("%q scores %v, want %v (%s)", tt.text, got, e.want, e.engine.Policy().Combine)
			}
		}
	}
}

func TestAnExplanationEndsInTheVerdictsScores(t *testing.T) {
	e := engine.New(mustParse(t, ordinary), scripted{"grr": 0.4})
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"bother", "drat", "blast", "please", "grr", "hello"}), 0, 6)
	rapid.Check(t, func(t *rapid.T) {
		c := moderation.Comment{ID: "1", Text: strings.Join(words.Draw(t, "words"), " ")}
		x := e.Explain(&c, nil)
		for _, s := range x.Sums {
			if s.Score != x.Verdict.Scores[s.Category] {
				t.Errorf("%v adds up to %v, the verdict has %v: %+v", s.Category, s.Score, x.Verdict.Scores[s.Category], s.Parts)
			}
		}
		if len(x.Rules) != len(e.Policy().Rules.Rules) {
			t.Errorf("%d rules are explained, the policy has %d", len(x.Rules), len(e.Policy().Rules.Rules))
		}
	})
}

func TestScoresLeadToActionsAndPoints(t *testing.T) {
	e := engine.New(mustParse(t, ordinary), scripted{"grr": 0.92})
	tests := []struct {
		text   string
		action moderation.Action
		points int
	}{
		{"a fine day", moderation.Allow, 0},
		{"bother", moderation.Review, 0},
		{"bother, blast", moderation.Hold, 0},
		{"grr", moderation.Remove, 2},       // the category's points
		{"grr, drat", moderation.Remove, 5}, // the rule's
		{"begone", moderation.Remove, 7},
	}
	for _, tt := range tests {
		v := e.Judge(&moderation.Comment{ID: "1", Text: tt.text}, nil)
		if v.Action != tt.action || v.Points != tt.points {
			t.Errorf("%q gets %v and %d points, want %v and %d", tt.text, v.Action, v.Points, tt.action, tt.points)
		}
	}
}

func TestAQuotedSlurIsNotTheCommenters(t *testing.T) {
	e := engine.New(defaultPolicy(t), nil)
	title := "Bishop's aide shouted \"filthy kike\" at the mayor, court hears"
	quoting := moderation.Comment{ID: "1", Text: `"shouted filthy kike at the mayor" and he still has his job?`, Article: moderation.Article{Title: title}}
	if v := e.Judge(&quoting, nil); v.Action != moderation.Allow {
		t.Errorf("quoting the article gets %v: %+v", v.Action, v.Reasons)
	}
	own := quoting
	own.Article = moderation.Article{}
	own.Text = "the mayor is a filthy kike"
	if v := e.Judge(&own, nil); v.Action != moderation.Remove {
		t.Errorf("the slur itself gets %v", v.Action)
	}
	parent := moderation.Comment{ID: "1", Text: "> you are all kikes\nI have reported this.", Parent: moderation.Parent{ID: "2", Text: "you are all kikes"}}
	if v := e.Judge(&parent, nil); v.Action != moderation.Allow {
		t.Errorf("quoting the comment above gets %v: %+v", v.Action, v.Reasons)
	}
}

func TestAgreeingWithAQuotationIsTheCommentersOwn(t *testing.T) {
	e := engine.New(defaultPolicy(t), nil)
	parent := moderation.Parent{ID: "2", Text: "Honestly they had it coming, one less to feed"}
	agree := moderation.Comment{ID: "1", Text: "\"they had it coming\" exactly, well said", Parent: parent}
	condemn := moderation.Comment{ID: "1", Text: "\"they had it coming\" is a terrible thing to say", Parent: parent}
	if v := e.Judge(&agree, nil); v.Action == moderation.Allow {
		t.Errorf("agreeing with the quotation is allowed: %+v", v)
	}
	if v := e.Judge(&condemn, nil); v.Action != moderation.Allow {
		t.Errorf("condemning the quotation gets %v: %+v", v.Action, v.Reasons)
	}
}

func TestTheModelDoesNotBlameQuotedWords(t *testing.T) {
	e := engine.New(mustParse(t, ordinary), scripted{"grr": 0.95})
	c := moderation.Comment{ID: "1", Text: "the man said grr to us all, how sad", Article: moderation.Article{Title: "The man said grr to us all"}}
	if v := e.Judge(&c, nil); v.Abuse != 0 {
		t.Errorf("quoted words score %v", v.Abuse)
	}
	c.Text += " grr"
	if v := e.Judge(&c, nil); v.Abuse != 0.95 {
		t.Errorf("the commenter's own word scores %v, want 0.95", v.Abuse)
	}
}

func TestNamingPeopleIsNeverAbuse(t *testing.T) {
	e := engine.New(defaultPolicy(t), nil)
	list, err := os.ReadFile("../policy/lists/groups.txt")
	if err != nil {
		t.Fatal(err)
	}
	sentences := []string{
		"%s", "I am %s and I live here.", "My neighbours are %s.", "What do %s think of this?", "%s were killed in the attack.",
		"This law hurts %s.", "Thank you to all %s who helped.", "%s!!!",
	}
	for line := range strings.Lines(string(list)) {
		group := strings.TrimSuffix(strings.TrimSpace(line), "~")
		if group == "" || strings.HasPrefix(group, "#") {
			continue
		}
		for _, s := range sentences {
			c := moderation.Comment{ID: "1", Text: fmt.Sprintf(s, group), Article: moderation.Article{Title: "Two killed in attack on bar"}}
			if v := e.Judge(&c, nil); v.Abuse > 0.3 || v.Action != moderation.Allow {
				t.Errorf("%q gets %v with %.2f: %+v", c.Text, v.Action, v.Abuse, v.Reasons)
			}
		}
	}
}

func TestShadowRulesNeverChangeAnything(t *testing.T) {
	base := ordinary
	ids := []string{"bother", "drat", "blast", "kind", "out"}
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"bother", "drat", "blast", "please", "begone", "grr"}), 1, 6)
	rapid.Check(t, func(t *rapid.T) {
		var shadow, off strings.Builder
		for _, id := range ids {
			if rapid.Bool().Draw(t, id) {
				fmt.Fprintf(&shadow, "  %s: shadow\n", id)
				fmt.Fprintf(&off, "  %s: off\n", id)
			}
		}
		if shadow.Len() == 0 {
			return
		}
		c := moderation.Comment{ID: "1", Text: strings.Join(words.Draw(t, "words"), " ")}
		verdict := func(changes string) moderation.Verdict {
			p, diags := policy.Parse("c", []byte(base+"change_rules:\n"+changes), nil)
			if diags.Err() != nil {
				t.Fatal(diags)
			}
			return engine.New(p, scripted{"grr": 0.6}).Judge(&c, nil)
		}
		withShadow, without := verdict(shadow.String()), verdict(off.String())
		all := verdict("  {}\n")
		if len(withShadow.Shadow) > 0 && withShadow.ShadowAct != all.Action && strings.Count(shadow.String(), "\n") == len(ids) {
			t.Errorf("with all rules on the action is %v, shadow says %v", all.Action, withShadow.ShadowAct)
		}
		withShadow.Shadow, withShadow.ShadowAct = nil, 0
		withShadow.Policy, without.Policy = "", ""
		if diff := cmp.Diff(without, withShadow); diff != "" {
			t.Errorf("%q (-without +shadow):\n%s", c.Text, diff)
		}
	})
}

func TestAModelThatCannotReadIsUnknownNotHarmless(t *testing.T) {
	e := engine.New(mustParse(t, "classifiers: {embedded: {on_unknown: review}}\n"+ordinary), scripted{})
	v := e.Judge(&moderation.Comment{ID: "1", Text: "¿que?"}, nil)
	want := []moderation.Unknown{{Source: "model:embedded", Why: "language"}}
	if v.Action != moderation.Review || !cmp.Equal(v.Unknown, want) {
		t.Errorf("the verdict is %v, unknown %v", v.Action, v.Unknown)
	}
}

func TestWhereNothingIsSaidTheModelHasNothingToJudge(t *testing.T) {
	e := engine.New(mustParse(t, ordinary), scripted{"": 0.9, " \n": 0.9, "grr": 0.9})
	for _, text := range []string{"", " \n"} {
		v := e.Judge(&moderation.Comment{ID: "1", Text: text}, nil)
		if v.Action != moderation.Allow || v.Abuse != 0 || len(v.Unknown) > 0 {
			t.Errorf("%q: the verdict is %v with abuse %v, unknown %v", text, v.Action, v.Abuse, v.Unknown)
		}
	}
	if v := e.Judge(&moderation.Comment{ID: "1", Text: "grr"}, nil); v.Abuse == 0 {
		t.Error("the model is not asked about words either")
	}
}

func TestOnlyTheUndecidedAreAskedAbout(t *testing.T) {
	const opinions = `
classifiers: {openai: {judge: {model: m}}}
second_opinions: {undecided: {from: 0.3, to: 0.6}}
overrides: [{for: {guild: ["shy"]}, second_opinions: {opt_out: true}}]
`
	withRule := mustParse(t, opinions+ordinary+"  - {id: ask, why: Ask., when: {words: [hmm]}, ask: openai, examples: {match: [hmm]}}\n")
	e := engine.New(withRule, scripted{"odd": 0.45, "grr": 0.95})
	tests := []struct {
		guild, text string
		undecided   bool
		asked       bool
	}{
		{"open", "a fine day", false, false},
		{"open", "odd", true, true},
		{"open", "hmm", false, true},
		{"open", "grr hmm", false, false}, // removed anyway
		{"shy", "odd hmm", false, false},
	}
	for _, tt := range tests {
		v := e.Judge(&moderation.Comment{ID: "1", Guild: tt.guild, Text: tt.text}, nil)
		if v.Undecided != tt.undecided || len(v.Ask) > 0 != tt.asked {
			t.Errorf("%s: %q is undecided %v, asks %v", tt.guild, tt.text, v.Undecided, v.Ask)
		}
	}
}

func TestAbuseRisesWithTheModelsProbability(t *testing.T) {
	p := defaultPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(0, 1).Draw(t, "low")
		high := rapid.Float64Range(low, 1).Draw(t, "high")
		text := rapid.SampledFrom([]string{"grr", "grr you moron", "grr rest in peace", "grr free nitro"}).Draw(t, "text")
		c := moderation.Comment{ID: "1", Text: text}
		a, b := engine.New(p, scripted{"grr": low}).Judge(&c, nil), engine.New(p, scripted{"grr": high}).Judge(&c, nil)
		if a.Abuse > b.Abuse || a.Action > b.Action {
			t.Errorf("%q: %v gives %v (%v), %v gives %v (%v)", text, low, a.Abuse, a.Action, high, b.Abuse, b.Action)
		}
	})
}

func TestHistoryDecidesOnlyWhereItIsKnown(t *testing.T) {
	e := engine.New(mustParse(t, `
thresholds: {flood: {review: 0.5}}
rules: [{id: fast, why: Slow down., when: {rate: {more_than: 3, within: 10s}}, score: {flood: 0.8}, examples: {allow: [{text: hi, history: {count: 3}}]}}]
`), nil)
	r := e.Read(&moderation.Comment{ID: "5", Guild: "g", Author: moderation.Author{ID: "7"}, Text: "hello"})
	defer r.Release()
	s := r.Sighting()
	if len(s.Meters) != 1 || s.Meters[0].Key != "author/7" || s.Meters[0].Member != "5" {
		t.Fatalf("the sighting is %+v", s)
	}
	if v := r.Judge(nil); v.Action != moderation.Allow {
		t.Errorf("without history the verdict is %v", v.Action)
	}
	if v := r.Judge(&moderation.Observation{Counts: []int{4}}); v.Action != moderation.Review {
		t.Errorf("with the fourth comment the verdict is %v", v.Action)
	}
}

// heated is one more rule of a policy.
const heated = `
  - {id: heated, why: Calm down., when: {heat: {at_least: 5, over: 0.3, within: 10m}}, action: review, examples: {match: [{text: hi, history: {count: 9}}]}}
`

func TestTheModelIsAskedOnceAndBeforeTheLedger(t *testing.T) {
	for name, rules := range map[string]string{
		"no rule about heat": ordinary,
		"a rule about heat":  ordinary + heated,
	} {
		asked := 0
		r := engine.New(mustParse(t, rules), tallied{&asked}).Read(&moderation.Comment{ID: "5", Text: "a fine day"})
		r.Sighting()
		if asked != 1 {
			t.Errorf("%s: for the sighting the model was asked %d times", name, asked)
		}
		r.Judge(&moderation.Observation{Counts: []int{0}})
		if r.Release(); asked != 1 {
			t.Errorf("%s: for the verdict the model was asked %d times", name, asked)
		}
	}
}

// tallied is a model that finds nothing and counts how often it is asked.
type tallied struct{ times *int }

func (m tallied) Classify(_ *classifier.Input, out *classifier.Result) {
	*m.times++
	out.Known = moderation.SetOf(moderation.Toxicity)
}

func TestOnlyAbusiveCommentsHeatAThread(t *testing.T) {
	e := engine.New(mustParse(t, ordinary+heated), scripted{"grr": 0.95})
	member := func(text string) string {
		r := e.Read(&moderation.Comment{ID: "5", Text: text, Article: moderation.Article{ID: "a", Title: "News"}})
		defer r.Release()
		for _, m := range r.Sighting().Meters {
			if m.Key == "heat/a" {
				return m.Member
			}
		}
		return "no such meter"
	}
	if got := member("grr"); got != "5" {
		t.Errorf("an abusive comment is counted as %q", got)
	}
	if got := member("a fine day"); got != "" {
		t.Errorf("a friendly comment is counted as %q", got)
	}
}

func TestJudgingIsPureAndSafeToShare(t *testing.T) {
	e := engine.New(defaultPolicy(t), scripted{"grr": 0.8})
	comments := []moderation.Comment{
		{ID: "1", Text: "you absolute moron"}, {ID: "2", Text: "a fine day"}, {ID: "3", Text: "f r e e n i t r o grr"},
		{ID: "4", Text: "> they had it coming\nexactly", Parent: moderation.Parent{ID: "9", Text: "they had it coming"}},
		{ID: "5", Text: "", Passages: []moderation.Passage{{Kind: moderation.PassageForward, Text: "kys grr"}}},
	}
	var want []moderation.Verdict
	for i := range comments {
		want = append(want, e.Judge(&comments[i], nil))
	}
	if want[4].Action != moderation.Remove {
		t.Errorf("a forwarded message gets %v", want[4].Action)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 200 {
				n := i % len(comments)
				if got := e.Judge(&comments[n], nil); !cmp.Equal(want[n], got) {
					t.Errorf("comment %d is judged differently the second time:\n%s", n, cmp.Diff(want[n], got))
					return
				}
			}
		})
	}
	wait.Wait()
}

func FuzzEverySpanLiesInTheComment(f *testing.F) {
	p := defaultPolicy(f)
	e := engine.New(p, nil)
	f.Add("you m o r o n, k\u200by\u200bs http://dlscord.com", "they had it coming", "Two men killed")
	f.Add("> > ||kike|| \xff\xfe [a.b](http://c.d) <@1>", "", "\x00")
	f.Fuzz(func(t *testing.T, text, parent, title string) {
		c := moderation.Comment{ID: "1", Text: text, Parent: moderation.Parent{ID: "2", Text: parent}, Article: moderation.Article{Title: title}}
		v := e.Judge(&c, nil)
		if v.Abuse < 0 || v.Abuse > 1 {
			t.Errorf("abuse is %v", v.Abuse)
		}
		for _, r := range v.Reasons {
			if r.Span.From < 0 || r.Span.To > len(text) || r.Span.From > r.Span.To {
				t.Errorf("%s points at %v of %d bytes", r.Source, r.Span, len(text))
			}
			if r.Span.To > r.Span.From && r.Quote != text[r.Span.From:r.Span.To] {
				t.Errorf("%s quotes %q at %v", r.Source, r.Quote, r.Span)
			}
		}
	})
}
