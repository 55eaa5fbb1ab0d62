package training

import (
	"parley/moderation/classifier/reader"
	"parley/moderation/classifier/vector"
)

func (n *network) embedBack(b *batch) {
	for k, s := range b.texts {
		for i, word := range s.words {
			g := b.dState[(b.from[k]+i)*width:][:width]
			switch {
			case word >= 0:
				n.Words.add(word, g, 1)
				add(n.Classes.gradient[int(n.classOf[word])*width:][:width], g, 1)
				n.addLettersBack(g, n.spelling[word])
			case word == lettered:
				n.addLettersBack(g, s.letters[i])
			}
			for m := range reader.NumMarks {
				if s.marks[i]&(1<<m) != 0 {
					add(n.Marks.gradient[m*width:][:width], g, 1)
				}
			}
		}
	}
}

// addLettersBack passes the gradient of a sum to the letters that addLetters added.
func (n *network) addLettersBack(g []float32, rows []int32) {
	for _, row := range rows {
		n.Letters.add(row, g, 1/float32(len(rows)))
	}
}

func (l *layer) back(b *batch, i int) {
	n := b.tokens()
	transpose(l.turned, l.Weights.Value, width, reach, width)
	rise := b.rise[i]
	for k, y := range rise {
		if y > 0 {
			b.dRise[k] = b.dState[k]
		} else {
			b.dRise[k] = 0
		}
	}
	padded := paddedTokens(n)
	transpose(b.turnedRise, b.dRise, n, width, padded)
	transpose(b.turnedSeen, b.seen[i], n, reach, padded)
	var row [reach]float32
	for o := range width {
		d := b.turnedRise[o*padded:][:padded]
		for _, g := range d {
			l.Bias.gradient[o] += g
		}
		vector.Multiply(row[:], b.turnedSeen, d)
		add(l.Weights.gradient[o*reach:][:reach], row[:], 1)
	}
	for e := range b.texts {
		first, end := b.from[e], b.from[e+1]
		for t := first; t < end; t++ {
			d := b.dRise[t*width:][:width]
			vector.Multiply(b.dSeen[t*reach:][:reach], l.turned, d)
		}
		for t := first; t < end; t++ {
			s := b.dSeen[t*reach:][:reach]
			if t-l.Gap >= first {
				add(b.dState[(t-l.Gap)*width:][:width], s[:width], 1)
			}
			add(b.dState[t*width:][:width], s[width:2*width], 1)
			if t+l.Gap < end {
				add(b.dState[(t+l.Gap)*width:][:width], s[2*width:], 1)
			}
		}
	}
}

func (b *batch) topBack(k int, d []float32) {
	if k < 0 || b.from[k] == b.from[k+1] {
		return
	}
	for i, g := range d {
		b.dState[int(b.topAt[k*width+i])*width+i] += g
	}
}

func (n *network) poolBack(b *batch, e int, d []float32) {
	first, end := b.from[e], b.from[e+1]
	b.topBack(e, d[:width])
	b.topBack(b.titleAt[e], d[pooled:pooled+width])
	b.topBack(b.parentAt[e], d[pooled+width:])
	if first == end {
		return
	}
	state := b.state[len(n.Layers)]
	dShare := make([]float32, end-first)
	for q := range reader.NumQueries {
		shares, dq := n.sharesOf(b, e, q), d[(1+q)*width:][:width]
		query, dQuery := n.Queries.Value[q*width:][:width], n.Queries.gradient[q*width:][:width]
		mean := float32(0)
		vector.Multiply(dShare, state[first*width:], dq)
		for t := range shares {
			mean += shares[t] * dShare[t]
		}
		for t, share := range shares {
			x, dx := state[(first+t)*width:][:width], b.dState[(first+t)*width:][:width]
			dScore := share * (dShare[t] - mean) / 8
			add(dx, dq, share)
			add(dx, query, dScore)
			add(dQuery, x, dScore)
		}
	}
}

func (n *network) backward(b *batch) {
	clear(b.dState)
	for e := range b.examples {
		ex := &b.examples[e]
		in, sum := b.inner[e*hidden:][:hidden], b.summary[e*summary:][:summary]
		var dIn [hidden]float32
		for h := range heads {
			if ex.trust[h] == 0 {
				continue
			}
			p := sigmoid(float64(b.logits[e*heads+h]))
			y, w := float64(ex.targets[h]), float64(ex.trust[h])
			g := float32(w * (p - y) / float64(len(b.examples)))
			add(n.Outer.gradient[h*hidden:][:hidden], in, g)
			n.Outer.gradient[heads*hidden+h] += g
			add(dIn[:], n.Outer.Value[h*hidden:][:hidden], g)
		}
		var dSum [summary]float32
		bias := n.Inner.gradient[hidden*summary:]
		for o := range dIn {
			if in[o] <= 0 {
				continue
			}
			add(n.Inner.gradient[o*summary:][:summary], sum, dIn[o])
			bias[o] += dIn[o]
			add(dSum[:], n.Inner.Value[o*summary:][:summary], dIn[o])
		}
		for k := range dSum {
			dSum[k] *= b.kept[e*summary+k]
		}
		n.poolBack(b, e, dSum[:])
	}
	for i := len(n.Layers) - 1; i >= 0; i-- {
		n.Layers[i].back(b, i)
	}
	n.embedBack(b)
}
