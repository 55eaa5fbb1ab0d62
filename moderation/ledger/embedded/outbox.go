package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

func enqueue(t *transaction, guild string, q ledger.Queue, effects []moderation.Effect) error {
	for _, e := range effects {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := t.write(`INSERT INTO queue (guild, name, due, body) VALUES (?, ?, 0, ?)`, guild, string(q), body); err != nil {
			return err
		}
	}
	return nil
}

// Take leases effects that are due: first those that were given back or whose lease has ended,
// then new ones, each in order. Two questions in place of one, since the index answers either
// without looking at all that waits; a raid leaves thousands.
func (s *Store) Take(ctx context.Context, guild string, q ledger.Queue, consumer string, n int, lease time.Duration) ([]ledger.Delivery, error) {
	var taken []ledger.Delivery
	err := s.do(ctx, fmt.Sprintf("take from %s", q), func(t *transaction) error {
		taken = nil
		now := time.Now().UnixMilli()
		find := func(query string, args ...any) error {
			return t.each(query, args, func(scan func(...any) error) error {
				var d ledger.Delivery
				var body []byte
				if err := scan(&d.Token, &d.Attempts, &body); err != nil {
					return err
				}
				if err := json.Unmarshal(body, &d.Effect); err != nil {
					return fmt.Errorf("effect %s in queue %s cannot be read: %w", d.Token, q, err)
				}
				taken = append(taken, d)
				return nil
			})
		}
		if err := find(`SELECT seq, attempts + 1, body FROM queue WHERE guild = ? AND name = ? AND due > 0 AND due <= ? ORDER BY due, seq LIMIT ?`,
			guild, string(q), now, n); err != nil {
			return err
		}
		if err := find(`SELECT seq, attempts + 1, body FROM queue WHERE guild = ? AND name = ? AND due = 0 ORDER BY seq LIMIT ?`,
			guild, string(q), n-len(taken)); err != nil {
			return err
		}
		for _, d := range taken {
			if _, err := t.write(`UPDATE queue SET due = ?, attempts = ?, consumer = ? WHERE seq = ?`,
				now+lease.Milliseconds(), d.Attempts, consumer, d.Token); err != nil {
				return err
			}
		}
		return nil
	})
	return taken, err
}

// Renew has the leases of deliveries begin anew.
func (s *Store) Renew(ctx context.Context, guild string, q ledger.Queue, consumer string, held []ledger.Delivery, lease time.Duration) error {
	return s.do(ctx, fmt.Sprintf("renew %d leases of %s", len(held), q), func(t *transaction) error {
		end := time.Now().Add(lease).UnixMilli()
		for _, d := range held {
			if _, err := t.write(`UPDATE queue SET due = ? WHERE seq = ? AND guild = ? AND consumer = ?`, end, d.Token, guild, consumer); err != nil {
				return err
			}
		}
		return nil
	})
}

// bury frees what a process had taken when it died. One process at a time has the database,
// so whatever is taken when it is opened was taken by a dead one.
func bury(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, `UPDATE queue SET due = 0, consumer = '' WHERE consumer != ''`); err != nil {
		return fmt.Errorf("free what was taken: %w", err)
	}
	if _, err := conn.ExecContext(ctx, `DELETE FROM memory WHERE kind = ?`, kindHeld); err != nil {
		return fmt.Errorf("free what was held: %w", err)
	}
	return nil
}

// Settle removes a delivery and notes in the case what came of it.
func (s *Store) Settle(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, e moderation.CaseEvent, card moderation.MessageRef) error {
	return s.do(ctx, "settle effect "+d.Effect.ID, func(t *transaction) error {
		removed, err := t.write(`DELETE FROM queue WHERE seq = ? AND guild = ?`, d.Token, guild)
		if err != nil || removed == 0 {
			return err
		}
		if e.Kind == "" && card == (moderation.MessageRef{}) {
			return nil
		}
		row, err := readCase(t, guild, d.Effect.Case)
		if err != nil || !row.found {
			return err
		}
		c := ledger.Reported(row.body, e, card)
		return writeCase(t, c, row.acted, row.mark)
	})
}

// Later gives a delivery back until the time at.
func (s *Store) Later(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, at time.Time) error {
	return s.do(ctx, "give back effect "+d.Effect.ID, func(t *transaction) error {
		_, err := t.write(`UPDATE queue SET due = ?, consumer = '' WHERE seq = ? AND guild = ? AND attempts = ?`,
			at.UnixMilli(), d.Token, guild, strconv.Itoa(d.Attempts))
		return err
	})
}

// Waiting counts what is in a queue, taken or not.
func (s *Store) Waiting(ctx context.Context, guild string, q ledger.Queue) (int, error) {
	var n int
	err := s.do(ctx, fmt.Sprintf("count %s", q), func(t *transaction) error {
		_, err := t.one(`SELECT count(*) FROM queue WHERE guild = ? AND name = ?`, []any{guild, string(q)}, &n)
		return err
	})
	return n, err
}
