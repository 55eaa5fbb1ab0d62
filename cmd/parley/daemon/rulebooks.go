package daemon

import (
	"sync/atomic"

	"parley/bot"
	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// rulebooks makes policies ready to judge by, all with one model, and knows the engine that
// is in force.
type rulebooks struct {
	load    func() (*policy.Policy, policy.Diagnostics)
	model   engine.Model
	current atomic.Pointer[engine.Engine]
}

// fromFile makes a rulebook of the policy as its files are now. Its error lists every
// mistake.
func (r *rulebooks) fromFile() (*bot.Rulebook, error) {
	p, found := r.load()
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
	judge := engine.New(p, model)
	r.current.Store(judge)
	return bot.NewRulebook(p, judge)
}

func (r *rulebooks) policy() *policy.Policy { return r.current.Load().Policy() }

// score judges a comment as the policy in force would, without any history.
func (r *rulebooks) score(c *moderation.Comment) moderation.Verdict {
	return r.current.Load().Judge(c, nil)
}
