package moderation

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestALadderGivesTheHighestNewRungThatAStrikeReaches(t *testing.T) {
	hour := Sanction{Kind: Timeout, For: time.Hour}
	ladder := Ladder{
		{Points: 1, Sanction: Sanction{Kind: Warn}},
		{Points: 3, Sanction: hour},
		{Points: 6, Sanction: Sanction{Kind: Ban, Ask: true}},
	}
	for _, tc := range []struct {
		name          string
		before, after int
		want          SanctionKind
	}{
		{"a first strike warns", 0, 1, Warn},
		{"a second below the next rung does nothing more", 1, 2, ""},
		{"reaching a rung exactly counts", 2, 3, Timeout},
		{"a heavy strike skips rungs", 0, 4, Timeout},
		{"the last rung bans", 5, 6, Ban},
		{"past the last rung every strike repeats it", 6, 7, Ban},
		{"no new points, no sanction", 3, 3, ""},
		{"fewer points, no sanction", 3, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := ladder.Step(tc.before, tc.after)
			if got.Kind != tc.want || ok != (tc.want != "") {
				t.Errorf("Step(%d, %d) = %v, %v; want %q", tc.before, tc.after, got, ok, tc.want)
			}
		})
	}
	if _, ok := (Ladder)(nil).Step(0, 100); ok {
		t.Error("an empty ladder must not sanction anybody")
	}
}

func TestOnlyStrikesInForceCount(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	strikes := []Strike{
		{Case: "for good", Points: 1, At: at.Add(-time.Hour)},
		{Case: "still running", Points: 2, At: at.Add(-time.Hour), Expires: at.Add(time.Second)},
		{Case: "expires this very moment", Points: 4, At: at.Add(-time.Hour), Expires: at},
		{Case: "pardoned", Points: 8, At: at.Add(-time.Hour), Pardoned: at.Add(-time.Minute)},
	}
	if got := ActivePoints(strikes, at); got != 3 {
		t.Errorf("active points = %d, want 1 + 2", got)
	}
}

func TestScoresAndCategoriesSurviveJSON(t *testing.T) {
	var s Scores
	s[Threat], s[Spam] = 0.75, 0.5
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"spam":0.5,"threat":0.75}`; string(b) != want {
		t.Errorf("scores are written as %s, want %s", b, want)
	}
	var back Scores
	if err := json.Unmarshal(b, &back); err != nil || back != s {
		t.Errorf("read back %v, %v; want %v", back, err, s)
	}
	if err := json.Unmarshal([]byte(`{"rudeness":1}`), &back); err == nil {
		t.Error("an unknown category must be refused, not dropped")
	}
	for _, c := range Categories() {
		if got, ok := ParseCategory(c.String()); !ok || got != c {
			t.Errorf("category %v does not survive its own name", c)
		}
	}
}

func TestActionsAreOrderedAndNamed(t *testing.T) {
	if !(Allow < Review && Review < Hold && Hold < Remove) {
		t.Error("a harsher action must compare greater")
	}
	for _, a := range []Action{Allow, Review, Hold, Remove} {
		text, _ := a.MarshalText()
		var back Action
		if err := back.UnmarshalText(text); err != nil || back != a {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	var a Action
	if err := a.UnmarshalText([]byte("obliterate")); err == nil {
		t.Error("an unknown action must be refused")
	}
}

func TestASpanNeverReachesOutsideItsText(t *testing.T) {
	for _, tc := range []struct {
		span Span
		want string
	}{
		{Span{1, 3}, "bc"}, {Span{0, 99}, "abcd"}, {Span{-5, 1}, "a"}, {Span{3, 2}, ""}, {Span{9, 12}, ""},
	} {
		if got := tc.span.In("abcd"); got != tc.want {
			t.Errorf("%v in abcd = %q, want %q", tc.span, got, tc.want)
		}
	}
}

func TestASpanIsAPairInJSONAndReadAsTheObjectItOnceWas(t *testing.T) {
	written, err := json.Marshal(Reason{Source: "rule:twit", Span: Span{From: 7, To: 11}, Quote: "tw1t"})
	if err != nil || !strings.Contains(string(written), `"span":[7,11]`) {
		t.Errorf("written as %s, %v", written, err)
	}
	for _, stored := range []string{string(written), `{"span":{"from":7,"to":11}}`} {
		var r Reason
		if err := json.Unmarshal([]byte(stored), &r); err != nil || r.Span != (Span{From: 7, To: 11}) {
			t.Errorf("%s is read as %v, %v", stored, r.Span, err)
		}
	}
	for _, wrong := range []string{`[7]`, `[7,8,9]`, `"7-11"`, `[7,"11"]`, `[]`} {
		if err := json.Unmarshal([]byte(wrong), new(Span)); err == nil {
			t.Errorf("%s is taken for a span", wrong)
		}
	}
}
