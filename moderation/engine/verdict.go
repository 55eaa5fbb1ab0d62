package engine

import (
	"cmp"
	"slices"

	"parley/moderation"
	"parley/moderation/rule"
)

// secondOpinion is what Verdict.Ask calls the remote models.
const secondOpinion = "openai"

// verdict makes a verdict of what ask collected.
func (r *Reading) verdict() moderation.Verdict {
	v := r.summary()
	r.wantOpinion(&v)
	v.Reasons = r.reasons(false)
	if r.hasShadow() {
		r.addShadow(&v)
	}
	return v
}

// summary is the verdict without its reasons and what else it would lead to.
func (r *Reading) summary() moderation.Verdict {
	p := r.engine.policy
	sum := r.add(r.outcomes, false)
	v := moderation.Verdict{Scores: sum.scores, Policy: p.Hash(), Abuse: abuse(&sum.scores, &p.Ranking)}
	r.decide(&v, false)
	r.noteUnknown(&v)
	return v
}

// decide sets the action, the category that decided it and the strike points.
func (r *Reading) decide(v *moderation.Verdict, withShadow bool) {
	top := 0.0
	for i, score := range v.Scores {
		c := moderation.Category(i)
		action := r.settings.Thresholds[c].Action(score)
		if action > v.Action || action == v.Action && action > moderation.Allow && score > top {
			v.Action, v.Category, top = action, c, score
		}
	}
	for i := range r.outcomes {
		o := &r.outcomes[i]
		setting := &r.settings.Rules[o.Rule]
		if o.Answer != rule.Yes || setting.Mode == rule.Shadow && !withShadow || setting.Action <= v.Action {
			continue
		}
		v.Action = setting.Action
		v.Category = mainCategory(setting.Gives, v)
	}
	if v.Action == moderation.Remove {
		v.Points = r.points(v.Category, withShadow)
	}
}

// mainCategory is the one to which a rule gives most, or else the highest score's.
func mainCategory(gives []rule.Contribution, v *moderation.Verdict) moderation.Category {
	best := rule.Contribution{}
	for _, g := range gives {
		if g.Score > best.Score {
			best = g
		}
	}
	if best.Score > 0 {
		return best.Category
	}
	_, c := v.Scores.Max()
	return c
}

// points are those of the gravest rule that spoke for the category or named the removal, or
// else the category's, and at least one.
func (r *Reading) points(c moderation.Category, withShadow bool) int {
	points := 0
	for i := range r.outcomes {
		o := &r.outcomes[i]
		setting := &r.settings.Rules[o.Rule]
		if o.Answer != rule.Yes || setting.Mode == rule.Shadow && !withShadow {
			continue
		}
		speaks := setting.Action == moderation.Remove
		for _, g := range setting.Gives {
			speaks = speaks || g.Category == c && g.Score > 0
		}
		if speaks {
			points = max(points, setting.Points)
		}
	}
	if points == 0 {
		points = r.settings.Points[c]
	}
	return max(points, 1)
}

// noteUnknown notes a model that could not speak, and what the policy says about that.
func (r *Reading) noteUnknown(v *moderation.Verdict) {
	result := r.classified()
	if result == nil || result.Unknown == "" {
		return
	}
	v.Unknown = []moderation.Unknown{{Source: "model:" + ModelName, Why: result.Unknown}}
	if act := r.engine.policy.Classifiers.Embedded.OnUnknown; act > v.Action {
		v.Action = act
		_, v.Category = v.Scores.Max()
	}
}

// wantOpinion notes whether a remote model is to be asked: in the undecided band, or where a
// rule asks, but never about what is taken down anyway.
func (r *Reading) wantOpinion(v *moderation.Verdict) {
	openai := &r.engine.policy.Classifiers.OpenAI
	if v.Action == moderation.Remove || r.settings.Opinions.OptOut || openai.Moderation.Model == "" && openai.Judge.Model == "" {
		return
	}
	v.Undecided = r.settings.Opinions.Undecided(v.Abuse)
	wanted := v.Undecided
	for i := range r.outcomes {
		o := &r.outcomes[i]
		wanted = wanted || o.Answer == rule.Yes && r.engine.policy.Rules.Rules[o.Rule].Ask && r.settings.Rules[o.Rule].Mode == rule.On
	}
	if wanted {
		v.Ask = []string{secondOpinion}
	}
}

func (r *Reading) hasShadow() bool {
	for i := range r.outcomes {
		if o := &r.outcomes[i]; o.Answer == rule.Yes && r.settings.Rules[o.Rule].Mode == rule.Shadow {
			return true
		}
	}
	return false
}

// addShadow notes what shadow rules would have added and what the action would have been.
func (r *Reading) addShadow(v *moderation.Verdict) {
	would := moderation.Verdict{Scores: combine(r.parts, r.engine.policy, true)}
	r.decide(&would, true)
	v.ShadowAct = max(would.Action, v.Action)
	if would.Action < v.Action && len(v.Unknown) == 0 {
		v.ShadowAct = would.Action // a shadow rule that speaks for the comment
	}
	v.Shadow = r.reasons(true)
}

// Bounds on what a verdict tells.
const (
	worthTelling = 0.1 // a model's smaller probabilities are no reason
	mostSpans    = 4   // stretches shown for one rule
)

// reasons lists what spoke for and against, weightiest first: of the shadow rules, or of all
// that counts. A rule with several stretches of evidence has a reason for each; only the
// first carries its score.
func (r *Reading) reasons(shadow bool) []moderation.Reason {
	var out []moderation.Reason
	if !shadow {
		out = r.modelReasons(out)
	}
	for i := range r.outcomes {
		o := &r.outcomes[i]
		if o.Answer == rule.Yes && (r.settings.Rules[o.Rule].Mode == rule.Shadow) == shadow {
			out = r.ruleReasons(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b moderation.Reason) int {
		return cmp.Or(cmp.Compare(b.Action, a.Action), cmp.Compare(max(b.Score, -b.Score), max(a.Score, -a.Score)))
	})
	return out
}

func (r *Reading) modelReasons(out []moderation.Reason) []moderation.Reason {
	result := r.classified()
	if result == nil || result.Unknown != "" {
		return out
	}
	for i, p := range result.Scores {
		c := moderation.Category(i)
		if p < worthTelling {
			continue
		}
		reason := moderation.Reason{Source: "model:" + ModelName, Category: c, Score: p}
		for _, e := range result.Evidence {
			if e.Category == c {
				reason.Span, reason.Quote = e.Span, e.Span.In(r.comment.Text)
				break
			}
		}
		out = append(out, reason)
	}
	return out
}

func (r *Reading) ruleReasons(out []moderation.Reason, o *rule.Outcome) []moderation.Reason {
	of := &r.engine.policy.Rules.Rules[o.Rule]
	setting := &r.settings.Rules[o.Rule]
	reason := moderation.Reason{Source: "rule:" + of.ID, Why: of.Why, Line: of.Line, Action: setting.Action}
	var main rule.Contribution
	for _, g := range setting.Gives {
		if max(g.Score, -g.Score) > max(main.Score, -main.Score) {
			main = g
		}
	}
	reason.Category, reason.Score = main.Category, main.Score
	if main.Score > 0 {
		reason.Score *= o.Severity
	}
	if len(o.Evidence) == 0 {
		return append(out, reason)
	}
	for i, e := range o.Evidence[:min(len(o.Evidence), mostSpans)] {
		reason.Span, reason.Quote = e.Span, e.Quote
		if e.Place == "" {
			reason.Quote = e.Span.In(r.comment.Text)
		}
		out = append(out, reason)
		if i == 0 {
			reason.Score, reason.Action = 0, moderation.Allow
		}
	}
	return out
}
