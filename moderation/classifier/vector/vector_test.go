package vector_test

import (
	"fmt"
	"math"
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
