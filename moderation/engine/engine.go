package engine

import (
	"sync"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/policy"
)

// Model is the embedded classifier. It must be safe for concurrent use.
type Model interface {
	// Classify fills out with what the model says of in. It reuses out's slices.
	Classify(in *classifier.Input, out *classifier.Result)
}

// ModelName is what the embedded classifier is called in policies; its reasons come from
// "model:embedded".
const ModelName = "embedded"

// Engine judges comments by one policy. It may be used from several goroutines at once.
type Engine struct {
	policy   *policy.Policy
	model    Model // nil: none is configured
	articles articleCache
	parents  parentCache
	readings sync.Pool
}

// New makes an engine. model may be nil; then the rules judge alone.
func New(p *policy.Policy, model Model) *Engine {
	if !p.Classifiers.Embedded.Enabled {
		model = nil
	}
	return &Engine{policy: p, model: model}
}

// Policy is the policy that the engine judges by.
func (e *Engine) Policy() *policy.Policy { return e.policy }

// Read looks at a comment for the first time. The comment must not change until Release.
func (e *Engine) Read(c *moderation.Comment) *Reading {
	r, ok := e.readings.Get().(*Reading)
	if !ok {
		r = new(Reading)
	}
	r.engine = e
	r.open(c)
	return r
}

// Judge is Read, Reading.Judge and Release in one. obs is nil where no history is known;
// conditions that need it are then unknown.
func (e *Engine) Judge(c *moderation.Comment, obs *moderation.Observation) moderation.Verdict {
	r := e.Read(c)
	defer r.Release()
	return r.Judge(obs)
}

// Explain judges a comment and shows everything that led to the verdict.
func (e *Engine) Explain(c *moderation.Comment, obs *moderation.Observation) Explanation {
	r := e.Read(c)
	defer r.Release()
	return r.Explain(obs)
}
