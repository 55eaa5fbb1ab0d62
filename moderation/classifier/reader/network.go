package reader

import (
	"fmt"
	"math"

	"parley/moderation/classifier/vector"
)

// Sizes of the second stage.
const (
	Width      = 64        // numbers that stand for one token
	Reach      = 3 * Width // what one convolution sees: a token and one neighbour on either side
	NumQueries = 4         // attention readers that summarise a comment
	Pooled     = (1 + NumQueries) * Width
	Summary    = Pooled + 2*Width // a comment's own summary, its title's and its parent's
	Hidden     = 64
	LetterBits = 14 // log2 of the rows for runs of letters
)

// The second stage is two networks, because comments from the wild and clear-cut sentences
// teach different things and a small network cannot hold both.
const (
	Specialist  = iota // learned from real comments about people, labelled with care
	Generalist         // learned from everything, above all from sentences built to mislead
	NumNetworks        // how many there are
)

// Context is read beside a comment only where the comment is short enough to lean on it.
const (
	ShortComment = 16 // tokens
	TitleTokens  = 24 // of the title are read
	ParentTokens = 32 // of the parent comment
)

// Network is one reader of the second stage: word vectors, convolutions that see farther layer by
// layer, and a summary by maximum and attention that the heads score. It is read-only and
// safe for concurrent use.
type Network struct {
	Words     []byte    // int8, Width per vocabulary word
	WordUnits []float32 // weight of one step, per word
	Letters   []byte    // int8, Width per hash of a run of letters; words never seen are their mean
	Unit      float32   // weight of one step in Letters

	MarkVectors []float32 // Width per mark, added to the tokens that bear it

	Layers  []Convolution
	Queries []float32 // Width each
	Inner   Dense     // Summary → Hidden
	Outer   Dense     // Hidden → heads
}

// Convolution adds to every token relu(Weights·(token-Gap, token, token+Gap) + Bias).
type Convolution struct {
	Gap     int
	Weights []float32 // Width rows of Reach
	Bias    []float32
}

// network is a Network made ready to read.
type network struct {
	*Network
	layers []*vector.Rounded // of Layers
	inner  *vector.Rounded   // of Inner
}

func ready(n *Network) network {
	r := network{Network: n, inner: vector.Round(n.Inner.Weights, Summary)}
	for _, l := range n.Layers {
		r.layers = append(r.layers, vector.Round(l.Weights, Reach))
	}
	return r
}

// Dense is a matrix of rows, one per output, and a bias per output.
type Dense struct{ Weights, Bias []float32 }

func (n *Network) check(words int) error {
	for _, s := range []struct {
		what      string
		got, want int
	}{
		{"word vectors", len(n.Words), words * Width},
		{"word units", len(n.WordUnits), words},
		{"letter vectors", len(n.Letters), Width << LetterBits},
		{"mark vectors", len(n.MarkVectors), NumMarks * Width},
		{"queries", len(n.Queries), NumQueries * Width},
		{"inner weights", len(n.Inner.Weights), Hidden * Summary},
		{"inner bias", len(n.Inner.Bias), Hidden},
		{"outer weights", len(n.Outer.Weights), NumHeads * Hidden},
		{"outer bias", len(n.Outer.Bias), NumHeads},
	} {
		if s.got != s.want {
			return fmt.Errorf("%s: %d values, want %d", s.what, s.got, s.want)
		}
	}
	for i, l := range n.Layers {
		if len(l.Weights) != Width*Reach || len(l.Bias) != Width || l.Gap < 1 {
			return fmt.Errorf("layer %d: %d weights, %d biases, gap %d", i, len(l.Weights), len(l.Bias), l.Gap)
		}
	}
	return nil
}

// networkMemory is the working memory of one pass.
type networkMemory struct {
	tokens        []float32   // Width per token of the comment, as read from the tables
	states        [][]float32 // Width per token of the window, before and after every layer
	count         int         // tokens in the window
	rounded       []int16     // the states that a layer reads
	seen          [layerTokens * Reach]int16
	shares        []float32 // attention of one query
	summary       [Summary]float32
	summarised    [Summary]int16 // the same, rounded
	hidden        [Hidden]float32
	title, parent [Width]float32 // what the context's layers rose to; zero where it was not read

	titleRead    string // whose summary was last computed
	titleSummary [Width]float32
	kept         []float32 // what hiding a word overwrote
}

// embed looks up the vectors of tokens of t.
func (n *network) embed(t *Text, tokens []Token, mem *networkMemory) {
	mem.tokens = grow(mem.tokens, len(tokens)*Width)
	for i := range tokens {
		x := mem.tokens[i*Width:][:Width]
		tok := &tokens[i]
		clear(x)
		if tok.Word >= 0 {
			vector.AddSteps(x, n.Words[int(tok.Word)*Width:][:Width], n.WordUnits[tok.Word])
		} else {
			n.embedLetters(t.Folded(tok), x)
		}
		for m := range NumMarks {
			if tok.Marks&(1<<m) != 0 {
				for k, v := range n.MarkVectors[m*Width:][:Width] {
					x[k] += v
				}
			}
		}
	}
}

// LetterRow is the row of Network.Letters for the hash of a run of letters.
func LetterRow(h uint64) int { return int(finish(h) >> (64 - LetterBits)) }

// EachLetterRow calls f with the row of every run of letters of a folded spelling.
func EachLetterRow(spelled []byte, f func(row int)) {
	eachRun(spelled, func(h uint64) { f(LetterRow(h)) })
}

func (n *network) embedLetters(spelled []byte, x []float32) {
	count := 0
	eachRun(spelled, func(h uint64) {
		vector.AddSteps(x, n.Letters[LetterRow(h)*Width:][:Width], n.Unit)
		count++
	})
	if count > 0 {
		for k := range x {
			x[k] /= float32(count)
		}
	}
}

// read reads the embedded tokens [from,to) and returns the raw score of every head.
func (n *network) read(mem *networkMemory, from, to int) [NumHeads]float64 {
	n.climb(mem, from, to)
	return n.score(mem)
}

// climb lets every layer read the embedded tokens [from,to).
func (n *network) climb(mem *networkMemory, from, to int) {
	mem.count = to - from
	for len(mem.states) <= len(n.Layers) {
		mem.states = append(mem.states, nil)
	}
	for i := range mem.states {
		mem.states[i] = grow(mem.states[i], mem.count*Width)
	}
	copy(mem.states[0], mem.tokens[from*Width:to*Width])
	for i := range n.Layers {
		n.layer(mem, i, 0, mem.count)
	}
}

// overhear reads the first tokens of a context and leaves its maximum in summary.
func (n *network) overhear(t *Text, most int, mem *networkMemory, summary *[Width]float32) {
	clear(summary[:])
	if tokens := t.Tokens[:min(len(t.Tokens), most)]; len(tokens) > 0 {
		n.embed(t, tokens, mem)
		n.climb(mem, 0, len(tokens))
		mem.top(n, summary[:])
	}
}

// layer computes what layer i makes of the tokens [from,to) of the window.
func (n *network) layer(mem *networkMemory, i, from, to int) {
	l := &n.Layers[i]
	before, after := mem.states[i], mem.states[i+1]
	first, end := max(0, from-l.Gap)*Width, min(mem.count, to+l.Gap)*Width
	mem.rounded = grow(mem.rounded, mem.count*Width)
	unit := vector.Steps(mem.rounded[first:end], before[first:end])
	for ; from < to; from += layerTokens {
		block := min(to-from, layerTokens)
		for t := range block {
			mem.gather(mem.seen[t*Reach:][:Reach], from+t, l.Gap)
		}
		out := after[from*Width:][:block*Width]
		n.layers[i].Multiply(out, mem.seen[:block*Reach], unit)
		for t := range block {
			vector.AddRectified(out[t*Width:][:Width], before[(from+t)*Width:][:Width], l.Bias)
		}
	}
}

// layerTokens of a window are multiplied together: as many as stay in the processor's
// nearest cache.
const layerTokens = 24

// gather lays a rounded token and its neighbours gap away side by side; zeros stand for
// neighbours outside the window.
func (mem *networkMemory) gather(seen []int16, t, gap int) {
	state := mem.rounded
	if t >= gap {
		copy(seen[:Width], state[(t-gap)*Width:])
	} else {
		clear(seen[:Width])
	}
	copy(seen[Width:2*Width], state[t*Width:])
	if t+gap < mem.count {
		copy(seen[2*Width:], state[(t+gap)*Width:])
	} else {
		clear(seen[2*Width:])
	}
}

// score summarises what the last layer made of the window and scores it.
func (n *network) score(mem *networkMemory) (z [NumHeads]float64) {
	n.pool(mem)
	copy(mem.summary[Pooled:], mem.title[:])
	copy(mem.summary[Pooled+Width:], mem.parent[:])
	n.inner.Multiply(mem.hidden[:], mem.summarised[:], vector.Steps(mem.summarised[:], mem.summary[:]))
	for o, bias := range n.Inner.Bias {
		mem.hidden[o] = max(0, mem.hidden[o]+bias)
	}
	var raw [NumHeads]float32
	vector.Multiply(raw[:], n.Outer.Weights, mem.hidden[:])
	for h, bias := range n.Outer.Bias {
		z[h] = float64(raw[h] + bias)
	}
	return z
}

// top writes the maximum of every number over the tokens of the window.
func (mem *networkMemory) top(n *network, out []float32) {
	state := mem.states[len(n.Layers)]
	copy(out, state[:Width])
	for t := 1; t < mem.count; t++ {
		vector.Raise(out[:Width], state[t*Width:][:Width])
	}
}

// pool summarises the tokens: the maximum of every number, and for every query the mean
// of the tokens weighted by how well they answer it.
func (n *network) pool(mem *networkMemory) {
	count, state := mem.count, mem.states[len(n.Layers)]
	if count == 0 {
		clear(mem.summary[:Pooled])
		return
	}
	mem.top(n, mem.summary[:Width])
	mem.shares = grow(mem.shares, count)
	for q := range NumQueries {
		sum := Attend(n.Queries[q*Width:][:Width], state, mem.shares[:count])
		for t := range count {
			mem.shares[t] /= sum
		}
		vector.Blend(mem.summary[(1+q)*Width:][:Width], state[:count*Width], mem.shares)
	}
}

// Attend fills shares with exp(query·token/√Width), relative to the largest, and returns
// their sum.
func Attend(query, tokens, shares []float32) (sum float32) {
	best := float32(math.Inf(-1))
	vector.Multiply(shares, tokens, query)
	for t := range shares {
		shares[t] /= 8
		best = max(best, shares[t])
	}
	for t := range shares {
		shares[t] = float32(math.Exp(float64(shares[t] - best)))
		sum += shares[t]
	}
	return sum
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
