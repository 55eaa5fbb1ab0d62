package redis

import (
	"strings"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger/recent"
)

const (
	// handedOverAtMost is how many sightings come with one answer.
	handedOverAtMost = 1000
	// keptAtMost is how many sightings of a community Redis keeps, the newest ones.
	keptAtMost = recent.RememberedAtMost
	// shelvedAtMost is how many comments and meters a process remembers of all communities
	// together, in about 50 MB, give or take what comes in between two looks. Beyond, what it
	// knows of the community that was quiet longest is dropped, to be read again from Redis
	// when needed.
	shelvedAtMost = 1 << 18
)

// shelves are what this process knows of the recent sightings of communities.
//
// Redis holds them as a list that all processes add to. The script hands over what a process
// has not seen yet, in the same trip and without a gap, so that counting within windows and
// looking for look-alikes is done here and costs the server next to nothing.
type shelves struct {
	mu   sync.Mutex
	of   map[string]*shelf
	most int   // comments and meters on all of them together, see shelvedAtMost
	turn int64 // grows with every use
}

// shelf is what is known of one community's recent sightings.
type shelf struct {
	keys keys
	used int64 // guarded by shelves.mu

	mu       sync.Mutex
	memory   recent.Memory
	known    int64         // number of the last sighting of the list that is in the memory
	lifetime time.Duration // how long the list is needed at least
	until    time.Time     // how long it is sure to live
}

func (s *shelves) shelf(guild string) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.of[guild]
	if one == nil {
		one = &shelf{keys: keysOf(guild)}
		s.of[guild] = one
	}
	s.turn++
	one.used = s.turn
	if s.turn%lookEvery == 0 {
		s.makeRoom()
	}
	return one
}

// lookEvery is after how many uses it is seen to that shelves do not hold too much.
const lookEvery = 1024

// makeRoom drops the shelves that were used longest ago while there is too much on all of
// them. Whoever still works with a dropped one is not disturbed.
func (s *shelves) makeRoom() {
	total := 0
	for _, one := range s.of {
		total += one.len()
	}
	for total > s.most && len(s.of) > 1 {
		oldest := ""
		for guild, one := range s.of {
			if oldest == "" || one.used < s.of[oldest].used {
				oldest = guild
			}
		}
		total -= s.of[oldest].len()
		delete(s.of, oldest)
	}
}

// news is what an answer says about recent sightings: the number of the last one before those
// of the batch, and those handed over, with the number of the first.
type news struct {
	before int64
	first  int64
	others []any // entries
}

// readNews takes the beginning of an answer apart and returns the rest.
func readNews(values []any) (n news, rest []any, err error) {
	if len(values) == 0 {
		return n, nil, errForm
	}
	before, line, _ := strings.Cut(text(values[0]), " ")
	first, length, _ := strings.Cut(line, " ")
	n.before, n.first = number(before), number(first)
	count := number(length)
	if values = values[1:]; length == "" || count < 0 || count > int64(len(values)) {
		return n, nil, errForm
	}
	n.others = values[:count]
	return n, values[count:], nil
}

// learn takes in what an answer says to somebody who knew the list up to asked. It reports
// whether all that the list held before the batch is known now.
func (s *shelf) learn(asked int64, n news) (complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked > n.before { // the server has lost some and counts anew
		s.known = 0
	}
	s.known = max(s.known, n.first-1) // what was before the first is no longer there
	s.read(n.first, n.others)
	return s.known >= n.before
}

// observe gives calls what is known around their sightings, once everything is known that the
// list held before them. Those that were added to the list follow the number before.
func (s *shelf) observe(before int64, calls []*call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range calls {
		c.observation = s.memory.Observe(&c.about.Sighting)
		if c.about.entry != "" {
			before++
		}
	}
	s.known = max(s.known, before)
}

// read notes the entries that are not known yet; first is the first one's number. Some may be
// known from another batch of the same trip. One that cannot be read is left out: a window
// that lacks one comment is better than a community in which none is judged.
func (s *shelf) read(first int64, entries []any) {
	for i, entry := range entries {
		number := first + int64(i)
		if number <= s.known {
			continue
		}
		s.known = number
		if sighting, err := readEntry(text(entry)); err == nil {
			s.memory.Note(&sighting)
		}
	}
}

// due says up to which sighting the list is known, how long it should live from now on, and
// whether it is time to see to that.
func (s *shelf) due(lifetime time.Duration, now time.Time) (known int64, ttl time.Duration, prolong bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lifetime = max(s.lifetime, lifetime)
	return s.known, 2 * s.lifetime, now.Add(s.lifetime).After(s.until)
}

// prolonged notes how long the list is sure to live.
func (s *shelf) prolonged(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = until
}

func (s *shelf) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.Len()
}

func (s *shelf) knows(own *moderation.Sighting) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.Knows(own)
}
