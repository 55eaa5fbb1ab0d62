package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"parley/moderation/ledger"
)

// storeHealth knows whether the store answers, and tells moderators once when it does not.
type storeHealth struct {
	bot  *Bot
	away atomic.Bool

	mu    sync.Mutex
	why   error
	since time.Time
	told  time.Time // when moderators were told last
}

// alertEvery keeps a store that comes and goes from filling the review channel.
const alertEvery = 15 * time.Minute

// failed notes that an operation did not succeed. One that was cut short by shutting down
// says nothing about the store.
func (h *storeHealth) failed(operation string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	reason := "refused"
	if errors.Is(err, ledger.ErrAway) {
		reason = "away"
	}
	h.bot.metrics.retried.WithLabelValues(operation, reason).Inc()
	if reason != "away" {
		h.bot.Log.Warn("a store operation failed and is tried again", "operation", operation, "error", err)
		return
	}
	if !h.away.CompareAndSwap(false, true) {
		return
	}
	now := time.Now()
	h.mu.Lock()
	h.why, h.since = err, now
	tell := now.Sub(h.told) > alertEvery
	if tell {
		h.told = now
	}
	h.mu.Unlock()
	h.bot.Log.Error("the store is away; comments are judged and wait in memory until it is back",
		"store", h.bot.Store.Name(), "error", err)
	if !tell {
		return
	}
	h.bot.eachGuild(func(g *guild) {
		h.bot.alerts.sayWithoutStore(g.id, "alert/store/"+now.UTC().Format(time.RFC3339),
			"Parley's memory (its store) cannot be reached. Comments are still read and judged, but nothing is taken down until it is back; then everything is caught up. Whoever runs Parley should look at the store.")
	})
}

// answered notes that the store answers. It is called for every comment.
func (h *storeHealth) answered() {
	if h.away.Load() && h.away.CompareAndSwap(true, false) {
		h.mu.Lock()
		since := h.since
		h.mu.Unlock()
		h.bot.Log.Info("the store is back", "store", h.bot.Store.Name(), "was_away", time.Since(since).Round(time.Millisecond))
	}
}

// err says why the store cannot be used, nil when it can.
func (h *storeHealth) err() error {
	if !h.away.Load() {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return fmt.Errorf("the store is away since %s: %w", h.since.UTC().Format(time.RFC3339), h.why)
}
