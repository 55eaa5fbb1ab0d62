package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	apiRoot      = "/api/v10"
	maxBodyBytes = 25 << 20
	maxReason    = 512 // characters
)

// call is one REST request on its way through a handler.
type call struct {
	request *http.Request
	query   url.Values
	reason  string       // for the audit log
	body    []byte       // JSON; of a multipart request the payload_json part
	files   []Attachment // of a multipart request
}

func (c *call) path(name string) string { return c.request.PathValue(name) }

// decode reads the JSON body.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return badRequest(50109, "The request body contains invalid JSON.")
	}
	return nil
}

// number reads a query parameter in [low, high], or takes the fallback.
func (c *call) number(name string, fallback, low, high int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, badForm(name, "int value should be between "+strconv.Itoa(low)+" and "+strconv.Itoa(high)+".")
	}
	return n, nil
}

// handler carries out a request under the server's lock. A nil answer is 204.
type handler func(*Server, *call) (answer any, err error)

// route is one method and path of the API.
type route struct {
	method, path string
	handle       handler
	withoutToken bool
	created      bool // success is 201 instead of 200
}

func (r route) name() string { return r.method + " " + r.path }

// routes builds the whole HTTP surface.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range apiRoutes() {
		mux.HandleFunc(r.method+" "+apiRoot+r.path, func(w http.ResponseWriter, request *http.Request) {
			s.serveREST(w, request, r)
		})
	}
	mux.HandleFunc("/gateway", s.serveGateway)
	mux.HandleFunc("/gateway/", s.serveGateway)
	mux.HandleFunc("/", s.serveUnknown)
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !s.enter() {
			return
		}
		defer s.serving.Done()
		mux.ServeHTTP(w, request)
	})
}

// enter counts a request among those that Close waits for, unless the server
// is closed already.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.serving.Add(1)
	return true
}

func (s *Server) serveUnknown(w http.ResponseWriter, request *http.Request) {
	arrived := &Request{At: s.now(), Method: request.Method, Path: request.URL.Path, Query: request.URL.RawQuery}
	s.record.request(arrived)
	s.record.violation(request.Method + " " + request.URL.Path + ": no such method and path in the stand-in's API v10")
	writeJSON(w, http.StatusNotFound, object{"message": "404: Not Found", "code": 0})
	s.record.answered(arrived, http.StatusNotFound, "")
	s.wakeAll()
}

func (s *Server) wakeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notify()
}

// serveREST is every request's way: record, check against the description,
// authenticate, trouble, rate limit, carry out, answer.
func (s *Server) serveREST(w http.ResponseWriter, request *http.Request, r route) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBodyBytes))
	if err != nil {
		writeJSON(w, http.StatusRequestEntityTooLarge, object{"message": "Request entity too large", "code": 40005})
		return
	}
	reason, err := url.QueryUnescape(request.Header.Get("X-Audit-Log-Reason"))
	if err != nil {
		reason = request.Header.Get("X-Audit-Log-Reason")
	}
	arrived := &Request{
		At: s.now(), Method: request.Method, Path: strings.TrimPrefix(request.URL.Path, apiRoot),
		Query: request.URL.RawQuery, Route: r.name(), Body: body, Reason: reason,
	}
	s.record.request(arrived)
	s.wakeAll()
	out := &answer{ResponseWriter: w}
	defer func() {
		s.record.answered(arrived, out.status, out.Header().Get("X-RateLimit-Scope"))
		s.wakeAll()
	}()

	c := &call{request: request, query: request.URL.Query(), reason: reason, body: body}
	if err := c.splitMultipart(); err != nil {
		writeError(out, err)
		return
	}
	if s.spec != nil {
		s.record.violation(s.spec.Check(r.method, r.path, c.query, c.body)...)
	}
	if utf8.RuneCountInString(reason) > maxReason {
		writeError(out, badForm("reason", "Must be 512 or fewer in length."))
		return
	}
	if !r.withoutToken && request.Header.Get("Authorization") != "Bot "+s.token {
		writeJSON(out, http.StatusUnauthorized, object{"message": "401: Unauthorized", "code": 0})
		return
	}
	fault := s.faults.takeREST(r.name())
	if fault != nil && !s.before(out, request, fault) {
		return
	}
	if refused := s.limits.allow(out.Header(), r.name(), majorParameter(request), s.now()); refused != nil {
		refused.write(out)
		return
	}
	result, err := s.carryOut(r.handle, c)
	if fault != nil && fault.AfterEffect {
		fault.strike(out)
		return
	}
	switch {
	case err != nil:
		writeError(out, err)
	case result == nil:
		out.WriteHeader(http.StatusNoContent)
	case r.created:
		writeJSON(out, http.StatusCreated, result)
	default:
		writeJSON(out, http.StatusOK, result)
	}
}

// carryOut runs the handler under the lock and renders its answer there, while
// nothing can change it.
func (s *Server) carryOut(handle handler, c *call) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := handle(s, c)
	if err != nil || result == nil {
		return nil, err
	}
	return encode(result), nil
}

// before lets trouble happen ahead of the request's effect. It reports whether
// the request goes on.
func (s *Server) before(w http.ResponseWriter, request *http.Request, fault *RESTFault) bool {
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	if fault.Hang {
		<-ctx.Done()
		panic(http.ErrAbortHandler) // net/http's way to close without an answer
	}
	if pause(ctx, fault.Delay) != nil {
		panic(http.ErrAbortHandler)
	}
	if fault.AfterEffect || (fault.Status == 0 && !fault.Cut) {
		return true
	}
	fault.strike(w)
	return false
}

// strike answers, or fails to, as ordered.
func (f *RESTFault) strike(w http.ResponseWriter) {
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Status == http.StatusTooManyRequests:
		scope := scopeUser
		if f.Global {
			scope = scopeGlobal
		}
		(&limited{after: f.RetryAfter, scope: scope}).write(w)
	default:
		writeJSON(w, f.Status, object{"message": strconv.Itoa(f.Status) + ": " + http.StatusText(f.Status), "code": 0})
	}
}

// majorParameter is the ID that has a rate limit of its own.
func majorParameter(request *http.Request) string {
	for _, name := range []string{"channel_id", "guild_id", "webhook_token", "interaction_token"} {
		if id := request.PathValue(name); id != "" {
			return id
		}
	}
	return ""
}

// answer remembers the status that was written.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	data, ok := body.(json.RawMessage)
	if !ok {
		data = encode(body)
	}
	_, _ = w.Write(data) // a client that is gone cannot be told
}

func writeError(w http.ResponseWriter, err error) {
	var refusal *APIError
	if !errors.As(err, &refusal) {
		writeJSON(w, http.StatusInternalServerError, object{"message": err.Error(), "code": 0})
		return
	}
	writeJSON(w, refusal.Status, refusal.body())
}

// splitMultipart takes a multipart body apart: the JSON is its payload_json
// part, everything else with a file name is an upload.
func (c *call) splitMultipart() error {
	kind, parameters, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil // JSON, or no body at all
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"])
	c.body = []byte("{}")
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badRequest(50035, "Invalid Form Body")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return badRequest(50035, "Invalid Form Body")
		}
		switch {
		case part.FormName() == "payload_json":
			c.body = data
		case part.FileName() != "":
			c.files = append(c.files, Attachment{Filename: part.FileName(), ContentType: part.Header.Get("Content-Type"), Data: data})
		}
	}
}
