// Package rest sends requests to Discord's HTTP API, version 10, and keeps to its rules:
// rate limits per route and over all, few retries, and never so many refused requests that
// Discord bans the address. Requests go through discordgo, whose own waiting is kept out of
// the way because it ignores contexts, retries without bound and lets a global limit stop
// one route only.
package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
)

// DefaultBase is where Discord's own API is.
const DefaultBase = "https://discord.com/api/v10"

// maxReason is the longest audit log reason, in characters once escaped. Discord allows
// 512 characters; escaping makes one of them up to twelve bytes of header.
const maxReason = 512

// Client sends requests. It may be used from any number of goroutines.
type Client struct {
	session   *discordgo.Session // never opened: it only sends requests
	transport *transport
}

// NewClient makes a client with the bot's token (without "Bot "). base is where the API is:
// empty for Discord itself, otherwise an address such as http://nirn-proxy:8080, to which
// /api/v10 is added where it lacks a path. A proxy is taken to keep the limit over all
// routes itself.
func NewClient(token, base string) (*Client, error) {
	at, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	session, err := discordgo.New("Bot " + token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	t := newTransport(at, at.String() == DefaultBase)
	session.Client = &http.Client{Transport: t}
	session.MaxRestRetries = 0
	return &Client{session: session, transport: t}, nil
}

func parseBase(base string) (*url.URL, error) {
	if base == "" {
		base = DefaultBase
	}
	at, err := url.Parse(base)
	if err != nil || (at.Scheme != "http" && at.Scheme != "https") || at.Host == "" {
		return nil, fmt.Errorf("api_base %q is not an address; write it like %s", base, DefaultBase)
	}
	at.RawQuery, at.Fragment = "", ""
	at.Path = strings.TrimRight(at.Path, "/")
	switch path := at.Path; {
	case strings.HasSuffix(path, "/api"):
		at.Path += "/v10"
	case !strings.HasSuffix(path, "/v10"):
		at.Path += "/api/v10"
	}
	return at, nil
}

// HTTP is a client whose requests for discord.com go where this client's go, by the same
// rules. It is for a discordgo session that looks up its gateway.
func (c *Client) HTTP() *http.Client { return c.session.Client }

// Host is where this client's requests go.
func (c *Client) Host() string { return c.transport.base.Host }

// Call is one request.
type Call struct {
	Method string
	Path   string // below the version, such as "/channels/1/messages"; escaped where need be
	Body   any    // sent as JSON; nil sends none
	Reason string // for the audit log
}

// Do sends a request and decodes the answer into out, unless that is nil. It waits for rate
// limits up to a few seconds and tries again a few times where that helps. Errors are
// *Error where Discord answered or where the client holds the request back.
func (c *Client) Do(ctx context.Context, call Call, out any) error {
	var body []byte
	if call.Body != nil {
		encoded, err := json.Marshal(call.Body)
		if err != nil {
			return fmt.Errorf("discord: %s %s: %w", call.Method, routeOf(call.Method, call.Path), err)
		}
		body = encoded
	}
	options := []discordgo.RequestOption{
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0),
	}
	if call.Reason != "" {
		options = append(options, discordgo.WithAuditLogReason(escapeReason(call.Reason)))
	}
	// A bucket of its own per request keeps discordgo's limiter from waiting; ours does that.
	bucket := discordgo.NewRatelimiter().LockBucket(call.Path)
	answer, err := c.session.RequestWithLockedBucket(call.Method, discordgo.EndpointAPI+strings.TrimPrefix(call.Path, "/"),
		"application/json", body, bucket, 0, options...)
	if err != nil {
		return explain(call, err)
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil && !isTypeError(err) {
		return fmt.Errorf("discord: %s: unreadable answer: %w", routeOf(call.Method, call.Path), err)
	}
	return nil
}

// isTypeError reports whether JSON was read but for a field of an unexpected type; the
// rest of the value is filled in.
func isTypeError(err error) bool {
	var mismatch *json.UnmarshalTypeError
	return errors.As(err, &mismatch)
}

func escapeReason(reason string) string {
	if r := []rune(reason); len(r) > maxReason {
		reason = string(r[:maxReason-1]) + "…"
	}
	return url.PathEscape(reason)
}

// Error is a request that did not succeed.
type Error struct {
	Route   string        // such as "DELETE /channels/1/messages/:id"
	Status  int           // HTTP status; 0 when the request was not sent
	Code    int           // Discord's own code, 0 when it gave none
	Message string        // what Discord said
	After   time.Duration // when to try again, 0 when unknown
}

func (e *Error) Error() string {
	text := "discord: " + e.Route + ": " + e.Message
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d", e.Status)
		if e.Code != 0 {
			text += fmt.Sprintf(", code %d", e.Code)
		}
		text += ")"
	}
	if e.After > 0 {
		text += fmt.Sprintf("; try again in %s", e.After.Round(time.Millisecond))
	}
	return text
}

func explain(call Call, err error) error {
	route := routeOf(call.Method, call.Path)
	var held *Error
	if errors.As(err, &held) {
		return held
	}
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) {
		return &Error{Route: route, Status: http.StatusTooManyRequests, Message: "rate limited", After: limited.RetryAfter}
	}
	var refused *discordgo.RESTError
	if errors.As(err, &refused) {
		e := &Error{Route: route, Status: refused.Response.StatusCode, Message: refused.Response.Status}
		if refused.Message != nil {
			e.Code, e.Message = refused.Message.Code, refused.Message.Message
		}
		if e.Status == http.StatusBadRequest {
			e.Message += ": " + string(refused.ResponseBody) // says which field is at fault
		}
		return e
	}
	// The text of other errors holds the address, which may hold an interaction's token.
	var transport *url.Error
	if errors.As(err, &transport) {
		err = transport.Err
	}
	return fmt.Errorf("discord: %s: %w", route, err)
}

// Discord's codes that callers tell apart (developer reference, "JSON Error Codes").
const (
	CodeUnknownChannel      = 10003
	CodeUnknownMember       = 10007
	CodeUnknownMessage      = 10008
	CodeCannotMessageUser   = 50007
	CodeMissingPermission   = 50013
	CodeAlreadyAcknowledged = 40060
	CodeCannotMessageShared = 50278 // no mutual guild any more
)

// Status is the HTTP status that Discord answered with, or 0.
func Status(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// HasCode reports whether Discord answered with one of the codes.
func HasCode(err error, codes ...int) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}
