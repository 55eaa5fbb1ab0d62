// Package open chooses the ledger: Redis where one is configured, else the embedded one.
package open

import (
	"context"
	"errors"

	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
	"parley/moderation/ledger/redis"
)

// Options say where the ledger is.
type Options struct {
	RedisURL string // see redis.Open; "" for the embedded ledger
	DataDir  string // directory of the embedded ledger, made if it is not there
}

// Ledger opens the ledger at the given place. The error is ledger.ErrAway when trying again
// later may help.
func Ledger(ctx context.Context, o Options) (ledger.Store, error) {
	switch {
	case o.RedisURL != "":
		store, err := redis.Open(ctx, o.RedisURL, redis.Options{})
		if err != nil {
			return nil, err // not store: a nil *redis.Store is not a nil ledger.Store
		}
		return store, nil
	case o.DataDir != "":
		store, err := embedded.Open(ctx, o.DataDir, embedded.Options{})
		if err != nil {
			return nil, err
		}
		return store, nil
	}
	return nil, errors.New("open the ledger: neither the address of a Redis nor a data directory is configured")
}
