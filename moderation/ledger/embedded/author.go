package embedded

import (
	"slices"
	"strconv"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// author is what Observe needs to know about somebody, kept in memory.
type author struct {
	comments int
	first    int64  // time of the earliest comment, Unix milliseconds
	active   int64  // time of the latest comment
	newest   uint64 // highest place that was counted
	floor    uint64 // comments up to this place were counted in an earlier run
	recent   []counted

	version  int64
	rejected int
	strikes  []moderation.Strike // never changed in place
}

type counted struct {
	place   uint64
	comment string
}

// place orders an author's comments: by ID where it is a number, as snowflakes are, else
// by time.
func place(comment string, at int64) uint64 {
	if n, err := strconv.ParseUint(comment, 10, 63); err == nil {
		return n
	}
	return uint64(max(at, 0))
}

// see counts a comment unless it was counted before, and says whether it did.
func (a *author) see(comment string, at int64) bool {
	a.active = max(a.active, at)
	for i := len(a.recent) - 1; i >= 0; i-- {
		if a.recent[i].comment == comment {
			return false
		}
	}
	own := counted{place(comment, at), comment}
	if own.place <= a.floor {
		return false
	}
	at0, _ := slices.BinarySearchFunc(a.recent, own.place, func(c counted, p uint64) int {
		if c.place < p {
			return -1
		}
		return 1
	})
	if len(a.recent) >= ledger.SeenAtMost {
		if at0 == 0 {
			return false
		}
		copy(a.recent, a.recent[1:at0])
		a.recent[at0-1] = own
	} else {
		a.recent = slices.Insert(a.recent, at0, own)
	}
	a.comments++
	a.newest = max(a.newest, own.place)
	if a.first == 0 || at < a.first {
		a.first = at
	}
	return true
}

func (a *author) record() moderation.Record {
	r := moderation.Record{Version: a.version, Strikes: slices.Clone(a.strikes), Comments: a.comments, Rejected: a.rejected}
	if a.first != 0 {
		r.First = time.UnixMilli(a.first).UTC()
	}
	return r
}

// plain says whether nothing is known but a number of comments, so that forgetting the
// author loses no fact.
func (a *author) plain() bool { return a.version == 0 && a.rejected == 0 }
