package training

import (
	"math"

	"parley/moderation/classifier/reader"
)

// fitLine finds the Platt calibration of raw scores z for targets y with weights w by
// Newton's method, a little regularised towards slope 1 so that few rows do no harm.
func fitLine(z, y, w []float64) reader.Line {
	weights := fitLogistic([][]float64{z}, y, w, []float64{1})
	return reader.Line{Slope: weights[0], Offset: weights[1]}
}

// fitLogistic fits y ≈ σ(Σ weight_k·inputs_k + offset), starting from start and pulled
// towards it a little; the last weight returned is the offset. Newton's steps are halved
// until they improve the fit: taken whole they can run away.
func fitLogistic(inputs [][]float64, y, w, start []float64) []float64 {
	f := logisticFit{inputs: inputs, y: y, w: w, start: start}
	beta := append(append(make([]float64, 0, len(start)+1), start...), 0)
	loss := f.loss(beta)
	for range 60 {
		step := solve(f.slopes(beta))
		next, better := make([]float64, len(beta)), false
		for scale := 1.0; scale > 1e-6 && !better; scale /= 2 {
			for i := range beta {
				next[i] = beta[i] - scale*step[i]
			}
			if l := f.loss(next); l < loss-1e-9*math.Abs(loss) {
				loss, better = l, true
			}
		}
		if !better {
			break
		}
		beta = next
	}
	return beta
}

type logisticFit struct {
	inputs      [][]float64
	y, w, start []float64
}

// sum is the raw score of row n.
func (f *logisticFit) sum(beta []float64, n int) float64 {
	s := beta[len(beta)-1]
	for i := range f.inputs {
		s += beta[i] * f.inputs[i][n]
	}
	return s
}

// loss is the weighted cross entropy and the pull towards start.
func (f *logisticFit) loss(beta []float64) float64 {
	total := 0.0
	for n := range f.y {
		if f.w[n] > 0 {
			s := f.sum(beta, n) // -log σ(s) = softplus(-s), written so that it cannot overflow
			total += f.w[n] * (math.Max(s, 0) + math.Log1p(math.Exp(-math.Abs(s))) - f.y[n]*s)
		}
	}
	for i, from := range f.start {
		total += (beta[i] - from) * (beta[i] - from) / 2
	}
	return total
}

// slopes are the second and first derivatives of loss.
func (f *logisticFit) slopes(beta []float64) (hessian [][]float64, gradient []float64) {
	k := len(beta)
	hessian, gradient = make([][]float64, k), make([]float64, k)
	for i := range hessian {
		hessian[i] = make([]float64, k)
		hessian[i][i] = 1e-6
		if i < len(f.start) {
			hessian[i][i] = 1
			gradient[i] = beta[i] - f.start[i]
		}
	}
	x := make([]float64, k)
	x[k-1] = 1
	for n := range f.y {
		if f.w[n] == 0 {
			continue
		}
		for i := range f.inputs {
			x[i] = f.inputs[i][n]
		}
		p := sigmoid(f.sum(beta, n))
		for i := range x {
			gradient[i] += f.w[n] * (p - f.y[n]) * x[i]
			for j := range x {
				hessian[i][j] += f.w[n] * p * (1 - p) * x[i] * x[j]
			}
		}
	}
	return hessian, gradient
}

// solve solves a·x = b for a small symmetric positive definite a by elimination.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}
