package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// perSecond is how many requests Discord takes from a bot in a second over all routes
// (developer reference, "Global Rate Limit").
const perSecond = 50

// knownRoutes bounds how many routes' limits are remembered.
const knownRoutes = 2048

// pace keeps requests within the limits that Discord has told of.
type pace struct {
	overall *rate.Limiter // nil where a proxy keeps the limit over all routes

	mu     sync.Mutex
	all    time.Time // until when nothing is sent
	routes map[string]*allowance
}

// allowance is what a route has left.
type allowance struct {
	known bool // whether left and reset were told
	left  int
	reset time.Time
	pause time.Time // until when a 429 stopped the route
}

func newPace(direct bool) *pace {
	p := &pace{routes: map[string]*allowance{}}
	if direct {
		p.overall = rate.NewLimiter(perSecond, perSecond)
	}
	return p
}

// wait blocks until the route may be used and takes one request from it. When that would
// take too long, it says when to come back.
func (p *pace) wait(ctx context.Context, route string) error {
	for {
		wait := p.take(route, time.Now())
		if wait <= 0 {
			break
		}
		if wait > longestWait {
			return &Error{Route: route, Status: http.StatusTooManyRequests, Message: "rate limited", After: wait}
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	if p.overall == nil || isInteraction(route) { // answers to interactions are not counted
		return nil
	}
	return p.overall.Wait(ctx)
}

// take takes one request from the route, or says how long to wait for one.
func (p *pace) take(route string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.all) && !isInteraction(route) {
		return p.all.Sub(now)
	}
	a := p.routes[route]
	switch {
	case a == nil:
		return 0
	case now.Before(a.pause):
		return a.pause.Sub(now)
	case !a.known:
		return 0
	case !now.Before(a.reset):
		a.known = false // a new window, of which nothing is known yet
		return 0
	case a.left > 0:
		a.left--
		return 0
	default:
		return a.reset.Sub(now)
	}
}

// settle learns from an answer's headers; nil when there was no answer.
func (p *pace) settle(route string, h http.Header) {
	if isInteraction(route) {
		return
	}
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil {
		return
	}
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil {
		return
	}
	now := time.Now()
	reset := now.Add(seconds(after))
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.route(route, now)
	if a.known && reset.Before(a.reset.Add(time.Second)) {
		left = min(left, a.left) // requests still under way were taken from it already
	}
	a.known, a.left, a.reset = true, left, reset
}

// pause stops a route, or all of them, for a while.
func (p *pace) pause(route string, d time.Duration, all bool) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case all:
		p.all = now.Add(d)
	case !isInteraction(route):
		p.route(route, now).pause = now.Add(d)
	}
}

// route finds or makes a route's allowance. The caller holds the lock.
func (p *pace) route(route string, now time.Time) *allowance {
	if a := p.routes[route]; a != nil {
		return a
	}
	if len(p.routes) >= knownRoutes {
		for name, a := range p.routes {
			if now.After(a.reset) && now.After(a.pause) {
				delete(p.routes, name)
			}
		}
	}
	a := &allowance{}
	p.routes[route] = a
	return a
}

// isInteraction reports whether a route answers an interaction. Discord counts these for
// each token alone and not at all against the limit over all routes.
func isInteraction(route string) bool { return strings.Contains(route, "/:token") }

// routeOf names what Discord counts together: method and path, with the IDs of channel,
// guild and webhook (limits are kept for each) and without all others.
func routeOf(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		switch {
		case i == 0:
		case i == 1 && (parts[0] == "channels" || parts[0] == "guilds" || parts[0] == "webhooks"):
		case parts[0] == "interactions" && i <= 2, parts[0] == "webhooks" && i == 2:
			parts[i] = ":token" // a secret, and of no use to limits
		case isID(part):
			parts[i] = ":id"
		}
	}
	return method + " /" + strings.Join(parts, "/")
}

func isID(part string) bool {
	_, err := strconv.ParseUint(part, 10, 64)
	return err == nil
}
