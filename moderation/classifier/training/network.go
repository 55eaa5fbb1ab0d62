package training

import (
	"math"
	"math/rand/v2"

	"parley/moderation/classifier/reader"
)

const (
	width   = reader.Width
	reach   = reader.Reach
	pooled  = reader.Pooled
	summary = reader.Summary
	hidden  = reader.Hidden
	heads   = reader.NumHeads
)

// network is the second stage in the making: the weights of reader.Network in full
// precision, and their gradients.
type network struct {
	Words   *table // word vectors
	Letters *table // vectors of runs of letters
	Classes *tensor
	Marks   *tensor
	Layers  []*layer
	Queries *tensor
	Inner   *tensor // rows of summary, then the biases
	Outer   *tensor // rows of hidden, then the biases
	Updates int

	classOf  []reader.Class // of every word
	spelling [][]int32      // see wordList
}

type layer struct {
	Gap     int
	Weights *tensor
	Bias    *tensor

	turned []float32 // Weights transposed, for the way back
}

func newNetwork(words *wordList, gaps []int, rng *rand.Rand) *network {
	n := &network{
		Words: newTable(len(words.words), width), Letters: newTable(1<<reader.LetterBits, width),
		Classes: newTensor(classCount*width).spread(rng, 0.05), Marks: newTensor(reader.NumMarks*width).spread(rng, 0.05),
		Queries: newTensor(reader.NumQueries*width).spread(rng, 0.3),
		Inner:   newTensor(hidden*summary + hidden), Outer: newTensor(heads*hidden + heads),
		spelling: words.spelling,
	}
	for i := range n.Letters.Value {
		n.Letters.Value[i] = float32(rng.NormFloat64() * 0.2)
	}
	for _, gap := range gaps {
		n.Layers = append(n.Layers, &layer{Gap: gap, turned: make([]float32, width*reach),
			Weights: newTensor(width*reach).spread(rng, math.Sqrt(1.0/reach)), Bias: newTensor(width)})
	}
	spreadRows(n.Inner, hidden*summary, rng, math.Sqrt(2.0/summary))
	spreadRows(n.Outer, heads*hidden, rng, math.Sqrt(1.0/hidden))
	n.classOf = make([]reader.Class, len(words.traits))
	for i, t := range words.traits {
		n.classOf[i] = t.Class
	}
	return n
}

// classCount is how many word classes there are.
const classCount = int(reader.Reporter) + 1

func spreadRows(t *tensor, n int, rng *rand.Rand, deviation float64) {
	for i := range n {
		t.Value[i] = float32(rng.NormFloat64() * deviation)
	}
}

// addLetters adds the mean of rows of the letter table to x.
func (n *network) addLetters(x []float32, rows []int32) {
	for _, row := range rows {
		add(x, n.Letters.row(row), 1/float32(len(rows)))
	}
}

func (n *network) dense() []*tensor {
	all := []*tensor{n.Classes, n.Marks, n.Queries, n.Inner, n.Outer}
	for _, l := range n.Layers {
		all = append(all, l.Weights, l.Bias)
	}
	return all
}

// update takes one step against the gradients of a batch.
func (n *network) update(rate float64) {
	n.Updates++
	step := adamStep(rate, n.Updates)
	for _, t := range n.dense() {
		t.update(step)
	}
	n.Words.update(step * 0.5) // they start from vectors that already mean something
	n.Letters.update(step)
}

// transpose writes the rows×columns matrix m to out as columns rows of stride numbers, of
// which those beyond rows are zero.
func transpose(out, m []float32, rows, columns, stride int) {
	for r := range rows {
		for c, v := range m[r*columns:][:columns] {
			out[c*stride+r] = v
		}
	}
	for c := range columns {
		clear(out[c*stride+rows : (c+1)*stride])
	}
}
