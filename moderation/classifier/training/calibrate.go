package training

import "math"

// fitLine finds the Platt calibration of raw scores z for targets y with weights w by
// Newton's method, a little regularised towards slope 1 so that few rows do no harm.
func fitLine(z, y, w []float64) (slope, offset float64) {
	weights := fitLogistic([][]float64{z}, y, w, []float64{1})
	return weights[0], weights[1]
}

// fitLogistic fits y ≈ σ(Σ weight_k·inputs_k + offset), starting from and pulled towards
// start; the last weight returned is the offset.
func fitLogistic(inputs [][]float64, y, w, start []float64) []float64 {
	k := len(inputs) + 1
	beta := append(append(make([]float64, 0, k), start...), 0)
	x := make([]float64, k)
	for range 30 {
		gradient, hessian := make([]float64, k), make([][]float64, k)
		for i := range hessian {
			hessian[i] = make([]float64, k)
			hessian[i][i] = 1
			if i < len(start) {
				gradient[i] = beta[i] - start[i]
			}
		}
		for n := range y {
			if w[n] == 0 {
				continue
			}
			s := 0.0
			for i := range inputs {
				x[i] = inputs[i][n]
			}
			x[k-1] = 1
			for i := range x {
				s += beta[i] * x[i]
			}
			p := sigmoid(s)
			for i := range x {
				gradient[i] += w[n] * (p - y[n]) * x[i]
				for j := range x {
					hessian[i][j] += w[n] * p * (1 - p) * x[i] * x[j]
				}
			}
		}
		step := solve(hessian, gradient)
		moved := 0.0
		for i := range beta {
			beta[i] -= step[i]
			moved = max(moved, math.Abs(step[i]))
		}
		if moved < 1e-7 {
			break
		}
	}
	return beta
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
