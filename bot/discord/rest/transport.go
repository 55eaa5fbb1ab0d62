package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	attempts       = 3                // in all, of one request
	attemptTime    = 15 * time.Second // for one attempt
	longestWait    = 5 * time.Second  // for a rate limit, before the caller is told to come back
	firstBackOff   = 250 * time.Millisecond
	maxAnswerBytes = 32 << 20
)

// transport carries requests for discord.com to the configured base, paces them and tries
// again where that helps. Requests for other hosts pass untouched.
type transport struct {
	base    *url.URL
	next    http.RoundTripper
	pace    *pace
	refused *refusals
}

func newTransport(base *url.URL, direct bool) *transport {
	next := http.DefaultTransport.(*http.Transport).Clone()
	next.MaxIdleConnsPerHost = 32
	return &transport{base: base, next: next, pace: newPace(direct), refused: &refusals{}}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	path, ours := apiPath(r.URL)
	if !ours {
		return t.next.RoundTrip(r)
	}
	route := routeOf(r.Method, path)
	for attempt := 1; ; attempt++ {
		if err := t.admit(r.Context(), route); err != nil {
			return nil, err
		}
		answer, err := t.send(r, path)
		wait := t.judge(route, answer, err, attempt)
		if wait < 0 || attempt == attempts || wait > longestWait || r.Context().Err() != nil {
			return answer, err
		}
		if err := sleep(r.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// admit waits until the route is free, or refuses.
func (t *transport) admit(ctx context.Context, route string) error {
	if after := t.refused.open(time.Now()); after > 0 {
		return &Error{Route: route, After: after,
			Message: "held back: Discord refused so many requests that it would soon ban this address; check the bot's permissions"}
	}
	return t.pace.wait(ctx, route)
}

// judge learns from an answer and says how long to wait before trying again; negative when
// trying again would not help.
func (t *transport) judge(route string, answer *http.Response, err error, attempt int) time.Duration {
	backOff := firstBackOff << (attempt - 1)
	backOff += rand.N(backOff)
	if err != nil {
		t.pace.settle(route, nil)
		return backOff
	}
	t.pace.settle(route, answer.Header)
	limited := answer.StatusCode == http.StatusTooManyRequests
	after := time.Duration(0)
	if limited {
		after = retryAfter(answer)
		t.pace.pause(route, after, answer.Header.Get("X-RateLimit-Global") != "" || answer.Header.Get("X-RateLimit-Scope") == "global")
	}
	t.refused.count(time.Now(), answer)
	hideLimits(answer.Header)
	switch {
	case limited:
		return after
	case answer.StatusCode >= 500:
		return backOff
	default:
		return -1
	}
}

// send does one attempt. The answer is read whole, so that a slow one counts as failed.
func (t *transport) send(r *http.Request, path string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), attemptTime)
	defer cancel()
	out := r.Clone(ctx)
	to := *t.base
	to.Path += path
	to.RawPath = ""
	to.RawQuery = r.URL.RawQuery
	out.URL, out.Host = &to, to.Host
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, fmt.Errorf("repeat the request's body: %w", err)
		}
		out.Body = body
	}
	answer, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// apiPath is what follows the version in an address of Discord's API.
func apiPath(u *url.URL) (path string, ok bool) {
	if u.Host != "discord.com" {
		return "", false
	}
	rest, ok := strings.CutPrefix(u.Path, "/api/v")
	if !ok {
		return "", false
	}
	_, path, _ = strings.Cut(rest, "/")
	return "/" + path, true
}

// retryAfter reads how long a 429 asks to wait.
func retryAfter(answer *http.Response) time.Duration {
	body, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var told struct {
		RetryAfter float64 `json:"retry_after"`
	}
	if err == nil && json.Unmarshal(body, &told) == nil && told.RetryAfter > 0 {
		return seconds(told.RetryAfter)
	}
	if header, err := strconv.ParseFloat(answer.Header.Get("Retry-After"), 64); err == nil && header > 0 {
		return seconds(header)
	}
	return time.Second
}

func seconds(s float64) time.Duration {
	return time.Duration(min(s, 24*3600) * float64(time.Second))
}

// hideLimits takes away the headers from which discordgo's own limiter learns to wait.
func hideLimits(h http.Header) {
	for _, name := range []string{"X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Global"} {
		h.Del(name)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
