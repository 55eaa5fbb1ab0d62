// Package recent remembers in memory what a community's comments of the last minutes or
// hours were like: who was seen when, for rate windows, and fingerprints, for look-alikes.
// Every ledger counts by it, and so does a replay over comments of the past.
package recent

import (
	"hash/maphash"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// metersAtMost bounds the meters, and the distinct ones, in each of two generations.
const metersAtMost = 50_000

// Memory is what is remembered of one community. The zero value has seen nothing. It is not
// safe for concurrent use.
type Memory struct {
	latest     int64 // time of the newest comment
	seed       maphash.Seed
	meters     aging[place, *meter]
	crowds     aging[place, *crowd] // what distinct meters count
	window     int64                // longest window asked for, in milliseconds
	lookalikes Lookalikes
	actions    meter // automatic actions by case
}

// place is where a meter is found: a hash of its key, which takes less memory than the key.
// Among a hundred thousand meters two share one less often than once in a billion times.
type place uint64

func (m *Memory) place(of *moderation.Meter) place {
	if m.seed == (maphash.Seed{}) {
		m.seed = maphash.MakeSeed()
	}
	return place(maphash.String(m.seed, of.Key))
}

// Observe counts a sighting and returns what is known around it at its own time: Counts,
// Lookalikes and Actions of the observation. Seeing a comment again counts nothing twice and
// gives the same answer. Nothing of the sighting's slices is kept, nor a meter's key.
func (m *Memory) Observe(s *moderation.Sighting) moderation.Observation {
	at := s.Time.UnixMilli()
	var seen moderation.Observation
	m.age(s, at)
	if len(s.Meters) > 0 {
		seen.Counts = make([]int, len(s.Meters))
	}
	for i := range s.Meters {
		seen.Counts[i] = m.measure(&s.Meters[i], at)
	}
	if s.Lookalikes > 0 {
		own := ShelvedOf(s)
		var known bool
		if seen.Lookalikes, known = m.lookalikes.Find(own, s.Lookalikes); !known && own.Fingerprint != (moderation.Fingerprint{}) {
			m.lookalikes.add(own)
		}
	}
	seen.Actions = len(m.actions.window(at, ledger.ActionsWindow, mark{}))
	return seen
}

// Note counts a sighting as Observe does, without looking around it.
func (m *Memory) Note(s *moderation.Sighting) {
	at := s.Time.UnixMilli()
	m.age(s, at)
	for i := range s.Meters {
		on := &s.Meters[i]
		switch {
		case on.Member == "": // looks without counting
		case on.Distinct:
			m.crowds.touch(m.place(on), newCrowd).see(at, person(on), m.keepFrom())
		default:
			m.meters.touch(m.place(on), newMeter).see(at, on.Member, m.keepFrom())
		}
	}
	if s.Lookalikes > 0 {
		m.lookalikes.Keep(ShelvedOf(s))
	}
}

// Knows reports whether everything that a sighting counts has been counted before.
func (m *Memory) Knows(s *moderation.Sighting) bool {
	at := s.Time.UnixMilli()
	for i := range s.Meters {
		on := &s.Meters[i]
		switch {
		case on.Member == "":
		case on.Distinct:
			if in, ok := m.crowds.look(m.place(on)); !ok || !in.knows(at, person(on)) {
				return false
			}
		default:
			if in, ok := m.meters.look(m.place(on)); !ok || !in.knows(at, on.Member) {
				return false
			}
		}
	}
	return s.Lookalikes == 0 || m.lookalikes.Knows(ShelvedOf(s))
}

// Len is how many comments and meters are remembered, for those who must see to it that not
// too much is.
func (m *Memory) Len() int { return m.lookalikes.Len() + m.meters.len() + m.crowds.len() }

// Acted notes an automatic action on a case.
func (m *Memory) Acted(caseID string, at time.Time) {
	m.actions.see(at.UnixMilli(), caseID, at.Add(-ledger.ActionsWindow-ledger.Grace).UnixMilli())
}

// age lets go of meters that nothing will ask for again.
func (m *Memory) age(s *moderation.Sighting, at int64) {
	m.latest = max(m.latest, at)
	for i := range s.Meters {
		m.window = max(m.window, s.Meters[i].Window.Milliseconds())
	}
	grace := ledger.Grace.Milliseconds()
	m.meters.turn(m.latest, m.window+grace, metersAtMost)
	m.crowds.turn(m.latest, m.window+grace, metersAtMost)
}

// keepFrom is since when meters remember what they have counted, in Unix milliseconds: for as
// long as the longest window needs it, because many may share a key.
func (m *Memory) keepFrom() int64 { return m.latest - m.window - ledger.Grace.Milliseconds() }

// measure counts the sighting on one meter and reads it.
func (m *Memory) measure(asked *moderation.Meter, at int64) int {
	if asked.Distinct {
		return m.measurePeople(asked, at)
	}
	if asked.Member == "" {
		on, ok := m.meters.look(m.place(asked))
		if !ok {
			return 0
		}
		return count(on.window(at, asked.Window, mark{}), mark{}, 0)
	}
	on := m.meters.touch(m.place(asked), newMeter)
	own := on.see(at, asked.Member, m.keepFrom())
	return count(on.window(at, asked.Window, own), own, at-asked.Window.Milliseconds())
}

// measurePeople counts and reads a distinct meter.
func (m *Memory) measurePeople(asked *moderation.Meter, at int64) int {
	if asked.Member == "" {
		on, ok := m.crowds.look(m.place(asked))
		if !ok {
			return 0
		}
		return on.count(at, asked.Window, mark{})
	}
	on := m.crowds.touch(m.place(asked), newCrowd)
	return on.count(at, asked.Window, on.see(at, person(asked), m.keepFrom()))
}

// person is whom a distinct meter counts.
func person(on *moderation.Meter) string {
	who, _, _ := strings.Cut(on.Member, "/")
	return who
}

func newMeter() *meter { return new(meter) }
func newCrowd() *crowd { return new(crowd) }
