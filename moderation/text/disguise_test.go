package text

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"parley/moderation"
)

// find looks for a listed word the way a matcher is meant to: in every reading, then
// backwards, then with censored letters, then without vowels.
func find(v *Views, word string) (kind string, at moderation.Span, ok bool) {
	for _, k := range append(v.Readings(nil), Reversed) {
		w, listed := v.View(k), word
		if k == Squashed || k == SquashedL {
			listed = Squash(word)
		}
		for from := 0; ; from++ {
			n := bytes.Index(w.Text[from:], []byte(listed))
			if n < 0 {
				break
			}
			from += n
			if end, spelled := v.Spells(k, from, word); spelled && v.WholeWord(k, from, end) {
				return k.String(), w.Origin(from, end), true
			}
		}
	}
	folded := v.View(Folded)
	for _, m := range v.Masked() {
		if MaskFits(folded.Word(m), word) {
			return "masked", folded.Origin(m.From, m.To), true
		}
	}
	for _, t := range v.Tokens(Folded) {
		if short := DropVowels(word); len(short) > 3 && string(folded.Word(t)) == short {
			return "no vowels", folded.Origin(t.From, t.To), true
		}
	}
	return "", moderation.Span{}, false
}

// corpusLines reads the lines of a file that are no comments, cut at tabs.
func corpusLines(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.Split(line, "\t"))
		}
	}
	return lines
}

func TestDisguisedWordsAreFound(t *testing.T) {
	var v Views
	kinds := map[string]bool{}
	for _, line := range corpusLines(t, "testdata/disguises.txt") {
		kind, word := line[0], line[1]
		disguised, err := strconv.Unquote(line[2])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		kinds[kind] = true
		v.Reset("look at this " + disguised + " over there")
		if startsLine(kind) {
			v.Reset(disguised)
		}
		how, at, ok := find(&v, word)
		if !ok {
			t.Errorf("%s: %q is missed in %q; folded %q, squashed %q", kind, word, disguised, v.View(Folded).Text, v.View(Squashed).Text)
			continue
		}
		if quoted := at.In(v.raw); strings.Contains(quoted, "this") || strings.Contains(quoted, "over") {
			t.Errorf("%s: %q was found (%s) in %q, which is too much", kind, word, how, quoted)
		}
	}
	if len(kinds) < 40 {
		t.Errorf("%d kinds of disguise, want at least 40", len(kinds))
	}
}

// startsLine names the disguises that only work at the start of a line.
func startsLine(kind string) bool {
	return kind == "heading" || kind == "quote line" || kind == "code fence" || kind == "one letter per line"
}

func TestInnocentWordsAreNotReadAsListedOnes(t *testing.T) {
	listed, innocent := corpusLines(t, "testdata/listed.txt"), corpusLines(t, "testdata/innocent.txt")
	if len(innocent) < 400 {
		t.Errorf("%d innocent words and phrases, want at least 400", len(innocent))
	}
	var v Views
	for _, line := range innocent {
		v.Reset(line[0])
		for _, word := range listed {
			for _, spelling := range Spellings(word[0]) {
				how, at, ok := find(&v, spelling)
				if ok && how != Folded.String() {
					t.Errorf("%q is read as %q (%s, %q)", line[0], word[0], how, at.In(line[0]))
				}
				if standsOpenly := v.tokenIs(spelling); ok && how == Folded.String() && !standsOpenly {
					t.Errorf("%q is folded into %q: %q", line[0], word[0], v.View(Folded).Text)
				}
			}
		}
	}
}

// tokenIs reports whether a word stands in the comment as written, but for its case.
func (v *Views) tokenIs(word string) bool {
	for _, t := range v.Tokens(Raw) {
		if strings.EqualFold(string(v.View(Raw).Word(t)), word) {
			return true
		}
	}
	return false
}
