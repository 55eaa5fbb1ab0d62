package embedded

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Commit writes a case, its strike and its effects in one transaction.
func (s *Store) Commit(ctx context.Context, c ledger.Commit) (moderation.Case, error) {
	if err := c.Check(); err != nil {
		return moderation.Case{}, err
	}
	var stored moderation.Case
	err := s.do(ctx, "commit case "+c.Case.ID, func(t *transaction) error {
		var err error
		stored, err = s.commitCase(t, c)
		return err
	})
	return stored, err
}

func (s *Store) commitCase(t *transaction, c ledger.Commit) (moderation.Case, error) {
	row, err := readCase(t, c.Case.Guild, c.Case.ID)
	if err != nil {
		return moderation.Case{}, err
	}
	if landed, err := c.Meets(row.body, row.mark); landed || err != nil {
		return row.body, err
	}
	if err := mayCommit(t, c); err != nil {
		return moderation.Case{}, err
	}
	old := row.body
	next := c.Over(old)
	if c.Acts {
		row.acted = cmp.Or(row.acted, c.Case.Comment.Time.UnixMilli())
		g, id, at := s.guild(c.Case.Guild), c.Case.ID, time.UnixMilli(row.acted)
		t.onDisk(func() { g.acted(id, at) })
	}
	if err := writeCase(t, next, row.acted, c.Mark()); err != nil {
		return moderation.Case{}, err
	}
	if err := enqueue(t, c.Case.Guild, ledger.Effects, c.Effects); err != nil {
		return moderation.Case{}, err
	}
	if err := enqueue(t, c.Case.Guild, ledger.Opinions, c.Queue); err != nil {
		return moderation.Case{}, err
	}
	return next, s.writeRecord(t, old, next)
}

// mayCommit checks what the commit takes for granted.
func mayCommit(t *transaction, c ledger.Commit) error {
	if c.Case.Strike != nil {
		var version int64
		_, err := t.one(`SELECT version FROM authors WHERE guild = ? AND id = ?`, []any{c.Case.Guild, c.Case.Comment.Author.ID}, &version)
		if err != nil {
			return err
		}
		if version != c.Record {
			return ledger.ErrStale
		}
	}
	if c.Acts && c.Cap > 0 {
		at := c.Case.Comment.Time.UnixMilli()
		var acted int
		_, err := t.one(`SELECT count(*) FROM cases WHERE guild = ? AND acted > ? AND id <> ?`,
			[]any{c.Case.Guild, at - ledger.ActionsWindow.Milliseconds(), c.Case.ID}, &acted)
		if err != nil {
			return err
		}
		if acted >= c.Cap {
			return ledger.ErrOverCap
		}
	}
	return nil
}

// Decide writes a moderator's decision in one transaction.
func (s *Store) Decide(ctx context.Context, d ledger.Decision) (moderation.Case, error) {
	var stored moderation.Case
	err := s.do(ctx, "decide case "+d.Case, func(t *transaction) error {
		row, err := readCase(t, d.Guild, d.Case)
		if err != nil {
			return err
		}
		stored = row.body
		if landed, err := d.Meets(row.body, row.mark); landed || err != nil {
			return err
		}
		stored = d.On(row.body)
		if err := writeCase(t, stored, row.acted, d.Mark()); err != nil {
			return err
		}
		if err := enqueue(t, d.Guild, ledger.Effects, d.Effects); err != nil {
			return err
		}
		return s.writeRecord(t, row.body, stored)
	})
	return stored, err
}

// Case returns one case or ledger.ErrNotFound.
func (s *Store) Case(ctx context.Context, guild, id string) (moderation.Case, error) {
	var row caseRow
	err := s.do(ctx, "read case "+id, func(t *transaction) error {
		var err error
		if row, err = readCase(t, guild, id); err == nil && !row.found {
			err = ledger.ErrNotFound
		}
		return err
	})
	return row.body, err
}

// Find lists cases, newest first.
func (s *Store) Find(ctx context.Context, guild string, f ledger.Filter) ([]moderation.Case, error) {
	where, args := []string{"guild = ?"}, []any{guild}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, string(f.State))
	}
	if f.Author != "" {
		where, args = append(where, "author = ?"), append(args, f.Author)
	}
	if !f.After.IsZero() {
		where, args = append(where, "opened > ?"), append(args, f.After.UnixMilli())
	}
	query := fmt.Sprintf(`SELECT body FROM cases WHERE %s ORDER BY opened DESC, id DESC LIMIT ?`, strings.Join(where, " AND "))
	limit := f.Limit
	if limit <= 0 {
		limit = ledger.CasesFound
	}
	var found []moderation.Case
	err := s.do(ctx, "find cases", func(t *transaction) error {
		found = nil
		return t.each(query, append(args, limit), func(scan func(...any) error) error {
			var c moderation.Case
			if err := scanJSON(scan, &c); err != nil {
				return err
			}
			found = append(found, c)
			return nil
		})
	})
	return found, err
}

// caseRow is a case as it lies in the database.
type caseRow struct {
	found bool
	body  moderation.Case
	mark  string
	acted int64 // 0: no automatic action
}

func readCase(t *transaction, guild, id string) (caseRow, error) {
	var row caseRow
	var body []byte
	var err error
	row.found, err = t.one(`SELECT body, mark, coalesce(acted, 0) FROM cases WHERE guild = ? AND id = ?`,
		[]any{guild, id}, &body, &row.mark, &row.acted)
	if err != nil || !row.found {
		return caseRow{}, err
	}
	if err := json.Unmarshal(body, &row.body); err != nil {
		return caseRow{}, fmt.Errorf("case %s is stored in a form that cannot be read: %w", id, err)
	}
	return row, nil
}

func writeCase(t *transaction, c moderation.Case, acted int64, mark string) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = t.write(`INSERT INTO cases (guild, id, author, state, revision, version, mark, opened, updated, acted, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?)
		ON CONFLICT (guild, id) DO UPDATE SET author = excluded.author, state = excluded.state, revision = excluded.revision,
			version = excluded.version, mark = excluded.mark, opened = excluded.opened, updated = excluded.updated,
			acted = excluded.acted, body = excluded.body`,
		c.Guild, c.ID, c.Comment.Author.ID, string(c.State), c.Comment.Revision, c.Version, mark,
		c.Opened.UnixMilli(), c.Updated.UnixMilli(), acted, body)
	return err
}

// writeRecord brings the author's record in line with a case that has changed from old to
// next.
func (s *Store) writeRecord(t *transaction, old, next moderation.Case) error {
	guild, id := next.Guild, next.Comment.Author.ID
	if id == "" {
		return nil
	}
	grown, err := writeStrike(t, old, next)
	if err != nil {
		return err
	}
	rejected := number(ledger.Rejected(next)) - number(ledger.Rejected(old))
	if !grown && rejected == 0 {
		return nil
	}
	if _, err := t.write(`INSERT INTO authors (guild, id, version, rejected, active) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (guild, id) DO UPDATE SET version = version + excluded.version,
			rejected = rejected + excluded.rejected, active = max(active, excluded.active)`,
		guild, id, number(grown), rejected, next.Updated.UnixMilli()); err != nil {
		return err
	}
	return s.reread(t, guild, id)
}

// reread brings Observe's memory in line with the database once the transaction is on disk.
func (s *Store) reread(t *transaction, guild, id string) error {
	var now author
	_, err := t.one(`SELECT version, rejected FROM authors WHERE guild = ? AND id = ?`, []any{guild, id}, &now.version, &now.rejected)
	if err != nil {
		return err
	}
	if now.strikes, err = readStrikes(t, guild, id); err != nil {
		return err
	}
	t.onDisk(func() { s.guild(guild).learn(id, now.version, now.rejected, now.strikes) })
	return nil
}

// writeStrike keeps a strike that the case has gained, or that was pardoned. grown says
// whether the record has changed by it.
func writeStrike(t *transaction, old, next moderation.Case) (grown bool, err error) {
	strike := next.Strike
	if !ledger.Gained(old, next) {
		return false, nil
	}
	body, err := json.Marshal(strike)
	if err != nil {
		return false, err
	}
	var expires any
	if !strike.Expires.IsZero() {
		expires = strike.Expires.UnixMilli()
	}
	guild, author := next.Guild, next.Comment.Author.ID
	if _, err := t.write(`INSERT INTO strikes (guild, author, case_id, at, expires, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (guild, author, case_id) DO UPDATE SET body = excluded.body`,
		guild, author, next.ID, strike.At.UnixMilli(), expires, body); err != nil {
		return false, err
	}
	_, err = t.write(`DELETE FROM strikes WHERE guild = ?1 AND author = ?2 AND case_id IN
		(SELECT case_id FROM strikes WHERE guild = ?1 AND author = ?2 ORDER BY at DESC, case_id DESC LIMIT -1 OFFSET ?3)`,
		guild, author, ledger.StrikesAtMost)
	return true, err
}

func readStrikes(t *transaction, guild, author string) ([]moderation.Strike, error) {
	var strikes []moderation.Strike
	err := t.each(`SELECT body FROM strikes WHERE guild = ? AND author = ? ORDER BY at, case_id`, []any{guild, author},
		func(scan func(...any) error) error {
			var strike moderation.Strike
			if err := scanJSON(scan, &strike); err != nil {
				return err
			}
			strikes = append(strikes, strike)
			return nil
		})
	return slices.Clip(strikes), err
}

func scanJSON(scan func(...any) error, into any) error {
	var body []byte
	if err := scan(&body); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
