package openai

import (
	"net/http"
	"testing"
	"time"
)

func TestHeadersSayWhenTheNextCallIsWelcome(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		status int
		header map[string]string
		tokens int64
		want   time.Duration
	}{
		{"no header", 200, nil, 100, 0},
		{"requests left", 200, map[string]string{"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "1m"}, 100, 0},
		{"no request left", 200, map[string]string{"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 100, 90 * time.Second},
		{"tokens left", 200, map[string]string{"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "6s"}, 100, 0},
		{"too few tokens left", 200, map[string]string{"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "6s"}, 100, 6 * time.Second},
		{"seconds to wait", 429, map[string]string{"Retry-After": "7"}, 1, 7 * time.Second},
		{"half a second to wait", 429, map[string]string{"Retry-After": "0.5"}, 1, 500 * time.Millisecond},
		{"milliseconds to wait", 429, map[string]string{"retry-after-ms": "250", "Retry-After": "1"}, 1, 250 * time.Millisecond},
		{"a date to wait for", 503, map[string]string{"Retry-After": "Fri, 02 Jan 2026 03:05:05 GMT"}, 1, time.Minute},
		{"throttled without a word", 429, nil, 1, time.Second},
		{"unavailable without a word", 503, nil, 1, 0},
		{"a reset in bare seconds", 200, map[string]string{"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12"}, 1, 12 * time.Second},
		{"an absurd wait is bounded", 429, map[string]string{"Retry-After": "1e300"}, 1, time.Hour},
		{"a wait into the past is none", 429, map[string]string{"Retry-After": "-5"}, 1, 0},
		{"not a number", 429, map[string]string{"Retry-After": "NaN"}, 1, 0},
		{"nonsense", 200, map[string]string{"x-ratelimit-remaining-requests": "zero", "x-ratelimit-reset-requests": "soon"}, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tc.header {
				h.Set(k, v)
			}
			var p pace
			p.heed(tc.status, h, now)
			if got := p.ready(now, tc.tokens).Sub(now); got != tc.want {
				t.Errorf("the next call is welcome in %s, want %s", got, tc.want)
			}
			if got := p.ready(now.Add(tc.want), tc.tokens).Sub(now); got != tc.want {
				t.Errorf("after waiting it is welcome in %s, want now", got)
			}
		})
	}
}

func TestALaterAnswerDoesNotShortenAPause(t *testing.T) {
	now := time.Now()
	var p pace
	p.heed(429, http.Header{"Retry-After": {"30"}}, now)
	p.heed(200, http.Header{}, now.Add(time.Second))
	if got := p.ready(now.Add(2*time.Second), 1).Sub(now); got != 30*time.Second {
		t.Errorf("the pause ends after %s, want 30s", got)
	}
}
