package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/moderation"
)

// said is the bot's latest verdict on a comment.
type said struct {
	Revision int64
	Verdict  moderation.Verdict
	Took     time.Duration
}

// hearing collects verdicts and lets the play wait for them.
type hearing struct {
	mu     sync.Mutex
	latest map[string]said
	took   []time.Duration
	news   chan struct{} // closed and replaced at every verdict
}

func newHearing() *hearing {
	return &hearing{latest: map[string]said{}, news: make(chan struct{})}
}

// verdict is the bot's hook; it is called from many goroutines.
func (h *hearing) verdict(c *moderation.Comment, v *moderation.Verdict, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took = append(h.took, took)
	if known, ok := h.latest[c.ID]; !ok || c.Revision >= known.Revision {
		h.latest[c.ID] = said{c.Revision, *v, took}
	}
	close(h.news)
	h.news = make(chan struct{})
}

// of waits for the verdict on a comment, or on an edit of it when edited is set.
func (h *hearing) of(ctx context.Context, id string, edited bool) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		h.mu.Lock()
		got, ok := h.latest[id]
		news := h.news
		h.mu.Unlock()
		if ok && (!edited || got.Revision > 0) {
			return got, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return said{}, fmt.Errorf("no verdict on comment %s: %w", id, ctx.Err())
		}
	}
}

// durations returns how long the verdicts took, in the order of their arrival.
func (h *hearing) durations() []time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]time.Duration(nil), h.took...)
}
