package moderation

import (
	"testing"

	"pgregory.net/rapid"
)

var margins = Margins{Confidence: 0.6, Disagreement: 0.6, Harshest: Remove}

func TestAnOpinionDecidesOnlyWhatIsUndecided(t *testing.T) {
	undecided := Verdict{Action: Review, Abuse: 0.5, Undecided: true, Ask: []string{"openai"}}
	named := Verdict{Action: Hold, Abuse: 0.5, Undecided: true, Reasons: []Reason{{Source: "rule:links", Action: Hold}}}
	decided := Verdict{Action: Remove, Abuse: 0.9, Points: 2}
	allow := Opinion{Action: Allow, Confidence: 0.9}
	remove := Opinion{Action: Remove, Category: Threat, Confidence: 0.9}

	for _, tc := range []struct {
		name    string
		verdict Verdict
		opinion Opinion
		margins Margins
		want    Action
	}{
		{"an allow dismisses an undecided comment", undecided, allow, margins, Allow},
		{"a remove takes an undecided comment down", undecided, remove, margins, Remove},
		{"a review shows an undecided comment", undecided, Opinion{Action: Review, Confidence: 0.9}, margins, Review},
		{"an allow never undoes a removal", decided, allow, margins, Remove},
		{"an allow never undoes an action that a rule named", named, allow, margins, Hold},
		{"a remove may be harsher than a rule", named, remove, margins, Remove},
		{"a remove may be harsher than a decided allow that asked", Verdict{Abuse: 0.4, Ask: []string{"openai"}}, remove, margins, Remove},
		{"an unsure allow goes to moderators", undecided, Opinion{Action: Allow, Confidence: 0.5}, margins, Review},
		{"an unsure remove goes to moderators", undecided, Opinion{Action: Remove, Confidence: 0.5}, margins, Review},
		{"a doubtful allow goes to moderators", undecided, Opinion{Action: Allow, Confidence: 0.9, Doubt: "it speaks to the model"}, margins, Review},
		{"a doubtful removal goes to moderators", undecided, Opinion{Action: Remove, Confidence: 0.9, Doubt: "the parent speaks to the model"}, margins, Review},
		{"a doubt does not spare what a rule removed", decided, Opinion{Action: Remove, Confidence: 0.9, Doubt: "it speaks to the model"}, margins, Remove},
		{
			"an allow against strong signs of abuse goes to moderators",
			Verdict{Abuse: 0.75, Undecided: true}, allow, margins, Review,
		},
		{
			"an allow against the scoring model goes to moderators", undecided,
			Opinion{Action: Allow, Confidence: 0.9, Scores: Scores{Threat: 0.95}, Known: SetOf(Threat)}, margins, Review,
		},
		{
			"a score that the scoring model did not give counts for nothing", undecided,
			Opinion{Action: Allow, Confidence: 0.9, Scores: Scores{Threat: 0.95}}, margins, Allow,
		},
		{
			"a remove without any other sign goes to moderators",
			Verdict{Abuse: 0.05, Undecided: true}, remove, margins, Review,
		},
		{
			"the harshest action that an opinion may bring can be bounded",
			undecided, remove, Margins{Confidence: 0.6, Disagreement: 0.6, Harshest: Hold}, Hold,
		},
		{"an opinion may always show a comment to moderators", undecided, remove, Margins{Confidence: 0.6, Disagreement: 0.6}, Review},
		{"no answer leaves the verdict", undecided, Opinion{Unknown: "timeout"}, margins, Review},
		{"no answer may hold", undecided, Opinion{Unknown: "timeout", Action: Hold}, margins, Hold},
		{"no answer never makes milder", decided, Opinion{Unknown: "timeout", Action: Review}, margins, Remove},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Weigh(tc.verdict, tc.opinion, tc.margins)
			if got.Action != tc.want {
				t.Errorf("Weigh gives %s, want %s", got.Action, tc.want)
			}
			if got.Undecided || got.Ask != nil {
				t.Error("a weighed verdict must not be asked about again")
			}
		})
	}
}

func TestAnOpinionLeavesItsTraceInTheVerdict(t *testing.T) {
	v := Verdict{Undecided: true, Abuse: 0.5, Reasons: []Reason{{Source: "rule:tone"}}}
	o := Opinion{Source: "model:openai.judge", Action: Remove, Category: Threat, Confidence: 0.8, Span: Span{2, 5}, Quote: "abc", Reason: "A threat."}
	got := Weigh(v, o, margins)
	want := Reason{Source: "model:openai.judge", Category: Threat, Score: 0.8, Span: Span{2, 5}, Quote: "abc", Why: "A threat."}
	if len(got.Reasons) != 2 || got.Reasons[1] != want {
		t.Errorf("reasons are %+v, want the opinion last as %+v", got.Reasons, want)
	}
	if got.Category != Threat || got.Scores[Threat] != 0.8 || got.Abuse != 0.8 {
		t.Errorf("category %s, score %v, abuse %v; want the opinion's", got.Category, got.Scores[Threat], got.Abuse)
	}
	if len(v.Reasons) != 1 {
		t.Error("the provisional verdict was changed")
	}
	unknown := Weigh(v, Opinion{Source: "model:openai.judge", Unknown: "timeout"}, margins)
	if len(unknown.Unknown) != 1 || unknown.Unknown[0].Why != "timeout" {
		t.Errorf("the missing answer is not on record: %+v", unknown.Unknown)
	}
}

func TestWhateverAnOpinionSaysItNeverMakesADecidedVerdictMilder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		action := rapid.Custom(func(t *rapid.T) Action { return Action(rapid.IntRange(0, int(Remove)).Draw(t, "action")) })
		share := rapid.Float64Range(0, 1)
		v := Verdict{
			Action: action.Draw(t, "verdict"), Abuse: share.Draw(t, "abuse"),
			Undecided: rapid.Bool().Draw(t, "undecided"),
			Reasons:   []Reason{{Action: action.Draw(t, "named by a rule")}},
		}
		o := Opinion{
			Action: action.Draw(t, "opinion"), Confidence: share.Draw(t, "confidence"),
			Doubt: rapid.SampledFrom([]string{"", "doubt"}).Draw(t, "doubt"), Unknown: rapid.SampledFrom([]string{"", "away"}).Draw(t, "unknown"),
			Scores: Scores{Threat: share.Draw(t, "score")}, Known: SetOf(Threat),
		}
		m := Margins{share.Draw(t, "margin of confidence"), share.Draw(t, "margin of disagreement"), action.Draw(t, "harshest")}
		got := Weigh(v, o, m)
		if !v.Undecided && got.Action < v.Action {
			t.Fatalf("a decided %s became %s", v.Action, got.Action)
		}
		if v.Undecided && got.Action < v.Reasons[0].Action {
			t.Fatalf("a rule's %s became %s", v.Reasons[0].Action, got.Action)
		}
		if o.Unknown != "" && got.Action < v.Action {
			t.Fatalf("no answer made %s into %s", v.Action, got.Action)
		}
		if got.Abuse < 0 || got.Abuse > 1 {
			t.Fatalf("abuse became %v", got.Abuse)
		}
	})
}
