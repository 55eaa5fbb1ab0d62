package rest

import (
	"net/http"
	"sync"
	"time"
)

const (
	refusalSlot  = 10 * time.Second
	refusalSlots = 60 // ten minutes
	// maxRefusals in ten minutes stop all requests. Discord bans an address at 10,000
	// (developer reference, "Invalid Request Limit").
	maxRefusals = 8000
)

// refusals counts answers that Discord holds against an address. The zero value is ready.
type refusals struct {
	mu    sync.Mutex
	slots [refusalSlots]struct {
		start time.Time
		count int
	}
}

// count notes an answer if it is one of those: 401, 403 and 429, unless the limit is one
// shared with others.
func (r *refusals) count(now time.Time, answer *http.Response) {
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if answer.Header.Get("X-RateLimit-Scope") == "shared" {
			return
		}
	default:
		return
	}
	start := now.Truncate(refusalSlot)
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.slots[start.Unix()/int64(refusalSlot/time.Second)%refusalSlots]
	if !slot.start.Equal(start) {
		slot.start, slot.count = start, 0
	}
	slot.count++
}

// open reports for how long requests must be held back, 0 for not at all.
func (r *refusals) open(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := 0
	oldest := now
	since := now.Add(-refusalSlots * refusalSlot)
	for _, slot := range r.slots {
		if slot.count > 0 && slot.start.After(since) {
			total += slot.count
			if slot.start.Before(oldest) {
				oldest = slot.start
			}
		}
	}
	if total < maxRefusals {
		return 0
	}
	return oldest.Sub(since) + refusalSlot
}
