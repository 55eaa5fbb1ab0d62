package demo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/cmd/parley/latency"
	"parley/moderation"
)

// said is the bot's latest verdict on a comment.
type said struct {
	Revision int64
	Verdict  moderation.Verdict
	Took     latency.Duration
	at       time.Time

	Opinion *moderation.Opinion // nil until there is one, which the verdict then includes
	First   moderation.Action   // of the verdict before it
	Waited  latency.Duration    // for it
}

// hearing collects verdicts and lets the play wait for them.
type hearing struct {
	mu     sync.Mutex
	latest map[string]said
	took   []latency.Duration
	news   chan struct{} // closed and replaced at every verdict
}

func newHearing() *hearing {
	return &hearing{latest: map[string]said{}, news: make(chan struct{})}
}

// verdict is the bot's hook; it is called from many goroutines.
func (h *hearing) verdict(c *moderation.Comment, v *moderation.Verdict, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took = append(h.took, latency.Duration(took))
	if known, ok := h.latest[c.ID]; !ok || c.Revision >= known.Revision {
		h.latest[c.ID] = said{Revision: c.Revision, Verdict: *v, Took: latency.Duration(took), at: time.Now()}
	}
	h.spread()
}

// opinion is the bot's other hook.
func (h *hearing) opinion(c moderation.Case, o moderation.Opinion, v moderation.Verdict) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.latest[c.ID]
	known.First = known.Verdict.Action
	known.Verdict, known.Opinion, known.Waited = v, &o, latency.Duration(time.Since(known.at))
	h.latest[c.ID] = known
	h.spread()
}

// spread wakes those who wait. h.mu is held.
func (h *hearing) spread() {
	close(h.news)
	h.news = make(chan struct{})
}

// of waits for the verdict on a comment, or on an edit of it when edited is set.
func (h *hearing) of(ctx context.Context, id string, edited bool) (said, error) {
	return h.wait(ctx, "verdict on comment "+id, id, func(s said) bool { return !edited || s.Revision > 0 })
}

// advised waits for the second opinion on a comment, where one has been asked for.
func (h *hearing) advised(ctx context.Context, id string) (said, error) {
	return h.wait(ctx, "second opinion on comment "+id, id, func(s said) bool {
		return s.Opinion != nil || len(s.Verdict.Ask) == 0
	})
}

// wait waits until something was said of a comment that is enough.
func (h *hearing) wait(ctx context.Context, what, id string, enough func(said) bool) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		h.mu.Lock()
		got, ok := h.latest[id]
		news := h.news
		h.mu.Unlock()
		if ok && enough(got) {
			return got, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return said{}, fmt.Errorf("no %s: %w", what, ctx.Err())
		}
	}
}

// durations returns how long the verdicts took, in the order of their arrival.
func (h *hearing) durations() []latency.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.took)
}
