package openai

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pace remembers what the provider's headers said about when the next call is welcome. The
// zero value knows of no limit. See
// https://platform.openai.com/docs/guides/rate-limits (rate limits in headers).
type pace struct {
	mu     sync.Mutex
	until  time.Time // no call before
	tokens int64     // tokens left until refill
	refill time.Time
}

// ready returns when a call of so many tokens is welcome: now or later.
func (p *pace) ready(now time.Time, tokens int64) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until.After(now) {
		return p.until
	}
	if p.refill.After(now) && tokens > p.tokens {
		return p.refill
	}
	return now
}

// heed takes in the headers of an answer.
func (p *pace) heed(status int, h http.Header, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		wait, said := retryAfter(h, now)
		if !said && status == http.StatusTooManyRequests {
			wait = time.Second
		}
		p.pause(now.Add(wait))
	}
	if left, err := strconv.ParseInt(h.Get("x-ratelimit-remaining-requests"), 10, 64); err == nil && left <= 0 {
		p.pause(now.Add(resetAfter(h.Get("x-ratelimit-reset-requests"))))
	}
	if left, err := strconv.ParseInt(h.Get("x-ratelimit-remaining-tokens"), 10, 64); err == nil {
		p.tokens, p.refill = left, now.Add(resetAfter(h.Get("x-ratelimit-reset-tokens")))
	}
}

func (p *pace) pause(until time.Time) {
	if until.After(p.until) {
		p.until = until
	}
}

// longestPause bounds what a header can ask for, so that one absurd value does not
// switch the stage off for good.
const longestPause = time.Hour

// retryAfter reads how long a server asks to wait: retry-after-ms, or Retry-After in
// seconds or as a date.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, said bool) {
	if ms, err := strconv.ParseFloat(h.Get("retry-after-ms"), 64); err == nil {
		return bounded(time.Duration(min(ms, 1e9) * float64(time.Millisecond))), true
	}
	value := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(time.Duration(min(s, 1e9) * float64(time.Second))), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return bounded(at.Sub(now)), true
	}
	return 0, false
}

// resetAfter reads a reset header, such as "1s" or "6m0s"; some servers send bare seconds.
func resetAfter(value string) time.Duration {
	if d, err := time.ParseDuration(strings.TrimSpace(value)); err == nil {
		return bounded(d)
	}
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(time.Duration(min(s, 1e9) * float64(time.Second)))
	}
	return time.Second
}

// bounded also turns NaN, which converts to an arbitrary number, into something harmless.
func bounded(d time.Duration) time.Duration { return min(max(d, 0), longestPause) }

// mostBody is how many bytes of an answer are read; a real one has some thousands.
const mostBody = 1 << 20

// watched is a transport that tells the pace what each answer's headers say and cuts
// bodies that never end.
type watched struct {
	next http.RoundTripper
	pace *pace
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.pace.heed(resp.StatusCode, resp.Header, time.Now())
	resp.Body = cutBody{io.LimitReader(resp.Body, mostBody), resp.Body}
	return resp, nil
}

type cutBody struct {
	io.Reader
	io.Closer
}

// watch copies a client so that its answers are watched and calls end with their context.
func watch(client *http.Client, p *pace) *http.Client {
	copied := *client
	copied.Timeout = 0
	next := copied.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	copied.Transport = watched{next, p}
	return &copied
}
