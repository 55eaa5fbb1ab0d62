package engine

import (
	"math"

	"parley/moderation"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

// contribution is what one rule or model gives one category.
type contribution struct {
	rule     int // index, -1 for the model
	category moderation.Category
	score    float64 // with the severity of the words; below 0 it takes that share off
	group    int     // -1 for none
	shadow   bool
}

// sum is what contributions come to.
type sum struct {
	scores moderation.Scores
}

// add puts together what outcomes and the model give. Shadow rules count only where asked for.
func (r *Reading) add(outcomes []rule.Outcome, withShadow bool) sum {
	r.parts = r.parts[:0]
	r.addModel()
	for i := range outcomes {
		r.addRule(&outcomes[i])
	}
	return sum{scores: combine(r.parts, r.engine.policy, withShadow)}
}

func (r *Reading) addModel() {
	result := r.classified()
	if result == nil || result.Unknown != "" {
		return
	}
	for c, p := range result.Scores {
		if p > 0 && result.Known.Has(moderation.Category(c)) {
			r.parts = append(r.parts, contribution{rule: -1, category: moderation.Category(c), score: p, group: -1})
		}
	}
}

func (r *Reading) addRule(o *rule.Outcome) {
	if o.Answer != rule.Yes {
		return
	}
	setting := &r.settings.Rules[o.Rule]
	for _, g := range setting.Gives {
		score := g.Score
		if score > 0 {
			score *= o.Severity
		}
		r.parts = append(r.parts, contribution{
			rule: o.Rule, category: g.Category, score: score,
			group: r.engine.policy.Rules.Rules[o.Rule].Group, shadow: setting.Mode == rule.Shadow,
		})
	}
}

// combine turns contributions into scores in the way that the policy says (policy.Combine).
func combine(parts []contribution, p *policy.Policy, withShadow bool) (scores moderation.Scores) {
	var left moderation.Scores // the share that lowering rules leave
	var touched moderation.Set
	for i := range left {
		left[i] = 1
	}
	for i, part := range parts {
		if part.shadow && !withShadow {
			continue
		}
		c := part.category
		touched |= 1 << c
		switch {
		case part.score < 0:
			left[c] *= 1 + part.score
		case part.group < 0:
			scores[c] = joined(p.Combine, scores[c], part.score)
		case firstOfGroup(parts[:i], part, withShadow):
			scores[c] = joined(p.Combine, scores[c], groupScore(parts[i:], part, p, withShadow))
		}
	}
	for c := range scores {
		if touched.Has(moderation.Category(c)) {
			scores[c] = min(max(scores[c], 0), 1) * left[c]
		}
	}
	return scores
}

// joined adds a contribution to what there is.
func joined(how policy.Combine, have, more float64) float64 {
	if how == policy.BySum {
		return have + more
	}
	return 1 - (1-have)*(1-more)
}

// firstOfGroup reports whether no earlier part belongs to the same group and category, so
// that each group is counted once.
func firstOfGroup(earlier []contribution, part contribution, withShadow bool) bool {
	for _, e := range earlier {
		if e.group == part.group && e.category == part.category && e.score >= 0 && (withShadow || !e.shadow) {
			return false
		}
	}
	return true
}

// groupScore is what a group gives a category: its parts together, up to its cap.
func groupScore(parts []contribution, first contribution, p *policy.Policy, withShadow bool) float64 {
	total := 0.0
	for _, part := range parts {
		if part.group == first.group && part.category == first.category && part.score > 0 && (withShadow || !part.shadow) {
			total = joined(p.Combine, total, part.score)
		}
	}
	return math.Min(total, p.Groups[first.group].Cap)
}

// abuse is the overall score: the highest of all scores, each weighted by how much the
// policy lets its category count.
func abuse(scores *moderation.Scores, ranking *moderation.Scores) float64 {
	worst := 0.0
	for c, score := range scores {
		worst = max(worst, score*ranking[c])
	}
	return worst
}
