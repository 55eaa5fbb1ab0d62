package explain

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"parley/cmd/parley/terminal"
	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

const rules = `
classifiers: {embedded: {enabled: false}}
thresholds: {insult: {review: 0.5, hold: 0.8, remove: 0.9}, spam: {review: 0.6}}
points: {insult: 2}
groups: {names: 0.7}
rules:
  - {id: twit, why: Nobody here is a twit., when: {words: ["twit = 0.8", nitwit]}, group: names, score: {insult: 0.6}, examples: {match: [twit], allow: [twitter]}}
  - {id: blockhead, why: Nor a blockhead., when: {words: [blockhead]}, group: names, score: {insult: 0.5}, examples: {match: [blockhead], allow: [block]}}
  - {id: apology, why: Somebody apologizes., when: {words: [sorry]}, score: {insult: -0.25}, examples: {match: [sorry], allow: [so]}}
  - {id: shop, why: Sell elsewhere., when: {links: {domains: [shop.example]}}, action: review, examples: {match: ["https://shop.example/a"], allow: [shop]}}
  - {id: too-fast, why: Slow down., when: {rate: {by: author, more_than: 6, within: 10s}}, score: {spam: 0.7}, examples: {match: [{text: and, history: {count: 7}}], allow: [{text: and, history: {count: 3}}]}}
  - {id: weather, why: No weather., mode: shadow, when: {words: [rain]}, action: hold, examples: {match: [rain], allow: [train]}}
`

func explained(t *testing.T, c moderation.Comment) string {
	t.Helper()
	p, found := policy.Parse("rules.yaml", []byte(rules), nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Show(&out, terminal.Style{}, c.Text, engine.New(p, nil).Explain(&c, nil)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAnExplanationReadsLikeThis(t *testing.T) {
	for name, c := range map[string]moderation.Comment{
		"clean":     {Text: "Good morning, all."},
		"sum":       {Text: "Sorry, but what a tw1t 🕯️🕯️ he is, a b l o c k h e a d in the rain: https://shop.example/x"},
		"quotation": {Text: "“Mayor calls editor a nitwit in public”?\n\nHe is the nitwit, and I will say so as often as it takes until everybody here has heard it, twit.", Article: moderation.Article{Title: "Mayor calls editor a nitwit in public"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := explained(t, c)
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-golden +now, write it anew with -update):\n%s", diff)
			}
		})
	}
}

func TestMarksStandUnderTheWordsTheyMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringOf(rapid.RuneFrom([]rune("ab ü日🕯\u0301\u200d\n"))).Draw(t, "before")
		columns := rapid.IntRange(4, 30).Draw(t, "columns")
		text := before + "\n" + "XY" + "\nafter"
		span := moderation.Span{From: len(before) + 1, To: len(before) + 3}
		lines := marked(text, []mark{{"here", "^", []moderation.Span{span}}}, columns)
		for i, line := range lines {
			if uniseg.StringWidth(line) > columns+2 && !strings.HasSuffix(line, " here") {
				t.Fatalf("%q is wider than %d columns", line, columns)
			}
			if strings.HasSuffix(line, "^^ here") && (line != "  ^^ here" || lines[i-1] != "  XY") {
				t.Fatalf("%q stands under %q", line, lines[i-1])
			}
		}
		if !strings.Contains(strings.Join(lines, "\n"), "^^ here") {
			t.Fatalf("the mark is missing from %q", lines)
		}
	})
}

func TestAStrangersTextCannotMoveTheCursorInAnExplanation(t *testing.T) {
	got := explained(t, moderation.Comment{Text: "a\x1b[2J\u009b twit \x07"})
	if strings.ContainsAny(got, "\x1b\x07\u009b") {
		t.Errorf("control characters survive in %q", got)
	}
}
