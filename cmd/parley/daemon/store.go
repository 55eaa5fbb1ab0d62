package daemon

import (
	"context"
	"fmt"

	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
	"parley/moderation/ledger/redis"
)

// OpenStore opens Redis where an address is given, the embedded store elsewhere.
func OpenStore(ctx context.Context, redisURL, dataDir string) (ledger.Store, error) {
	if redisURL != "" {
		store, err := redis.Open(ctx, redisURL, redis.Options{})
		if err != nil {
			return nil, fmt.Errorf("open Redis (REDIS_URL): %w", err)
		}
		return store, nil
	}
	store, err := embedded.Open(ctx, dataDir, embedded.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", dataDir, err)
	}
	return store, nil
}
