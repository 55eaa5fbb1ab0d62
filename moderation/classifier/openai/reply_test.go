package openai

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/moderation"
)

func FuzzAnswersAreReadOrRefused(f *testing.F) {
	f.Add(`{"code":"c","verdict":"allow","category":"none","confidence":1,"quote":"words","reason":"Fine."}`, "some words")
	f.Add("```json\n{}\n```", "")
	f.Add("<think>", "x")
	f.Add(`{"code":"c","verdict":"remove","category":"threat","confidence":1e400,"quote":"\u0000","reason":""}`, "\x00")
	f.Fuzz(func(t *testing.T, content, comment string) {
		q := newQuestion(moderation.Case{Comment: moderation.Comment{Text: comment}}, Community{})
		o, err := readReply(content, "c", q)
		if err != nil {
			if comment != "" && len(comment) > 12 && strings.Contains(err.Error(), comment) {
				t.Errorf("the error repeats the comment: %v", err)
			}
			return
		}
		if o.Confidence < 0 || o.Confidence > 1 || o.Action == moderation.Hold || int(o.Category) >= moderation.NumCategories {
			t.Errorf("took %+v", o)
		}
		if !quotes(o.Quote, q.words) || len(o.Reason) > longestReason+len("…") || strings.ContainsAny(o.Reason, "\n\r\x00") {
			t.Errorf("took quote %q, reason %q", o.Quote, o.Reason)
		}
	})
}

func FuzzQuotesAreFoundInsideTheComment(f *testing.F) {
	f.Add("some words", "words")
	f.Add("s o m e  w0rds", "some words")
	f.Add("\xff\xfe", "\xff")
	f.Add("ǅ…K", "k")
	f.Fuzz(func(t *testing.T, original, quote string) {
		span := locate(quote, original)
		if span.From < 0 || span.From > span.To || span.To > len(original) {
			t.Fatalf("span %+v of a text of %d bytes", span, len(original))
		}
		if utf8.ValidString(original) && !utf8.ValidString(span.In(original)) {
			t.Errorf("span %+v splits a letter", span)
		}
	})
}

func TestEveryStretchOfACommentIsFoundWhereItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zäж]{1,6}[.,!]?`), 1, 12).Draw(t, "words")
		gap := rapid.SampledFrom([]string{" ", "  ", "\n", "\t "})
		var original strings.Builder
		for _, w := range words {
			original.WriteString(gap.Draw(t, "gap"))
			original.WriteString(w)
		}
		from := rapid.IntRange(0, len(words)-1).Draw(t, "from")
		to := rapid.IntRange(from, len(words)-1).Draw(t, "to")
		quote := strings.Join(words[from:to+1], " ")
		if !quotes(quote, original.String()) {
			t.Fatalf("%q is not found to be a quote of %q", quote, original.String())
		}
		found := locate(quote, original.String()).In(original.String())
		if got := strings.Join(strings.Fields(found), " "); got != quote {
			t.Fatalf("found %q, want %q", got, quote)
		}
	})
}

func TestACutTextKeepsBothEndsAndItsLetters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 400, 1600).Draw(t, "text")
		limit := rapid.IntRange(16, 200).Draw(t, "limit")
		got, cut := clip(s, limit)
		if cut != (len(s) > limit) || !utf8.ValidString(got) || len(got) > limit+len(" […] ") {
			t.Fatalf("clip gave %d bytes of %d at a limit of %d, cut %v", len(got), len(s), limit, cut)
		}
	})
}

func TestAnEstimateOfTokensIsNotTooLow(t *testing.T) {
	// What byte-pair tokenizers such as o200k_base make of these at least.
	for text, atLeast := range map[string]int64{
		"The quick brown fox jumps over the lazy dog.": 10,
		"Всё будет хорошо":                             3,
		"今天天气很好":                                       4,
		"🙂🙂🙂":                                          3,
		"":                                             0,
	} {
		if got := estimateTokens(text); got < atLeast {
			t.Errorf("%q is estimated at %d tokens, want %d or more", text, got, atLeast)
		}
	}
}
