package consequence

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
)

// caseAfter is the case that a verdict left, at version 3.
func caseAfter(v moderation.Verdict, r moderation.Record) moderation.Case {
	c, ok := Of(settings(), Finding{Comment: comment(), Verdict: v, Record: r})
	if !ok {
		panic("the verdict leaves no case")
	}
	c.Case.Version = 3
	return c.Case
}

func with(c moderation.Case, change func(*moderation.Case)) moderation.Case {
	change(&c)
	return c
}

func TestWhatFollowsFromADecision(t *testing.T) {
	flagged := caseAfter(verdict(moderation.Review, 0), moderation.Record{})
	held := caseAfter(verdict(moderation.Hold, 0), moderation.Record{})
	removed := caseAfter(verdict(moderation.Remove, 1), moderation.Record{})
	muted := caseAfter(verdict(moderation.Remove, 2), recordWith(1))
	bannedByLadder := caseAfter(verdict(moderation.Remove, 9), moderation.Record{})
	askedToBan := caseAfter(verdict(moderation.Remove, 1), recordWith(4))
	bannedByHand := with(flagged, func(c *moderation.Case) {
		c.State = moderation.CaseUpheld
		c.Events = append(c.Events, moderation.CaseEvent{Kind: "banned", By: "m1"})
	})
	atState := func(c moderation.Case, s moderation.CaseState) moderation.Case {
		return with(c, func(c *moderation.Case) { c.State = s })
	}
	exempt := with(flagged, func(c *moderation.Case) { c.Comment.Author.Exempt = moderation.ExemptOwner })

	tests := []struct {
		name    string
		on      moderation.Case
		kind    moderation.DecisionKind
		state   moderation.CaseState
		effects kindList
		pardon  bool
		err     error
	}{
		{"upholding a removal keeps it", removed, moderation.Uphold, moderation.CaseUpheld, kindList{"show_card"}, false, nil},
		{"upholding a flag takes the comment down", flagged, moderation.Uphold, moderation.CaseUpheld, kindList{"take_down", "notify", "show_card"}, false, nil},
		{"upholding twice is refused", atState(removed, moderation.CaseUpheld), moderation.Uphold, "", nil, false, ErrDecided},
		{"nobody takes down what an exempt author wrote through Parley", exempt, moderation.Uphold, "", nil, false, ErrExempt},

		{"dismissing a flag only closes the card", flagged, moderation.Dismiss, moderation.CaseDismissed, kindList{"show_card"}, false, nil},
		{"dismissing what was held gives it back", held, moderation.Dismiss, moderation.CaseDismissed, kindList{"give_back", "notify", "show_card"}, false, nil},
		{"dismissing a removal gives the text back and pardons the strike", removed, moderation.Dismiss, moderation.CaseDismissed, kindList{"give_back", "notify", "show_card"}, true, nil},
		{"dismissing also ends the timeout", muted, moderation.Dismiss, moderation.CaseDismissed, kindList{"lift_timeout", "give_back", "notify", "show_card"}, true, nil},
		{"dismissing also lifts the ladder's ban", bannedByLadder, moderation.Dismiss, moderation.CaseDismissed, kindList{"unban", "give_back", "notify", "show_card"}, true, nil},
		{"a ban that nobody pressed needs no lifting", askedToBan, moderation.Dismiss, moderation.CaseDismissed, kindList{"give_back", "notify", "show_card"}, true, nil},
		{"dismissing also lifts a moderator's ban", bannedByHand, moderation.Dismiss, moderation.CaseDismissed, kindList{"unban", "give_back", "notify", "show_card"}, false, nil},
		{"an upheld case can still be dismissed", atState(removed, moderation.CaseUpheld), moderation.Dismiss, moderation.CaseDismissed, kindList{"give_back", "notify", "show_card"}, true, nil},
		{"a dismissed case is closed", atState(removed, moderation.CaseDismissed), moderation.Dismiss, "", nil, false, ErrDecided},
		{"an exempt author's case can be dismissed", exempt, moderation.Dismiss, moderation.CaseDismissed, kindList{"show_card"}, false, nil},

		{"banning over a flag also takes the comment down", flagged, moderation.BanAuthor, moderation.CaseUpheld, kindList{"take_down", "notify", "ban", "show_card"}, false, nil},
		{"banning over a removal tells before it bans", removed, moderation.BanAuthor, moderation.CaseUpheld, kindList{"notify", "ban", "show_card"}, false, nil},
		{"a ban that the ladder asks for is pressed", askedToBan, moderation.BanAuthor, moderation.CaseUpheld, kindList{"notify", "ban", "show_card"}, false, nil},
		{"banning twice is refused", bannedByHand, moderation.BanAuthor, "", nil, false, ErrDecided},
		{"an exempt author is never banned", exempt, moderation.BanAuthor, "", nil, false, ErrExempt},

		{"a pardon takes back the strike alone", muted, moderation.Pardon, moderation.CaseActed, kindList{"notify", "show_card"}, true, nil},
		{"there is nothing to pardon without a strike", held, moderation.Pardon, "", nil, false, ErrNoStrike},
		{"an unknown decision is refused", removed, "applaud", "", nil, false, ErrUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Decide(settings(), Ruling{Case: tt.on, Kind: tt.kind, By: "m1", Note: "seen", At: noon.Add(time.Minute)})
			if !errors.Is(err, tt.err) || (err != nil) != (tt.err != nil) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			if d.State != tt.state || d.Pardon != tt.pardon || d.Version != 3 || d.By != "m1" || d.Case != "1001" {
				t.Errorf("decision %+v; want state %q, pardon %v, on version 3 of case 1001 by m1", d, tt.state, tt.pardon)
			}
			if diff := cmp.Diff(tt.effects, kinds(d.Effects)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
		})
	}
}

func TestATimeoutThatAnotherCaseWarrantsIsKept(t *testing.T) {
	mine := caseAfter(verdict(moderation.Remove, 2), recordWith(1)) // muted until an hour after noon
	other := func(until time.Time, s moderation.CaseState) []moderation.Case {
		return []moderation.Case{mine, with(mine, func(c *moderation.Case) { c.ID, c.Until, c.State = "1002", until, s })}
	}
	tests := []struct {
		name   string
		others []moderation.Case
		want   kindList
		until  time.Time
	}{
		{"no other", []moderation.Case{mine}, kindList{"lift_timeout", "give_back", "notify", "show_card"}, time.Time{}},
		{"a longer one", other(noon.Add(2*time.Hour), moderation.CaseActed), kindList{"give_back", "notify", "show_card"}, time.Time{}},
		{"a shorter one goes on alone", other(noon.Add(30*time.Minute), moderation.CaseUpheld),
			kindList{"lift_timeout", "time_out", "give_back", "notify", "show_card"}, noon.Add(30 * time.Minute)},
		{"one that is over", other(noon, moderation.CaseActed), kindList{"lift_timeout", "give_back", "notify", "show_card"}, time.Time{}},
		{"one that was dismissed", other(noon.Add(2*time.Hour), moderation.CaseDismissed), kindList{"lift_timeout", "give_back", "notify", "show_card"}, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Decide(settings(), Ruling{Case: mine, Kind: moderation.Dismiss, At: noon.Add(time.Minute), Others: tt.others})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, kinds(d.Effects)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
			for _, e := range d.Effects {
				if e.Kind == moderation.TimeOut && !e.Until.Equal(tt.until) {
					t.Errorf("the remaining timeout ends %v, want %v", e.Until, tt.until)
				}
			}
		})
	}
}

func TestWhatADismissedCaseHadNotDoneYetMustNotFollow(t *testing.T) {
	mine := caseAfter(verdict(moderation.Remove, 2), recordWith(1))
	earlier, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Remove, 2), Record: recordWith(1)})
	shorter := with(mine, func(c *moderation.Case) { c.ID, c.Until = "1002", noon.Add(30*time.Minute) })
	d, err := Decide(settings(), Ruling{Case: mine, Kind: moderation.Dismiss, At: noon.Add(time.Minute), Others: []moderation.Case{shorter}})
	if err != nil {
		t.Fatal(err)
	}
	dismissed := with(mine, func(c *moderation.Case) { c.State = d.State; c.Version++ })
	for _, e := range earlier.Effects {
		punishes := e.Kind == moderation.TimeOut
		if Undone(mine, e) || Undone(dismissed, e) != punishes {
			t.Errorf("%s: undone before the dismissal %v and after it %v; want false and %v", e.ID, Undone(mine, e), Undone(dismissed, e), punishes)
		}
	}
	for _, e := range d.Effects {
		if Undone(dismissed, e) {
			t.Errorf("%s belongs to the dismissal and must be carried out", e.ID)
		}
	}
}

func TestStrikesGivenByHand(t *testing.T) {
	hand := HandStrike{
		ID: "77", Guild: "g", Author: moderation.Author{ID: "u1"}, Points: 2,
		Reason: "kept insulting people by voice", By: "m1", At: noon,
	}
	c, err := ManualStrike(settings(), hand, recordWith(1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kindList{"time_out", "notify"}, kinds(c.Effects)); diff != "" {
		t.Errorf("the ladder follows as for any strike (-want +got):\n%s", diff)
	}
	if c.Case.ID != "strike-77" || c.Case.Strike.By != "m1" || c.Case.State != moderation.CaseUpheld {
		t.Errorf("case %+v; want strike-77, by m1, upheld", c.Case)
	}

	dismissed, err := Decide(settings(), Ruling{Case: c.Case, Kind: moderation.Dismiss, At: noon.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kindList{"lift_timeout", "notify", "show_card"}, kinds(dismissed.Effects)); diff != "" {
		t.Errorf("dismissing it gives back no text, because there is none (-want +got):\n%s", diff)
	}

	hand.Points = 0
	if _, err := ManualStrike(settings(), hand, moderation.Record{}); !errors.Is(err, ErrPoints) {
		t.Errorf("a strike of no points: %v, want ErrPoints", err)
	}
	hand.Points, hand.Author.Exempt = 1, moderation.ExemptModerator
	if _, err := ManualStrike(settings(), hand, moderation.Record{}); !errors.Is(err, ErrExempt) {
		t.Errorf("a strike for a moderator: %v, want ErrExempt", err)
	}
}
