package reader

import (
	"fmt"
	"math"

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

	Phrases    []byte // table of int8 rows of one weight per head, one row per feature hash; a power of two rows
	PhraseUnit float32
	PhraseBias [NumHeads]float32

	Networks []*Network // NumNetworks of them; none for a model of one stage

	Fast   [NumHeads]Line  // calibrates the first stage alone
	Full   [NumHeads]Blend // calibrates both stages together
	Settle float64         // a comment whose first-stage scores all lie below is settled by them
}

// Line is a Platt calibration: P = 1/(1+exp(-(Slope·z+Offset))) for the raw score z
// (J. Platt, "Probabilistic outputs for support vector machines", 1999).
type Line struct{ Slope, Offset float64 }

// RawScores is what both stages say of one stretch of a comment, before calibration.
type RawScores struct {
	Phrases  [NumHeads]float64
	Networks [NumNetworks][NumHeads]float64
	Length   float64 // see LengthOf
}

// LengthOf is how blends count tokens: 0 for about eleven, 1 for about thirty.
func LengthOf(tokens int) float64 { return math.Log(float64(1+tokens)) - 2.5 }

// NumInputs is how many numbers a blend weighs.
const NumInputs = 2 + 2*NumNetworks

// Inputs are the numbers that a blend weighs for head h. Which network is right depends on
// what is read: the specialist knows real comments, which are longer than the sentences
// built to mislead that the generalist knows. So each network's score counts by itself and
// by the length.
func (s *RawScores) Inputs(h int) (in [NumInputs]float64) {
	in[0], in[1] = s.Phrases[h], s.Length
	for i := range s.Networks {
		in[2+2*i], in[3+2*i] = s.Networks[i][h], s.Networks[i][h]*s.Length
	}
	return in
}

// Blend is a Platt calibration of a weighted sum of RawScores.Inputs.
type Blend struct {
	Weights [NumInputs]float64
	Offset  float64
}

// Probability is the calibrated score of head h.
func (b *Blend) Probability(h int, s *RawScores) float64 { return sigmoid(b.Sum(h, s)) }

// Sum is the calibrated raw score of head h, before it becomes a probability.
func (b *Blend) Sum(h int, s *RawScores) float64 {
	z := b.Offset
	for i, in := range s.Inputs(h) {
		z += b.Weights[i] * in
	}
	return z
}

func (p *Parameters) check() error {
	rows := len(p.Phrases) / NumHeads
	if rows < 2 || rows&(rows-1) != 0 || len(p.Phrases)%NumHeads != 0 {
		return fmt.Errorf("phrase table has %d bytes, want rows of %d, a power of two of them, two at least", len(p.Phrases), NumHeads)
	}
	if len(p.Networks) != 0 && len(p.Networks) != NumNetworks {
		return fmt.Errorf("%d networks, want %d or none", len(p.Networks), NumNetworks)
	}
	for i, n := range p.Networks {
		if err := n.check(len(p.Forms)); err != nil {
			return fmt.Errorf("network %d: %w", i, err)
		}
	}
	return nil
}
