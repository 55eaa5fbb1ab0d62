package text

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/moderation"
)

// nasty are short texts whose repetition has made some filter slow or crash.
var nasty = []string{
	"", "a", "é", "\xff", "\u0301", "а", "aа", "🇺", "🇺🇸", "👩‍👩‍👧", "\u202e", "\u200b", "\x00", "\ufffd",
	"`", "``a", "```\n", "||", "||a", "**", "**a", "*a ", "a*", "a**", "__a", "_a_", "~~", "\\", "\\*",
	"[", "](", "](http://", "[a](http://b.com)", "<", "<@", "<@1>", "<:a:1>", "<t:1:R>", "</a:1>", "> ", ">>> a\n", "# ", "\n",
	"a.", "a.com/", "a.b/", "http://", "http://a.com@", "hxxp://a[.]com", "a dot com ", "a . com", "xn--", "a-", "。", "@", "a@b.com",
	"1a", "a1", "a55", "|-|", "/\\", "(_)", "|", "a|", "$", "v", "bvb", "vv", "!", "5 ", "£a",
	"f u ", "f.u.", "f-u-c-", "a b c d ", "aa bb ", "aaa", "fuu-", "a*b*", "m*ron ", "a-b_c", "'a'", "\"a\" ", "“a”", "one two three four ",
	"か\u3099", "ｶﾞ", "ﬁ", "㎏", "İ", "ẞ", "ﷺ", "각", "ไทย", "हिन्दी", "ΜΑ", "Σσς", "ё", "a¹բ", "℀б",
}

// exercise asks a Views for everything it can tell.
func exercise(v *Views, s *Source) {
	for k := range numKinds {
		v.View(k)
	}
	v.Tokens(Folded)
	v.Tokens(Squashed)
	v.Masked()
	v.Quoted(s)
	v.Exact()
	v.Near()
	v.Loudness()
	v.Links()
	v.Language()
}

func FuzzReadingsLeadBackIntoTheComment(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
		f.Add(s + "x " + s)
	}
	source := NewSource("one two three four five", "a b c d")
	f.Fuzz(func(t *testing.T, raw string) {
		if len(raw) > 4096 {
			return
		}
		var v Views
		v.Reset(raw)
		exercise(&v, source)
		for k := range numKinds {
			w := v.View(k)
			if k > Plain && !utf8.Valid(w.Text) {
				t.Errorf("%s of %q is not UTF-8: %q", k, raw, w.Text)
			}
			for from := 0; from <= len(w.Text); from += 1 + len(w.Text)/64 {
				for to := from; to <= len(w.Text); to += 1 + len(w.Text)/64 {
					checkSpan(t, raw, w.Origin(from, to))
				}
			}
			for _, token := range v.Tokens(k) {
				checkSpan(t, raw, w.Origin(token.From, token.To))
			}
		}
		for _, l := range v.Links() {
			checkSpan(t, raw, l.Span)
		}
		for _, q := range v.Quoted(source).Spans {
			checkSpan(t, raw, q)
		}
		for _, q := range v.Blockquotes() {
			checkSpan(t, raw, q)
		}
	})
}

// checkSpan fails unless a span lies in raw and splits no rune.
func checkSpan(t *testing.T, raw string, s moderation.Span) {
	t.Helper()
	if s.From < 0 || s.From > s.To || s.To > len(raw) || runeStart(raw, s.From) != s.From || runeStart(raw, s.To) != s.To {
		t.Fatalf("span %v is not a range of whole runes of %q", s, raw)
	}
}

func FuzzFoldingTwiceChangesNothing(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
		f.Add(s + "x " + s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once := checkFold(t, raw)
		squashed := Squash(once)
		if again := Squash(squashed); again != squashed {
			t.Errorf("%q squashes to %q, and that to %q", once, squashed, again)
		}
	})
}

func TestFoldingTwiceChangesNothingWhateverTheCharacter(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if Fold(string(r)) == string(r) && !unicode.IsOneOf(disguising, r) {
			continue
		}
		for _, among := range []string{"%c", "a%c", "%cа", "б%c", "%cб", "б%cb", "b%cб", "%c a %[1]cо"} {
			checkFold(t, fmt.Sprintf(among, r))
		}
	}
}

// checkFold fails where folding a second time changes something, and returns raw folded.
func checkFold(t *testing.T, raw string) (once string) {
	t.Helper()
	once = Fold(raw)
	if twice := Fold(once); twice != once {
		t.Errorf("%q folds to %q, and that to %q", raw, once, twice)
	}
	return once
}

func FuzzCostGrowsWithLengthOnly(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	source := NewSource(strings.Repeat("one two three four a b c d ", 50))
	f.Fuzz(func(t *testing.T, unit string) {
		if len(unit) == 0 || len(unit) > 64 {
			return
		}
		var v Views
		cost := func(length int) time.Duration {
			v.Reset(strings.Repeat(unit, length/len(unit)))
			start := time.Now()
			exercise(&v, source)
			return time.Since(start)
		}
		// Sixteen times the text may cost sixteen times the time, and four times that on a
		// busy machine. Quadratic work would cost 256 times the time in every attempt.
		const short, grown, allowed = 4 << 10, 16, 64
		for range 5 {
			base := max(cost(short), cost(short), 200*time.Microsecond)
			if cost(short*grown) <= allowed*base {
				return
			}
		}
		t.Errorf("the cost of %q repeated grows faster than its length", unit)
	})
}
