package reader

import (
	"cmp"
	"slices"

	"parley/moderation"
	"parley/moderation/classifier"
)

// EvidenceFrom is the score from which a comment's evidence is looked for: below it nobody
// asks why.
const EvidenceFrom = 0.5

// Bounds of the search for evidence.
const (
	evidenceTried = 6    // words that are hidden one at a time
	evidenceFloor = 0.02 // a word whose hiding moves the score by less is no evidence
	evidenceKept  = 5
)

// trial is a stretch of tokens of the window and by how much hiding it lowers the score.
type trial struct {
	first, last int
	weight      float64
}

// findEvidence hides words of the window w, those first that the stages lean on most, and
// keeps those without which head h would score lower. What it finds is exact: the score is
// computed anew with the stretch hidden. The networks must have read w last.
func (m *Model) findEvidence(r *reading, w window, h int, score float64, out *classifier.Result) {
	r.trials = m.likelyWords(r, w, h, r.trials[:0])
	found := r.trials[:0]
	for _, t := range r.trials {
		if t.weight = score - m.without(r, w, h, t); t.weight >= evidenceFloor {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b trial) int { return cmp.Compare(a.first, b.first) })
	joined := found[:0]
	for _, t := range found {
		if n := len(joined); n > 0 && joined[n-1].last+1 == t.first {
			joined[n-1].last = t.last
			continue
		}
		joined = append(joined, t)
	}
	for i, t := range joined {
		if t.last > t.first {
			joined[i].weight = score - m.without(r, w, h, t)
		}
	}
	slices.SortFunc(joined, func(a, b trial) int { return cmp.Compare(b.weight, a.weight) })
	for _, t := range joined[:min(len(joined), evidenceKept)] {
		tokens := r.text.Tokens[w.from:w.to]
		out.Evidence = append(out.Evidence, classifier.Evidence{
			Category: Heads()[h],
			Span:     moderation.Span{From: int(tokens[t.first].From), To: int(tokens[t.last].To)},
			Weight:   t.weight,
		})
	}
}

// likelyWords picks the words worth hiding: those with the heaviest phrases, and those
// that most numbers of the network's maximum come from.
func (m *Model) likelyWords(r *reading, w window, h int, into []trial) []trial {
	scale := float64(m.phrases.unit) * FeatureScale(int(r.sums.total(w.from, w.to)))
	for i := range w.to - w.from {
		into = append(into, trial{first: i, last: i, weight: scale * float64(r.sums.sums[w.from+i][h])})
	}
	for i, n := range m.networks {
		mem := &r.memory[i]
		last := mem.states[len(n.Layers)]
		for k := range Width {
			best := 0
			for t := 1; t < mem.count; t++ {
				if last[t*Width+k] > last[best*Width+k] {
					best = t
				}
			}
			if mem.count > 0 {
				into[best].weight += 1.0 / Width
			}
		}
	}
	slices.SortFunc(into, func(a, b trial) int { return cmp.Compare(b.weight, a.weight) })
	return into[:min(len(into), evidenceTried)]
}

// without is the score of head h with a stretch of the window hidden. It leaves the
// reading as it was.
func (m *Model) without(r *reading, w window, h int, hidden trial) float64 {
	var s RawScores
	m.weigh(&s, m.phrases.without(r, w, hidden), w.to-w.from)
	for i, n := range m.networks {
		s.Networks[i] = n.without(&r.memory[i], hidden)
	}
	return m.parameters.Full[h].Probability(h, &s)
}

// without computes the window's raw scores as if the hidden words were words that no
// phrase knows.
func (p *phraseTable) without(r *reading, w window, hidden trial) [NumHeads]float64 {
	first, end := w.from+hidden.first, w.from+hidden.last+1
	touched := min(end+phraseReach, w.to)
	r.keptTokens = append(r.keptTokens[:0], r.text.Tokens[first:end]...)
	r.keptSums = append(r.keptSums[:0], r.sums.sums[first:touched]...)
	r.keptCounts = append(r.keptCounts[:0], r.sums.count[first:touched]...)
	for i := first; i < end; i++ {
		r.text.Tokens[i] = Token{Start: r.text.Tokens[i].Start, End: r.text.Tokens[i].Start}
	}
	for i := first; i < touched; i++ {
		r.sums.sums[i], r.sums.count[i] = p.sumAt(&r.text, i, &r.sums)
	}
	z := p.logits(&r.sums, w.from, w.to)
	copy(r.text.Tokens[first:], r.keptTokens)
	copy(r.sums.sums[first:], r.keptSums)
	copy(r.sums.count[first:], r.keptCounts)
	return z
}

// phraseReach is how many tokens after a word have features that speak of it.
const phraseReach = 2

// without computes the window's raw scores with the hidden tokens blank. Only what the
// layers can see of them is computed anew, and restored afterwards.
func (n *network) without(mem *networkMemory, hidden trial) [NumHeads]float64 {
	from, to := hidden.first, hidden.last+1
	reach := 0
	for i := range n.Layers {
		reach += n.Layers[i].Gap
	}
	keepFrom, keepTo := max(0, from-reach), min(mem.count, to+reach)
	mem.kept = mem.kept[:0]
	for _, s := range mem.states[:len(n.Layers)+1] {
		mem.kept = append(mem.kept, s[keepFrom*Width:keepTo*Width]...)
	}
	clear(mem.states[0][from*Width : to*Width])
	for i := range n.Layers {
		from, to = max(0, from-n.Layers[i].Gap), min(mem.count, to+n.Layers[i].Gap)
		n.layer(mem, i, from, to)
	}
	z := n.score(mem)
	size := (keepTo - keepFrom) * Width
	for i := range n.Layers {
		copy(mem.states[i][keepFrom*Width:], mem.kept[i*size:(i+1)*size])
	}
	copy(mem.states[len(n.Layers)][keepFrom*Width:], mem.kept[len(n.Layers)*size:])
	return z
}
