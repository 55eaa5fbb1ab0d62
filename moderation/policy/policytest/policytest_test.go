package policytest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/moderation/policy"
	"parley/moderation/policy/policytest"
)

func run(t *testing.T, config, cases, only string) (string, policytest.Summary) {
	t.Helper()
	p, diags := policy.Parse("config.yaml", []byte(config), nil)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	read, diags := policy.ReadCases("policy_test.yaml", []byte(cases))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var filter *regexp.Regexp
	if only != "" {
		filter = regexp.MustCompile(only)
	}
	var b strings.Builder
	sum := policytest.Run(p, nil, read, filter, func(r policytest.Result) {
		r.Took = 0
		policytest.Print(&b, r, true)
	})
	return b.String() + sum.String(), sum
}

const config = `
thresholds: {toxicity: {review: 0.5, remove: 0.9}, flood: {hold: 0.6}}
rules:
  - {id: swearing, why: Because., when: {words: [bother]}, score: {toxicity: 0.6}, examples: {match: [bother], allow: [brother]}}
  - {id: fast, why: Slow down., when: {rate: {more_than: 3, within: 10s}}, score: {flood: 0.7}, examples: {match: [{text: hi, history: {count: 4}}]}}
`

func TestExamplesAndCasesAreReportedLikeGoTest(t *testing.T) {
	got, sum := run(t, config, `
cases:
  - {name: swearing is shown, comment: oh bother, expect: {action: review, category: toxicity, reasons: ["rule:swearing"], without: ["rule:fast"]}}
  - {name: a flood is held, comment: {text: hi, history: {count: 9}}, expect: hold}
  - {name: the model counts, comment: {text: hi, scores: {toxicity: 0.95}}, expect: {action: remove, reasons: ["model:embedded"]}}
  - {name: wrong on purpose, comment: oh bother, expect: {action: allow, category: insult, reasons: ["rule:fast"], without: ["rule:swearing"]}}
`, "")
	if sum != (policytest.Summary{Passed: 6, Failed: 1}) {
		t.Errorf("the summary is %+v", sum)
	}
	want := `--- PASS: swearing/match/line-4 (0.00s)
--- PASS: swearing/allow/line-4 (0.00s)
--- PASS: fast/match/line-5 (0.00s)
--- PASS: case/swearing-is-shown (0.00s)
--- PASS: case/a-flood-is-held (0.00s)
--- PASS: case/the-model-counts (0.00s)
--- FAIL: case/wrong-on-purpose (0.00s)
    policy_test.yaml:6:5: the action is review, not allow; the category is toxicity, not insult; rule:fast is no reason; rule:swearing is a reason (abuse 0.60; reasons: rule:swearing)
FAIL	6 passed, 1 failed`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFilterRunsOnlyWhatItNames(t *testing.T) {
	got, _ := run(t, config, "cases: [{name: a, comment: hi, expect: allow}]", "^swearing/")
	if want := "--- PASS: swearing/match/line-4 (0.00s)\n--- PASS: swearing/allow/line-4 (0.00s)\nok\t2 passed"; got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestMistakesInCasesAreShown(t *testing.T) {
	_, diags := policy.ReadCases("policy_test.yaml", []byte("cases:\n  - {name: a, comment: hi, expext: allow}\n  - {name: b, comment: hi}\n"))
	if len(diags) != 2 || !strings.Contains(diags.Error(), `did you mean "expect"?`) || !strings.Contains(diags.Error(), "expects no action") {
		t.Errorf("%v", diags)
	}
}

func TestTheDefaultPolicyPassesItsOwnCases(t *testing.T) {
	p, diags := policy.Default()
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile("testdata/policy_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cases, diags := policy.ReadCases("testdata/policy_test.yaml", src)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	sum := policytest.Run(p, nil, cases, nil, func(r policytest.Result) {
		if r.Problem != "" {
			t.Errorf("%s: %s: %s", r.At, r.Name, r.Problem)
		}
	})
	if sum.Passed < 100 {
		t.Errorf("only %d examples and cases ran", sum.Passed)
	}
}
