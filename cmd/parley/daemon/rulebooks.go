package daemon

import (
	"parley/bot"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// rulebooks makes policies ready to judge by, all with one model.
type rulebooks struct {
	load     func() (*policy.Policy, policy.Diagnostics)
	model    engine.Model
	opinions *opinions
}

// fromFile makes a rulebook of the policy as its files are now, and has second opinions
// follow it. Its error lists every mistake.
func (r *rulebooks) fromFile() (*bot.Rulebook, error) {
	p, found := r.load()
	if err := found.Err(); err != nil {
		return nil, err
	}
	if err := r.opinions.follow(p.Classifiers.OpenAI); err != nil {
		return nil, err
	}
	return r.of(p), nil
}

// fromSource makes a rulebook of a policy that ran before, or that rules were switched in.
func (r *rulebooks) fromSource(source []byte) (*bot.Rulebook, error) {
	p, found := policy.Parse("policy", source, nil)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return r.of(p), nil
}

func (r *rulebooks) of(p *policy.Policy) *bot.Rulebook {
	var model engine.Model
	if p.Classifiers.Embedded.Enabled {
		model = r.model
	}
	return bot.NewRulebook(p, engine.New(p, model))
}
