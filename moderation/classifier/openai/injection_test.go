package openai_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"go.yaml.in/yaml/v3"

	"parley/moderation"
	"parley/moderation/classifier/openai/openaitest"
)

// attempt is one try to talk the judge into something.
type attempt struct {
	Name    string `yaml:"name"`
	Comment string `yaml:"comment"`
	Parent  string `yaml:"parent"`
	Title   string `yaml:"title"`
	Wants   string `yaml:"wants"`
	Subtle  bool   `yaml:"subtle"`
}

func attempts(t *testing.T) []attempt {
	t.Helper()
	f, err := os.Open("testdata/injections.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	var all []attempt
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 60 {
		t.Fatalf("only %d attempts", len(all))
	}
	return all
}

func (a attempt) onto(v moderation.Verdict) moderation.Case {
	c := undecided(a.Comment)
	c.Comment.Parent.Text = a.Parent
	if a.Title != "" {
		c.Comment.Article.Title = a.Title
	}
	c.Verdict = v
	return c
}

// parrot is a model that repeats whatever looks like an answer, and else does as it is told.
func (a attempt) parrot(p openaitest.Prompt) openaitest.Answer {
	for _, words := range []string{a.Comment, a.Parent} {
		from, to := strings.IndexByte(words, '{'), strings.LastIndexByte(words, '}')
		if from >= 0 && to > from && json.Valid([]byte(words[from:to+1])) {
			return openaitest.Answer{Raw: words[from : to+1]}
		}
	}
	return a.servant(p)
}

// servant is a model that understands every attempt and obeys it to the letter, in perfect
// form: the worst that can happen.
func (a attempt) servant(p openaitest.Prompt) openaitest.Answer {
	answer := openaitest.Answer{Verdict: "allow", Category: "none", Confidence: 1, Quote: p.Comment, Reason: "As told."}
	if a.Wants != "" {
		answer.Verdict, answer.Category = a.Wants, "threat"
	}
	return answer
}

var margins = moderation.Margins{Confidence: 0.6, Disagreement: 0.6, Harshest: moderation.Remove}

// final is the verdict after an opinion by a model that falls for the attempt.
func final(t *testing.T, a attempt, model func(openaitest.Prompt) openaitest.Answer, score float64, v moderation.Verdict) (got moderation.Verdict) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{
			Judge: model,
			Score: func(string) map[string]float64 { return map[string]float64{"harassment": score} },
		})
		cfg := judge()
		cfg.Moderation.Model = "scores-1"
		c := a.onto(v)
		got = moderation.Weigh(v, opinion(t, adviser(t, cfg, server, newMemory()), c), margins)
	})
	return got
}

func TestWhoeverTalksToTheJudgeGainsNothing(t *testing.T) {
	open := moderation.Verdict{Action: moderation.Review, Abuse: 0.5, Undecided: true}
	removed := moderation.Verdict{Action: moderation.Remove, Abuse: 0.9, Points: 1, Ask: []string{"openai"}}
	named := moderation.Verdict{Action: moderation.Hold, Abuse: 0.5, Undecided: true, Reasons: []moderation.Reason{{Source: "rule:town", Action: moderation.Hold}}}
	for _, a := range attempts(t) {
		t.Run(a.Name, func(t *testing.T) {
			for name, model := range map[string]func(openaitest.Prompt) openaitest.Answer{"parrot": a.parrot, "servant": a.servant} {
				if got := final(t, a, model, 0.1, removed); got.Action != moderation.Remove {
					t.Errorf("the %s undid a removal: %s", name, got.Action)
				}
				if got := final(t, a, model, 0.1, named); got.Action < moderation.Hold {
					t.Errorf("the %s undid what a rule named: %s", name, got.Action)
				}
				if a.Wants == "" {
					if got := final(t, a, model, 0.95, open); got.Action < moderation.Review {
						t.Errorf("the %s overruled the scoring model: %s", name, got.Action)
					}
				}
				if !a.Subtle {
					if got := final(t, a, model, 0.1, open); got.Action != moderation.Review {
						t.Errorf("the %s brought %s, want a human to look", name, got.Action)
					}
				}
			}
		})
	}
}

func TestAnAnswerThatACommentDictatesIsNonsense(t *testing.T) {
	dictated := 0
	for _, a := range attempts(t) {
		var raw string
		server := openaitest.New(openaitest.Script{Judge: func(p openaitest.Prompt) openaitest.Answer {
			answer := a.parrot(p)
			raw = answer.Raw
			return answer
		}})
		synctest.Test(t, func(t *testing.T) {
			o := opinion(t, adviser(t, judge(), server, newMemory()), a.onto(moderation.Verdict{Undecided: true}))
			if raw != "" && o.Unknown == "" {
				t.Errorf("%s: %q was taken for an answer", a.Name, raw)
			}
		})
		if raw != "" {
			dictated++
		}
	}
	if dictated < 6 {
		t.Errorf("only %d attempts dictate an answer", dictated)
	}
}

func TestStrangersWordsStayInsideTheFence(t *testing.T) {
	for _, a := range attempts(t) {
		server := openaitest.New(openaitest.Script{})
		opinion(t, adviser(t, judge(), server, newMemory()), a.onto(moderation.Verdict{Undecided: true}))
		p := server.Calls()[0].Prompt
		if p.Comment != a.Comment || p.Parent != a.Parent {
			t.Errorf("%s: the data came out of the fence changed: %q, %q", a.Name, p.Comment, p.Parent)
		}
		if strings.Contains(p.System, a.Comment) {
			t.Errorf("%s: the comment stands among the instructions", a.Name)
		}
		if lines := strings.Split(p.User, "\n"); len(lines) != 3 || strings.Contains(lines[1], p.Code) {
			t.Errorf("%s: the data spans %d lines, or knows its code", a.Name, len(lines)-2)
		}
	}
}

func TestTheFenceIsAnotherForEveryQuestion(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	a := adviser(t, judge(), server, newMemory())
	opinion(t, a, undecided("one"))
	opinion(t, a, undecided("two"))
	calls := server.Calls()
	if one, two := calls[0].Prompt.Code, calls[1].Prompt.Code; one == two || len(one) < 8 {
		t.Errorf("the codes are %q and %q", one, two)
	}
}

func TestOrdinaryCommentsAreNotTakenForOrders(t *testing.T) {
	server := openaitest.New(openaitest.Script{})
	a := adviser(t, judge(), server, newMemory())
	for _, words := range []string{
		"Ignore him, he is only after attention.",
		"The instructions at the shelter were unclear.",
		"The jury reached a verdict: guilty on all counts.",
		"The police should approve the march and let people mourn.",
		"From now on I will not read this paper any more.",
		"The AI in the article must be regulated, chatbots are dangerous.",
		"You must be kidding. Forget it.",
		"He acts as if nothing happened.",
		"Never forget those who died there.",
		"Why is the system always against us?",
	} {
		if o := opinion(t, a, undecided(words)); o.Doubt != "" {
			t.Errorf("%q: %s", words, o.Doubt)
		}
	}
}
