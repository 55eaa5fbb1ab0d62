package text

import (
	"math/bits"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAFirstLookMissesNothing reads texts that a first look finds nothing in, and finds nothing.
func TestAFirstLookMissesNothing(t *testing.T) {
	units := append([]string{"a[]", "b()", "c!d", "c+", "dvc", "vv", "1", "@", "bb c d", "d", "b-", "b..", "m*", " "}, nasty...)
	for _, u := range units {
		look(t, u)
	}
	rapid.Check(t, func(t *rapid.T) {
		look(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(units), 0, 6).Draw(t, "units"), ""))
	})
}

func look(t rapid.TB, raw string) {
	var v Views
	v.Reset(raw)
	folded := v.View(Folded)
	if !maybeLeet(folded.Text) {
		d := decoder{out: new(builder), source: folded, text: folded.Text, one: 'i'}
		if d.decode(); d.changed || d.ambiguous {
			t.Fatalf("nothing to decode was seen in %q, which reads %q", folded.Text, d.out.text)
		}
	}
	if !maybeSquashed(folded.Text) {
		s := squasher{source: folded, text: folded.Text, out: new(builder)}
		if s.squash(); s.changed {
			t.Fatalf("nothing to squash was seen in %q, which reads %q", folded.Text, s.out.text)
		}
	}
	if masked := appendMasked(nil, folded.Text); !maybeMasked(folded.Text) && masked != nil {
		t.Fatalf("nothing masked was seen in %q, but there is %v", folded.Text, masked)
	}
}

func TestAMajorityIsMoreThanHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Uint64(), 1, 40).Draw(t, "words")
		var b ballot
		var counts [64]int
		for _, w := range words {
			b.add(w)
			for rest := w; rest != 0; rest &= rest - 1 {
				counts[bits.TrailingZeros64(rest)]++
			}
		}
		got := b.majority(len(words))
		for bit, n := range counts {
			if want := 2*n > len(words); want != (got>>bit&1 == 1) {
				t.Fatalf("bit %d stands in %d of %d words: %v", bit, n, len(words), !want)
			}
		}
	})
}
