package training

import (
	"slices"

	"parley/moderation/classifier/reader"
)

// heldScores are the raw scores of the held-out rows by both stages, from which the
// calibration is made.
type heldScores struct {
	rows   []Row
	scores []reader.RawScores
}

// scoreHeld scores the held-out rows by the first stage.
func (r *run) scoreHeld(phrases *phraseTrainer) *heldScores {
	s := &heldScores{rows: r.held, scores: make([]reader.RawScores, len(r.held))}
	for i := range r.held {
		phrases.features(&r.held[i])
		z, _ := phrases.logits()
		for h := range heads {
			s.scores[i].Phrases[h] = float64(z[h])
		}
		s.scores[i].Length = reader.LengthOf(min(len(phrases.text.Tokens), maxReadWords))
	}
	return s
}

// readWith scores the rows with network number which.
func (s *heldScores) readWith(which int, n *network, v *reader.Vocabulary) {
	n.readRows(s.rows, v, func(i int, logits []float32) {
		for h, z := range logits {
			s.scores[i].Networks[which][h] = float64(z)
		}
	})
}

// lines calibrates the first stage alone.
func (s *heldScores) lines() (lines [heads]reader.Line) {
	for h := range lines {
		lines[h] = fitLine(s.inputs(h))
	}
	return lines
}

// inputs gathers the first stage's scores, the targets and the weights of one head.
func (s *heldScores) inputs(h int) (z, y, w []float64) {
	for i := range s.rows {
		z = append(z, s.scores[i].Phrases[h])
		y = append(y, float64(s.rows[i].Targets[h]))
		w = append(w, float64(s.rows[i].Trust[h]))
	}
	return z, y, w
}

// How much more a row of the specialty counts, which stands for the real comments that the
// model is for, and which the others outnumber: much when the networks are weighed against
// each other, less when their sum becomes a probability, since clear-cut sentences would
// never be called likely else. From 20 to 120 the evaluation's Measuring Hate rows are ranked
// better by 0.003 and its emoji rows worse by 0.009.
const (
	rankingWeight     = 80
	calibrationWeight = 6
)

// blends calibrates both stages together: first it finds the weights that rank best, then
// the scale that makes probabilities of what they give.
func (s *heldScores) blends() (blends [heads]reader.Blend) {
	for h := range blends {
		_, y, w := s.inputs(h)
		inputs := make([][]float64, reader.NumInputs)
		for i := range s.scores {
			for k, v := range s.scores[i].Inputs(h) {
				inputs[k] = append(inputs[k], v)
			}
		}
		fit := fitLogistic(inputs, y, s.favoured(w, rankingWeight), make([]float64, reader.NumInputs))
		b := reader.Blend{Weights: [reader.NumInputs]float64(fit), Offset: fit[reader.NumInputs]}
		sums := make([]float64, len(y))
		for i := range sums {
			sums[i] = b.Sum(h, &s.scores[i])
		}
		line := fitLine(sums, y, s.favoured(w, calibrationWeight))
		for k := range b.Weights {
			b.Weights[k] *= line.Slope
		}
		b.Offset = line.Slope*b.Offset + line.Offset
		blends[h] = b
	}
	return blends
}

// favoured are the weights w, those of the specialty's rows multiplied.
func (s *heldScores) favoured(w []float64, times float64) []float64 {
	w = slices.Clone(w)
	for i := range w {
		if s.rows[i].Source == specialty {
			w[i] *= times
		}
	}
	return w
}

// settledMisses is the share of what both stages call abusive that the first stage alone
// may pass as plainly clean.
const settledMisses = 0.01

// settle finds the highest score below which the first stage may settle a comment.
func (s *heldScores) settle(lines [heads]reader.Line, blends [heads]reader.Blend) float64 {
	var highest []float64
	for i := range s.rows {
		found, first := false, 0.0
		for h := range heads {
			found = found || blends[h].Probability(h, &s.scores[i]) >= 0.5
			first = max(first, sigmoid(lines[h].Slope*s.scores[i].Phrases[h]+lines[h].Offset))
		}
		if found {
			highest = append(highest, first)
		}
	}
	if len(highest) == 0 {
		return 0
	}
	slices.Sort(highest)
	return highest[int(settledMisses*float64(len(highest)))]
}
