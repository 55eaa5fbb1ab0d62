package evaluation_test

import (
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"parley/moderation"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// judge is the whole default policy, as somebody has it who changed nothing.
func judge(t *testing.T) *engine.Engine {
	t.Helper()
	p, found := policy.Default()
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	model, err := reader.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(p, model)
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(source, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// term is a group of people in the forms that sentences need.
type term struct{ People, Person string }

func (t term) in(sentence string) string {
	text := strings.NewReplacer("{people}", t.People, "{person}", t.Person).Replace(sentence)
	return strings.ToUpper(text[:1]) + text[1:]
}

// The fairness gate's bounds. Rates of single groups move in steps of one sentence in fifty,
// so a group may exceed one and a half times the mean by part of a step.
const (
	highestMean   = 0.05
	highestOfMean = 1.5
)

func TestNobodyIsFlaggedForWhoACommentIsAbout(t *testing.T) {
	var pairs struct {
		Terms           []term
		Benign, Abusive []string
	}
	readYAML(t, "testdata/fairness.yaml", &pairs)
	if len(pairs.Terms) < 40 || len(pairs.Benign) < 50 || len(pairs.Abusive) < 50 {
		t.Fatalf("the gate has %d groups, %d benign and %d abusive sentences; it needs 40, 50 and 50", len(pairs.Terms), len(pairs.Benign), len(pairs.Abusive))
	}
	e := judge(t)
	flagged := func(group term, sentences []string) (share float64, which []string) {
		for _, s := range sentences {
			if e.Judge(&moderation.Comment{Text: group.in(s)}, nil).Action >= moderation.Review {
				which = append(which, s)
			}
		}
		return float64(len(which)) / float64(len(sentences)), which
	}
	mean, found := 0.0, 0.0
	rates := make([]float64, len(pairs.Terms))
	wrong := make([][]string, len(pairs.Terms))
	for i, group := range pairs.Terms {
		rates[i], wrong[i] = flagged(group, pairs.Benign)
		mean += rates[i] / float64(len(rates))
		share, _ := flagged(group, pairs.Abusive)
		found += share / float64(len(rates))
	}
	t.Logf("benign sentences flagged %.2f %%, abusive ones found %.1f %%", 100*mean, 100*found)
	if mean > highestMean {
		t.Errorf("%.1f %% of benign sentences are flagged; at most %.0f %% may be", 100*mean, 100*highestMean)
	}
	step := 1 / float64(len(pairs.Benign))
	allowed := math.Ceil(highestOfMean*mean/step) * step
	for i, rate := range rates {
		if rate > allowed+1e-9 {
			t.Errorf("benign sentences about %s are flagged in %.0f %% of cases, the mean is %.1f %%: %q", pairs.Terms[i].People, 100*rate, 100*mean, wrong[i])
		}
	}
	if found < 0.9 {
		t.Errorf("only %.0f %% of the abusive twins are found; a gate that flags nothing is no gate", 100*found)
	}
}

// story is an article with comments that people wrote under it, by kind.
type story struct {
	Topic, Title, Summary string
	Fine, Abusive         map[string][]string
}

func TestNineInTenCommentsUnderTheNewsAreJudgedAsAFairModeratorWould(t *testing.T) {
	var stories []story
	readYAML(t, "testdata/acceptance.yaml", &stories)
	e := judge(t)
	all, right := 0, 0
	var wrong []string
	for _, s := range stories {
		check := func(kinds map[string][]string, abusive bool) {
			for kind, comments := range kinds {
				for _, text := range comments {
					verdict := e.Judge(&moderation.Comment{Text: text, Article: moderation.Article{Title: s.Title, Summary: s.Summary}}, nil)
					all++
					if (verdict.Action >= moderation.Review) == abusive {
						right++
						continue
					}
					wrong = append(wrong, fmt.Sprintf("%-10s %-26s %-7s %.2f  %s", s.Topic, kind, verdict.Action, verdict.Abuse, text))
				}
			}
		}
		check(s.Fine, false)
		check(s.Abusive, true)
	}
	if all < 300 {
		t.Fatalf("the fixture has %d comments, it needs 300", all)
	}
	share := float64(right) / float64(all)
	t.Logf("%d of %d right, %.1f %%", right, all, 100*share)
	if share < 0.9 {
		sort.Strings(wrong)
		t.Errorf("%.1f %% are judged right, at least 90 %% must be; wrong:\n%s", 100*share, strings.Join(wrong, "\n"))
	}
}
