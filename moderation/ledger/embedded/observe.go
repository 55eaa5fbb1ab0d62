package embedded

import (
	"context"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Bounds of the memory of one guild.
const (
	metersAtMost  = 50_000  // in each of two generations
	shelvesAtMost = 50_000  // likewise
	authorsAtMost = 200_000 // beyond, authors of whom only a number of comments is known are forgotten
)

// guild is what Observe works on. It holds no lock while anything else is waited for.
type guild struct {
	mu         sync.Mutex
	latest     int64 // time of the newest comment
	meters     aging[string, *meter]
	window     int64 // longest window asked for, in milliseconds
	lookalikes index
	lookback   int64 // longest Lookalikes asked for, in milliseconds
	authors    map[string]*author
	unsaved    map[string]*author // those whose number of comments has changed
	actions    meter              // automatic actions by case
}

func (s *Store) guild(id string) *guild {
	s.mu.RLock()
	g := s.guilds[id]
	s.mu.RUnlock()
	if g != nil {
		return g
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g = s.guilds[id]; g == nil {
		g = &guild{authors: make(map[string]*author), unsaved: make(map[string]*author)}
		s.guilds[id] = g
	}
	return g
}

// Observe works in memory alone and returns at once.
func (s *Store) Observe(_ context.Context, sighting moderation.Sighting) (moderation.Observation, error) {
	select {
	case <-s.closing:
		return moderation.Observation{}, errClosed
	default:
	}
	g := s.guild(sighting.Guild)
	at := sighting.Time.UnixMilli()
	var seen moderation.Observation
	if len(sighting.Meters) > 0 {
		seen.Counts = make([]int, len(sighting.Meters))
	}

	g.mu.Lock()
	defer g.mu.Unlock()
	g.age(&sighting, at)
	for i := range sighting.Meters {
		seen.Counts[i] = g.measure(&sighting.Meters[i], at)
	}
	if sighting.Lookalikes > 0 {
		seen.Lookalikes = g.lookalikes.find(&sighting, at)
	}
	if sighting.Author != "" {
		a := g.author(sighting.Author)
		if a.see(sighting.Comment, at) {
			if len(g.unsaved) == 0 {
				s.gather()
			}
			g.unsaved[sighting.Author] = a
		}
		seen.Record = a.record()
	}
	seen.Actions = len(g.actions.window(at, ledger.ActionsWindow, mark{}))
	return seen, nil
}

// age lets go of meters and fingerprints that nothing will ask for again.
func (g *guild) age(s *moderation.Sighting, at int64) {
	g.latest = max(g.latest, at)
	for i := range s.Meters {
		g.window = max(g.window, s.Meters[i].Window.Milliseconds())
	}
	g.lookback = max(g.lookback, s.Lookalikes.Milliseconds())
	grace := ledger.Grace.Milliseconds()
	g.meters.turn(g.latest, g.window+grace, metersAtMost)
	g.lookalikes.shelves.turn(g.latest, g.lookback+grace, shelvesAtMost)
}

// measure counts the sighting on one meter and reads it.
func (g *guild) measure(m *moderation.Meter, at int64) int {
	from := at - m.Window.Milliseconds()
	own := mark{member: m.Member}
	var on *meter
	if m.Member == "" {
		known, ok := g.meters.look(m.Key)
		if !ok {
			return 0
		}
		on = known
	} else {
		on = g.meters.touch(m.Key, func() *meter { return new(meter) })
		own = on.see(at, m.Member, m.Window)
	}
	in := on.window(at, m.Window, own)
	if m.Distinct {
		return distinct(in, own)
	}
	return count(in, own, from)
}

// author returns what is known about somebody, from now on something.
func (g *guild) author(id string) *author {
	a := g.authors[id]
	if a != nil {
		return a
	}
	if len(g.authors) >= authorsAtMost {
		for other, known := range g.authors {
			if known.plain() && g.unsaved[other] == nil {
				delete(g.authors, other)
				break
			}
		}
	}
	a = new(author)
	g.authors[id] = a
	return a
}

// Record returns what is remembered about an author.
func (s *Store) Record(_ context.Context, guild, author string) (moderation.Record, error) {
	g := s.guild(guild)
	g.mu.Lock()
	defer g.mu.Unlock()
	if a := g.authors[author]; a != nil {
		return a.record(), nil
	}
	return moderation.Record{}, nil
}

// learn takes over what a transaction has made of an author's record.
func (g *guild) learn(author string, version int64, rejected int, strikes []moderation.Strike) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.author(author)
	a.version, a.rejected, a.strikes = version, rejected, strikes
}

// forget lets go of an author whom the database no longer knows, unless there are comments
// of which it does not know yet.
func (g *guild) forget(author string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if a := g.authors[author]; a != nil && g.unsaved[author] == nil {
		delete(g.authors, author)
	} else if a != nil {
		a.version, a.rejected, a.strikes = 0, 0, nil
	}
}

// acted notes an automatic action.
func (g *guild) acted(caseID string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.actions.see(at.UnixMilli(), caseID, ledger.ActionsWindow)
}
