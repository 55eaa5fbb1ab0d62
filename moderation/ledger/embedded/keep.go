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
	flushEvery = 5 * time.Second // how often numbers of comments are written
	purgeEvery = time.Hour       // how often what has expired is deleted
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

// keepHouse writes what gathers in memory and deletes what has expired.
func (s *Store) keepHouse() {
	defer close(s.kept)
	flush, purge := time.NewTicker(flushEvery), time.NewTicker(purgeEvery)
	defer flush.Stop()
	defer purge.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-flush.C:
			_ = s.flush(context.Background()) // what could not be written is tried again with the next
		case <-purge.C:
			_ = s.purge(context.Background()) // likewise
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
	changed := s.unsaved()
	if len(changed) == 0 {
		return nil
	}
	err := s.do(ctx, "save numbers of comments", func(t *transaction) error {
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
	return err
}

// unsaved collects the changed authors and takes them for saved.
func (s *Store) unsaved() []saved {
	var changed []saved
	s.mu.RLock()
	defer s.mu.RUnlock()
	for id, g := range s.guilds {
		g.mu.Lock()
		for who, a := range g.unsaved {
			changed = append(changed, saved{id, who, a.comments, a.first, a.active, int64(a.newest)})
		}
		clear(g.unsaved)
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
}

// purge deletes what has outlived its time.
func (s *Store) purge(ctx context.Context) error {
	now := time.Now()
	before := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	return s.do(ctx, "delete what has expired", func(t *transaction) error {
		for _, step := range []struct {
			delete string
			before int64
		}{
			{`DELETE FROM cases WHERE updated < ?`, before(s.keepCases)},
			{`DELETE FROM strikes WHERE expires < ?`, before(ledger.KeepStrikes)},
			{`DELETE FROM authors WHERE active < ? AND (guild, id) NOT IN (SELECT guild, author FROM strikes)`, before(ledger.KeepAuthors)},
			{`DELETE FROM memory WHERE expires <= ?`, now.UnixMilli()},
			{`DELETE FROM budgets WHERE start + 2 * window < ?`, now.UnixMilli()},
			{`DELETE FROM shadow WHERE at < ?`, before(ledger.KeepShadowHits)},
		} {
			if _, err := t.write(step.delete, step.before); err != nil {
				return err
			}
		}
		return nil
	})
}
