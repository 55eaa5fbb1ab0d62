package bench

import (
	"context"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// counted is a store that counts the calls which comments cause. What runs on a timer
// (taking from the outbox, pings) is not a comment's cost and is left out.
type counted struct {
	ledger.Store
	calls *calls
}

func (c counted) Observe(ctx context.Context, s moderation.Sighting) (moderation.Observation, error) {
	c.calls.observe.Add(1)
	return c.Store.Observe(ctx, s)
}

func (c counted) Commit(ctx context.Context, commit ledger.Commit) (moderation.Case, error) {
	c.calls.commit.Add(1)
	return c.Store.Commit(ctx, commit)
}

func (c counted) Record(ctx context.Context, guild, author string) (moderation.Record, error) {
	c.calls.other.Add(1)
	return c.Store.Record(ctx, guild, author)
}

func (c counted) Case(ctx context.Context, guild, id string) (moderation.Case, error) {
	c.calls.other.Add(1)
	return c.Store.Case(ctx, guild, id)
}

func (c counted) Advance(ctx context.Context, guild string, marks map[string]string) error {
	c.calls.other.Add(1)
	return c.Store.Advance(ctx, guild, marks)
}

func (c counted) Once(ctx context.Context, guild, key string, ttl time.Duration) (bool, error) {
	c.calls.other.Add(1)
	return c.Store.Once(ctx, guild, key, ttl)
}
