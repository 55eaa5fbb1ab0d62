package vector_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/moderation/classifier/vector"
)

func TestEveryRowGetsItsProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, n := rapid.IntRange(0, 21).Draw(t, "rows"), rapid.IntRange(0, 70).Draw(t, "n")
		numbers := rapid.Float32Range(-10, 10)
		m := rapid.SliceOfN(numbers, rows*n, rows*n).Draw(t, "matrix")
		x := rapid.SliceOfN(numbers, n, n).Draw(t, "x")
		out := make([]float32, rows+1)
		out[rows] = 77
		vector.Multiply(out[:rows], m, x)
		for i := range rows {
			want, size := 0.0, 1.0
			for k := range n {
				p := float64(m[i*n+k]) * float64(x[k])
				want += p
				size += math.Abs(p)
			}
			if math.Abs(float64(out[i])-want) > 1e-5*size {
				t.Fatalf("row %d of %d×%d: %g, want %g", i, rows, n, out[i], want)
			}
		}
		if out[rows] != 77 {
			t.Fatalf("wrote beyond the last row of %d", rows)
		}
	})
}

func TestARoundedMatrixGivesNearlyTheSameProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, height := rapid.IntRange(0, 9).Draw(t, "count"), rapid.IntRange(1, 50).Draw(t, "height")
		n := 2 * rapid.IntRange(1, 100).Draw(t, "half of n")
		numbers := rapid.OneOf(rapid.Float32Range(-10, 10), rapid.SampledFrom([]float32{0, 1, -1}))
		rows := rapid.SliceOfN(numbers, height*n, height*n).Draw(t, "rows")
		xs := rapid.SliceOfN(numbers, count*n, count*n).Draw(t, "xs")
		steps, out := make([]int16, count*n), make([]float32, count*height+1)
		out[count*height] = 77
		unit := vector.Steps(steps, xs)
		vector.Round(rows, n).Multiply(out[:count*height], steps, unit)
		for v := range count {
			for i := range height {
				want, size := 0.0, 0.0
				for k := range n {
					p := float64(rows[i*n+k]) * float64(xs[v*n+k])
					want += p
					size = max(size, math.Abs(float64(rows[i*n+k])))
				}
				// Every number is off by half a step at most.
				allowed := float64(n) * 10 * (size/float64(min(32767, math.MaxInt32/(8191*n))) + size/8191)
				if got := float64(out[v*height+i]); math.Abs(got-want) > allowed+1e-4 {
					t.Fatalf("row %d of vector %d: %g, want %g give or take %g", i, v, got, want, allowed)
				}
			}
		}
		if out[count*height] != 77 {
			t.Fatalf("wrote beyond the last of %d×%d products", count, height)
		}
	})
}

func TestTheLargestProductsOfARoundedMatrixDoNotOverflow(t *testing.T) {
	for _, n := range []int{16, 192, 448, 1000} {
		row, x := slices.Repeat([]float32{-3}, 17*n), slices.Repeat([]float32{5}, n)
		steps, out := make([]int16, n), make([]float32, 17)
		unit := vector.Steps(steps, x)
		vector.Round(row, n).Multiply(out, steps, unit)
		for i, got := range out {
			if want := -15 * float64(n); math.Abs(float64(got)-want) > 1e-3*math.Abs(want) {
				t.Errorf("row %d of %d numbers: %g, want %g", i, n, got, want)
			}
		}
	}
}

func TestARoundedVectorOfNothingIsNothing(t *testing.T) {
	steps := []int16{1, 2, 3, 4, 5, 6, 7, 8, 9}
	if unit := vector.Steps(steps, make([]float32, 9)); unit != 0 || slices.ContainsFunc(steps, func(s int16) bool { return s != 0 }) {
		t.Errorf("nine zeros are %v times %g", steps, unit)
	}
}

func TestStepsAreAddedInUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		start := rapid.SliceOfN(rapid.Float32Range(-10, 10), n+1, n+1).Draw(t, "out")
		steps := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "steps")
		unit := rapid.Float32Range(-1, 1).Draw(t, "unit")
		out := slices.Clone(start)
		vector.AddSteps(out[:n], steps, unit)
		for i, s := range steps {
			if want := float64(start[i]) + float64(unit)*float64(int8(s)); math.Abs(float64(out[i])-want) > 1e-4 {
				t.Fatalf("number %d of %d is %g, want %g", i, n, out[i], want)
			}
		}
		if out[n] != start[n] {
			t.Fatalf("wrote beyond %d numbers", n)
		}
	})
}

func TestABlendIsTheSumOfRowsTimesTheirShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, width := rapid.IntRange(0, 9).Draw(t, "count"), rapid.IntRange(0, 80).Draw(t, "width")
		numbers := rapid.Float32Range(-10, 10)
		rows := rapid.SliceOfN(numbers, count*width, count*width).Draw(t, "rows")
		shares := rapid.SliceOfN(numbers, count, count).Draw(t, "shares")
		out := slices.Repeat([]float32{77}, width+1)
		vector.Blend(out[:width], rows, shares)
		for i := range width {
			want := 0.0
			for r, share := range shares {
				want += float64(share) * float64(rows[r*width+i])
			}
			if math.Abs(float64(out[i])-want) > 1e-3 {
				t.Fatalf("column %d of %d×%d is %g, want %g", i, count, width, out[i], want)
			}
		}
		if out[width] != 77 {
			t.Fatalf("wrote beyond %d columns", width)
		}
	})
}

func TestNumbersAreRaisedAndRectifiedEachWithItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		numbers := rapid.Float32Range(-10, 10)
		start := rapid.SliceOfN(numbers, n+1, n+1).Draw(t, "out")
		x := rapid.SliceOfN(numbers, n, n).Draw(t, "x")
		bias := rapid.SliceOfN(numbers, n, n).Draw(t, "bias")
		check := func(what string, change func(out []float32), want func(i int) float32) {
			out := slices.Clone(start)
			change(out[:n])
			for i := range n {
				if math.Abs(float64(out[i]-want(i))) > 1e-4 {
					t.Fatalf("%s: number %d of %d is %g, want %g", what, i, n, out[i], want(i))
				}
			}
			if out[n] != start[n] {
				t.Fatalf("%s wrote beyond %d numbers", what, n)
			}
		}
		check("Raise", func(out []float32) { vector.Raise(out, x) },
			func(i int) float32 { return max(start[i], x[i]) })
		check("AddRectified", func(out []float32) { vector.AddRectified(out, x, bias) },
			func(i int) float32 { return x[i] + max(0, start[i]+bias[i]) })
	})
}

func TestAMatrixThatIsTooShortIsNoticed(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a matrix of 3×8 was multiplied as one of 4×8")
		}
	}()
	vector.Multiply(make([]float32, 4), make([]float32, 24), make([]float32, 8))
}

// BenchmarkMultiply compares Multiply with the plain loop over the same rows.
func BenchmarkMultiply(b *testing.B) {
	for _, n := range []int{64, 192, 448} {
		m, x, out := make([]float32, 64*n), make([]float32, n), make([]float32, 64)
		b.Run(fmt.Sprintf("64x%d/Multiply", n), func(b *testing.B) {
			for range b.N {
				vector.Multiply(out, m, x)
			}
		})
		b.Run(fmt.Sprintf("64x%d/plain", n), func(b *testing.B) {
			for range b.N {
				for i := range out {
					out[i] = vector.Dot(m[i*n:][:n], x)
				}
			}
		})
	}
}

// BenchmarkRounded compares the products of many vectors with a rounded matrix, the rounding
// of the vectors included, with those of the matrix itself.
func BenchmarkRounded(b *testing.B) {
	const count, height, n = 24, 64, 192
	rows, xs, out := make([]float32, height*n), make([]float32, count*n), make([]float32, count*height)
	for i := range rows {
		rows[i] = float32(i%7) - 3
	}
	for i := range xs {
		xs[i] = float32(i%5) - 2
	}
	b.Run("rounded", func(b *testing.B) {
		m, steps := vector.Round(rows, n), make([]int16, count*n)
		for range b.N {
			unit := vector.Steps(steps, xs)
			m.Multiply(out, steps, unit)
		}
	})
	b.Run("exact", func(b *testing.B) {
		for range b.N {
			for t := range count {
				vector.Multiply(out[t*height:][:height], rows, xs[t*n:][:n])
			}
		}
	})
}
