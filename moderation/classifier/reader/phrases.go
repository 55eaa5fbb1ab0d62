package reader

import "math"

// phraseTable is the first stage: a linear model over hashed words and phrases.
type phraseTable struct {
	weights []byte // int8
	unit    float32
	bias    [NumHeads]float32
	bits    uint
}

// phraseSums holds, for every token, the weights of the features anchored at it.
type phraseSums struct {
	sums  [][NumHeads]int32
	count []int32
	rows  []uint32
}

func (p *phraseTable) sum(t *Text, out *phraseSums) {
	out.sums, out.count = out.sums[:0], out.count[:0]
	for i := range t.Tokens {
		sum, count := p.sumAt(t, i, out)
		out.sums = append(out.sums, sum)
		out.count = append(out.count, count)
	}
}

// sumAt adds up the features anchored at token i.
func (p *phraseTable) sumAt(t *Text, i int, s *phraseSums) (sum [NumHeads]int32, count int32) {
	s.rows = t.Features(i, p.bits, s.rows[:0])
	for _, row := range s.rows {
		w := p.weights[int(row)*NumHeads:][:NumHeads:NumHeads]
		for h := range sum {
			sum[h] += int32(int8(w[h]))
		}
	}
	return sum, int32(len(s.rows))
}

// total is how many features are anchored at the tokens [from,to).
func (s *phraseSums) total(from, to int) (n int32) {
	for _, c := range s.count[from:to] {
		n += c
	}
	return n
}

// logits are the raw scores of the tokens [from,to): the sum of their weights over the
// square root of how many there are, so that length alone proves nothing.
func (p *phraseTable) logits(s *phraseSums, from, to int) (z [NumHeads]float64) {
	var sum [NumHeads]int32
	n := int32(0)
	for i := from; i < to; i++ {
		for h := range sum {
			sum[h] += s.sums[i][h]
		}
		n += s.count[i]
	}
	scale := float64(p.unit) * FeatureScale(int(n))
	for h := range z {
		z[h] = float64(p.bias[h]) + scale*float64(sum[h])
	}
	return z
}

// FeatureScale is the value of each of n features of one text.
func FeatureScale(n int) float64 {
	if n == 0 {
		return 0
	}
	return 1 / math.Sqrt(float64(n))
}
