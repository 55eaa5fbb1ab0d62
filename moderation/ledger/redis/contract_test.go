package redis_test

import (
	"testing"

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
