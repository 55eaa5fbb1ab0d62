package bot

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/moderation/ledger"
	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/redis"
)

func openRedis(t *testing.T, address string) ledger.Store {
	t.Helper()
	s, err := redis.Open(context.Background(), address, redis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

func TestRoundTripsToRedisAreCounted(t *testing.T) {
	p, store := newTown(), openRedis(t, ledgertest.Redis(t))
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "good morning"))
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if n := valueOf(t, b.Bot, "parley_store_round_trips_total"); n < 1 {
		t.Errorf("counted %v round trips", n)
	}
}

// perform plays the scene to an undisturbed bot.
func perform(t *testing.T, store ledger.Store) summary {
	t.Helper()
	p := newTown()
	b := start(t, p, store, nil)
	for _, c := range scene() {
		p.post(t, c)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	return summarise(t, p, store)
}

func TestBothStoresLeaveTheSame(t *testing.T) {
	onRedis := perform(t, openRedis(t, ledgertest.Redis(t)))
	embedded := perform(t, openStore(t))
	if diff := gocmp.Diff(embedded, onRedis, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-embedded +redis):\n%s", diff)
	}
}

// TestARedisThatIsKilledUnderLoadLosesNoStrike kills the server with half of the comments
// under way and starts it again.
func TestARedisThatIsKilledUnderLoadLosesNoStrike(t *testing.T) {
	server := ledgertest.StartServer(t)
	store := openRedis(t, server.Address())
	p := newTown()
	b := start(t, p, store, func(c *Config) { c.Log = nil })
	const comments = 60
	for i := 1; i <= comments; i++ {
		if i == comments/2 {
			server.Kill()
		}
		p.post(t, says(i, fmt.Sprint("author", i%7), "remove"))
	}
	p.see(t, "not ready", func() bool { return errors.Is(b.Ready(), ledger.ErrAway) })
	server.Start()
	p.see(t, "ready, and everything taken down", func() bool { return b.Ready() == nil && len(p.deleted) == comments })
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for i := range 7 {
		total += len(recordOf(t, store, fmt.Sprint("author", i)).Strikes)
	}
	if total != comments {
		t.Errorf("%d strikes for %d comments", total, comments)
	}
	deadline, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	marks, err := store.Watermarks(deadline, "g")
	if err != nil || marks["news"] != fmt.Sprint(comments) {
		t.Errorf("watermarks %v, error %v; want %d", marks, err, comments)
	}
}
