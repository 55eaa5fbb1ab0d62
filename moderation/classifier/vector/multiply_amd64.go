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

// multiplyManyFast computes the products of as many vectors as come in whole blocks of
// three, and returns how many. Three vectors share every number of the rows that is
// fetched, which is what a single one spends most of its time on.
func multiplyManyFast(out, rows, xs []float32, height, n int) int {
	if !eightAtOnce(n) || height%4 != 0 {
		return 0
	}
	count := len(out) / height / 3 * 3
	for i := 0; i < height; i += 4 {
		for t := 0; t < count; t += 3 {
			fourRowsOfThree(&out[t*height+i], &rows[i*n], &xs[t*n], height, n)
		}
	}
	return count
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

// fourRowsOfThree computes the products of three vectors of n numbers that follow one
// another with four rows; the results of the next vector stand stride numbers on.
//
//go:noescape
func fourRowsOfThree(out, rows, xs *float32, stride, n int)

// blend32 blends 32 columns of count rows that stand width numbers apart. count is positive.
//
//go:noescape
func blend32(out *[32]float32, rows, shares *float32, width, count int)

//go:noescape
func raise(out, x *float32, n int)

//go:noescape
func addRectified(out, x, bias *float32, n int)
