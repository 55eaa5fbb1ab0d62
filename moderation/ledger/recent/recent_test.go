package recent

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/ledger"
)

var start = time.UnixMilli(1_780_000_000_000).UTC()

func sighting(id string, at time.Duration, window time.Duration) *moderation.Sighting {
	return &moderation.Sighting{
		Comment: id, Author: "ann", Time: start.Add(at), Lookalikes: window,
		Meters:      []moderation.Meter{{Key: "guild", Member: id, Window: window}},
		Fingerprint: moderation.Fingerprint{Exact: 7, Near: 7},
	}
}

func TestWhateverOrderCommentsCameInTheyAreCountedByTheirOwnTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.IntRange(0, 300), 1, 25).Draw(t, "seconds")
		order := rapid.Permutation(indices(len(times))).Draw(t, "order")
		const window = time.Minute
		var m Memory
		for _, i := range order {
			m.Observe(sighting(fmt.Sprintf("%02d", i), time.Duration(times[i])*time.Second, window))
		}
		for i, at := range times {
			want := 0
			for j, other := range times { // at one moment, the lower ID came first
				if other > at-60 && (other < at || other == at && j <= i) {
					want++
				}
			}
			got := m.Observe(sighting(fmt.Sprintf("%02d", i), time.Duration(at)*time.Second, window))
			if got.Counts[0] != want {
				t.Fatalf("comment %d at second %d counts %d, want %d", i, at, got.Counts[0], want)
			}
			if len(got.Lookalikes) != want-1 {
				t.Fatalf("comment %d at second %d has %d look-alikes, want %d", i, at, len(got.Lookalikes), want-1)
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestAFloodDoesNotMakeTheMemoryGrowWithoutEnd(t *testing.T) {
	var m Memory
	for i := range 3 * metersAtMost {
		s := sighting(fmt.Sprint(i), time.Duration(i)*time.Millisecond, time.Hour)
		s.Meters[0].Key = fmt.Sprint("author/", i)
		s.Fingerprint = moderation.Fingerprint{Exact: uint64(i + 1)}
		m.Observe(s)
	}
	if n := len(m.meters.young) + len(m.meters.old); n > 2*metersAtMost {
		t.Errorf("%d meters are remembered", n)
	}
	var one Memory
	for i := range 3 * ledger.CountedAtMost {
		got := one.Observe(sighting(fmt.Sprintf("%06d", i), time.Duration(i)*time.Millisecond, time.Hour))
		if want := min(i+1, ledger.CountedAtMost); got.Counts[0] != want {
			t.Fatalf("comment %d counts %d, want %d", i, got.Counts[0], want)
		}
	}
}

func TestAutomaticActionsOfTheHourBeforeAreKnown(t *testing.T) {
	var m Memory
	m.Acted("a", start)
	m.Acted("b", start.Add(30*time.Minute))
	m.Acted("b", start.Add(40*time.Minute)) // the same case again
	for _, tc := range []struct {
		at   time.Duration
		want int
	}{{0, 1}, {45 * time.Minute, 2}, {70 * time.Minute, 1}, {2 * time.Hour, 0}} {
		if got := m.Observe(sighting("c", tc.at, time.Minute)).Actions; got != tc.want {
			t.Errorf("after %v %d actions, want %d", tc.at, got, tc.want)
		}
	}
}

func TestAmongThousandsOfCommentsEveryLookalikeIsFound(t *testing.T) {
	var x Lookalikes
	print := func(i int) moderation.Fingerprint {
		return moderation.Fingerprint{Exact: uint64(i + 1), Near: uint64(i+1) * 0x9E3779B97F4A7C15}
	}
	const n = RememberedAtMost + 5000 // so many that the first ones are overwritten
	for i := range n {
		x.Keep(Shelved{Comment: fmt.Sprint(i), At: int64(i), Fingerprint: print(i)})
		x.Keep(Shelved{Comment: fmt.Sprint(i), At: int64(i), Fingerprint: print(i)}) // told again
	}
	if x.Len() != RememberedAtMost {
		t.Fatalf("%d comments are remembered", x.Len())
	}
	for i := range n {
		alike, _ := x.Find(Shelved{Comment: "later", At: n, Fingerprint: print(i)}, time.Hour)
		isFound := len(alike) > 0 && alike[len(alike)-1].Comment == fmt.Sprint(i)
		if remembered := i >= n-RememberedAtMost; isFound != remembered {
			t.Fatalf("comment %d of %d: found %t", i, n, isFound)
		}
	}
}
