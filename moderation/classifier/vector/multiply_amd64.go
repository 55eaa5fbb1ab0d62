package vector

import "golang.org/x/sys/cpu"

// multiplyFast computes as many products as come in whole blocks of four rows, and returns
// how many.
func multiplyFast(out, rows, x []float32) int {
	n := len(x)
	if n == 0 || n%8 != 0 || !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return 0
	}
	i := 0
	for ; i+4 <= len(out); i += 4 {
		fourRows((*[4]float32)(out[i:]), &rows[i*n], &x[0], n)
	}
	return i
}

// fourRows computes the products of x with four rows of n numbers that follow one another.
// n is a positive multiple of 8.
//
//go:noescape
func fourRows(out *[4]float32, rows, x *float32, n int)
