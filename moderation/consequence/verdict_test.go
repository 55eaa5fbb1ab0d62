package consequence

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/policy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// settings is the policy of the tests: strikes count 30 days; 1 point warns, 3 mute for an
// hour, 5 ask for a ban, 8 ban.
func settings() *policy.Settings {
	s := &policy.Settings{
		NotifyAuthors: true,
		Expiry:        30 * 24 * time.Hour,
		HourlyCap:     10,
		Appeal:        "write to #appeals.",
		Ladder: moderation.Ladder{
			{Points: 1, Sanction: moderation.Sanction{Kind: moderation.Warn}},
			{Points: 3, Sanction: moderation.Sanction{Kind: moderation.Timeout, For: time.Hour}},
			{Points: 5, Sanction: moderation.Sanction{Kind: moderation.Ban, Ask: true}},
			{Points: 8, Sanction: moderation.Sanction{Kind: moderation.Ban}},
		},
	}
	s.Points[moderation.Threat] = 3
	return s
}

func comment() *moderation.Comment {
	return &moderation.Comment{
		ID: "1001", Guild: "g", Time: noon, Text: "they had it coming,\nand you are next",
		Channel: moderation.Channel{ID: "c7", Name: "world-news"},
		Author:  moderation.Author{ID: "u1", Name: "rude_one", Display: "Rude One"},
		Article: moderation.Article{ID: "900", Title: "Two men attacked after vigil"},
	}
}

func verdict(a moderation.Action, points int) moderation.Verdict {
	return moderation.Verdict{
		Action: a, Category: moderation.Threat, Points: points, Abuse: 0.93,
		Reasons: []moderation.Reason{{
			Source: "rule:wishes-of-harm", Category: moderation.Threat, Score: 0.9,
			Why: "says or hopes that somebody gets hurt",
		}},
	}
}

func kinds(effects []moderation.Effect) []moderation.EffectKind {
	var all []moderation.EffectKind
	for _, e := range effects {
		all = append(all, e.Kind)
	}
	return all
}

type kindList = []moderation.EffectKind

func recordWith(points ...int) moderation.Record {
	r := moderation.Record{Version: int64(len(points))}
	for _, p := range points {
		r.Strikes = append(r.Strikes, moderation.Strike{Case: "earlier", Points: p, At: noon.Add(-time.Hour), Expires: noon.Add(time.Hour)})
	}
	return r
}

func TestWhatFollowsFromAVerdict(t *testing.T) {
	exempt := func(why moderation.Exemption) func(*Finding, *policy.Settings) {
		return func(f *Finding, _ *policy.Settings) { f.Comment.Author.Exempt = why }
	}
	record := func(points ...int) func(*Finding, *policy.Settings) {
		return func(f *Finding, _ *policy.Settings) { f.Record = recordWith(points...) }
	}
	tests := []struct {
		name    string
		verdict moderation.Verdict
		change  func(*Finding, *policy.Settings)
		state   moderation.CaseState // "" when nothing is to be written
		event   string
		effects kindList
		points  int // of the strike, 0 for none
		acts    bool
	}{
		{name: "a clean comment leaves nothing", verdict: verdict(moderation.Allow, 0)},
		{name: "a review is shown to moderators and nothing else happens",
			verdict: verdict(moderation.Review, 0), state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card"}},
		{name: "what is held is taken down and waits for a moderator, without a strike",
			verdict: verdict(moderation.Hold, 0), state: moderation.CaseOpen, event: "held",
			effects: kindList{"take_down", "notify", "show_card"}, acts: true},
		{name: "a removal counts a strike and warns the first time",
			verdict: verdict(moderation.Remove, 1), state: moderation.CaseActed, event: "removed",
			effects: kindList{"take_down", "notify", "show_card"}, points: 1, acts: true},
		{name: "a removal without points counts no strike",
			verdict: verdict(moderation.Remove, 0), state: moderation.CaseActed, event: "removed",
			effects: kindList{"take_down", "notify", "show_card"}, acts: true},
		{name: "the ladder mutes before the author is told",
			verdict: verdict(moderation.Remove, 2), change: record(1), state: moderation.CaseActed, event: "removed",
			effects: kindList{"take_down", "time_out", "notify", "show_card"}, points: 2, acts: true},
		{name: "a ban that needs a moderator's press leaves the case open and bans nobody",
			verdict: verdict(moderation.Remove, 1), change: record(4), state: moderation.CaseOpen, event: "removed",
			effects: kindList{"take_down", "notify", "show_card"}, points: 1, acts: true},
		{name: "who is banned is told before, because afterwards they cannot be",
			verdict: verdict(moderation.Remove, 4), change: record(4), state: moderation.CaseActed, event: "removed",
			effects: kindList{"take_down", "notify", "ban", "show_card"}, points: 4, acts: true},
		{name: "authors are not told where the policy says so",
			verdict: verdict(moderation.Remove, 1), change: func(_ *Finding, s *policy.Settings) { s.NotifyAuthors = false },
			state: moderation.CaseActed, event: "removed", effects: kindList{"take_down", "show_card"}, points: 1, acts: true},
		{name: "a moderator is never punished, and moderators are told",
			verdict: verdict(moderation.Remove, 3), change: exempt(moderation.ExemptModerator),
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "the owner is never punished",
			verdict: verdict(moderation.Hold, 0), change: exempt(moderation.ExemptOwner),
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "nobody above the bot is punished",
			verdict: verdict(moderation.Remove, 3), change: exempt(moderation.ExemptAbove),
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "another bot is never punished",
			verdict: verdict(moderation.Remove, 3), change: exempt(moderation.ExemptBot),
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "a review of a moderator is a review like any other",
			verdict: verdict(moderation.Review, 0), change: exempt(moderation.ExemptModerator),
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card"}},
		{name: "past the hourly cap everything is for review and moderators are told",
			verdict: verdict(moderation.Remove, 3), change: func(f *Finding, _ *policy.Settings) { f.Actions = 10 },
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "a cap that only the store knew to be reached means the same",
			verdict: verdict(moderation.Hold, 0), change: func(f *Finding, _ *policy.Settings) { f.OverCap = true },
			state: moderation.CaseOpen, event: "flagged", effects: kindList{"show_card", "alert"}},
		{name: "without a cap there is none",
			verdict: verdict(moderation.Hold, 0), change: func(f *Finding, s *policy.Settings) { f.Actions, s.HourlyCap = 1e6, 0 },
			state: moderation.CaseOpen, event: "held", effects: kindList{"take_down", "notify", "show_card"}, acts: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := settings(), Finding{Comment: comment(), Verdict: tt.verdict}
			if tt.change != nil {
				tt.change(&f, s)
			}
			c, ok := Of(s, f)
			if ok != (tt.state != "") {
				t.Fatalf("something to write: %v, want %v", ok, tt.state != "")
			}
			if !ok {
				return
			}
			if c.Case.State != tt.state || c.Case.Events[0].Kind != tt.event {
				t.Errorf("case is %q after %q, want %q after %q", c.Case.State, c.Case.Events[0].Kind, tt.state, tt.event)
			}
			if diff := cmp.Diff(tt.effects, kinds(c.Effects)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
			points := 0
			if c.Case.Strike != nil {
				points = c.Case.Strike.Points
			}
			if points != tt.points || c.Acts != tt.acts {
				t.Errorf("points %d, acts %v; want %d, %v", points, c.Acts, tt.points, tt.acts)
			}
			if c.Acts && c.Cap != s.HourlyCap {
				t.Errorf("an action must be counted against the cap %d, not %d", s.HourlyCap, c.Cap)
			}
		})
	}
}

func TestAStrikeExpiresAndIsDecidedOnTheRecordThatWasSeen(t *testing.T) {
	c, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Remove, 2), Record: recordWith(1)})
	want := &moderation.Strike{
		Case: "1001", Points: 2, Reason: "threat (rule:wishes-of-harm)", At: noon, Expires: noon.Add(30 * 24 * time.Hour),
	}
	if diff := cmp.Diff(want, c.Case.Strike); diff != "" {
		t.Errorf("strike (-want +got):\n%s", diff)
	}
	if c.Record != 1 {
		t.Errorf("decided on record version %d, want 1", c.Record)
	}
	if want := noon.Add(time.Hour); !c.Case.Until.Equal(want) || !c.Effects[1].Until.Equal(want) {
		t.Errorf("timeout ends %v in the case and %v in the effect, want %v", c.Case.Until, c.Effects[1].Until, want)
	}
}

func TestExpiredAndPardonedStrikesDoNotCount(t *testing.T) {
	r := moderation.Record{Strikes: []moderation.Strike{
		{Case: "a", Points: 4, Expires: noon.Add(-time.Second)},
		{Case: "b", Points: 4, Pardoned: noon.Add(-time.Hour)},
	}}
	c, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Remove, 1), Record: r})
	if c.Case.Sanction == nil || c.Case.Sanction.Kind != moderation.Warn {
		t.Errorf("sanction %v, want a warning as for a first strike", c.Case.Sanction)
	}
}

func TestWorkingOutAConsequenceAgainGivesTheSameEffects(t *testing.T) {
	f := Finding{Comment: comment(), Verdict: verdict(moderation.Remove, 3), Record: recordWith(2)}
	first, _ := Of(settings(), f)
	second, _ := Of(settings(), f)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same finding had two consequences:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, e := range first.Effects {
		if seen[e.ID] {
			t.Errorf("two effects share the ID %q", e.ID)
		}
		seen[e.ID] = true
	}
}

func TestAModeratorsCaseKeepsWhatWouldHaveHappened(t *testing.T) {
	c := comment()
	c.Author.Exempt = moderation.ExemptModerator
	got, _ := Of(settings(), Finding{Comment: c, Verdict: verdict(moderation.Remove, 3)})
	if got.Case.Verdict.Action != moderation.Review || got.Case.Verdict.Points != 0 {
		t.Errorf("the case says %v with %d points; a review without points is what happens", got.Case.Verdict.Action, got.Case.Verdict.Points)
	}
	if want := "would have been removed; the author is never punished: moderator"; got.Case.Events[0].Note != want {
		t.Errorf("note %q, want %q", got.Case.Events[0].Note, want)
	}
}

// edited is the comment a minute later, with its case as the first revision left it.
func edited(a moderation.Action, change func(*moderation.Case)) Finding {
	first, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(a, 1)})
	prior := first.Case
	prior.Version = 1
	if change != nil {
		change(&prior)
	}
	c := comment()
	c.Revision, c.Time = noon.Add(time.Minute).UnixMilli(), noon.Add(time.Minute)
	return Finding{Comment: c, Prior: &prior}
}

func TestEdits(t *testing.T) {
	state := func(s moderation.CaseState) func(*moderation.Case) {
		return func(c *moderation.Case) { c.State = s }
	}
	tests := []struct {
		name    string
		finding Finding
		verdict moderation.Verdict
		state   moderation.CaseState
		effects kindList
		strikes bool // the case has a strike
		acts    bool
	}{
		{"a clean comment edited into an abusive one is acted on",
			Finding{Comment: edited(moderation.Allow, nil).Comment}, verdict(moderation.Remove, 1),
			moderation.CaseActed, kindList{"take_down", "notify", "show_card"}, true, true},
		{"a flagged comment edited clean is cleared",
			edited(moderation.Review, nil), verdict(moderation.Allow, 0),
			moderation.CaseCleared, kindList{"show_card"}, false, false},
		{"a flagged comment edited worse is removed",
			edited(moderation.Review, nil), verdict(moderation.Remove, 1),
			moderation.CaseActed, kindList{"take_down", "notify", "show_card"}, true, true},
		{"what was taken down stays down when an edit that made it clean comes late",
			edited(moderation.Remove, nil), verdict(moderation.Allow, 0), "", nil, false, false},
		{"what was taken down stays down when the edit is merely doubtful",
			edited(moderation.Remove, nil), verdict(moderation.Review, 0),
			moderation.CaseActed, kindList{"take_down", "show_card"}, true, false},
		{"an abusive edit of what was removed adds no second strike and no second notice",
			edited(moderation.Remove, nil), verdict(moderation.Remove, 5),
			moderation.CaseActed, kindList{"take_down", "show_card"}, true, false},
		{"an abusive edit of what was held adds the strike that holding did not",
			edited(moderation.Hold, nil), verdict(moderation.Remove, 1),
			moderation.CaseActed, kindList{"take_down", "notify", "show_card"}, true, false},
		{"a dismissed flag does not protect what is written afterwards",
			edited(moderation.Review, state(moderation.CaseDismissed)), verdict(moderation.Hold, 0),
			moderation.CaseOpen, kindList{"take_down", "notify", "show_card"}, false, true},
		{"a dismissed comment edited harmlessly stays dismissed",
			edited(moderation.Review, state(moderation.CaseDismissed)), verdict(moderation.Allow, 0), "", nil, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.finding
			f.Verdict = tt.verdict
			c, ok := Of(settings(), f)
			if ok != (tt.state != "") {
				t.Fatalf("something to write: %v, want %v", ok, tt.state != "")
			}
			if !ok {
				return
			}
			if c.Case.State != tt.state {
				t.Errorf("state %q, want %q", c.Case.State, tt.state)
			}
			if diff := cmp.Diff(tt.effects, kinds(c.Effects)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
			if (c.Case.Strike != nil) != tt.strikes || c.Acts != tt.acts {
				t.Errorf("strike %v, acts %v; want a strike: %v, acts %v", c.Case.Strike, c.Acts, tt.strikes, tt.acts)
			}
			if f.Prior != nil && f.Prior.Strike != nil {
				if diff := cmp.Diff(f.Prior.Strike, c.Case.Strike); diff != "" {
					t.Errorf("the edit changed the strike:\n%s", diff)
				}
			}
		})
	}
}

func TestARevisionThatIsOlderThanTheCaseChangesNothing(t *testing.T) {
	f := edited(moderation.Review, nil)
	f.Prior.Comment.Revision = f.Comment.Revision + 1
	f.Verdict = verdict(moderation.Remove, 1)
	if _, ok := Of(settings(), f); ok {
		t.Error("an overtaken revision was acted on")
	}
}

func TestSecondOpinions(t *testing.T) {
	undecided := verdict(moderation.Allow, 0)
	undecided.Undecided = true
	asked, ok := Of(settings(), Finding{Comment: comment(), Verdict: undecided})
	if !ok || asked.Case.State != moderation.CasePending || len(asked.Effects) != 0 {
		t.Fatalf("an undecided comment must wait for an opinion and for nothing else, got %+v", asked)
	}
	if len(asked.Queue) != 1 || asked.Queue[0].ID != "1001/ask_opinion/r0" {
		t.Fatalf("question %+v, want one named after the revision", asked.Queue)
	}

	opinion := func(prior moderation.Case, v moderation.Verdict) Finding {
		prior.Version, prior.Verdict.Undecided = 4, true
		return Finding{Comment: comment(), Prior: &prior, Verdict: v, Opinion: true, At: noon.Add(time.Minute)}
	}
	held, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Hold, 0)})
	flagged, _ := Of(settings(), Finding{Comment: comment(), Verdict: verdict(moderation.Review, 0)})
	decided := held.Case
	decided.State = moderation.CaseUpheld
	answered := opinion(asked.Case, verdict(moderation.Remove, 0))
	answered.Prior.Verdict.Undecided = false
	tests := []struct {
		name    string
		finding Finding
		state   moderation.CaseState
		effects kindList
		points  int
	}{
		{"it finds nothing: the case is cleared and nobody is bothered",
			opinion(asked.Case, verdict(moderation.Allow, 0)), moderation.CaseCleared, nil, 0},
		{"it finds something: moderators see the card",
			opinion(asked.Case, verdict(moderation.Review, 0)), moderation.CaseOpen, kindList{"show_card"}, 0},
		{"it finds abuse: removed, with the strike points of the category",
			opinion(asked.Case, verdict(moderation.Remove, 0)), moderation.CaseActed, kindList{"take_down", "time_out", "notify", "show_card"}, 3},
		{"another process has written its answer already: nothing more follows", answered, "", nil, 0},
		{"it rescues what was held: given back and told",
			opinion(held.Case, verdict(moderation.Allow, 0)), moderation.CaseCleared, kindList{"give_back", "notify", "show_card"}, 0},
		{"it doubts what was held: that stays held for a moderator",
			opinion(held.Case, verdict(moderation.Review, 0)), moderation.CaseOpen, kindList{"take_down", "show_card"}, 0},
		{"it clears what was flagged, and the card says so",
			opinion(flagged.Case, verdict(moderation.Allow, 0)), moderation.CaseCleared, kindList{"show_card"}, 0},
		{"a moderator was quicker: nothing changes", opinion(decided, verdict(moderation.Allow, 0)), "", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.finding.Said = moderation.CaseEvent{Kind: "opinion", Note: "it mocks"}
			c, ok := Of(settings(), tt.finding)
			if ok != (tt.state != "") {
				t.Fatalf("something to write: %v, want %v", ok, tt.state != "")
			}
			if !ok {
				return
			}
			if diff := cmp.Diff(tt.effects, kinds(c.Effects)); diff != "" {
				t.Errorf("effects (-want +got):\n%s", diff)
			}
			points := 0
			if c.Case.Strike != nil {
				points = c.Case.Strike.Points
			}
			if len(c.Case.Events) != 2 || c.Case.Events[0] != tt.finding.Said {
				t.Errorf("the history gets %+v, want what the opinion said and what came of it", c.Case.Events)
			}
			if c.Case.State != tt.state || c.Replaces != 4 || points != tt.points || c.Queue != nil {
				t.Errorf("state %q replacing version %d with %d points and questions %v; want %q, 4, %d, none",
					c.Case.State, c.Replaces, points, c.Queue, tt.state, tt.points)
			}
		})
	}

	t.Run("nobody is asked about an author who is never punished", func(t *testing.T) {
		c := comment()
		c.Author.Exempt = moderation.ExemptModerator
		if got, ok := Of(settings(), Finding{Comment: c, Verdict: undecided}); ok {
			t.Errorf("wrote %+v", got)
		}
	})
}
