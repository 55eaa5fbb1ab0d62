package discordtest

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Scopes of a 429, as in the X-RateLimit-Scope header.
const (
	scopeUser   = "user"
	scopeGlobal = "global"
	scopeShared = "shared"
)

// bucketSize is how many requests fit into a window.
type bucketSize struct {
	limit  int
	window time.Duration
}

// generous is the bucket of every route without a limit of its own.
var generous = bucketSize{limit: 100_000, window: time.Second}

// rateLimits counts requests per bucket: route and major parameter.
type rateLimits struct {
	perRoute map[string]bucketSize // constant after the options
	global   bucketSize            // limit 0: none

	mu      sync.Mutex
	buckets map[string]*bucket
	all     bucket
}

type bucket struct {
	used  int
	reset time.Time
}

func newRateLimits() *rateLimits {
	return &rateLimits{perRoute: map[string]bucketSize{}, buckets: map[string]*bucket{}}
}

// take counts the request if there is room.
func (b *bucket) take(size bucketSize, now time.Time) (ok bool, after time.Duration) {
	if !now.Before(b.reset) {
		b.used, b.reset = 0, now.Add(size.window)
	}
	after = b.reset.Sub(now)
	if b.used >= size.limit {
		return false, after
	}
	b.used++
	return true, after
}

// allow counts a request and writes Discord's headers. It returns the refusal
// when there is no room.
func (l *rateLimits) allow(header http.Header, route, majorParameter string, now time.Time) *limited {
	size, ok := l.perRoute[route]
	if !ok {
		size = generous
	}
	key := route + " " + majorParameter
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.global.limit > 0 && !strings.Contains(route, "/interactions/") {
		if ok, after := l.all.take(l.global, now); !ok {
			return &limited{after: after, scope: scopeGlobal}
		}
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{}
		l.buckets[key] = b
	}
	ok, after := b.take(size, now)
	header.Set("X-RateLimit-Limit", strconv.Itoa(size.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(size.limit-b.used))
	header.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(b.reset.UnixMilli())/1000))
	header.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", after.Seconds()))
	header.Set("X-RateLimit-Bucket", bucketName(route))
	if !ok {
		return &limited{after: after, scope: scopeUser}
	}
	return nil
}

// bucketName is the opaque name of a route's bucket.
func bucketName(route string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(route)) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 16)
}

// limited is a refused request.
type limited struct {
	after time.Duration
	scope string
}

// write answers 429 as Discord does (developer reference, "Rate Limits").
func (l *limited) write(w http.ResponseWriter) {
	global := l.scope == scopeGlobal
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(l.after.Seconds()))))
	w.Header().Set("X-RateLimit-Scope", l.scope)
	if global {
		w.Header().Set("X-RateLimit-Global", "true")
	}
	w.Header().Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", l.after.Seconds()))
	writeJSON(w, http.StatusTooManyRequests, object{
		"message": "You are being rate limited.", "retry_after": l.after.Seconds(), "global": global,
	})
}
