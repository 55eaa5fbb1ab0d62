package rule

import (
	"regexp/syntax"
	"slices"
	"testing"
)

func TestAnExpressionWaitsForWhatItCannotDoWithout(t *testing.T) {
	tests := []struct {
		expression string
		want       []string // nil: it cannot wait for anything
	}{
		{`free\s+nitro`, []string{"nitro"}},
		{`(?i)Free\s+NITRO`, []string{"nitro"}},
		{`(steam|nitro) gift`, []string{"nitro gift", "steam gift"}},
		{`b[o0]th[e3]r`, []string{"b0th3r", "b0ther", "both3r", "bother"}},
		{`ch+ink`, []string{"hink"}},
		{`b+o+t+h+`, []string{"bo"}},
		{`bothers?`, []string{"bother", "bothers"}},
		{`\?\s*$`, []string{"?"}},
		{`\?|bother`, []string{"?", "bother"}},
		{`[🐒🍌](?i:Éa)`, []string{"🍌", "🐒"}},
		{`(?i)\b(?:send|throw|ship|kick) (?:every|all|each)`, []string{
			"kick all", "kick each", "kick every", "send all", "send each", "send every",
			"ship all", "ship each", "ship every", "throw all", "throw each", "throw every",
		}},
		{"\ufffd", nil},
		{`\d{16}`, nil},
		{`a|bother`, nil},
		{`(?:bother)*`, nil},
		{`.*`, nil},
	}
	for _, tt := range tests {
		re, err := syntax.Parse(tt.expression, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := required(re)
		slices.Sort(got)
		if ok != (tt.want != nil) || !slices.Equal(slices.Compact(got), tt.want) {
			t.Errorf("%s waits for %q (%v), want %q", tt.expression, got, ok, tt.want)
		}
	}
}
