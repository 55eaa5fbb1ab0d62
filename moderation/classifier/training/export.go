package training

import (
	"math"

	"parley/moderation/classifier/reader"
)

// quantised rounds the weights to what the reader holds: bytes for the tables, float32 for
// the rest. The class vectors and those of a word's letters are added into its vector.
func (n *network) quantised() *reader.Network {
	out := &reader.Network{
		Words: make([]byte, len(n.Words.Value)), WordUnits: make([]float32, len(n.classOf)),
		Letters:     make([]byte, len(n.Letters.Value)),
		MarkVectors: n.Marks.Value, Queries: n.Queries.Value,
		Inner: reader.Dense{Weights: n.Inner.Value[:hidden*summary], Bias: n.Inner.Value[hidden*summary:]},
		Outer: reader.Dense{Weights: n.Outer.Value[:heads*hidden], Bias: n.Outer.Value[heads*hidden:]},
	}
	for _, l := range n.Layers {
		out.Layers = append(out.Layers, reader.Convolution{Gap: l.Gap, Weights: l.Weights.Value, Bias: l.Bias.Value})
	}
	row := make([]float32, width)
	for i, class := range n.classOf {
		copy(row, n.Words.row(int32(i)))
		add(row, n.Classes.Value[int(class)*width:][:width], 1)
		n.addLetters(row, n.spelling[i])
		out.WordUnits[i] = roundTo(out.Words[i*width:][:width], row)
	}
	out.Unit = roundTo(out.Letters, n.Letters.Value)
	return out
}

// roundTo writes values as int8 multiples of the unit it returns.
func roundTo(out []byte, values []float32) (unit float32) {
	for _, v := range values {
		unit = max(unit, float32(math.Abs(float64(v))))
	}
	unit = max(unit, 1e-6) / 127
	for i, v := range values {
		out[i] = byte(int8(math.Round(float64(v / unit))))
	}
	return unit
}
