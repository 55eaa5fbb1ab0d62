package redis

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/moderation"
)

func TestASightingReadsAsItWasKept(t *testing.T) {
	name := rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"7", "1200000000000000001", "a/b", "é|"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		kept := moderation.Sighting{
			Comment: name.Draw(t, "comment"), Author: name.Draw(t, "author"), Channel: name.Draw(t, "channel"),
			Time:        time.UnixMilli(rapid.Int64Range(-1e12, 1e13).Draw(t, "time")).UTC(),
			Lookalikes:  time.Duration(rapid.IntRange(0, 90000).Draw(t, "look-back")) * time.Second,
			Fingerprint: moderation.Fingerprint{Exact: rapid.Uint64().Draw(t, "exact"), Near: rapid.Uint64().Draw(t, "near")},
		}
		for range rapid.IntRange(0, 4).Draw(t, "meters") {
			kept.Meters = append(kept.Meters, moderation.Meter{
				Key: name.Draw(t, "key"), Distinct: rapid.Bool().Draw(t, "distinct"),
				Window: time.Duration(rapid.IntRange(0, 1e6).Draw(t, "window")) * time.Second,
				Member: rapid.OneOf(name, rapid.SampledFrom([]string{kept.Comment, kept.Author, kept.Author + "/" + kept.Comment})).Draw(t, "member"),
			})
		}
		read, err := readEntry(entryOf(&kept))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counting(kept), counting(read)); diff != "" {
			t.Errorf("what was read differs from what was kept (-kept +read):\n%s", diff)
		}
	})
}

// counting is a sighting with the meters that count something, and of distinct members as
// much as is counted.
func counting(s moderation.Sighting) moderation.Sighting {
	var meters []moderation.Meter
	for _, m := range s.Meters {
		if m.Member == "" {
			continue
		}
		if m.Distinct {
			m.Member, _, _ = strings.Cut(m.Member, "/")
		}
		meters = append(meters, m)
	}
	s.Meters = meters
	return s
}

// FuzzWhateverLiesInTheListIsReadOrRefused reads what another program may have put there.
func FuzzWhateverLiesInTheListIsReadOrRefused(f *testing.F) {
	f.Add(entryOf(&moderation.Sighting{
		Comment: "7", Author: "ann", Channel: "plaza", Time: time.UnixMilli(1_780_000_000_000), Lookalikes: time.Hour,
		Meters: []moderation.Meter{{Key: "target/bob", Member: "ann/7", Distinct: true, Window: time.Minute}},
	}))
	f.Add("")
	f.Add("1780000000000|2a|0|ann|plaza|7")
	f.Fuzz(func(t *testing.T, entry string) {
		read, err := readEntry(entry)
		if err != nil {
			return
		}
		again, err := readEntry(entryOf(&read))
		if diff := cmp.Diff(counting(read), counting(again)); err != nil || diff != "" {
			t.Errorf("kept again it reads differently, %v (-first +second):\n%s", err, diff)
		}
	})
}
