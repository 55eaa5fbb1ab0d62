package card

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"parley/bot"
	"parley/moderation"
	"parley/moderation/ledger"
)

var update = flag.Bool("update", false, "write the golden files anew")

var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// removed is a case as it looks at three in the morning.
func removed() moderation.Case {
	text := "People like you should be *thrown* off a bridge, _all_ of you"
	at := strings.Index(text, "thrown")
	return moderation.Case{
		ID: "1309507912345612345", Guild: "10", State: moderation.CaseActed, Version: 3, Opened: night.Add(-time.Minute), Updated: night,
		Comment: moderation.Comment{
			ID: "1309507912345612345", Guild: "10", Time: night.Add(-time.Minute), Text: text,
			Channel: moderation.Channel{ID: "20", Name: "news"},
			Author:  moderation.Author{ID: "30", Name: "grim", Display: "Grim *Reader*", Created: night.AddDate(-2, 0, 0), Joined: night.AddDate(0, -1, 0)},
			Article: moderation.Article{ID: "21", Title: "Vigil held for victims of attack", URL: "https://news.example/vigil"},
			Parent:  moderation.Parent{ID: "22", AuthorID: "31", Text: "we were there last night"},
		},
		Verdict: moderation.Verdict{
			Action: moderation.Remove, Abuse: 0.97, Category: moderation.Threat, Points: 3, Policy: "0123456789abcdef0123",
			Scores: moderation.Scores{moderation.Threat: 0.97, moderation.Toxicity: 0.71, moderation.Insult: 0.05},
			Reasons: []moderation.Reason{
				{Source: "rule:wishes-of-harm", Category: moderation.Threat, Score: 0.9, Span: moderation.Span{From: at - 1, To: at + 21}, Quote: "*thrown* off a bridge", Why: "wishes violence on people", Line: 112},
				{Source: "model:embedded", Category: moderation.Toxicity, Score: 0.71},
				{Source: "rule:news_quote", Category: moderation.Threat, Score: -0.1, Why: "quotes the article"},
			},
			Unknown: []moderation.Unknown{{Source: "openai.moderation", Why: "timed out"}},
		},
		Strike:   &moderation.Strike{Case: "1309507912345612345", Points: 3, At: night, Expires: night.AddDate(0, 0, 90)},
		Sanction: &moderation.Sanction{Kind: moderation.Timeout, For: time.Hour}, Until: night.Add(time.Hour),
		Events: []moderation.CaseEvent{{At: night, Kind: "removed"}, {At: night.Add(time.Second), Kind: "effect", Note: "not told: direct messages are closed"}},
	}
}

func record() moderation.Record {
	return moderation.Record{Comments: 120, Rejected: 2, Strikes: []moderation.Strike{
		{Case: "1", Points: 1, Reason: "spam (rule:adverts)", At: night.AddDate(-1, 0, 0), Expires: night.AddDate(0, -9, 0)},
		{Case: "2", Points: 2, Reason: "insult (rule:names)", By: "40", At: night.AddDate(0, -1, 0), Pardoned: night, PardonBy: "40"},
		{Case: "1309507912345612345", Points: 3, Reason: "threat (rule:wishes-of-harm)", At: night, Expires: night.AddDate(0, 0, 90)},
	}}
}

// cards are what people read, each in the state in which they meet it.
func cards() map[string]Card {
	one := func(e *discordgo.MessageEmbed) Card { return Card{Embeds: []*discordgo.MessageEmbed{e}} }
	upheld, dismissed, review, exempt, held := removed(), removed(), removed(), removed(), removed()
	upheld.State, upheld.Version = moderation.CaseUpheld, 4
	upheld.Events = append(upheld.Events, moderation.CaseEvent{At: night.Add(time.Minute), By: "40", Kind: "uphold", Note: "clear"})
	dismissed.State, dismissed.Version = moderation.CaseDismissed, 4
	dismissed.Strike.Pardoned, dismissed.Strike.PardonBy = night, "40"
	dismissed.Events = append(dismissed.Events, moderation.CaseEvent{At: night.Add(time.Minute), By: "40", Kind: "dismiss"})
	review.State, review.Verdict.Action, review.Strike, review.Sanction = moderation.CaseOpen, moderation.Review, nil, nil
	review.Verdict.Abuse = 0.55
	exempt = review
	exempt.Comment.Author.Exempt = moderation.ExemptModerator
	held.State, held.Verdict.Action, held.Strike = moderation.CaseOpen, moderation.Hold, nil
	held.Sanction = &moderation.Sanction{Kind: moderation.Ban, Ask: true}
	byHand := moderation.Case{ID: "strike-99", Guild: "10", State: moderation.CaseUpheld, Version: 1, Opened: night,
		Comment: moderation.Comment{ID: "strike-99", Author: removed().Comment.Author},
		Verdict: moderation.Verdict{Reasons: []moderation.Reason{{Source: "moderator", Why: "kept insulting in voice chat"}}},
		Strike:  &moderation.Strike{Points: 2, By: "40", At: night}}
	next := moderation.Sanction{Kind: moderation.Timeout, For: 24 * time.Hour}
	rules := []Rule{{ID: "wishes-of-harm", Why: "wishes violence on people", Mode: "on", Gives: "threat 0.9", Source: "id: wishes-of-harm\nwhen: …", Line: 112, Prevent: true},
		{ID: "new-idea", Why: "", Mode: "shadow"}, {ID: "old", Why: "retired", Mode: "off"}}
	return map[string]Card{
		"removed": Render(removed(), record(), night), "upheld": Render(upheld, record(), night), "dismissed": Render(dismissed, record(), night),
		"review": Render(review, moderation.Record{}, night), "exempt": Render(exempt, moderation.Record{}, night),
		"held_and_ban_due": Render(held, record(), night), "strike_by_hand": Render(byHand, record(), night),
		"confirm_ban": Confirm(removed()), "alert": one(Alert("The hourly cap is reached.")),
		"notice":     one(Notice("Evening News", "Your comment was removed.", removed().ID)),
		"given_back": one(GivenBack(removed())), "strikes": one(Strikes("30", record(), &next, night)),
		"score":  one(Score(moderation.Comment{Text: removed().Comment.Text}, removed().Verdict)),
		"status": one(Status(bot.Status{Policy: "0123456789abcdef", Store: "redis", Open: 2, Effects: 1, Advice: []string{"second opinions: 12 of 500 asked today"}}, 3, []string{"<#20>: Manage Messages"})),
		"rules":  one(Rules(rules)), "rule": one(OneRule(rules[0])), "trial": one(Trial(rules[0], removed().Comment, removed().Verdict.Reasons[:1])),
		"shadow":   one(Shadow(rules[1], "10", []ledger.ShadowHit{{Comment: "5", Channel: "20", At: night, Quote: "some words", Would: moderation.Hold}}, 12)),
		"policies": one(Policies([]ledger.PolicyVersion{{Hash: "0123456789abcdef", At: night, By: "40"}, {Hash: "fedcba9876543210", At: night.Add(-time.Hour), By: "file"}})),
	}
}

func TestWhatPeopleReadIsAsItWasAgreed(t *testing.T) {
	for name, c := range cards() {
		got, err := json.MarshalIndent(struct {
			Embeds     []*discordgo.MessageEmbed    `json:"embeds"`
			Components []discordgo.MessageComponent `json:"components,omitempty"`
		}{c.Embeds, c.Components}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; run the test with -update to write it", err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s reads otherwise (-want +got; -update accepts it):\n%s", name, diff)
		}
	}
}

func TestTheWordsThatMatteredAreMarkedAndNothingElseIsMarkup(t *testing.T) {
	for _, c := range []struct {
		text string
		at   []moderation.Span
		want string
	}{
		{"you **bad** thing", []moderation.Span{{From: 6, To: 9}}, `you \*\***__bad__**\*\* thing`},
		{"plain", nil, "plain"},
		{"ab", []moderation.Span{{From: 0, To: 99}}, "**__ab__**"},
		{"a b", []moderation.Span{{From: 1, To: 2}}, "a b"},           // bold blanks would show as asterisks
		{"über", []moderation.Span{{From: 1, To: 2}}, "**__ü__**ber"}, // the whole character
		{"<@1> [x](y) # t\n> q\n- l\n1. n", nil, "\\<\\@1\\> \\[x\\]\\(y\\) \\# t\n\\> q\n\\- l\n1\\. n"},
	} {
		if got := marked(c.text, c.at, 1000); got != c.want {
			t.Errorf("marked %q as %q, want %q", c.text, got, c.want)
		}
	}
	long := strings.Repeat("x ", 3000) + "here" + strings.Repeat(" y", 3000)
	if got := marked(long, []moderation.Span{{From: 6000, To: 6004}}, 500); !strings.Contains(got, "**__here__**") || units(got) > 500 {
		t.Errorf("of a long comment this is shown: %q", got)
	}
}

func TestAPressSurvivesItsButton(t *testing.T) {
	for _, p := range []Press{
		{Case: "1309507912345612345", Version: 3, Kind: moderation.Uphold},
		{Case: "strike-1/2", Version: 1 << 40, Kind: moderation.BanAuthor, Confirmed: true},
	} {
		if got, ok := ParsePress(p.CustomID()); !ok || got != p {
			t.Errorf("%+v became %+v", p, got)
		}
	}
	for _, id := range []string{"", "case", "case/uphold/x/1", "case/uphold/1/", "case/pardon/1/2", "other/uphold/1/2"} {
		if p, ok := ParsePress(id); ok {
			t.Errorf("%q was read as %+v", id, p)
		}
	}
}

func FuzzCardsStayWithinDiscordsLimits(f *testing.F) {
	f.Add("some text", "why", "name", 3, 8)
	f.Add(strings.Repeat("\U0001F30A*", 9000), strings.Repeat("`", 3000), "\xff\xfe", 5000, 20001)
	f.Fuzz(func(t *testing.T, text, why, name string, from, to int) {
		c := removed()
		c.Comment.Text, c.Comment.Author.Display, c.Comment.Article.Title, c.Comment.Parent.Text = text, name, why, text
		c.Verdict.Policy, c.Guild = name, why
		for range 40 {
			c.Verdict.Reasons = append(c.Verdict.Reasons, moderation.Reason{Source: name, Why: why, Quote: text, Score: 0.5, Span: moderation.Span{From: from, To: to}})
			c.Verdict.Unknown = append(c.Verdict.Unknown, moderation.Unknown{Source: name, Why: why})
			c.Events = append(c.Events, moderation.CaseEvent{Kind: name, By: why, Note: text})
			c.Comment.Passages = append(c.Comment.Passages, moderation.Passage{Kind: moderation.PassagePoll, Text: text})
		}
		policies := []ledger.PolicyVersion{{Hash: name, By: why}}
		rule := Rule{ID: name, Why: why, Mode: name, Gives: text, Source: text}
		for _, e := range []*discordgo.MessageEmbed{
			Render(c, record(), night).Embeds[0], Alert(text), Notice(name, text, why), GivenBack(c), Score(c.Comment, c.Verdict),
			Strikes(name, moderation.Record{Strikes: []moderation.Strike{{Reason: why, Case: name}}}, nil, night), Status(bot.Status{Problem: text, Policy: name}, 1, []string{why}),
			Rules([]Rule{rule, rule, rule}), OneRule(rule), Trial(rule, c.Comment, c.Verdict.Reasons), Shadow(rule, why, nil, 1), Policies(policies),
		} {
			withinLimits(t, e)
		}
		if line := Line(c, 100); units(line) > 100 || !utf8.ValidString(line) {
			t.Errorf("a line to choose is %d long", units(line))
		}
	})
}

func withinLimits(t *testing.T, e *discordgo.MessageEmbed) {
	t.Helper()
	total := 0
	check := func(what, text string, limit int, mayBeEmpty bool) {
		total += units(text)
		if n := units(text); n > limit || n == 0 && !mayBeEmpty || !utf8.ValidString(text) {
			t.Errorf("%s has %d characters of %d (valid: %t): %.80q", what, n, limit, utf8.ValidString(text), text)
		}
	}
	check("title", e.Title, titleLimit, true)
	check("description", e.Description, descriptionLimit, true)
	if e.Footer != nil {
		check("footer", e.Footer.Text, 2048, false)
	}
	if e.Author != nil {
		check("author", e.Author.Name, 256, false)
	}
	if len(e.Fields) > 25 {
		t.Errorf("%d fields", len(e.Fields))
	}
	for _, field := range e.Fields {
		check("name of a field", field.Name, 256, false)
		check("field "+field.Name, field.Value, fieldLimit, false)
	}
	if total > embedLimit {
		t.Errorf("%q has %d characters in all", e.Title, total)
	}
}
