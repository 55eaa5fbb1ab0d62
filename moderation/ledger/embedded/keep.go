package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

const (
	flushEvery = 5 * time.Second // how long numbers of comments wait to be written together
	flushPause = 20 * time.Millisecond
	// flushedAtOnce is how many authors are written in one go, with flushPause in between: a
	// comment that has to be acted on waits for a few milliseconds of it at most.
	flushedAtOnce = 256
	purgeEvery    = time.Hour // how often what has expired is deleted
)

// load reads into memory what Observe needs: authors with their strikes, and the automatic
// actions of the last hour.
func (s *Store) load(ctx context.Context, conn *sql.Conn) error {
	t := &transaction{ctx: ctx, conn: conn, ready: make(map[string]*sql.Stmt)}
	defer t.forget()
	if err := s.loadAuthors(t); err != nil {
		return err
	}
	err := t.each(`SELECT guild, author, body FROM strikes ORDER BY at, case_id`, nil, func(scan func(...any) error) error {
		var guild, id string
		var body []byte
		if err := scan(&guild, &id, &body); err != nil {
			return err
		}
		var strike moderation.Strike
		if err := json.Unmarshal(body, &strike); err != nil {
			return err
		}
		a := s.guild(guild).author(id)
		a.strikes = append(a.strikes, strike)
		return nil
	})
	if err != nil {
		return err
	}
	return t.each(`SELECT guild, id, acted FROM cases WHERE acted > (SELECT coalesce(max(acted), 0) FROM cases) - ?`,
		[]any{2 * ledger.ActionsWindow.Milliseconds()}, func(scan func(...any) error) error {
			var guild, id string
			var acted int64
			if err := scan(&guild, &id, &acted); err != nil {
				return err
			}
			s.guild(guild).acted(id, time.UnixMilli(acted))
			return nil
		})
}

func (s *Store) loadAuthors(t *transaction) error {
	return t.each(`SELECT guild, id, version, rejected, comments, first, newest, active FROM authors`, nil, func(scan func(...any) error) error {
		var guild, id string
		var newest int64
		a := new(author)
		if err := scan(&guild, &id, &a.version, &a.rejected, &a.comments, &a.first, &newest, &a.active); err != nil {
			return err
		}
		a.newest, a.floor = uint64(newest), uint64(newest)
		s.guild(guild).authors[id] = a
		return nil
	})
}

// keepHouse writes what gathers in memory and deletes what has expired. What fails is tried
// again the next time.
func (s *Store) keepHouse() {
	defer close(s.kept)
	purge := time.NewTicker(purgeEvery)
	defer purge.Stop()
	var flush <-chan time.Time // nil while there is nothing to write
	for {
		select {
		case <-s.closing:
			return
		case <-s.gathered:
			if flush == nil {
				flush = time.After(flushEvery)
			}
		case <-flush:
			flush = nil
			if more, err := s.flushSome(context.Background()); err == nil && more {
				flush = time.After(flushPause)
			}
		case <-purge.C:
			_ = s.purge(context.Background())
		}
	}
}

// saved is what the database keeps of an author's comments.
type saved struct {
	guild, id             string
	comments              int
	first, active, newest int64
}

// flush writes the numbers of comments that have changed.
func (s *Store) flush(ctx context.Context) error {
	for {
		if more, err := s.flushSome(ctx); err != nil || !more {
			return err
		}
	}
}

// flushSome writes the numbers of some authors and reports whether there may be more.
func (s *Store) flushSome(ctx context.Context) (more bool, err error) {
	changed := s.unsaved()
	if len(changed) == 0 {
		return false, nil
	}
	err = s.do(ctx, "save numbers of comments", func(t *transaction) error {
		for _, a := range changed {
			if _, err := t.write(`INSERT INTO authors (guild, id, comments, first, newest, active) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (guild, id) DO UPDATE SET comments = max(comments, excluded.comments), first = excluded.first,
					newest = max(newest, excluded.newest), active = max(active, excluded.active)`,
				a.guild, a.id, a.comments, a.first, a.newest, a.active); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.markUnsaved(changed)
	}
	return len(changed) == flushedAtOnce, err
}

// unsaved collects changed authors, flushedAtOnce at most, and takes them for saved.
func (s *Store) unsaved() []saved {
	var changed []saved
	s.mu.RLock()
	defer s.mu.RUnlock()
	for id, g := range s.guilds {
		g.mu.Lock()
		for who, a := range g.unsaved {
			if len(changed) == flushedAtOnce {
				break
			}
			changed = append(changed, saved{id, who, a.comments, a.first, a.active, int64(a.newest)})
			delete(g.unsaved, who)
		}
		g.mu.Unlock()
	}
	return changed
}

// markUnsaved takes back that authors were saved.
func (s *Store) markUnsaved(changed []saved) {
	for _, c := range changed {
		g := s.guild(c.guild)
		g.mu.Lock()
		if a := g.authors[c.id]; a != nil {
			g.unsaved[c.id] = a
		}
		g.mu.Unlock()
	}
	s.gather()
}

// gather tells the housekeeper that there is something to write.
func (s *Store) gather() {
	select {
	case s.gathered <- struct{}{}:
	default: // it has been told
	}
}

// purge deletes what has outlived its time, on disk and then in memory.
func (s *Store) purge(ctx context.Context) error {
	now := time.Now()
	before := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	return s.do(ctx, "delete what has expired", func(t *transaction) error {
		for _, step := range []struct {
			delete string
			before int64
		}{
			{`DELETE FROM cases WHERE updated < ?`, before(s.keepCases)},
			{`DELETE FROM memory WHERE expires <= ?`, now.UnixMilli()},
			{`DELETE FROM budgets WHERE start + 2 * window < ?`, now.UnixMilli()},
			{`DELETE FROM shadow WHERE at < ?`, before(ledger.KeepShadowHits)},
		} {
			if _, err := t.write(step.delete, step.before); err != nil {
				return err
			}
		}
		if err := s.purgeStrikes(t, before(ledger.KeepStrikes)); err != nil {
			return err
		}
		return s.purgeAuthors(t, before(ledger.KeepAuthors))
	})
}

func (s *Store) purgeStrikes(t *transaction, before int64) error {
	gone, err := whose(t, `SELECT DISTINCT guild, author FROM strikes WHERE expires < ?`, before)
	if err != nil {
		return err
	}
	if _, err := t.write(`DELETE FROM strikes WHERE expires < ?`, before); err != nil {
		return err
	}
	for _, a := range gone {
		if err := s.reread(t, a.guild, a.id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) purgeAuthors(t *transaction, before int64) error {
	const forgotten = `FROM authors WHERE active < ? AND NOT EXISTS
		(SELECT 1 FROM strikes WHERE strikes.guild = authors.guild AND strikes.author = authors.id)`
	gone, err := whose(t, `SELECT guild, id `+forgotten, before)
	if err != nil {
		return err
	}
	if _, err := t.write(`DELETE `+forgotten, before); err != nil {
		return err
	}
	t.onDisk(func() {
		for _, a := range gone {
			s.guild(a.guild).forget(a.id)
		}
	})
	return nil
}

// person names an author in a community.
type person struct{ guild, id string }

func whose(t *transaction, query string, before int64) ([]person, error) {
	var all []person
	err := t.each(query, []any{before}, func(scan func(...any) error) error {
		var p person
		if err := scan(&p.guild, &p.id); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	return all, err
}
