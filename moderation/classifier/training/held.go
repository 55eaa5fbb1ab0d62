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

// specialtyWeight is how much more a row of the specialty counts when the networks are
// weighed against each other: it stands for the real comments that the model is for, and
// the others outnumber it. From 3 to 32 the specialty's ranking rises by 0.012 and those of
// the others fall by less than half of that.
const specialtyWeight = 10

// blends calibrates both stages together.
func (s *heldScores) blends() (blends [heads]reader.Blend) {
	for h := range blends {
		_, y, w := s.inputs(h)
		for i := range w {
			if s.rows[i].Source == specialty {
				w[i] *= specialtyWeight
			}
		}
		inputs := make([][]float64, reader.NumInputs)
		for i := range s.scores {
			for k, v := range s.scores[i].Inputs(h) {
				inputs[k] = append(inputs[k], v)
			}
		}
		b := fitLogistic(inputs, y, w, make([]float64, reader.NumInputs))
		blends[h] = reader.Blend{Weights: [reader.NumInputs]float64(b), Offset: b[reader.NumInputs]}
	}
	return blends
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
