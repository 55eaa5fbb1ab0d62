package scan_test

import (
	stdcmp "cmp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/moderation/rule/scan"
)

// naive finds what the automaton should find, one literal at a time.
func naive(literals []scan.Literal, text string, words bool) []scan.Hit {
	var hits []scan.Hit
	text = strings.ToLower(text)
	letter := func(i int) bool { return i >= 0 && i < len(text) && 'a' <= text[i] && text[i] <= 'z' }
	for i, l := range literals {
		literal := strings.ToLower(l.Text)
		for from := 0; literal != "" && from+len(literal) <= len(text); from++ {
			to := from + len(literal)
			if text[from:to] != literal || words && (l.Start && letter(from-1) || l.End && letter(to)) {
				continue
			}
			hits = append(hits, scan.Hit{Literal: int32(i), From: int32(from), To: int32(to)})
		}
	}
	return sorted(hits)
}

func sorted(hits []scan.Hit) []scan.Hit {
	slices.SortFunc(hits, func(a, b scan.Hit) int {
		return stdcmp.Or(stdcmp.Compare(a.Literal, b.Literal), stdcmp.Compare(a.From, b.From))
	})
	return hits
}

func TestEveryOccurrenceOfEveryLiteralIsFound(t *testing.T) {
	literal := rapid.Custom(func(t *rapid.T) scan.Literal {
		return scan.Literal{
			Text: rapid.StringMatching(`[abAé]{0,4}`).Draw(t, "literal"), Start: rapid.Bool().Draw(t, "start"), End: rapid.Bool().Draw(t, "end"),
		}
	})
	many := manyLiterals()
	rapid.Check(t, func(t *rapid.T) {
		literals := rapid.SliceOfN(literal, 0, 12).Draw(t, "literals")
		if rapid.Bool().Draw(t, "many") {
			literals = append(literals, many...)
		}
		text := rapid.StringMatching(`[abABcéα ]{0,30}`).Draw(t, "text")
		a := scan.New(literals)
		if diff := cmp.Diff(naive(literals, text, true), sorted(a.Find([]byte(text), nil))); diff != "" {
			t.Fatalf("%v in %q (-want +got):\n%s", literals, text, diff)
		}
		if diff := cmp.Diff(naive(literals, text, false), sorted(a.FindAnywhere([]byte(text), nil))); diff != "" {
			t.Fatalf("%v anywhere in %q (-want +got):\n%s", literals, text, diff)
		}
	})
}

// manyLiterals are all that can be made of a few letters: more states than the table has rows,
// whose columns are many because of one more literal with every byte there is.
func manyLiterals() []scan.Literal {
	literals := []scan.Literal{{}}
	for i := 0; len(literals) < 9000; i++ {
		for _, c := range []string{"a", "b", "c", "é"} {
			literals = append(literals, scan.Literal{Text: literals[i].Text + c, Start: i%3 == 0, End: i%5 == 0})
		}
	}
	for c := range 256 {
		literals[0].Text += string([]byte{byte(c)})
	}
	return literals
}

func TestNothingIsFoundWithoutLiterals(t *testing.T) {
	var zero scan.Automaton
	if hits := zero.Find([]byte("some text"), nil); hits != nil {
		t.Errorf("the zero automaton found %v", hits)
	}
}

func TestSearchingAllocatesNothing(t *testing.T) {
	a := scan.New([]scan.Literal{{Text: "needle"}, {Text: "eed", Start: true}})
	text, hits := []byte("a needle in a haystack"), make([]scan.Hit, 0, 8)
	if n := testing.AllocsPerRun(100, func() { hits = a.Find(text, hits[:0]) }); n != 0 {
		t.Errorf("a search allocates %v times", n)
	}
}
