package redis_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/redis"
)

func TestOneRedisKeepsTheContract(t *testing.T) {
	ledgertest.Run(t, at(ledgertest.Redis(t)))
}

func TestARedisClusterKeepsTheContract(t *testing.T) {
	ledgertest.Run(t, at(ledgertest.Cluster(t)))
}

func TestProcessesThatTakeTurnsKeepTheContractTogether(t *testing.T) {
	address := ledgertest.Redis(t)
	ledgertest.Run(t, func(t *testing.T) func() ledger.Store {
		return func() ledger.Store { return &turns{Store: open(t, address), other: open(t, address)} }
	})
}

// turns is two processes that observe by turns.
type turns struct {
	ledger.Store
	other ledger.Store
	taken atomic.Int64
}

// Observe has the process observe whose turn it is.
func (s *turns) Observe(ctx context.Context, of moderation.Sighting) (moderation.Observation, error) {
	if s.taken.Add(1)%2 == 0 {
		return s.other.Observe(ctx, of)
	}
	return s.Store.Observe(ctx, of)
}

// Close ends both.
func (s *turns) Close() error { return errors.Join(s.Store.Close(), s.other.Close()) }

// at is the place of ledgers in the Redis at an address.
func at(address string) ledgertest.Place {
	return func(t *testing.T) func() ledger.Store {
		return func() ledger.Store { return open(t, address) }
	}
}

func open(t testing.TB, address string) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), address, redis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
