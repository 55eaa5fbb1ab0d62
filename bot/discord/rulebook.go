package discord

import (
	"fmt"
	"strings"

	"parley/bot/discord/card"
	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

// PolicyRules is the RuleBook of whatever engine is in force in a guild.
type PolicyRules struct {
	Engine func(guild string) *engine.Engine
}

// Rules lists the rules as a guild has them.
func (p PolicyRules) Rules(guild string) []card.Rule {
	in := p.Engine(guild).Policy()
	here := in.Settings(guild, moderation.Channel{}, moderation.Article{})
	list := make([]card.Rule, 0, len(in.Rules.Rules))
	for i, r := range in.Rules.Rules {
		s := here.Rules[i]
		list = append(list, card.Rule{ID: r.ID, Why: r.Why, Mode: s.Mode.String(), Gives: gives(s), Line: r.Line, Prevent: r.Prevent})
	}
	return list
}

// Try asks one rule. A rule that is off where the comment stands is not asked.
func (p PolicyRules) Try(id string, c *moderation.Comment) ([]moderation.Reason, error) {
	for _, outcome := range p.Engine(c.Guild).Explain(c, nil).Rules {
		if outcome.ID != id {
			continue
		}
		if outcome.Mode == rule.Off {
			return nil, refuse("Rule %s is off and not asked. Put it in shadow to see what it would find.", id)
		}
		return reasons(outcome), nil
	}
	return nil, refuse("There is no rule called %q. /rules list shows them.", id)
}

// reasons are a matching rule's evidence, in and beside the text.
func reasons(o engine.RuleOutcome) []moderation.Reason {
	if o.Answer != rule.Yes.String() {
		return nil
	}
	about := moderation.Reason{Source: "rule:" + o.ID, Why: o.Why, Line: o.Line, Action: o.Action}
	if len(o.Quotes) == 0 {
		return []moderation.Reason{about}
	}
	found := make([]moderation.Reason, 0, len(o.Quotes))
	for i, quote := range o.Quotes {
		r := about
		r.Quote = quote
		if i < len(o.Spans) && len(o.Spans) == len(o.Quotes) {
			r.Span = o.Spans[i]
		}
		found = append(found, r)
	}
	return found
}

func gives(s policy.RuleSetting) string {
	var parts []string
	for _, g := range s.Gives {
		parts = append(parts, fmt.Sprintf("%s %+.2f", g.Category, g.Score))
	}
	if s.Action != moderation.Allow {
		parts = append(parts, "at least "+s.Action.String())
	}
	if s.Points > 0 {
		parts = append(parts, fmt.Sprintf("%d strike points", s.Points))
	}
	return strings.Join(parts, ", ")
}
