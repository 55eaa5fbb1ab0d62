package consequence

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/moderation"
)

var update = flag.Bool("update", false, "write the texts in testdata anew")

// TestWhatPeopleRead compares every text that goes to people with the one in testdata.
func TestWhatPeopleRead(t *testing.T) {
	s := settings()
	byModel := verdict(moderation.Remove, 1)
	byModel.Reasons = []moderation.Reason{{Source: "model:ngram", Category: moderation.Threat, Score: 0.97}}
	removed := caseAfter(verdict(moderation.Remove, 1), moderation.Record{})
	muted := caseAfter(verdict(moderation.Remove, 2), recordWith(1))
	held := caseAfter(verdict(moderation.Hold, 0), moderation.Record{})
	hand, err := ManualStrike(s, HandStrike{
		ID: "77", Guild: "g", Author: moderation.Author{ID: "u1"}, Points: 2, Reason: "kept insulting people by voice", By: "m1", At: noon,
	}, moderation.Record{})
	if err != nil {
		t.Fatal(err)
	}
	exempt := *comment()
	exempt.Author.Exempt = moderation.ExemptModerator

	texts := map[string]string{
		"removed_and_warned":   notice(s, removed, true),
		"removed_and_muted":    notice(s, muted, true),
		"removed_and_banned":   notice(s, caseAfter(verdict(moderation.Remove, 9), moderation.Record{}), true),
		"removed_ban_is_asked": notice(s, caseAfter(verdict(moderation.Remove, 5), moderation.Record{}), true),
		"removed_by_model":     notice(s, caseAfter(byModel, moderation.Record{}), true),
		"held":                 notice(s, held, false),
		"upheld":               decided(t, caseAfter(verdict(moderation.Review, 0), moderation.Record{}), moderation.Uphold),
		"banned_by_moderator":  decided(t, removed, moderation.BanAuthor),
		"dismissed":            decided(t, removed, moderation.Dismiss),
		"dismissed_held":       decided(t, held, moderation.Dismiss),
		"pardoned":             decided(t, removed, moderation.Pardon),
		"given_back":           givenBackNotice(*comment()),
		"strike_by_hand":       handNotice(s, hand.Case),
		"strike_taken_back":    decided(t, hand.Case, moderation.Pardon),
		"alert_exempt":         exemptAlert(exempt, moderation.Threat),
		"alert_cap":            capAlert(10),
		"audit_reason":         auditReason(removed),
		"audit_reason_by_hand": auditReason(hand.Case),
	}
	for name, got := range texts {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got+"\n" != string(want) {
				t.Errorf("got:\n%s\n\nwant:\n%s", got, want)
			}
		})
	}
}

// decided is the notice that a decision sends.
func decided(t *testing.T, c moderation.Case, kind moderation.DecisionKind) string {
	t.Helper()
	d, err := Decide(settings(), Ruling{Case: c, Kind: kind, At: noon.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range d.Effects {
		if e.Kind == moderation.Notify {
			return e.Text
		}
	}
	t.Fatalf("%s tells the author nothing", kind)
	return ""
}

func TestEveryCategoryHasPlainWords(t *testing.T) {
	for _, c := range moderation.Categories() {
		if InPlainWords(c) == "" {
			t.Errorf("nothing is said for %s", c)
		}
	}
	if got := InPlainWords(moderation.NumCategories); got == "" {
		t.Error("an unknown category leaves a hole in the sentence")
	}
}

func TestAuditReasonsHoldNothingOfTheComment(t *testing.T) {
	c := caseAfter(verdict(moderation.Remove, 2), recordWith(1))
	f, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Remove, 2), Record: recordWith(1)})
	for _, e := range f.Effects {
		for _, word := range strings.Fields(c.Comment.Text) {
			if len(word) > 3 && strings.Contains(e.Reason, word) {
				t.Errorf("the audit reason of %s repeats %q", e.Kind, word)
			}
		}
	}
}

// FuzzTextsFitAMessage holds every notice within one message of 2,000 characters, valid and
// without a panic, whatever the comment and the policy contain.
func FuzzTextsFitAMessage(f *testing.F) {
	f.Add("text", "channel", "title", "why", "appeal")
	f.Add("\xff\n\n", "", " ", " ", strings.Repeat("é", 3000))
	f.Add(strings.Repeat("a\n", 4000), strings.Repeat("b", 500), strings.Repeat("c ", 500), strings.Repeat("d", 900), "")
	f.Fuzz(func(t *testing.T, text, channel, title, reason, how string) {
		s := settings()
		s.Appeal = how
		c := comment()
		c.Text, c.Channel.Name, c.Article.Title = text, channel, title
		v := verdict(moderation.Remove, 2)
		v.Reasons[0].Why = reason
		commit, _ := Of(s, Finding{Comment: c, Verdict: v, Record: recordWith(1)})
		for _, e := range commit.Effects {
			if n := utf8.RuneCountInString(e.Text); n > 2000 || !utf8.ValidString(e.Text) {
				t.Errorf("%s has %d characters, valid: %v", e.Kind, n, utf8.ValidString(e.Text))
			}
		}
	})
}
