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
	style  reader.Line
}

// scoreHeld scores the held-out rows by the first stage.
func (r *run) scoreHeld(phrases *phraseTrainer) *heldScores {
	s := &heldScores{rows: r.held, scores: make([]reader.RawScores, len(r.held))}
	var style, familiar []float64
	for i := range r.held {
		phrases.features(&r.held[i])
		z, _ := phrases.logits()
		for h := range heads {
			s.scores[i].Phrases[h] = float64(z[h])
		}
		s.scores[i].Length = reader.LengthOf(min(len(phrases.text.Tokens), maxReadWords))
		target, _ := r.held[i].column(reader.StyleColumn)
		style, familiar = append(style, float64(z[reader.StyleColumn])), append(familiar, float64(target))
	}
	s.style = fitLine(style, familiar, evenly(familiar))
	for i, z := range style {
		s.scores[i].Familiar = sigmoid(s.style.Slope*z + s.style.Offset)
	}
	return s
}

// evenly weighs rows so that both answers weigh the same, however rare one of them is.
func evenly(y []float64) []float64 {
	ones := 0.0
	for _, v := range y {
		ones += v
	}
	w := make([]float64, len(y))
	for i, v := range y {
		w[i] = v/max(ones, 1) + (1-v)/max(float64(len(y))-ones, 1)
		w[i] *= float64(len(y)) / 2
	}
	return w
}

// readWith scores the rows with network number which as it is now.
func (s *heldScores) readWith(which int, n *network, m *exampleMaker) {
	var b batch
	for at := 0; at < len(s.rows); at += batchSize {
		b.examples = b.examples[:0]
		end := min(at+batchSize, len(s.rows))
		for i := at; i < end; i++ {
			b.examples = append(b.examples, m.make(&s.rows[i], nil))
		}
		n.forward(&b, 0, nil)
		for i := at; i < end; i++ {
			for h := range heads {
				s.scores[i].Networks[which][h] = float64(b.logits[(i-at)*heads+h])
			}
		}
	}
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
// generated rows would outnumber it.
const specialtyWeight = 3

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
const settledMisses = 0.02

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

// measures ranks the rows of every source by one network's toxicity.
func (s *heldScores) measures(which int) []Measure {
	var all []Measure
	at := map[string]int{}
	var scores [][]float64
	var labels [][]bool
	for i := range s.rows {
		row := &s.rows[i]
		target := row.Targets[toxicity]
		if row.Trust[toxicity] == 0 || target > 0.3 && target < 0.7 {
			continue
		}
		k, ok := at[row.Source]
		if !ok {
			k = len(all)
			at[row.Source] = k
			all, scores, labels = append(all, Measure{Source: row.Source}), append(scores, nil), append(labels, nil)
		}
		scores[k] = append(scores[k], s.scores[i].Networks[which][toxicity])
		labels[k] = append(labels[k], target > 0.5)
		if target > 0.5 {
			all[k].Abusive++
		} else {
			all[k].Clean++
		}
	}
	for k := range all {
		all[k].AUC = areaUnderCurve(scores[k], labels[k])
	}
	return all
}
