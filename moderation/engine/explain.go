package engine

import (
	"parley/moderation"
	"parley/moderation/policy"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// Explanation is everything that led to a verdict, for people.
type Explanation struct {
	Verdict  moderation.Verdict `json:"verdict"`
	Views    []View             `json:"views"`            // how the text is read
	Quoted   []moderation.Span  `json:"quoted,omitempty"` // stretches that are somebody else's words
	Rules    []RuleOutcome      `json:"rules"`            // every rule of the policy
	Sums     []Sum              `json:"sums"`             // by category, where anything spoke
	Combines string             `json:"combines"`         // one sentence on how contributions add up
}

// View is one reading of the comment's text.
type View struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// RuleOutcome is what one rule said.
type RuleOutcome struct {
	ID       string            `json:"id"`
	Why      string            `json:"why"`
	Line     int               `json:"line"`
	Mode     rule.Mode         `json:"mode"`
	Answer   string            `json:"answer"` // yes, no, unknown
	Severity float64           `json:"severity,omitempty"`
	Spans    []moderation.Span `json:"spans,omitempty"`
	Quotes   []string          `json:"quotes,omitempty"` // the words at Spans, or found elsewhere in the comment
	Action   moderation.Action `json:"action,omitempty"`
}

// Sum is how a category came to its score.
type Sum struct {
	Category  moderation.Category `json:"category"`
	Parts     []Part              `json:"parts"`
	Score     float64             `json:"score"`
	Threshold policy.Threshold    `json:"threshold"`
	Action    moderation.Action   `json:"action"` // what the score alone asks for
	Weight    float64             `json:"weight"` // how much the category counts in the abuse score
}

// Part is one line of a sum: After is what the parts up to this one come to.
type Part struct {
	Source string  `json:"source"`
	Group  string  `json:"group,omitempty"`
	Score  float64 `json:"score"`
	After  float64 `json:"after"`
}

// Explain judges the comment and shows everything that led to the verdict.
func (r *Reading) Explain(obs *moderation.Observation) Explanation {
	p := r.engine.policy
	x := Explanation{Verdict: r.Judge(obs), Quoted: append([]moderation.Span(nil), r.subject.Quotes.Spans...), Combines: p.Combine.String()}
	views := r.subject.Views()
	for _, k := range append([]text.Kind{text.Raw, text.Plain}, views.Readings(nil)...) {
		x.Views = append(x.Views, View{Name: k.String(), Text: views.View(k).String()})
	}
	outcomes := make(map[int]*rule.Outcome, len(r.outcomes))
	for i := range r.outcomes {
		outcomes[r.outcomes[i].Rule] = &r.outcomes[i]
	}
	for i := range p.Rules.Rules {
		x.Rules = append(x.Rules, r.explainRule(i, outcomes[i]))
	}
	for _, c := range moderation.Categories() {
		if s, spoke := r.explainSum(c); spoke {
			x.Sums = append(x.Sums, s)
		}
	}
	return x
}

func (r *Reading) explainRule(i int, o *rule.Outcome) RuleOutcome {
	of := &r.engine.policy.Rules.Rules[i]
	out := RuleOutcome{ID: of.ID, Why: of.Why, Line: of.Line, Mode: r.settings.Rules[i].Mode, Answer: rule.No.String(), Action: r.settings.Rules[i].Action}
	if o == nil {
		return out
	}
	out.Answer = o.Answer.String()
	if o.Answer != rule.Yes {
		return out
	}
	out.Severity = o.Severity
	for _, e := range o.Evidence {
		if e.Place != "" {
			out.Quotes = append(out.Quotes, e.Quote)
			continue
		}
		out.Spans = append(out.Spans, e.Span)
		out.Quotes = append(out.Quotes, e.Span.In(r.comment.Text))
	}
	return out
}

func (r *Reading) explainSum(c moderation.Category) (Sum, bool) {
	p := r.engine.policy
	s := Sum{Category: c, Threshold: r.settings.Thresholds[c], Weight: p.Ranking[c]}
	var upTo []contribution
	add := func(part contribution) {
		upTo = append(upTo, part)
		line := Part{Source: "model:" + ModelName, Score: part.score, After: combine(upTo, p, false)[c]}
		if part.rule >= 0 {
			line.Source = "rule:" + p.Rules.Rules[part.rule].ID
		}
		if part.group >= 0 {
			line.Group = p.Groups[part.group].Name
		}
		s.Parts = append(s.Parts, line)
	}
	for _, lowering := range []bool{false, true} { // what takes off comes last
		for _, part := range r.parts {
			if part.category == c && !part.shadow && (part.score < 0) == lowering {
				add(part)
			}
		}
	}
	if len(s.Parts) == 0 {
		return s, false
	}
	s.Score = s.Parts[len(s.Parts)-1].After
	s.Action = s.Threshold.Action(s.Score)
	return s, true
}
