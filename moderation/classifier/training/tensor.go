package training

import (
	"math"
	"math/rand/v2"
)

// tensor is a dense block of weights with what the optimiser keeps for each: Adam
// (D. Kingma, J. Ba, 2015).
type tensor struct {
	Value, First, Second []float32
	gradient             []float32
}

func newTensor(n int) *tensor {
	return &tensor{Value: make([]float32, n), First: make([]float32, n), Second: make([]float32, n), gradient: make([]float32, n)}
}

// spread fills t with normal noise.
func (t *tensor) spread(rng *rand.Rand, deviation float64) *tensor {
	for i := range t.Value {
		t.Value[i] = float32(rng.NormFloat64() * deviation)
	}
	return t
}

// Adam's decay rates; the usual ones.
const (
	firstDecay  = 0.9
	secondDecay = 0.999
)

// adamStep is the step of update number n, counted from 1, corrected for the averages
// that start at zero.
func adamStep(rate float64, n int) float32 {
	return float32(rate * math.Sqrt(1-math.Pow(secondDecay, float64(n))) / (1 - math.Pow(firstDecay, float64(n))))
}

func adamUpdate(value, first, second, gradient []float32, step float32) {
	first, second, gradient = first[:len(value)], second[:len(value)], gradient[:len(value)]
	for i, g := range gradient {
		first[i] += (1 - firstDecay) * (g - first[i])
		second[i] += (1 - secondDecay) * (g*g - second[i])
		value[i] -= step * first[i] / (sqrt(second[i]) + 1e-7)
	}
}

func (t *tensor) update(step float32) {
	adamUpdate(t.Value, t.First, t.Second, t.gradient, step)
	clear(t.gradient)
}

// table is a block of rows of which a batch touches few; only those are updated.
type table struct {
	Value, First, Second []float32
	width                int
	touched              []int32
	place                map[int32]int
	gradient             []float32 // one row per touched row
}

func newTable(rows, width int) *table {
	n := rows * width
	return &table{Value: make([]float32, n), First: make([]float32, n), Second: make([]float32, n), width: width, place: map[int32]int{}}
}

func (t *table) row(i int32) []float32 { return t.Value[int(i)*t.width:][:t.width] }

// add adds scale·gradient to the gradient of row i.
func (t *table) add(i int32, gradient []float32, scale float32) {
	at, ok := t.place[i]
	if !ok {
		at = len(t.touched)
		t.place[i] = at
		t.touched = append(t.touched, i)
		n := at * t.width
		for len(t.gradient) < n+t.width {
			t.gradient = append(t.gradient, 0)
		}
		clear(t.gradient[n : n+t.width])
	}
	for k, g := range gradient {
		t.gradient[at*t.width+k] += scale * g
	}
}

func (t *table) update(step float32) {
	for at, i := range t.touched {
		from := int(i) * t.width
		to := from + t.width
		adamUpdate(t.Value[from:to], t.First[from:to], t.Second[from:to], t.gradient[at*t.width:][:t.width], step)
		delete(t.place, i)
	}
	t.touched = t.touched[:0]
}
