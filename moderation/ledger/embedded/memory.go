package embedded

import (
	"context"
	"fmt"
	"time"

	"parley/moderation/ledger"
)

// kinds of rows in the table memory.
const (
	kindOnce = "once"
	kindKept = "kept"
	kindHeld = "held"
)

// Once reports true to one caller per key until ttl has passed.
func (s *Store) Once(ctx context.Context, guild, key string, ttl time.Duration) (bool, error) {
	var first bool
	err := s.do(ctx, "once "+key, func(t *transaction) error {
		now := time.Now()
		changed, err := t.write(`INSERT INTO memory (guild, kind, key, expires, value) VALUES (?, ?, ?, ?, '')
			ON CONFLICT (guild, kind, key) DO UPDATE SET expires = excluded.expires WHERE expires <= ?`,
			guild, kindOnce, key, now.Add(ttl).UnixMilli(), now.UnixMilli())
		first = changed == 1
		return err
	})
	return first && err == nil, err
}

// Hold takes, prolongs or lets go of a key.
func (s *Store) Hold(ctx context.Context, guild, key, holder string, ttl time.Duration) (bool, error) {
	var mine bool
	err := s.do(ctx, "hold "+key, func(t *transaction) error {
		now := time.Now()
		changed, err := t.write(`INSERT INTO memory (guild, kind, key, expires, value) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (guild, kind, key) DO UPDATE SET expires = excluded.expires, value = excluded.value
			WHERE value = excluded.value OR expires <= ?`,
			guild, kindHeld, key, now.Add(ttl).UnixMilli(), []byte(holder), now.UnixMilli())
		mine = changed == 1
		return err
	})
	return mine && err == nil, err
}

// Remember keeps a value until ttl has passed.
func (s *Store) Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error {
	return s.do(ctx, "remember "+key, func(t *transaction) error {
		_, err := t.write(`INSERT INTO memory (guild, kind, key, expires, value) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (guild, kind, key) DO UPDATE SET expires = excluded.expires, value = excluded.value`,
			guild, kindKept, key, time.Now().Add(ttl).UnixMilli(), append([]byte{}, value...))
		return err
	})
}

// Recall returns what Remember kept, or nil.
func (s *Store) Recall(ctx context.Context, guild, key string) ([]byte, error) {
	var value []byte
	err := s.do(ctx, "recall "+key, func(t *transaction) error {
		value = nil
		_, err := t.one(`SELECT value FROM memory WHERE guild = ? AND kind = ? AND key = ? AND expires > ?`,
			[]any{guild, kindKept, key, time.Now().UnixMilli()}, &value)
		return err
	})
	return value, err
}

// Spend takes amounts from budgets, all or nothing.
func (s *Store) Spend(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) (ok bool, again time.Time, err error) {
	if err := ledger.CheckBudgets(budgets); err != nil {
		return false, time.Time{}, err
	}
	err = s.do(ctx, "spend", func(t *transaction) error {
		ok, again = true, time.Time{}
		used, err := readBudgets(t, guild, at, budgets)
		if err != nil {
			return err
		}
		for i, b := range budgets {
			if used[i]+b.Amount > b.Limit {
				ok = false
				if end := b.Start(at).Add(b.Window); end.After(again) {
					again = end
				}
			}
		}
		if !ok {
			return nil
		}
		for _, b := range budgets {
			if _, err := t.write(`INSERT INTO budgets (guild, key, window, start, used) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (guild, key, window, start) DO UPDATE SET used = used + excluded.used`,
				guild, b.Key, b.Window.Milliseconds(), b.Start(at).UnixMilli(), b.Amount); err != nil {
				return err
			}
		}
		return nil
	})
	return ok && err == nil, again, err
}

// Spent reports how much of each budget is used.
func (s *Store) Spent(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) ([]int64, error) {
	var used []int64
	err := s.do(ctx, "read budgets", func(t *transaction) error {
		var err error
		used, err = readBudgets(t, guild, at, budgets)
		return err
	})
	return used, err
}

func readBudgets(t *transaction, guild string, at time.Time, budgets []ledger.Budget) ([]int64, error) {
	used := make([]int64, len(budgets))
	for i, b := range budgets {
		_, err := t.one(`SELECT used FROM budgets WHERE guild = ? AND key = ? AND window = ? AND start = ?`,
			[]any{guild, b.Key, b.Window.Milliseconds(), b.Start(at).UnixMilli()}, &used[i])
		if err != nil {
			return nil, fmt.Errorf("budget %s: %w", b.Key, err)
		}
	}
	return used, nil
}
