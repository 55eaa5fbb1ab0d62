package training

import (
	"context"
	"math"
	"math/rand/v2"

	"parley/moderation/classifier/reader"
)

// The first stage: logistic regression over hashed features, one per head, by stochastic
// gradient descent with a step per weight (J. Duchi et al., "Adaptive subgradient
// methods", 2011).
const (
	phraseBits   = 19
	phraseStride = reader.NumHeads
	phraseStep   = 0.6
	phraseDecay  = 3e-5 // pull of every weight towards zero, per use
)

type phraseTrainer struct {
	Weights []float32 // rows of one per head, as reader.Parameters.Phrases
	Bias    [phraseStride]float32

	vocabulary *reader.Vocabulary
	squares    []float32 // sums of squared gradients
	biasSquare [phraseStride]float32
	text       reader.Text
	rows       []uint32
}

func newPhraseTrainer(v *reader.Vocabulary) *phraseTrainer {
	return &phraseTrainer{vocabulary: v,
		Weights: make([]float32, phraseStride<<phraseBits), squares: make([]float32, phraseStride<<phraseBits)}
}

// train passes over rows once per epoch in a random order.
func (p *phraseTrainer) train(ctx context.Context, rows []*Row, epochs int, rng *rand.Rand, tell func(done float64)) error {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	for epoch := range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		step := phraseStep * (1 - 0.8*float32(epoch)/float32(epochs))
		for n, i := range order {
			if n%4096 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				tell((float64(epoch) + float64(n)/float64(len(order))) / float64(epochs))
			}
			p.learn(rows[i], step)
		}
	}
	return nil
}

func (p *phraseTrainer) features(row *Row) {
	p.vocabulary.ScanInput(&row.Input, &p.text)
	p.rows = p.rows[:0]
	for i := range p.text.Tokens {
		p.rows = p.text.Features(i, phraseBits, p.rows)
	}
}

func (p *phraseTrainer) logits() (z [phraseStride]float32, scale float32) {
	var sum [phraseStride]float32
	for _, r := range p.rows {
		w := p.Weights[int(r)*phraseStride:][:phraseStride]
		for h := range sum {
			sum[h] += w[h]
		}
	}
	scale = float32(reader.FeatureScale(len(p.rows)))
	for h := range z {
		z[h] = p.Bias[h] + scale*sum[h]
	}
	return z, scale
}

func (p *phraseTrainer) learn(row *Row, step float32) {
	p.features(row)
	z, scale := p.logits()
	var g [phraseStride]float32
	for h := range z {
		if row.Trust[h] == 0 {
			continue
		}
		g[h] = row.Trust[h] * (float32(sigmoid(float64(z[h]))) - row.Targets[h])
		p.biasSquare[h] += g[h] * g[h]
		p.Bias[h] -= step * g[h] / sqrt(p.biasSquare[h]+1e-6)
		g[h] *= scale
	}
	for _, r := range p.rows {
		at := int(r) * phraseStride
		w, s := p.Weights[at:at+phraseStride], p.squares[at:at+phraseStride]
		for h := range g {
			if g[h] == 0 {
				continue
			}
			s[h] += g[h] * g[h]
			w[h] -= step * g[h] / sqrt(s[h]+1e-4)
			w[h] -= step * phraseDecay * w[h]
		}
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// quantised rounds the weights to bytes; unit is the weight of one step.
func (p *phraseTrainer) quantised() (table []byte, unit float32) {
	var squares, used float64
	for _, w := range p.Weights {
		if w != 0 {
			squares += float64(w) * float64(w)
			used++
		}
	}
	limit := 12 * math.Sqrt(squares/max(used, 1)) // farther weights are cut off
	unit = float32(max(limit, 1e-6) / 127)
	table = make([]byte, len(p.Weights))
	for i, w := range p.Weights {
		table[i] = byte(int8(math.Round(float64(max(-127, min(127, w/unit))))))
	}
	return table, unit
}
