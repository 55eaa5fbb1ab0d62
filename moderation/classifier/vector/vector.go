// Package vector multiplies small matrices of float32 by vectors, fast enough to read a
// comment with a neural network in microseconds. On amd64 processors with AVX2 and FMA it
// does so eight numbers at a time, four rows at once; elsewhere in plain Go. Sums are taken
// in another order there, so results differ in the last digits between the two.
package vector

// Multiply sets out[i] to the dot product of row i of rows and x, for every i. rows holds
// len(out) rows of len(x) numbers. It panics, as indexing does, where rows is shorter.
func Multiply(out, rows, x []float32) {
	rows = rows[:len(out)*len(x)]
	done := multiplyFast(out, rows, x)
	for i := done; i < len(out); i++ {
		out[i] = Dot(rows[i*len(x):][:len(x)], x)
	}
}

// Dot is the sum of the products of x and y, number by number. y must be as long as x.
func Dot(x, y []float32) float32 {
	y = y[:len(x)]
	var a, b, c, d float32
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a += x[i] * y[i]
		b += x[i+1] * y[i+1]
		c += x[i+2] * y[i+2]
		d += x[i+3] * y[i+3]
	}
	for ; i < len(x); i++ {
		a += x[i] * y[i]
	}
	return (a + b) + (c + d)
}
