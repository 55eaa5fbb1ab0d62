package recent

import (
	"slices"
	"time"

	"parley/moderation/ledger"
)

// crowd remembers when each of many people was seen first and last. From that it tells how
// many were seen in a window without reading every sighting: those last seen after it began,
// less those first seen after it ended. Only somebody who paused for the whole of a window
// that lies in the past is counted though absent.
type crowd struct {
	people []presence
	places map[string]int // of each person in people, once there are too many to look through
}

type presence struct {
	name        string
	first, last int64 // Unix milliseconds
}

// see notes a person and returns the first sighting. Who was last seen no later than keepFrom
// may be forgotten.
func (c *crowd) see(at int64, name string, keepFrom int64) mark {
	place, known := c.find(name)
	if !known {
		c.makeRoom(keepFrom)
		place = len(c.people)
		c.people = append(c.people, presence{name, at, at})
		c.index(place)
	}
	p := &c.people[place]
	p.first, p.last = min(p.first, at), max(p.last, at)
	return mark{p.first, name}
}

func (c *crowd) find(name string) (int, bool) {
	if c.places != nil {
		place, ok := c.places[name]
		return place, ok
	}
	place := slices.IndexFunc(c.people, func(p presence) bool { return p.name == name })
	return place, place >= 0
}

// knows reports whether seeing a person at a time would change nothing.
func (c *crowd) knows(at int64, name string) bool {
	place, ok := c.find(name)
	return ok && c.people[place].first <= at && at <= c.people[place].last
}

// index notes where people from a place on stand.
func (c *crowd) index(from int) {
	if c.places == nil {
		if len(c.people) <= searchedAtMost {
			return
		}
		c.places, from = make(map[string]int, 2*len(c.people)), 0
	}
	for i := from; i < len(c.people); i++ {
		c.places[c.people[i].name] = i
	}
}

// makeRoom forgets those who have not been seen for too long, from time to time, and the
// one seen longest ago when the crowd is full.
func (c *crowd) makeRoom(keepFrom int64) {
	n := len(c.people)
	if n%searchedAtMost == searchedAtMost-1 {
		c.people = slices.DeleteFunc(c.people, func(p presence) bool { return p.last <= keepFrom })
	}
	if len(c.people) >= ledger.PeopleAtMost {
		oldest := 0
		for i, p := range c.people {
			if p.last < c.people[oldest].last {
				oldest = i
			}
		}
		c.people = slices.Delete(c.people, oldest, oldest+1)
	}
	if len(c.people) < n {
		c.places = nil
		c.index(0)
	}
}

// count counts who was seen in (at-window, at]. Of those first seen in the millisecond at,
// only the ones up to own in alphabetical order count, if own was, too.
func (c *crowd) count(at int64, window time.Duration, own mark) int {
	from := at - window.Milliseconds()
	n := 0
	for i := range c.people {
		p := &c.people[i]
		switch {
		case p.last <= from, p.first > at:
		case p.first == at && own.at == at && own.member != "" && p.name > own.member:
		default:
			n++
		}
	}
	return n
}
