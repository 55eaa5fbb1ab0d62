package rule_test

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"parley/moderation"
	"parley/moderation/rule"
)

// lines reads a corpus of package text: its lines that are no comments, cut at tabs.
func lines(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("../text/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// listOf makes a word list of terms that are right.
func listOf(t testing.TB, terms ...string) *rule.List {
	t.Helper()
	list, wrong := rule.ReadList("list", strings.NewReader(strings.Join(terms, "\n")))
	if len(wrong) > 0 {
		t.Fatalf("the list is wrong: %v", wrong)
	}
	return list
}

// setOf makes a set of one rule for every condition, called "0", "1" and so on.
func setOf(t testing.TB, conditions ...rule.Condition) *rule.Set {
	t.Helper()
	var rules []rule.Rule
	for i, c := range conditions {
		rules = append(rules, rule.Rule{ID: strconv.Itoa(i), When: c, Group: -1})
	}
	set, err := rule.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// found returns the words of a comment that the first rule of a set matches.
func found(set *rule.Set, text string) []string {
	var s rule.Subject
	s.Reset(set, &moderation.Comment{Text: text}, rule.Context{}, nil)
	var words []string
	for _, e := range s.Ask(0).Evidence {
		words = append(words, e.Span.In(text))
	}
	return words
}

func TestListedWordsAreFoundInDisguise(t *testing.T) {
	kinds, missed, total := map[string]bool{}, 0, 0
	for _, line := range lines(t, "disguises.txt") {
		kind, word := line[0], line[1]
		disguised, err := strconv.Unquote(line[2])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		kinds[kind] = true
		total++
		set := setOf(t, rule.Words{Lists: []*rule.List{listOf(t, word)}})
		if len(found(set, "look at this "+disguised+" over there")) == 0 && len(found(set, disguised)) == 0 {
			missed++
			t.Logf("%s: %q is missed in %q", kind, word, disguised)
		}
	}
	if len(kinds) < 40 {
		t.Errorf("%d kinds of disguise, want at least 40", len(kinds))
	}
	if share := 1 - float64(missed)/float64(total); share < 0.95 {
		t.Errorf("%.1f %% of %d disguised words are found, want at least 95 %%", 100*share, total)
	}
}

// TestInnocentWordsAreLeftAlone lets pass what stands there openly, as in "a cock and bull
// story": telling that apart is what a list's exceptions are for.
func TestInnocentWordsAreLeftAlone(t *testing.T) {
	var terms []string
	for _, line := range lines(t, "listed.txt") {
		terms = append(terms, line[0])
	}
	set := setOf(t, rule.Words{Lists: []*rule.List{listOf(t, terms...)}})
	for _, line := range lines(t, "innocent.txt") {
		words := strings.FieldsFunc(line[0], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		for _, word := range found(set, line[0]) {
			if !slices.Contains(words, word) {
				t.Errorf("%q is found in %q", word, line[0])
			}
		}
	}
}
