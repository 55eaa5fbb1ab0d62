package rule_test

import (
	"testing"

	"parley/moderation"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// FuzzAnyTermInAnyComment looks for terms as people write them in what strangers write: what
// is accepted as a term must be safe to look for, and evidence must lie in the comment.
func FuzzAnyTermInAnyComment(f *testing.F) {
	for _, term := range []string{"apple", "apple~", "app*", "*le", "a*le", "passion fruit", "not all~", "apple ~", "1a 2b", "🍌", "сор", "中文 ab", "don't", "\x00"} {
		f.Add(term, "an apple, 4pples and a p p l e: passion-fruit")
		f.Add(term, "not all "+term+" xyz a"+term+"b"+term+term)
	}
	f.Fuzz(func(t *testing.T, line, comment string) {
		term, err := rule.ParseTerm(line)
		if err != nil || len(comment) > 2000 {
			return
		}
		words := rule.Words{Lists: []*rule.List{{Name: "fuzzed", Terms: []rule.Term{term}, Exceptions: []rule.Term{{Text: "apple pie"}}}}}
		set, err := rule.Compile([]rule.Rule{{ID: "words", When: words}, {ID: "raw", When: rule.Regex{Pattern: `[(]a`, View: text.Raw}}})
		if err != nil {
			t.Fatalf("the term %q was accepted, but: %v", line, err)
		}
		var s rule.Subject
		s.Reset(set, &moderation.Comment{Text: comment}, rule.Context{}, nil)
		for _, e := range s.Ask(0).Evidence {
			if e.Span.From < 0 || e.Span.From >= e.Span.To || e.Span.To > len(comment) {
				t.Errorf("%q was found at %v of %q", line, e.Span, comment)
			}
		}
		s.Ask(1)
	})
}
