package policy_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"parley/moderation"
	"parley/moderation/policy"
	"parley/moderation/rule"
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

func TestTheDefaultPolicyHasNoMistakesAndNoDoubts(t *testing.T) {
	if _, diags := policy.Default(); len(diags) > 0 {
		t.Errorf("%v", diags)
	}
	if _, diags := policy.Load("../../config.yaml"); len(diags) > 0 {
		t.Errorf("%v", diags)
	}
}

func TestEveryKeyOfTheLanguageLoads(t *testing.T) {
	_, diags := policy.Load("testdata/everything.yaml")
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
}

const places = `
hourly_cap: 50
appeal: Ask us.
thresholds: {toxicity: {review: 0.5, remove: 0.9}}
rules:
  - id: swearing
    why: Because.
    when: {words: [bother]}
    score: {toxicity: 0.6}
    examples: {match: [bother], allow: [brother]}
overrides:
  - for: {guild: ["7"]}
    hourly_cap: 5
    thresholds: {toxicity: {review: 0.4}}
  - for: {channel: ["lounge*"]}
    thresholds: {toxicity: {review: 0}}
    change_rules: {swearing: shadow}
  - for: {article: {words: [refugee~]}}
    change_rules: {swearing: {score: {toxicity: 0.95}, points: 3}}
`

func TestPlacesInheritWhatTheyDoNotSay(t *testing.T) {
	p := mustParse(t, places)
	home := p.Settings("1", moderation.Channel{Name: "news"}, moderation.Article{})
	guild := p.Settings("7", moderation.Channel{Name: "news"}, moderation.Article{})
	lounge := p.Settings("7", moderation.Channel{ID: "9", Name: "thread", Parent: "lounge-2"}, moderation.Article{})
	story := p.Settings("1", moderation.Channel{Name: "news"}, moderation.Article{Title: "Town takes in refugees"})

	tests := []struct {
		name             string
		settings         *policy.Settings
		cap              int
		review, removeAt float64
		mode             rule.Mode
		gives            float64
		points           int
	}{
		{"where nothing is overridden", home, 50, 0.5, 0.9, rule.On, 0.6, 0},
		{"in a community", guild, 5, 0.4, 0.9, rule.On, 0.6, 0},
		{"in a thread of a channel of that community", lounge, 5, 0, 0.9, rule.Shadow, 0.6, 0},
		{"under an article on a topic", story, 50, 0.5, 0.9, rule.On, 0.95, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.settings
			th := s.Thresholds[moderation.Toxicity]
			if s.HourlyCap != tt.cap || th.Review != tt.review || th.Remove != tt.removeAt || s.Appeal != "Ask us." {
				t.Errorf("cap %d, review %v, remove %v, appeal %q", s.HourlyCap, th.Review, th.Remove, s.Appeal)
			}
			if r := s.Rules[0]; r.Mode != tt.mode || r.Gives[0].Score != tt.gives || r.Points != tt.points {
				t.Errorf("the rule is %v", r)
			}
		})
	}
	if again := p.Settings("7", moderation.Channel{Name: "news"}, moderation.Article{}); again != guild {
		t.Error("the same place gets different settings")
	}
}

func TestALaterFileReplacesRulesAndAddsLists(t *testing.T) {
	files := fstest.MapFS{
		"base.yaml": {Data: []byte(`
thresholds: {obscene: {review: 0.5}}
lists: {mild: [bother]}
rules:
  - {id: swearing, why: Because., when: {words: {list: mild}}, score: {obscene: 0.5}, examples: {match: [bother], allow: [brother]}}
  - {id: other, why: Because., when: {words: [drat]}, score: {obscene: 0.5}, examples: {match: [drat], allow: [draft]}}
`)},
		"words.txt": {Data: []byte("blast = 0.5 # a comment\n!blast furnace\n")},
	}
	p, diags := policy.Parse("config.yaml", []byte(`
include: [base.yaml]
lists: {more: {from: words.txt}}
rules:
  - {id: swearing, why: We mean it., when: {words: {list: [mild, more]}}, score: {obscene: 0.9}, examples: {match: [blast], allow: [the blast furnace]}}
`), files)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if got := p.Files(); len(got) != 2 || got[0] != "base.yaml" || got[1] != "words.txt" {
		t.Errorf("the files are %v", got)
	}
	if len(p.Rules.Rules) != 2 || p.Rules.Rules[0].Why != "We mean it." {
		t.Errorf("the rules are %v", p.Rules.Rules)
	}
	again, diags := policy.Parse("config.yaml", p.Source(), nil)
	if err := diags.Err(); err != nil {
		t.Fatalf("the kept source does not load:\n%v", err)
	}
	if again.Hash() != p.Hash() {
		t.Errorf("the kept source gives hash %s, the files gave %s", again.Hash(), p.Hash())
	}
	if !bytes.Equal(again.Source(), p.Source()) {
		t.Error("the kept source changes when it is loaded")
	}
}

func TestTheHashFollowsEveryFile(t *testing.T) {
	hash := func(words string) string {
		p, diags := policy.Parse("config.yaml", []byte("include: [builtin:default]\nlists: {own: {from: words.txt}}"),
			fstest.MapFS{"words.txt": {Data: []byte(words)}})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		return p.Hash()
	}
	first := hash("bother\n")
	if again := hash("bother\n"); again != first {
		t.Errorf("equal files give the hashes %s and %s", first, again)
	}
	if hash("drat\n") == first {
		t.Error("another word list gives the same hash")
	}
}

func TestAHugeFileIsRefusedBeforeItIsRead(t *testing.T) {
	huge := []byte("appeal: " + strings.Repeat("x", 50<<20))
	if p, diags := policy.Parse("config.yaml", huge, nil); p != nil || !strings.Contains(diags.Error(), "bytes") {
		t.Errorf("policy %v: %v", p != nil, diags)
	}
	_, diags := policy.Parse("config.yaml", []byte("include: [huge.yaml]"), fstest.MapFS{"huge.yaml": {Data: huge}})
	if diags.Err() == nil {
		t.Error("a huge include was taken")
	}
}

func TestAnAliasBombCostsNothing(t *testing.T) {
	src, err := os.ReadFile("testdata/mistakes/alias-bomb.yaml")
	if err != nil {
		t.Fatal(err)
	}
	allocated := testing.AllocsPerRun(1, func() { policy.Parse("config.yaml", src, nil) })
	if allocated > 3_000_000 {
		t.Errorf("refusing an alias bomb takes %.0f allocations", allocated)
	}
}

func TestOpinionsAreConfiguredPerCommunity(t *testing.T) {
	p := mustParse(t, `
second_opinions: {policy: Be kind., undecided: {from: 0.4, to: 0.6}}
classifiers: {openai: {judge: {model: m, on_error: hold, timeout: 3s}}}
overrides:
  - {for: {guild: ["7"]}, second_opinions: {opt_out: true}}
`)
	there := p.Settings("7", moderation.Channel{}, moderation.Article{}).Opinions
	if there.Undecided(0.5) || there.Policy != "Be kind." {
		t.Errorf("a community that opted out has %+v", there)
	}
	here := p.Settings("1", moderation.Channel{}, moderation.Article{}).Opinions
	if !here.Undecided(0.4) || here.Undecided(0.6) || here.Undecided(0.1) {
		t.Errorf("the undecided band is wrong: %+v", here)
	}
	judge := p.Classifiers.OpenAI.Judge
	if judge.OnError != moderation.Hold || judge.Timeout != 3*time.Second || p.Classifiers.OpenAI.Moderation.Model != "" {
		t.Errorf("the judge is %+v", judge)
	}
}

func TestPreventableRulesAreThoseThatAreOn(t *testing.T) {
	p := mustParse(t, `
thresholds: {obscene: {review: 0.5}}
rules:
  - {id: a, why: Because., prevent: true, when: {words: [bother]}, score: {obscene: 0.5}, examples: {match: [bother]}}
  - {id: b, why: Because., prevent: true, mode: shadow, when: {words: [drat]}, score: {obscene: 0.5}, examples: {match: [drat]}}
  - {id: c, why: Because., when: {words: [blast]}, score: {obscene: 0.5}, examples: {match: [blast]}}
`)
	if got := p.Preventable("home"); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("preventable: %v", got)
	}
}

func FuzzAnyBytesGiveAPolicyOrDiagnostics(f *testing.F) {
	for _, name := range []string{"testdata/everything.yaml", "testdata/mistakes/merge-key.yaml", "testdata/mistakes/wrong-types.yaml"} {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("-- config.yaml --\ninclude: [x]\n-- x --\nrules: 3\n"))
	f.Add([]byte("rules: [{id: a, why: b, when: {regex: '(a{500}){2}'}, score: {spam: 1}}]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, diags := policy.Parse("config.yaml", src, nil)
		if (p == nil) != (diags.Err() != nil) {
			t.Errorf("policy %v, error %v", p != nil, diags.Err())
		}
		if diags.Error() == "" && p == nil {
			t.Error("refused without a word")
		}
	})
}
