package reader

import (
	"encoding/binary"
	"math"
)

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

// sum looks all features up before it adds their weights: those lie far apart in memory, and
// the processor fetches many at once where nothing stands between them.
func (p *phraseTable) sum(t *Text, out *phraseSums) {
	out.rows, out.count = out.rows[:0], out.count[:0]
	for i := range t.Tokens {
		before := len(out.rows)
		out.rows = t.Features(i, p.bits, out.rows)
		out.count = append(out.count, int32(len(out.rows)-before))
	}
	out.sums = grow(out.sums, len(t.Tokens))
	rows := out.rows
	for i, n := range out.count {
		out.sums[i] = p.add(rows[:n])
		rows = rows[n:]
	}
}

// sumAt adds up the features anchored at token i.
func (p *phraseTable) sumAt(t *Text, i int, s *phraseSums) (sum [NumHeads]int32, count int32) {
	s.rows = t.Features(i, p.bits, s.rows[:0])
	return p.add(s.rows), int32(len(s.rows))
}

// A row is added in one go: its weights are bytes of a word, of which every other one is
// added in a lane of 16 bits.
const (
	lanes       = 0x00ff00ff00ff00ff
	signs       = 0x8080808080808080 // turns int8 weights into numbers above zero
	rowsOfLanes = 256                // so many fit into a lane
)

func (p *phraseTable) add(rows []uint32) (sum [NumHeads]int32) {
	for len(rows) > 0 {
		some := rows[:min(len(rows), rowsOfLanes)]
		rows = rows[len(some):]
		var even, odd uint64
		for _, row := range some {
			w := p.row(row) ^ signs
			even += w & lanes
			odd += w >> 8 & lanes
		}
		for h := range sum {
			lane := even
			if h%2 == 1 {
				lane = odd
			}
			sum[h] += int32(lane>>(h/2*16)&0xffff) - 0x80*int32(len(some))
		}
	}
	return sum
}

// row is the weights of a row, the first in the lowest byte, and one that is none of them.
func (p *phraseTable) row(row uint32) uint64 {
	at := int(row) * NumHeads
	if at+8 > len(p.weights) {
		return binary.LittleEndian.Uint64(p.weights[at-1:]) >> 8 // the last row; there are two at least
	}
	return binary.LittleEndian.Uint64(p.weights[at:])
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
