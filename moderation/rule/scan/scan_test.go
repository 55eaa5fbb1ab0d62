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
func naive(literals []string, text string) []scan.Hit {
	var hits []scan.Hit
	text = strings.ToLower(text)
	for i, literal := range literals {
		literal = strings.ToLower(literal)
		for from := 0; literal != "" && from+len(literal) <= len(text); from++ {
			if text[from:from+len(literal)] == literal {
				hits = append(hits, scan.Hit{Literal: int32(i), From: int32(from), To: int32(from + len(literal))})
			}
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
	rapid.Check(t, func(t *rapid.T) {
		literals := rapid.SliceOfN(rapid.StringMatching(`[abAé]{0,4}`), 0, 12).Draw(t, "literals")
		text := rapid.StringMatching(`[abABc é]{0,30}`).Draw(t, "text")
		got := sorted(scan.New(literals).Find([]byte(text), nil))
		if diff := cmp.Diff(naive(literals, text), got); diff != "" {
			t.Fatalf("%q in %q (-want +got):\n%s", literals, text, diff)
		}
	})
}

func TestNothingIsFoundWithoutLiterals(t *testing.T) {
	var zero scan.Automaton
	if hits := zero.Find([]byte("some text"), nil); hits != nil {
		t.Errorf("the zero automaton found %v", hits)
	}
}

func TestSearchingAllocatesNothing(t *testing.T) {
	a := scan.New([]string{"needle", "eed"})
	text, hits := []byte("a needle in a haystack"), make([]scan.Hit, 0, 8)
	if n := testing.AllocsPerRun(100, func() { hits = a.Find(text, hits[:0]) }); n != 0 {
		t.Errorf("a search allocates %v times", n)
	}
}
