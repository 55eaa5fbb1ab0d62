package bench

import (
	"context"

	"parley/moderation"
	"parley/moderation/ledger"
)

// counted is a store that counts the calls which clean comments cause. Writing down what
// was flagged is not a clean comment's cost, and what runs on a timer (taking from the
// outbox, pings) is nobody's; they are left out.
type counted struct {
	ledger.Store
	calls *calls
}

func (c counted) Observe(ctx context.Context, s moderation.Sighting) (moderation.Observation, error) {
	c.calls.made.Add(1)
	return c.Store.Observe(ctx, s)
}

func (c counted) Advance(ctx context.Context, guild string, marks map[string]string) error {
	c.calls.made.Add(1)
	return c.Store.Advance(ctx, guild, marks)
}
