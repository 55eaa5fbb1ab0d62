// Package vector multiplies small matrices of float32 by vectors, fast enough to read a
// comment with a neural network in microseconds. On amd64 processors with AVX2 and FMA it
// does so eight numbers at a time or sixteen, four rows at once; elsewhere in plain Go. Sums
// of float32 are taken in another order there, so those differ in the last digits between
// the two; products of a Rounded matrix do not.
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

// Blend sets out to the sum of the rows, each times its share. rows holds len(shares) rows of
// len(out) numbers. It panics, as indexing does, where rows is shorter.
func Blend(out, rows, shares []float32) {
	rows = rows[:len(out)*len(shares)]
	for i := blendFast(out, rows, shares); i < len(out); i++ {
		out[i] = 0
		for t, share := range shares {
			out[i] += share * rows[t*len(out)+i]
		}
	}
}

// Raise sets every number of out to the larger of itself and x's. x must be as long as out.
func Raise(out, x []float32) {
	x = x[:len(out)]
	if raiseFast(out, x) {
		return
	}
	for i, v := range x {
		out[i] = max(out[i], v)
	}
}

// AddRectified sets out to x + max(0, out+bias), number by number: what a layer with a
// shortcut makes of its products. x and bias must be as long as out.
func AddRectified(out, x, bias []float32) {
	x, bias = x[:len(out)], bias[:len(out)]
	if addRectifiedFast(out, x, bias) {
		return
	}
	for i, v := range x {
		out[i] = v + max(0, out[i]+bias[i])
	}
}

// AddSteps adds to every number of out as many units as its step, an int8, says. steps must
// be as long as out.
func AddSteps(out []float32, steps []byte, unit float32) {
	steps = steps[:len(out)]
	if addStepsFast(out, steps, unit) {
		return
	}
	for i, s := range steps {
		out[i] += unit * float32(int8(s))
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
