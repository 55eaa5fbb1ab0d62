package openaitest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is the stand-in. It is an http.Handler for the paths that OpenAI uses below /v1.
type Server struct {
	script Script
	http   *httptest.Server // nil without a network

	mu       sync.Mutex
	calls    []*Call
	breaches []string
	window   time.Time // when the current minute of the limits began
	requests int       // in it
	tokens   int
}

// New prepares a stand-in without a network; see Transport.
func New(s Script) *Server { return &Server{script: s} }

// Start serves a stand-in on a free port of this machine until Close.
func Start(s Script) *Server {
	server := New(s)
	server.http = httptest.NewServer(server)
	return server
}

// Close ends the network service. Calls that hang are ended with it.
func (s *Server) Close() {
	if s.http != nil {
		s.http.CloseClientConnections()
		s.http.Close()
	}
}

// URL is the base_url to configure.
func (s *Server) URL() string {
	if s.http != nil {
		return s.http.URL + "/v1"
	}
	return "http://openai.test/v1"
}

// Calls returns what was asked so far, in order of arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.calls))
	for i, c := range s.calls {
		calls[i] = *c
	}
	return calls
}

// Breaches returns what contradicted the API's description, in the client's requests or in
// the stand-in's own answers. It is empty without Script.Schemas.
func (s *Server) Breaches() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.breaches)
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	endpoint, ok := endpoints[strings.TrimPrefix(r.URL.Path, "/v1")]
	if !ok || r.Method != http.MethodPost {
		refuse(w, http.StatusNotFound, "unknown_url", "")
		return
	}
	call := &Call{Path: r.URL.Path, Body: body, Key: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	answer, failure := s.admit(w, call, endpoint)
	s.check(endpoint.request, body)

	fault := Fault{}
	if s.script.Fault != nil {
		fault = s.script.Fault(*call)
	}
	if !linger(r, s.script.Latency+fault.Delay, fault.Hang) {
		return
	}
	switch {
	case fault.Status != 0:
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((fault.RetryAfter+time.Second-1)/time.Second)))
		}
		s.finish(call, fault.Status)
		refuse(w, fault.Status, fault.Code, "")
	case fault.Garbage:
		s.finish(call, http.StatusOK)
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!doctype html><title>Bad gateway</title>")
	case failure != nil:
		s.finish(call, failure.status)
		refuse(w, failure.status, failure.code, failure.param)
	default:
		sent := answer()
		if fault.Truncated {
			sent = sent[:len(sent)/2]
		} else {
			s.check(endpoint.response, sent)
		}
		s.finish(call, http.StatusOK)
		w.Header().Set("Content-Type", "application/json")
		w.Write(sent)
	}
}

// failure is an error that the stand-in itself has reason for.
type failure struct {
	status      int
	code, param string
}

// admit reads a call, books it and prepares its answer.
func (s *Server) admit(w http.ResponseWriter, call *Call, e endpoint) (answer func() []byte, failed *failure) {
	answer, failed = e.read(s, call)
	if failed == nil && s.script.Key != "" && call.Key != s.script.Key {
		failed = &failure{http.StatusUnauthorized, "invalid_api_key", ""}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
	call.Number = len(s.calls)
	if limited := s.limit(w, call); limited != nil {
		return nil, limited
	}
	return answer, failed
}

// limit counts a call against the limits and writes what is left into the headers.
func (s *Server) limit(w http.ResponseWriter, call *Call) *failure {
	now := time.Now()
	if now.Sub(s.window) >= time.Minute {
		s.window, s.requests, s.tokens = now, 0, 0
	}
	reset := s.window.Add(time.Minute).Sub(now)
	limits := s.script.Limits
	over := (limits.Requests > 0 && s.requests >= limits.Requests) || (limits.Tokens > 0 && s.tokens+call.Tokens > limits.Tokens)
	if !over {
		s.requests++
		s.tokens += call.Tokens
	} else {
		w.Header().Set("Retry-After", strconv.Itoa(int((reset+time.Second-1)/time.Second)))
	}
	show := func(what string, limit, used int) {
		if limit == 0 {
			return
		}
		w.Header().Set("x-ratelimit-limit-"+what, strconv.Itoa(limit))
		w.Header().Set("x-ratelimit-remaining-"+what, strconv.Itoa(max(limit-used, 0)))
		w.Header().Set("x-ratelimit-reset-"+what, reset.String())
	}
	show("requests", limits.Requests, s.requests)
	show("tokens", limits.Tokens, s.tokens)
	if over {
		return &failure{http.StatusTooManyRequests, "rate_limit_exceeded", ""}
	}
	return nil
}

func (s *Server) finish(call *Call, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Status, call.Answered = status, true
}

func (s *Server) check(schema string, body []byte) {
	if s.script.Schemas == nil {
		return
	}
	if err := s.script.Schemas.Check(schema, body); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.breaches = append(s.breaches, fmt.Sprintf("%s: %v", schema, err))
	}
}

// linger waits as long as an answer takes; it reports whether anybody is still there.
func linger(r *http.Request, d time.Duration, forever bool) bool {
	if forever {
		<-r.Context().Done()
		return false
	}
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// refuse writes an error in OpenAI's form.
func refuse(w http.ResponseWriter, status int, code, param string) {
	detail := map[string]any{"message": http.StatusText(status), "type": "error", "code": nil, "param": nil}
	if code != "" {
		detail["code"] = code
	}
	if param != "" {
		detail["param"] = param
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": detail})
}
