package automod_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/bot/discord/automod"
	"parley/moderation/rule"
)

func list(terms ...string) *rule.List {
	l := &rule.List{Name: "list"}
	for _, t := range terms {
		l.Terms = append(l.Terms, rule.Term{Text: t})
	}
	return l
}

func words(terms ...string) rule.Words { return rule.Words{Lists: []*rule.List{list(terms...)}} }

func TestWordsAndPatternsAreMirrored(t *testing.T) {
	l := list("grobble", "snark~", "blorp*", "two words", "gr*bble", strings.Repeat("x", 61))
	l.Terms = append(l.Terms, rule.Term{Text: "mild", Severity: 0.2})
	l.Exceptions = []rule.Term{{Text: "blorpington"}}
	r := rule.Rule{ID: "insults", Why: "be kind", When: rule.Any{rule.Words{Lists: []*rule.List{l}, Severity: 0.5}, rule.Regex{Pattern: `gr+`}}}
	got, skipped := automod.Mirror([]rule.Rule{r}, automod.Exempt{Channels: []string{"9"}, Roles: []string{"8"}}, 6)
	if len(got) != 1 {
		t.Fatalf("mirrored as %+v", got)
	}
	m := got[0]
	if !slices.Equal(m.Trigger.Keywords, []string{"blorp*", "grobble", "snark", "two words"}) || !slices.Equal(m.Trigger.Patterns, []string{"gr+"}) ||
		!slices.Equal(m.Trigger.Allowed, []string{"blorpington"}) || !slices.Equal(m.ExemptChannels, []string{"9"}) || !slices.Equal(m.ExemptRoles, []string{"8"}) {
		t.Errorf("mirrored as %+v", m)
	}
	if m.Name != "Parley: insults" || !strings.Contains(m.Actions[0].Metadata.Message, "be kind") || !m.Enabled {
		t.Errorf("mirrored as %+v", m)
	}
	if len(skipped) != 1 || !strings.Contains(skipped[0].Why, "2 of its words") {
		t.Errorf("said %+v", skipped)
	}
}

func TestWhatAutoModCannotSayIsNotMirroredButExplained(t *testing.T) {
	many := list("x")
	for i := range 101 {
		many.Exceptions = append(many.Exceptions, rule.Term{Text: fmt.Sprint("exception", i)})
	}
	for name, r := range map[string]rule.Rule{
		"an exception":     {When: words("a"), Unless: words("b")},
		"all of two":       {When: rule.All{words("a"), words("b")}},
		"counted words":    {When: rule.Words{Lists: []*rule.List{list("a")}, Times: 2}},
		"too many allowed": {When: rule.Words{Lists: []*rule.List{many}}},
		"a channel":        {When: rule.Any{words("a"), rule.Channel{Globs: []string{"x"}}}},
	} {
		r.ID = name
		got, skipped := automod.Mirror([]rule.Rule{r}, automod.Exempt{}, 6)
		if len(got) != 0 || len(skipped) != 1 || skipped[0].Rule != name || skipped[0].Why == "" {
			t.Errorf("%s: mirrored %+v, said %+v", name, got, skipped)
		}
	}
	if got, skipped := automod.Mirror([]rule.Rule{{ID: "r", When: words("a")}}, automod.Exempt{Channels: make([]string, 51)}, 6); len(got) != 0 || len(skipped) != 1 {
		t.Errorf("in a server with 51 other channels: %+v, %+v", got, skipped)
	}
}

func TestDiscordsLimitsAreKept(t *testing.T) {
	var terms []string
	for i := range 2500 {
		terms = append(terms, fmt.Sprint("word", i))
	}
	rules := []rule.Rule{{ID: "big", When: words(terms...)}, {ID: "small", When: words("a")}, {ID: "second", When: words("b")}}
	got, skipped := automod.Mirror(rules, automod.Exempt{}, 4)
	if len(got) != 4 || len(skipped) != 1 || skipped[0].Rule != "second" {
		t.Fatalf("%d rules, said %+v", len(got), skipped)
	}
	for _, r := range got {
		if len(r.Trigger.Keywords) > 1000 {
			t.Errorf("%s has %d keywords", r.Name, len(r.Trigger.Keywords))
		}
	}
	long := rule.Rule{ID: strings.Repeat("i", 300), Why: strings.Repeat("w", 300), When: words("a")}
	got, _ = automod.Mirror([]rule.Rule{long}, automod.Exempt{}, 1)
	if len([]rune(got[0].Name)) > 100 || len([]rune(got[0].Actions[0].Metadata.Message)) > 150 {
		t.Errorf("mirrored as %+v", got[0])
	}
}

func TestOnlyParleysOwnRulesAreChanged(t *testing.T) {
	wanted, _ := automod.Mirror([]rule.Rule{{ID: "a", When: words("x")}, {ID: "b", When: words("y")}, {ID: "c", When: words("z")}}, automod.Exempt{}, 6)
	a, b := wanted[0], wanted[1]
	a.ID, a.Creator = "1", "bot"
	b.ID, b.Creator, b.Enabled = "2", "bot", false
	gone := automod.Rule{ID: "3", Creator: "bot", Name: "Parley: gone"}
	byHand := automod.Rule{ID: "4", Creator: "human", Name: "Parley: c", TriggerType: 1}
	another := automod.Rule{ID: "5", Creator: "bot", Name: "something else", TriggerType: 1}
	known := []automod.Rule{a, b, gone, byHand, another}
	c := automod.Diff(known, wanted, "bot")
	if len(c.Delete) != 1 || c.Delete[0].ID != "3" || len(c.Update) != 1 || c.Update[0].ID != "2" || len(c.Create) != 1 || c.Create[0].Name != "Parley: c" {
		t.Errorf("to do: %+v", c)
	}
	if free := automod.Free(known, "bot"); free != 4 {
		t.Errorf("room for %d rules, want 4", free)
	}
	if again := automod.Diff([]automod.Rule{a}, wanted[:1], "bot"); len(again.Create)+len(again.Update)+len(again.Delete) != 0 {
		t.Errorf("what is as wanted is changed: %+v", again)
	}
}
