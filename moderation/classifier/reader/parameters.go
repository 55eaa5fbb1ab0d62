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

	Phrases    []byte // table of int8 rows of 8, one row per feature hash; a power of two rows
	PhraseUnit float32
	PhraseBias [NumColumns]float32

	Networks []*Network // NumNetworks of them; none for a model of one stage

	Fast   [NumHeads]Line  // calibrates the first stage alone
	Style  Line            // calibrates RawScores.Familiar
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
	Familiar float64 // 0 to 1: how much it reads like what the specialist learned from
}

// LengthOf is how blends count tokens: 0 for about eleven, 1 for about thirty.
func LengthOf(tokens int) float64 { return math.Log(float64(1+tokens)) - 2.5 }

// NumInputs is how many numbers a blend weighs.
const NumInputs = 3 + 3*NumNetworks

// Inputs are the numbers that a blend weighs for head h. Which network is right depends on
// what is read: the specialist knows real comments, the generalist sentences built to
// mislead. So each network's score counts by itself, by the length and by the style.
func (s *RawScores) Inputs(h int) (in [NumInputs]float64) {
	in[0], in[1], in[2] = s.Phrases[h], s.Length, s.Familiar
	for i := range s.Networks {
		n := s.Networks[i][h]
		in[3+3*i], in[4+3*i], in[5+3*i] = n, n*s.Length, n*s.Familiar
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
	rows := len(p.Phrases) / NumColumns
	if rows == 0 || rows&(rows-1) != 0 || len(p.Phrases)%NumColumns != 0 {
		return fmt.Errorf("phrase table has %d bytes, want a power of two rows of %d", len(p.Phrases), NumColumns)
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
