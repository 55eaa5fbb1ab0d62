package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation/ledger"
)

// spentFor is how long a spending is remembered, so that the client library's repetition of
// it changes nothing.
const spentFor = time.Minute

// Once reports true to one caller per key until ttl has passed.
func (s *Store) Once(ctx context.Context, guild, key string, ttl time.Duration) (bool, error) {
	// The value tells this call's own repetition, which the client library makes after a
	// time-out, from another caller.
	own := rand.Text()
	holder, err := s.client.SetArgs(ctx, keysOf(guild).once(key), own, goredis.SetArgs{Mode: "NX", TTL: whole(ttl), Get: true}).Result()
	if errors.Is(err, goredis.Nil) {
		return true, nil
	}
	return holder == own, wrap("once "+key, err)
}

// Hold takes, prolongs or lets go of a key.
func (s *Store) Hold(ctx context.Context, guild, key, holder string, ttl time.Duration) (bool, error) {
	mine, err := s.scripts.hold.Run(ctx, s.client, []string{keysOf(guild).held(key)}, holder, ttl.Milliseconds()).Bool()
	return mine, wrap("hold "+key, err)
}

// whole rounds a lifetime up to what Redis can measure.
func whole(ttl time.Duration) time.Duration { return max(ttl, time.Millisecond) }

// Remember keeps a value until ttl has passed.
func (s *Store) Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error {
	return wrap("remember "+key, s.client.Set(ctx, keysOf(guild).kept(key), value, whole(ttl)).Err())
}

// Recall returns what Remember kept, or nil.
func (s *Store) Recall(ctx context.Context, guild, key string) ([]byte, error) {
	value, err := s.client.Get(ctx, keysOf(guild).kept(key)).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	return value, wrap("recall "+key, err)
}

// Spend takes amounts from budgets, all or nothing.
func (s *Store) Spend(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) (ok bool, again time.Time, err error) {
	if err := ledger.CheckBudgets(budgets); err != nil {
		return false, time.Time{}, err
	}
	k := keysOf(guild)
	keys, args := []string{k.spent(rand.Text())}, []any{spentFor.Milliseconds()}
	for _, b := range budgets {
		keys = append(keys, k.budget(b, at))
		args = append(args, b.Amount, b.Limit, 2*b.Window.Milliseconds())
	}
	lacking, err := s.run(ctx, "spend", s.scripts.spend, keys, args...)
	if err != nil {
		return false, time.Time{}, err
	}
	for _, i := range lacking {
		b := budgets[number(i)-1]
		if end := b.Start(at).Add(b.Window); end.After(again) {
			again = end
		}
	}
	return len(lacking) == 0, again, nil
}

// Spent reports how much of each budget is used.
func (s *Store) Spent(ctx context.Context, guild string, at time.Time, budgets []ledger.Budget) ([]int64, error) {
	if len(budgets) == 0 {
		return nil, nil
	}
	k := keysOf(guild)
	keys := make([]string, len(budgets))
	for i, b := range budgets {
		keys[i] = k.budget(b, at)
	}
	values, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, wrap("read budgets", err)
	}
	used := make([]int64, len(budgets))
	for i, v := range values {
		used[i] = number(v)
	}
	return used, nil
}

// Watermarks returns up to which comment each channel has been judged.
func (s *Store) Watermarks(ctx context.Context, guild string) (map[string]string, error) {
	marks, err := s.client.HGetAll(ctx, keysOf(guild).watermarks()).Result()
	return marks, wrap("read watermarks", err)
}

// Advance moves watermarks forward.
func (s *Store) Advance(ctx context.Context, guild string, marks map[string]string) error {
	if len(marks) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(marks))
	for _, channel := range slices.Sorted(maps.Keys(marks)) {
		args = append(args, channel, strings.TrimLeft(marks[channel], "0"))
	}
	_, err := s.run(ctx, fmt.Sprintf("advance %d watermarks", len(marks)), s.scripts.advance, []string{keysOf(guild).watermarks()}, args...)
	return err
}
