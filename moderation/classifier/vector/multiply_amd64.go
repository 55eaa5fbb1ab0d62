package vector

import "golang.org/x/sys/cpu"

// eightAtOnce reports whether the processor has the instructions and n numbers come in
// whole blocks of eight.
func eightAtOnce(n int) bool {
	return n > 0 && n%8 == 0 && cpu.X86.HasAVX2 && cpu.X86.HasFMA
}

// multiplyFast computes as many products as come in whole blocks of four rows, and returns
// how many.
func multiplyFast(out, rows, x []float32) int {
	n := len(x)
	if !eightAtOnce(n) {
		return 0
	}
	i := 0
	for ; i+4 <= len(out); i += 4 {
		fourRows((*[4]float32)(out[i:]), &rows[i*n], &x[0], n)
	}
	return i
}

// multiplyFast computes the products of as many rows as come in whole groups, and returns
// how many.
func (m *Rounded) multiplyFast(out []float32, xs []int16, unit float32) int {
	if !eightAtOnce(group) || m.n == 0 {
		return 0
	}
	height, count := len(m.units), len(out)/len(m.units)
	i := 0
	for ; i+group <= height; i += group {
		rows, units := &m.numbers[i*m.n], (*[group]float32)(m.units[i:])
		t := 0
		for ; t+4 <= count; t += 4 {
			sixteenRowsOfFour(&out[t*height+i], rows, &xs[t*m.n], units, unit, height, m.n)
		}
		for ; t < count; t++ {
			sixteenRows((*[group]float32)(out[t*height+i:]), rows, &xs[t*m.n], units, unit, m.n)
		}
	}
	return i
}

func largestFast(x []float32) (size float32, done bool) {
	if !eightAtOnce(len(x)) {
		return 0, false
	}
	return largest(&x[0], len(x)), true
}

func roundFast(out []int16, x []float32, perUnit float32) bool {
	if !eightAtOnce(len(x)) {
		return false
	}
	roundTo(&out[0], &x[0], perUnit, len(x))
	return true
}

func addStepsFast(out []float32, steps []byte, unit float32) bool {
	if !eightAtOnce(len(out)) {
		return false
	}
	addSteps(&out[0], &steps[0], unit, len(out))
	return true
}

// blendFast blends as many columns as come in whole blocks of 32, and returns how many.
func blendFast(out, rows, shares []float32) int {
	width := len(out)
	if len(shares) == 0 || !eightAtOnce(width) {
		return 0
	}
	i := 0
	for ; i+32 <= width; i += 32 {
		blend32((*[32]float32)(out[i:]), &rows[i], &shares[0], width, len(shares))
	}
	return i
}

func raiseFast(out, x []float32) bool {
	if !eightAtOnce(len(out)) {
		return false
	}
	raise(&out[0], &x[0], len(out))
	return true
}

func addRectifiedFast(out, x, bias []float32) bool {
	if !eightAtOnce(len(out)) {
		return false
	}
	addRectified(&out[0], &x[0], &bias[0], len(out))
	return true
}

// fourRows computes the products of x with four rows of n numbers that follow one another.
// n is a positive multiple of 8, here and below.
//
//go:noescape
func fourRows(out *[4]float32, rows, x *float32, n int)

// sixteenRows computes the products of x with a group of rows of n numbers, times the rows'
// units and x's. n is positive and even.
//
//go:noescape
func sixteenRows(out *[group]float32, rows, x *int16, units *[group]float32, unit float32, n int)

// sixteenRowsOfFour computes the same for four vectors that follow one another, which share
// every number of the rows that is fetched; the results of the next vector stand stride
// numbers on.
//
//go:noescape
func sixteenRowsOfFour(out *float32, rows, xs *int16, units *[group]float32, unit float32, stride, n int)

// largest is the largest size of n numbers.
//
//go:noescape
func largest(x *float32, n int) float32

//go:noescape
func roundTo(out *int16, x *float32, perUnit float32, n int)

//go:noescape
func addSteps(out *float32, steps *byte, unit float32, n int)

// blend32 blends 32 columns of count rows that stand width numbers apart. count is positive.
//
//go:noescape
func blend32(out *[32]float32, rows, shares *float32, width, count int)

//go:noescape
func raise(out, x *float32, n int)

//go:noescape
func addRectified(out, x, bias *float32, n int)
