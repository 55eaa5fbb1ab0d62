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
	sums  [][weightStride]int32
	count []int32
	rows  []uint32
}

func (p *phraseTable) sum(t *Text, out *phraseSums) {
	out.sums, out.count = out.sums[:0], out.count[:0]
	for i := range t.Tokens {
		out.rows = t.Features(i, p.bits, out.rows[:0])
		var sum [weightStride]int32
		for _, row := range out.rows {
			w := p.weights[int(row)*weightStride:][:weightStride:weightStride]
			for h := range sum {
				sum[h] += int32(int8(w[h]))
			}
		}
		out.sums = append(out.sums, sum)
		out.count = append(out.count, int32(len(out.rows)))
	}
}

// logits are the raw scores of the tokens [from,to): the sum of their weights over the
// square root of how many there are, so that length alone proves nothing.
func (p *phraseTable) logits(s *phraseSums, from, to int) (z [NumHeads]float64) {
	var sum [weightStride]int32
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
