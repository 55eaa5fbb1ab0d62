package redis

import (
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger/recent"
)

const (
	// handedOverAtMost is how many look-alikes come with one answer.
	handedOverAtMost = 1000
	// shelvedAtMost is how many look-alikes a process remembers of all communities together,
	// in about 50 MB, give or take what comes in between two looks. Beyond, what it knows of
	// the community that was quiet longest is dropped, to be read again from Redis when needed.
	shelvedAtMost = 1 << 18
)

// shelves are what this process knows of the look-alikes of communities.
//
// Redis holds them as a list that all processes add to. The script hands over what a process
// has not seen yet, in the same trip and without a gap, so that looking for look-alikes is
// done here and costs the server next to nothing.
type shelves struct {
	mu   sync.Mutex
	of   map[string]*shelf
	most int   // comments on all of them together, see shelvedAtMost
	turn int64 // grows with every use
}

// shelf is what is known of one community's look-alikes.
type shelf struct {
	entries, count, actions string // keys
	used                    int64  // guarded by shelves.mu

	mu    sync.Mutex
	index recent.Lookalikes
	known int64 // number of the last entry of the list that is in the index
}

func (s *shelves) shelf(guild string) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.of[guild]
	if one == nil {
		k := keysOf(guild)
		one = &shelf{entries: k.lookalikes(), count: k.lookalikesEver(), actions: k.actions()}
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

// news is what an answer says about look-alikes: how many there had ever been before the
// ones that the batch added, and those handed over, with the number of the first.
type news struct {
	before int64
	first  int64
	others []any // entries
	own    []recent.Shelved
}

// readNews takes the beginning of an answer apart and returns the rest.
func readNews(values []any) (n news, rest []any, err error) {
	if len(values) < 3 {
		return n, nil, errForm
	}
	n.before, n.first = number(values[0]), number(values[1])
	length := number(values[2])
	if values = values[3:]; length < 0 || int64(len(values)) < length {
		return n, nil, errForm
	}
	n.others = values[:length]
	return n, values[length:], nil
}

// learn takes in what an answer says to somebody who knew the list up to asked. It reports
// whether everything up to that answer is known now.
func (s *shelf) learn(asked int64, n news) (complete bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked > n.before { // the server has lost some and counts anew
		s.known = 0
	}
	s.known = max(s.known, n.first-1) // what was before the first is no longer there
	if err := s.read(n.first, n.others); err != nil {
		return false, err
	}
	if s.known < n.before {
		return false, nil // not all fitted in; the batch's own are read with the rest
	}
	for i, own := range n.own {
		if number := n.before + 1 + int64(i); number > s.known {
			s.index.Keep(own)
			s.known = number
		}
	}
	return true, nil
}

// read puts the entries that are not known yet into the index; first is the first one's
// number. Often all are known, from an answer that another one overtook.
func (s *shelf) read(first int64, entries []any) error {
	for i, v := range entries {
		number := first + int64(i)
		if number <= s.known {
			continue
		}
		entry, err := readEntry(text(v))
		if err != nil {
			return err
		}
		s.index.Keep(entry)
		s.known = number
	}
	return nil
}

// upTo is the number of the last entry that is known.
func (s *shelf) upTo() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known
}

func (s *shelf) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.Len()
}

func (s *shelf) knows(own recent.Shelved) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.Knows(own)
}

func (s *shelf) find(own recent.Shelved, lookback time.Duration) []moderation.Lookalike {
	s.mu.Lock()
	defer s.mu.Unlock()
	alike, _ := s.index.Find(own, lookback)
	return alike
}
