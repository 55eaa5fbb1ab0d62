package training

import (
	"math/rand/v2"

	"parley/moderation/classifier/reader"
	"parley/moderation/classifier/vector"
)

// forward computes the logits of every example. dropout is the share of the summary that
// is hidden, 0 outside training.
func (n *network) forward(b *batch, dropout float32, rng *rand.Rand) {
	b.lay(len(n.Layers))
	n.embed(b)
	for i, l := range n.Layers {
		l.forward(b, i)
	}
	for e := range b.examples {
		n.pool(b, e)
		mask, sum := b.kept[e*summary:][:summary], b.summary[e*summary:][:summary]
		for k := range mask {
			mask[k] = 1
			if dropout > 0 {
				if mask[k] = 0; rng.Float32() >= dropout {
					mask[k] = 1 / (1 - dropout)
				}
				sum[k] *= mask[k]
			}
		}
		n.score(b, e)
	}
}

// score computes the logits of an example from its summary.
func (n *network) score(b *batch, e int) {
	sum, in := b.summary[e*summary:][:summary], b.inner[e*hidden:][:hidden]
	bias := n.Inner.Value[hidden*summary:]
	vector.Multiply(in, n.Inner.Value, sum)
	for o := range in {
		in[o] = max(0, in[o]+bias[o])
	}
	out := b.logits[e*heads:][:heads]
	vector.Multiply(out, n.Outer.Value, in)
	for h := range out {
		out[h] += n.Outer.Value[heads*hidden+h]
	}
}

func (n *network) embed(b *batch) {
	for k, s := range b.texts {
		for i, word := range s.words {
			x := b.state[0][(b.from[k]+i)*width:][:width]
			clear(x)
			switch {
			case word >= 0:
				add(x, n.Words.row(word), 1)
				add(x, n.Classes.Value[int(n.classOf[word])*width:][:width], 1)
				n.addLetters(x, n.spelling[word])
			case word == lettered:
				n.addLetters(x, s.letters[i])
			}
			for m := range reader.NumMarks {
				if s.marks[i]&(1<<m) != 0 {
					add(x, n.Marks.Value[m*width:][:width], 1)
				}
			}
		}
	}
}

// add adds scale·y to x.
func add(x, y []float32, scale float32) {
	y = y[:len(x)]
	for k := range x {
		x[k] += scale * y[k]
	}
}

func (l *layer) forward(b *batch, i int) {
	in, out, seen, rise := b.state[i], b.state[i+1], b.seen[i], b.rise[i]
	for e := range b.texts {
		first, end := b.from[e], b.from[e+1]
		for t := first; t < end; t++ {
			s := seen[t*reach:][:reach]
			l.gather(s, in, t, first, end)
			y := rise[t*width:][:width]
			vector.Multiply(y, l.Weights.Value, s)
			for o := range y {
				y[o] = max(0, y[o]+l.Bias.Value[o])
				out[t*width+o] = in[t*width+o] + y[o]
			}
		}
	}
}

func (l *layer) gather(s, in []float32, t, first, end int) {
	clear(s)
	if t-l.Gap >= first {
		copy(s[:width], in[(t-l.Gap)*width:])
	}
	copy(s[width:2*width], in[t*width:])
	if t+l.Gap < end {
		copy(s[2*width:], in[(t+l.Gap)*width:])
	}
}

// back turns the gradient of the layer's output, in dState, into that of its input.
// pool summarises example e as reader.Network does.
func (n *network) pool(b *batch, e int) {
	first, end := b.from[e], b.from[e+1]
	state := b.state[len(n.Layers)]
	sum := b.summary[e*summary:][:summary]
	clear(sum)
	b.top(state, e, sum[:width])
	if at := b.titleAt[e]; at >= 0 {
		b.top(state, at, sum[pooled:pooled+width])
	}
	if at := b.parentAt[e]; at >= 0 {
		b.top(state, at, sum[pooled+width:])
	}
	if first == end {
		return
	}
	for q := range reader.NumQueries {
		shares := n.sharesOf(b, e, q)
		total := reader.Attend(n.Queries.Value[q*width:][:width], state[first*width:end*width], shares)
		out := sum[(1+q)*width:][:width]
		for t := range shares {
			shares[t] /= total
			add(out, state[(first+t)*width:][:width], shares[t])
		}
	}
}

// top writes the maximum of every number over the tokens of text k.
func (b *batch) top(state []float32, k int, out []float32) {
	first, end := b.from[k], b.from[k+1]
	if first == end {
		return
	}
	for d := range out {
		best, at := state[first*width+d], first
		for t := first + 1; t < end; t++ {
			if v := state[t*width+d]; v > best {
				best, at = v, t
			}
		}
		out[d] = best
		b.topAt[k*width+d] = int32(at)
	}
}

// sharesOf is the attention of query q to every token of example e.
func (n *network) sharesOf(b *batch, e, q int) []float32 {
	return b.shares[q*b.tokens():][b.from[e]:b.from[e+1]]
}

// backward adds the gradients of the batch's loss: the cross entropy of every head, by
// trust, averaged over the examples.
