package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// discord answers requests as a test says, and notes them.
type discord struct {
	answers []func(*http.Request) (*http.Response, error) // in order; the last one repeats

	mu     sync.Mutex // requests that wait for the same limit come at the same time
	seen   []*http.Request
	bodies []string
	at     []time.Time
}

func (d *discord) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	return d.note(r, body)(r)
}

// note notes a request and returns what answers it.
func (d *discord) note(r *http.Request, body string) func(*http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(d.seen), len(d.answers)-1)
	d.seen, d.bodies, d.at = append(d.seen, r), append(d.bodies, body), append(d.at, time.Now())
	return d.answers[n]
}

func says(status int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func breaks(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }

// client talks to d instead of the network.
func client(t *testing.T, base string, d *discord) *Client {
	t.Helper()
	c, err := NewClient("token", base)
	if err != nil {
		t.Fatal(err)
	}
	c.transport.next = d
	return c
}

const deleting = "/channels/10/messages/20"

func TestRequestsGoWhereTheBaseSays(t *testing.T) {
	for base, want := range map[string]string{
		"":                                 "https://discord.com/api/v10/users/@me",
		"http://nirn:8080":                 "http://nirn:8080/api/v10/users/@me",
		"http://nirn:8080/api":             "http://nirn:8080/api/v10/users/@me",
		"https://proxy.example/d/api/v10/": "https://proxy.example/d/api/v10/users/@me",
	} {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){says(200, `{"id":"1"}`)}}
		var got struct{ ID string }
		if err := client(t, base, d).Do(t.Context(), Call{Method: "GET", Path: "/users/@me"}, &got); err != nil {
			t.Fatal(err)
		}
		if to := d.seen[0].URL.String(); to != want || got.ID != "1" || d.seen[0].Header.Get("Authorization") != "Bot token" {
			t.Errorf("with base %q the request went to %s with %v", base, to, d.seen[0].Header)
		}
	}
	if _, err := NewClient("token", "nirn:8080"); err == nil || !strings.Contains(err.Error(), "api_base") {
		t.Errorf("an address without scheme: %v", err)
	}
}

func TestTroubleIsSatOutAFewTimesWithTheSameBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){breaks, says(502, "bad gateway"), says(200, `{}`)}}
		if err := client(t, "", d).Do(t.Context(), Call{Method: "POST", Path: "/channels/10/messages", Body: map[string]string{"content": "x"}, Reason: "two words"}, nil); err != nil {
			t.Fatal(err)
		}
		for i, body := range d.bodies {
			if body != `{"content":"x"}` || d.seen[i].Header.Get("X-Audit-Log-Reason") != "two%20words" {
				t.Errorf("attempt %d sent %q with %v", i, body, d.seen[i].Header)
			}
		}
		d = &discord{answers: []func(*http.Request) (*http.Response, error){says(503, "")}}
		if err := client(t, "", d).Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil); Status(err) != 503 || len(d.seen) != 3 {
			t.Errorf("after %d attempts: %v", len(d.seen), err)
		}
	})
}

func TestAnUsedUpRouteWaitsAndOthersDoNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){
			says(204, "", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "2.5")}}
		c := client(t, "", d)
		for _, path := range []string{"/channels/10/messages/1", "/channels/10/messages/2", "/channels/11/messages/3"} {
			if err := c.Do(t.Context(), Call{Method: "DELETE", Path: path}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if waited := d.at[1].Sub(d.at[0]); waited != 2500*time.Millisecond {
			t.Errorf("the same route went on after %s", waited)
		}
		if waited := d.at[2].Sub(d.at[1]); waited != 0 {
			t.Errorf("another channel waited %s", waited)
		}
	})
}

func TestAGlobalLimitStopsEveryRouteButAnswersToPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := says(429, `{"retry_after": 3, "global": true}`, "X-RateLimit-Global", "true", "X-RateLimit-Scope", "global")
		d := &discord{answers: []func(*http.Request) (*http.Response, error){limited, says(204, "")}}
		c := client(t, "", d)
		done := make(chan error, 1)
		go func() { done <- c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil) }()
		synctest.Wait()
		start := time.Now()
		if err := c.Do(t.Context(), Call{Method: "POST", Path: "/interactions/1/secret/callback"}, nil); err != nil || time.Since(start) != 0 {
			t.Errorf("an interaction was answered after %s: %v", time.Since(start), err)
		}
		if err := c.Do(t.Context(), Call{Method: "GET", Path: "/channels/99"}, nil); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("another route went on after %s: %v", time.Since(start), err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestALongLimitIsToldInsteadOfWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){says(429, `{"retry_after": 60}`), says(204, "")}}
		c := client(t, "", d)
		start := time.Now()
		for range 2 {
			err := c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Status != 429 || e.After != 60*time.Second {
				t.Errorf("got %v", err)
			}
		}
		if len(d.seen) != 1 || time.Since(start) != 0 {
			t.Errorf("%d requests in %s", len(d.seen), time.Since(start))
		}
	})
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){says(429, `{"retry_after": 4}`)}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := client(t, "", d).Do(ctx, Call{Method: "DELETE", Path: deleting}, nil)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestDiscordItselfIsAskedAtMostFiftyTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for base, atLeast := range map[string]time.Duration{"": time.Second - 50*time.Millisecond, "http://proxy": 0} {
			d := &discord{answers: []func(*http.Request) (*http.Response, error){says(204, "")}}
			c := client(t, base, d)
			start := time.Now()
			for range 100 {
				if err := c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took < atLeast || atLeast == 0 && took > 0 {
				t.Errorf("base %q: 100 requests in %s", base, took)
			}
		}
	})
}

func TestBeforeDiscordBansTheAddressRequestsAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answers: []func(*http.Request) (*http.Response, error){says(403, `{"code": 50013, "message": "Missing Permissions"}`)}}
		c := client(t, "http://proxy", d)
		for range maxRefusals {
			if err := c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil); !HasCode(err, CodeMissingPermission) {
				t.Fatal(err)
			}
		}
		err := c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.After <= 0 || e.Status != 0 || len(d.seen) != maxRefusals {
			t.Fatalf("after %d refusals: %v", len(d.seen), err)
		}
		time.Sleep(e.After)
		if err := c.Do(t.Context(), Call{Method: "DELETE", Path: deleting}, nil); Status(err) != 403 {
			t.Errorf("ten minutes later: %v", err)
		}
	})
}

func TestErrorsNameTheRouteAndNeverATokenOrID(t *testing.T) {
	d := &discord{answers: []func(*http.Request) (*http.Response, error){breaks}}
	synctest.Test(t, func(t *testing.T) {
		err := client(t, "", d).Do(t.Context(), Call{Method: "PATCH", Path: "/webhooks/77/s3cret/messages/@original"}, nil)
		if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "PATCH /webhooks/77/:token/messages/@original") {
			t.Errorf("got %v", err)
		}
	})
	for path, want := range map[string]string{
		"/channels/10/messages/20?limit=3":   "GET /channels/10/messages/:id",
		"/guilds/10/members/20":              "GET /guilds/10/members/:id",
		"/users/@me":                         "GET /users/@me",
		"/interactions/10/s3cret/callback":   "GET /interactions/:token/:token/callback",
		"/applications/10/guilds/5/commands": "GET /applications/:id/guilds/:id/commands",
	} {
		if got := routeOf("GET", path); got != want {
			t.Errorf("%s is route %q, want %q", path, got, want)
		}
	}
}
