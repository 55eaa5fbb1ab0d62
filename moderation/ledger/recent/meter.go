package recent

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/moderation/ledger"
)

// meter remembers who was seen when, in order of time and then of name. That order makes
// its answers the same in whatever order sightings arrive.
type meter struct {
	seen  []mark
	times map[string]int64 // time of each member, once there are too many to look through
}

type mark struct {
	at     int64 // Unix milliseconds
	member string
}

func (m mark) compare(other mark) int {
	if c := cmp.Compare(m.at, other.at); c != 0 {
		return c
	}
	return strings.Compare(m.member, other.member)
}

// searchedAtMost is how many marks are looked through one by one.
const searchedAtMost = 16

// see notes a member and returns the place that counts for it: its earliest sighting. What is
// not later than keepFrom may be forgotten.
func (m *meter) see(at int64, member string, keepFrom int64) mark {
	now := mark{at, member}
	if known, ok := m.find(member); ok {
		if known <= at {
			return mark{known, member}
		}
		m.remove(mark{known, member})
	}
	place, _ := slices.BinarySearchFunc(m.seen, now, mark.compare)
	m.seen = slices.Insert(m.seen, place, now)
	m.trim(keepFrom)
	if m.times != nil {
		m.times[member] = at
	} else if len(m.seen) > searchedAtMost {
		m.times = make(map[string]int64, 2*len(m.seen))
		for _, s := range m.seen {
			m.times[s.member] = s.at
		}
	}
	return now
}

func (m *meter) find(member string) (int64, bool) {
	if m.times != nil {
		at, ok := m.times[member]
		return at, ok
	}
	for i := len(m.seen) - 1; i >= 0; i-- {
		if m.seen[i].member == member {
			return m.seen[i].at, true
		}
	}
	return 0, false
}

// knows reports whether seeing a member at a time would change nothing.
func (m *meter) knows(at int64, member string) bool {
	known, ok := m.find(member)
	return ok && known <= at
}

func (m *meter) remove(old mark) {
	if place, ok := slices.BinarySearchFunc(m.seen, old, mark.compare); ok {
		m.seen = slices.Delete(m.seen, place, place+1)
	}
}

// trim forgets what is older than keepFrom and what is too much. It waits until that is a
// good part of everything, so that moving the rest is rare.
func (m *meter) trim(keepFrom int64) {
	gone, _ := slices.BinarySearchFunc(m.seen, keepFrom+1, func(s mark, t int64) int { return cmp.Compare(s.at, t) })
	gone = max(gone, len(m.seen)-ledger.CountedAtMost)
	if gone < searchedAtMost+len(m.seen)/4 {
		return
	}
	for _, s := range m.seen[:gone] {
		delete(m.times, s.member)
	}
	m.seen = slices.Delete(m.seen, 0, gone)
}

// window returns the marks in (at-window, at], those at the same millisecond only up to
// own when own was first seen then.
func (m *meter) window(at int64, window time.Duration, own mark) []mark {
	from, _ := slices.BinarySearchFunc(m.seen, at-window.Milliseconds()+1, func(s mark, t int64) int { return cmp.Compare(s.at, t) })
	to, _ := slices.BinarySearchFunc(m.seen, at+1, func(s mark, t int64) int { return cmp.Compare(s.at, t) })
	if own.member != "" && own.at == at {
		if place, ok := slices.BinarySearchFunc(m.seen, own, mark.compare); ok {
			to = place + 1
		}
	}
	return m.seen[min(from, to):to]
}

// count counts the marks of a window, and own where it was first seen before the window.
func count(in []mark, own mark, from int64) int {
	n := len(in)
	if own.member != "" && own.at <= from {
		n++
	}
	return min(n, ledger.CountedAtMost)
}
