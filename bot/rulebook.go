package bot

import (
	"slices"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

// Reading is one comment, read once. Its methods are called by one goroutine, Release last.
type Reading interface {
	// Sighting is what the ledger is told about the comment.
	Sighting() moderation.Sighting
	// Judge says what to do about it, given what the ledger knows. It has no side effects.
	// A nil observation means that the ledger could not be asked.
	Judge(obs *moderation.Observation) moderation.Verdict
	// Release gives the reading's memory back; neither it nor its sighting may be used after.
	Release()
}

// Rulebook is a policy made ready to judge by. It never changes: a new policy is a new
// rulebook. Its functions may be called concurrently.
type Rulebook struct {
	Hash   string // names the policy in cases and in the log
	Source []byte // the configuration that it was made of
	// Files are what the configuration includes, lists of words and domains too: a change to
	// one of them is a change of the policy.
	Files []string

	// Engine is what judges by the policy, for those who look at its rules.
	Engine *engine.Engine
	// Margins bound what a second opinion may change.
	Margins moderation.Margins

	// Settings says what the policy says for a place.
	Settings func(guild string, ch moderation.Channel, art moderation.Article) *policy.Settings
	// Read reads a comment, which must not change until the reading is released.
	Read func(c *moderation.Comment) Reading
	// Explain judges a comment that nobody posted and shows what led to the verdict.
	Explain func(c *moderation.Comment) engine.Explanation
}

// has reports whether a rule is in the policy, whatever its mode.
func (r *Rulebook) has(id string) bool {
	if r.Engine == nil {
		return false
	}
	return slices.ContainsFunc(r.Engine.Policy().Rules.Rules, func(known rule.Rule) bool { return known.ID == id })
}

// sureEnough is how confident a second opinion must be to be taken without a moderator.
const sureEnough = 0.6

// NewRulebook makes a rulebook of a policy and the engine that judges by it.
func NewRulebook(p *policy.Policy, e *engine.Engine) *Rulebook {
	return &Rulebook{
		Hash:     p.Hash(),
		Source:   p.Source(),
		Files:    p.Files(),
		Engine:   e,
		Margins:  MarginsOf(p),
		Settings: p.Settings,
		Read:     func(c *moderation.Comment) Reading { return e.Read(c) },
		Explain:  func(c *moderation.Comment) engine.Explanation { return e.Explain(c, nil) },
	}
}

// MarginsOf is what a policy lets a second opinion change.
func MarginsOf(p *policy.Policy) moderation.Margins {
	return moderation.Margins{Confidence: sureEnough, Disagreement: p.Classifiers.OpenAI.Margin, Harshest: moderation.Remove}
}
