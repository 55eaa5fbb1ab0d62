package discordtest

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Faults orders trouble. What is ordered happens to the next events or
// requests; nothing happens by itself. All methods may be called at any time.
type Faults struct {
	server *Server

	mu                 sync.Mutex
	rest               []*RESTFault
	refusedConnections int
	refusedResumes     int
	duplicates         int
	swaps              int
	frameDelay         time.Duration
	ignoreHeartbeats   bool
}

// RESTFault is trouble for REST requests. The zero value of each field leaves
// that part alone.
type RESTFault struct {
	// Route limits the fault to one route, such as "DELETE
	// /channels/{channel_id}/messages/{message_id}". Empty means any.
	Route string
	// Times is how many requests it happens to; 0 means one.
	Times int
	// Delay passes before anything else happens.
	Delay time.Duration
	// Hang never answers: the request ends when the client gives up.
	Hang bool
	// Status is answered in place of the truth, with a body such as Discord's.
	Status int
	// RetryAfter and Global belong to status 429.
	RetryAfter time.Duration
	Global     bool
	// Cut closes the connection in place of an answer.
	Cut bool
	// AfterEffect makes Status or Cut strike only when the request has been
	// carried out: the client cannot know that it was.
	AfterEffect bool
}

// REST orders trouble for the next requests. Orders are served in the order
// they were made.
func (f *Faults) REST(fault RESTFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault.Times = max(fault.Times, 1)
	f.rest = append(f.rest, &fault)
}

// RateLimitNext answers the next times requests to the route (empty: any)
// with 429, to be retried after the given time.
func (f *Faults) RateLimitNext(times int, route string, retryAfter time.Duration) {
	f.REST(RESTFault{Route: route, Times: times, Status: http.StatusTooManyRequests, RetryAfter: retryAfter})
}

// FailNext answers the next times requests to the route (empty: any) with a status.
func (f *Faults) FailNext(times int, route string, status int) {
	f.REST(RESTFault{Route: route, Times: times, Status: status})
}

// Clear forgets all trouble that was ordered and has not happened yet.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = nil
	f.refusedConnections, f.refusedResumes, f.duplicates, f.swaps = 0, 0, 0, 0
	f.frameDelay, f.ignoreHeartbeats = 0, false
}

// DropLinks cuts every gateway connection without a word.
func (f *Faults) DropLinks() {
	for _, l := range f.links() {
		l.cut()
	}
}

// CloseLinks closes every gateway connection with a close code.
func (f *Faults) CloseLinks(code int, reason string) {
	for _, l := range f.links() {
		l.close(websocket.StatusCode(code), reason)
	}
}

// RequestReconnect asks every client to reconnect and resume (op 7).
func (f *Faults) RequestReconnect() {
	for _, l := range f.links() {
		l.send(opReconnect, nil)
	}
}

// InvalidateSessions tells every client that its session is invalid (op 9). A
// session that is not resumable is forgotten.
func (f *Faults) InvalidateSessions(resumable bool) {
	for _, l := range f.links() {
		l.invalidate(resumable)
	}
}

func (f *Faults) links() []*link {
	f.server.mu.Lock()
	defer f.server.mu.Unlock()
	links := make([]*link, 0, len(f.server.links))
	for l := range f.server.links {
		links = append(links, l)
	}
	return links
}

// RefuseConnections makes the next attempts to open the gateway fail with 503.
func (f *Faults) RefuseConnections(times int) { f.set(func() { f.refusedConnections = times }) }

// RefuseResumes answers the next resumes with "invalid session, not resumable".
func (f *Faults) RefuseResumes(times int) { f.set(func() { f.refusedResumes = times }) }

// DuplicateEvents delivers each of the next events twice.
func (f *Faults) DuplicateEvents(times int) { f.set(func() { f.duplicates = times }) }

// SwapEvents delivers the next event after the one that follows it, and so on
// for times pairs.
func (f *Faults) SwapEvents(times int) { f.set(func() { f.swaps = times }) }

// DelayEvents delivers every event so much later, until set to 0.
func (f *Faults) DelayEvents(by time.Duration) { f.set(func() { f.frameDelay = by }) }

// IgnoreHeartbeats stops acknowledging heartbeats: the link looks dead though
// it is open.
func (f *Faults) IgnoreHeartbeats(ignore bool) { f.set(func() { f.ignoreHeartbeats = ignore }) }

func (f *Faults) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// takeREST returns the fault for a request to the route, counting it, or nil.
func (f *Faults) takeREST(route string) *RESTFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.rest {
		if fault.Route != "" && fault.Route != route {
			continue
		}
		if fault.Times--; fault.Times == 0 {
			f.rest = slices.Delete(f.rest, i, i+1)
		}
		return fault
	}
	return nil
}

func (f *Faults) takeEventFault() (duplicate, swap bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.swaps > 0:
		f.swaps--
		return false, true
	case f.duplicates > 0:
		f.duplicates--
		return true, false
	}
	return false, false
}

func (f *Faults) takeRefusedConnection() bool { return f.countDown(&f.refusedConnections) }

func (f *Faults) takeRefusedResume() bool { return f.countDown(&f.refusedResumes) }

func (f *Faults) countDown(counter *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if *counter == 0 {
		return false
	}
	*counter--
	return true
}

func (f *Faults) heartbeatsIgnored() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ignoreHeartbeats
}

// delayFrame waits as long as a frame queued at that moment has to wait still.
func (f *Faults) delayFrame(ctx context.Context, queued time.Time) error {
	f.mu.Lock()
	delay := f.frameDelay
	f.mu.Unlock()
	if delay == 0 {
		return nil
	}
	return pause(ctx, time.Until(queued.Add(delay)))
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
