package discordtest

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Request is one REST request that arrived, answered or not.
type Request struct {
	At     time.Time
	Method string
	// Path is below /api/v10, such as /channels/1/messages.
	Path  string
	Query string
	// Route is "METHOD /path" with names in braces for the IDs, or empty for
	// a path that the stand-in does not know.
	Route string
	Body  []byte
	// Reason is the audit log reason that came with it, decoded.
	Reason string
	// Status is what was answered; 0 while it is being worked on and when the
	// connection was cut instead.
	Status int
}

// Event is one gateway event that happened, whether or not a client heard it.
// The messages of a flood are not among them.
type Event struct {
	At   time.Time
	Name string
}

// Disconnect is a connection that the server closed with a code.
type Disconnect struct {
	At     time.Time
	Code   int
	Reason string
}

// record is the server's memory of what happened. It has a lock of its own,
// which is taken last.
type record struct {
	mu         sync.Mutex
	requests   []*Request
	violations []string
	events     []Event
	closes     []Disconnect
	invalid    int
}

func (r *record) request(request *Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
}

func (r *record) answered(request *Request, status int, scope string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	request.Status = status
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		r.invalid++
	case http.StatusTooManyRequests:
		if scope != scopeShared {
			r.invalid++
		}
	}
}

func (r *record) violation(lines ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violations = append(r.violations, lines...)
}

func (r *record) event(name string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, Event{at, name})
}

func (r *record) closed(code websocket.StatusCode, reason string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closes = append(r.closes, Disconnect{at, int(code), reason})
}

// Requests lists every REST request so far, in the order of arrival.
func (s *Server) Requests() []Request {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	list := make([]Request, 0, len(s.record.requests))
	for _, request := range s.record.requests {
		list = append(list, *request)
	}
	return list
}

// RequestsTo lists the requests to one route so far, such as "PUT
// /guilds/{guild_id}/bans/{user_id}".
func (s *Server) RequestsTo(route string) []Request {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	var list []Request
	for _, request := range s.record.requests {
		if request.Route == route {
			list = append(list, *request)
		}
	}
	return list
}

// Violations lists, in words, every request that Discord's API description
// does not allow: unknown paths and query parameters, and, with [WithSpec],
// bodies that do not fit. Tests want none.
func (s *Server) Violations() []string {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.violations)
}

// Events lists the gateway events so far.
func (s *Server) Events() []Event {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.events)
}

// Disconnects lists the connections that the server closed with a code.
func (s *Server) Disconnects() []Disconnect {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.closes)
}

// InvalidRequests counts the answers 401, 403 and 429 (except those in a
// shared scope). Discord bans an address that collects 10,000 in ten minutes.
func (s *Server) InvalidRequests() int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.invalid
}

// Connections counts the open gateway connections.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.links)
}

// Connected reports whether the bot has a gateway connection over which a
// session runs, that is, whether it hears events.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.links {
		if l.hasSession() {
			return true
		}
	}
	return false
}
