package replay

import (
	"hash/maphash"
	"sync"

	"parley/moderation/classifier"
	"parley/moderation/engine"
)

// remembered is how many answers of the model are kept: those of the comments in hand, which
// both policies ask about.
const remembered = 4 * batchSize

// memory puts the same question to the model only once as long as it is remembered. It is
// safe for concurrent use.
type memory struct {
	model engine.Model
	seed  maphash.Seed
	slots [remembered]struct {
		mu     sync.Mutex
		known  bool
		in     classifier.Input
		answer classifier.Result
	}
}

// remembering puts a memory before a model, if there is one.
func remembering(model engine.Model) engine.Model {
	if model == nil {
		return nil
	}
	return &memory{model: model, seed: maphash.MakeSeed()}
}

// Classify answers from memory or asks the model.
func (m *memory) Classify(in *classifier.Input, out *classifier.Result) {
	slot := &m.slots[maphash.String(m.seed, in.Text)%remembered]
	slot.mu.Lock()
	defer slot.mu.Unlock()
	if !slot.known || slot.in != *in {
		slot.answer.Evidence = slot.answer.Evidence[:0]
		m.model.Classify(in, &slot.answer)
		slot.in, slot.known = *in, true
	}
	out.Scores, out.Known, out.Unknown = slot.answer.Scores, slot.answer.Known, slot.answer.Unknown
	out.Evidence = append(out.Evidence[:0], slot.answer.Evidence...)
}
