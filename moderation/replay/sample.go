package replay

import (
	"cmp"
	"hash/fnv"
	"io"
	"slices"
	"strings"
)

// samples keeps a few of the comments it is offered: those whose texts hash lowest. That is a
// fair choice over the whole time, shows a text only once however often it was posted, and
// is the same whenever the same comments are offered.
type samples struct{ kept []drawn }

type drawn struct {
	lot uint64
	Sample
}

func (s *samples) offer(it *item) {
	lot := lotOf(it.comment.Text)
	if len(s.kept) == samplesEach && lot >= s.kept[len(s.kept)-1].lot {
		return
	}
	at, known := slices.BinarySearchFunc(s.kept, lot, func(d drawn, lot uint64) int { return cmp.Compare(d.lot, lot) })
	if known {
		return
	}
	if len(s.kept) == samplesEach {
		s.kept = s.kept[:samplesEach-1]
	}
	s.kept = slices.Insert(s.kept, at, drawn{lot, sampleOf(it)})
}

// list returns the samples, the oldest first.
func (s *samples) list() []Sample {
	list := make([]Sample, len(s.kept))
	for i, d := range s.kept {
		list[i] = d.Sample
	}
	slices.SortStableFunc(list, func(a, b Sample) int { return a.Time.Compare(b.Time) })
	return list
}

// lotOf spreads texts evenly: FNV-1a, then the finalizer of MurmurHash3, because texts that
// differ in their last letters would otherwise lie close together.
func lotOf(text string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // never fails
	lot := h.Sum64()
	lot = (lot ^ lot>>33) * 0xff51afd7ed558ccd
	lot = (lot ^ lot>>33) * 0xc4ceb9fe1a85ec53
	return lot ^ lot>>33
}

func sampleOf(it *item) Sample {
	c := &it.comment
	before, after := &it.views[0].verdict, &it.views[1].verdict
	s := Sample{ID: c.ID, Time: c.Time, Text: beginning(c.Text), Article: beginning(c.Article.Title), Before: before.Action, After: after.Action}
	reasons := after.Reasons
	if before.Action > after.Action {
		reasons = before.Reasons
	}
	s.Because = []string{}
	for _, r := range append(slices.Clone(reasons), after.Shadow...) {
		because := r.Source
		if r.Quote != "" {
			because += " “" + beginning(r.Quote) + "”"
		}
		if !slices.Contains(s.Because, because) && len(s.Because) < reasonsShown {
			s.Because = append(s.Because, because)
		}
	}
	return s
}

// reasonsShown is how many reasons a sample names.
const reasonsShown = 5

// beginning cuts a text to what a report shows. The result is a copy, so that a report keeps
// no comment alive.
func beginning(text string) string {
	n := 0
	for at := range text {
		if n++; n > sampleText {
			return strings.ToValidUTF8(text[:at], "\uFFFD") + "…"
		}
	}
	return strings.Clone(text)
}
