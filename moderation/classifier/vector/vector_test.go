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

func TestManyVectorsGetTheProductsThatEachGetsAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, height, n := rapid.IntRange(0, 8).Draw(t, "count"), rapid.IntRange(1, 13).Draw(t, "height"), rapid.IntRange(1, 40).Draw(t, "n")
		numbers := rapid.Float32Range(-10, 10)
		rows := rapid.SliceOfN(numbers, height*n, height*n).Draw(t, "rows")
		xs := rapid.SliceOfN(numbers, count*n, count*n).Draw(t, "xs")
		out, alone := make([]float32, count*height+1), make([]float32, height)
		out[count*height] = 77
		vector.MultiplyMany(out[:count*height], rows, xs, height, n)
		for v := range count {
			vector.Multiply(alone, rows, xs[v*n:][:n])
			for i, want := range alone {
				if got := out[v*height+i]; math.Abs(float64(got-want)) > 1e-3*float64(n) {
					t.Fatalf("row %d of vector %d: %g, want %g", i, v, got, want)
				}
			}
		}
		if out[count*height] != 77 {
			t.Fatalf("wrote beyond the last of %d×%d products", count, height)
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

// BenchmarkMultiplyMany compares one product of many vectors with as many of one.
func BenchmarkMultiplyMany(b *testing.B) {
	const count, height, n = 24, 64, 192
	rows, xs, out := make([]float32, height*n), make([]float32, count*n), make([]float32, count*height)
	b.Run("together", func(b *testing.B) {
		for range b.N {
			vector.MultiplyMany(out, rows, xs, height, n)
		}
	})
	b.Run("one at a time", func(b *testing.B) {
		for range b.N {
			for t := range count {
				vector.Multiply(out[t*height:][:height], rows, xs[t*n:][:n])
			}
		}
	})
}
