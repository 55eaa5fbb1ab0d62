package vector

import "math"

// mostSteps is the largest number of a rounded vector.
const mostSteps = 1<<13 - 1

// group is how many rows of a rounded matrix are multiplied at a time.
const group = 16

// Rounded is a matrix whose numbers were rounded to whole steps, each row's to its own: more
// of them fit into a processor's registers than of float32, and their sums are exact. It is
// read-only and safe for concurrent use.
type Rounded struct {
	numbers []int16   // of each group of rows two numbers of the first row, two of the second, …, then the next two of the first
	units   []float32 // of one step, per row
	n       int       // numbers in a row
}

// Round rounds a matrix of rows of n numbers, where n is even. The steps are as fine as can
// be so that no product with a vector that Steps rounded outgrows 31 bits: for rows of 192
// numbers there are 1,365 of them from 0 to the largest number of a row.
func Round(rows []float32, n int) *Rounded {
	most := float32(min(math.MaxInt16, math.MaxInt32/(mostSteps*n)))
	height := len(rows) / n
	m := &Rounded{numbers: make([]int16, (height+group-1)/group*group*n), units: make([]float32, height), n: n}
	row := make([]int16, n)
	for i := range m.units {
		m.units[i] = round(row, rows[i*n:][:n], most)
		for k := 0; k < n; k += 2 {
			copy(m.pair(i, k), row[k:k+2])
		}
	}
	return m
}

// pair is where the numbers k and k+1 of row i are.
func (m *Rounded) pair(i, k int) []int16 {
	return m.numbers[i/group*group*m.n+k*group+i%group*2:][:2]
}

// Steps rounds numbers to whole steps and returns the unit of one, such that out[i]·unit is
// about x[i]; the largest number is 8,191 steps. out must be as long as x.
func Steps(out []int16, x []float32) (unit float32) { return round(out, x, mostSteps) }

func round(out []int16, x []float32, most float32) (unit float32) {
	out = out[:len(x)]
	size, done := largestFast(x)
	if !done {
		for _, v := range x {
			size = max(size, float32(math.Abs(float64(v))))
		}
	}
	if size == 0 {
		clear(out)
		return 0
	}
	perUnit := most / size
	if !roundFast(out, x, perUnit) {
		for i, v := range x {
			out[i] = int16(math.RoundToEven(float64(v * perUnit)))
		}
	}
	return size / most
}

// Multiply multiplies rounded vectors, which stand in xs one after the other, by the matrix:
// out gets the products of every vector, as many as the matrix has rows. All vectors have the
// given unit. It panics, as indexing does, where xs is shorter.
func (m *Rounded) Multiply(out []float32, xs []int16, unit float32) {
	height := len(m.units)
	count := len(out) / height
	xs = xs[:count*m.n]
	for i := m.multiplyFast(out, xs, unit); i < height; i++ {
		for t := range count {
			x, sum := xs[t*m.n:][:m.n], int32(0)
			for k := 0; k < m.n; k += 2 {
				two := m.pair(i, k)
				sum += int32(x[k])*int32(two[0]) + int32(x[k+1])*int32(two[1])
			}
			out[t*height+i] = float32(sum) * (m.units[i] * unit)
		}
	}
}
