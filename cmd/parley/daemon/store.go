package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/moderation/ledger"
	"parley/moderation/ledger/open"
)

// storeRetry is how often a store that cannot be reached is tried again.
const storeRetry = 2 * time.Second

// awaitStore opens the store, and waits for it where it cannot be reached yet: a bot and its
// Redis are often started together. It says so once, and once it goes on.
func awaitStore(ctx context.Context, o open.Options, log *slog.Logger) (ledger.Store, error) {
	for waited := false; ; waited = true {
		store, err := open.Ledger(ctx, o)
		if err == nil && waited {
			log.Info("the store answers; going on")
		}
		if !errors.Is(err, ledger.ErrAway) {
			return store, err
		}
		if !waited {
			log.Warn("the store cannot be reached; waiting for it", "error", err)
		}
		select {
		case <-time.After(storeRetry):
		case <-ctx.Done():
			return nil, err
		}
	}
}
