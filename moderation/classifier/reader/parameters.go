package reader

import (
	"fmt"

	"parley/moderation"
)

// Heads lists the category of every score that the model computes, in weight order.
func Heads() [NumHeads]moderation.Category {
	return [NumHeads]moderation.Category{
		moderation.Toxicity, moderation.Insult, moderation.IdentityAttack, moderation.Threat,
		moderation.Obscene, moderation.Sexual, moderation.Spam,
	}
}

// Parameters is everything that training decides. New makes a Model of it; the slices are
// kept, not copied, and must not change afterwards.
type Parameters struct {
	Name    string // what kind of model this is
	Version string // which training run it comes from

	Forms    []uint64 // vocabulary, see NewVocabulary
	Traits   []WordTraits
	Variants []Variant

	Phrases    []byte // table of int8 rows of 8, one row per feature hash; a power of two rows
	PhraseUnit float32
	PhraseBias [NumHeads]float32

	Network *Network // nil for a model of one stage

	Fast   [NumHeads]Line  // calibrates the first stage alone
	Full   [NumHeads]Blend // calibrates both stages together
	Settle float64         // a comment whose first-stage scores all lie below is settled by them
}

// Line is a Platt calibration: P = 1/(1+exp(-(Slope·z+Offset))) for the raw score z
// (J. Platt, "Probabilistic outputs for support vector machines", 1999).
type Line struct{ Slope, Offset float64 }

// Blend is a Platt calibration of a weighted sum of both stages' raw scores.
type Blend struct{ Phrases, Network, Offset float64 }

func (p *Parameters) check() error {
	rows := len(p.Phrases) / weightStride
	if rows == 0 || rows&(rows-1) != 0 || len(p.Phrases)%weightStride != 0 {
		return fmt.Errorf("phrase table has %d bytes, want a power of two rows of %d", len(p.Phrases), weightStride)
	}
	if p.Network != nil {
		return p.Network.check(len(p.Forms))
	}
	return nil
}
