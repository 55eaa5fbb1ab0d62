package embedded

import (
	"context"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger/recent"
)

// authorsAtMost bounds the memory of one guild: beyond, authors of whom only a number of
// comments is known are forgotten.
const authorsAtMost = 200_000

// guild is what Observe works on. It holds no lock while anything else is waited for.
type guild struct {
	mu      sync.Mutex
	recent  recent.Memory
	authors map[string]*author
	unsaved map[string]*author // those whose number of comments has changed
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
	g.mu.Lock()
	defer g.mu.Unlock()
	seen := g.recent.Observe(&sighting)
	if sighting.Author != "" {
		a := g.author(sighting.Author)
		if a.see(sighting.Comment, sighting.Time.UnixMilli()) {
			if len(g.unsaved) == 0 {
				s.gather()
			}
			g.unsaved[sighting.Author] = a
		}
		seen.Record = a.record()
	}
	return seen, nil
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
	g.recent.Acted(caseID, at)
}
