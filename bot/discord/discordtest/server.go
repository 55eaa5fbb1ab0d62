package discordtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/bot/discord/discordtest/apispec"
)

// Server is a whole small Discord with one application, the bot under test.
// All methods of the server and of what it hands out may be called from any
// goroutine.
type Server struct {
	http    *http.Server
	address string
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	serving sync.WaitGroup
	outward *http.Transport // under what Transport hands out

	// Set by options, then constant.
	token             string
	now               func() time.Time
	botPermissions    Permission
	heartbeat         time.Duration
	interactionWindow time.Duration
	replayFrames      int
	appIntents        Intent
	spec              *apispec.Spec
	limits            *rateLimits

	ids    snowflakes
	faults *Faults
	bot    *User
	record record

	// mu guards the world: everything below and all that hangs from it.
	mu           sync.Mutex
	changed      chan struct{} // closed and replaced at every change; nil while nobody waits
	users        map[string]*User
	guilds       map[string]*Guild
	channels     map[string]*Channel
	sessions     map[string]*session
	links        map[*link]struct{}
	commands     map[string][]command    // by guild ID; "" holds the global ones
	interactions map[string]*Interaction // by token
	ephemeral    map[uint64]*message     // by ID
}

// Option changes how a server behaves from the start.
type Option func(*Server)

// WithSpec checks every request against Discord's published API description;
// what does not fit is listed by [Server.Violations].
func WithSpec(spec *apispec.Spec) Option { return func(s *Server) { s.spec = spec } }

// WithBotPermissions sets what the bot's role may do in new guilds. The
// default is [BotPermissions].
func WithBotPermissions(p Permission) Option { return func(s *Server) { s.botPermissions = p } }

// WithHeartbeat sets how often clients must send a heartbeat. The default is
// Discord's 41.25 seconds.
func WithHeartbeat(every time.Duration) Option { return func(s *Server) { s.heartbeat = every } }

// WithInteractionWindow sets how long an interaction waits for its first
// answer. The default is Discord's 3 seconds.
func WithInteractionWindow(window time.Duration) Option {
	return func(s *Server) { s.interactionWindow = window }
}

// WithReplayBuffer sets how many events a session keeps for resuming; one that
// has missed more must identify anew. The default is 1024.
func WithReplayBuffer(events int) Option { return func(s *Server) { s.replayFrames = max(events, 1) } }

// WithAppIntents sets which privileged intents are switched on for the
// application in Discord's developer portal. The default is all of them; a
// client that identifies with others is turned away with close code 4014.
func WithAppIntents(privileged Intent) Option { return func(s *Server) { s.appIntents = privileged } }

// WithClock sets the clock that IDs, time-outs and rate limits follow. The
// default is time.Now.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithRateLimit lets requests to one route, such as "DELETE
// /channels/{channel_id}/messages/{message_id}", through only limit times per
// window, counted separately per channel, guild and webhook, as Discord does.
// Without this option a bucket is too generous to notice.
func WithRateLimit(route string, limit int, window time.Duration) Option {
	return func(s *Server) { s.limits.perRoute[route] = bucketSize{limit, window} }
}

// WithGlobalRateLimit lets only limit requests through per second over all
// routes (Discord: 50). Interaction callbacks are not counted.
func WithGlobalRateLimit(limit int) Option {
	return func(s *Server) { s.limits.global = bucketSize{limit, time.Second} }
}

// NewServer starts a server on a free loopback port. Like httptest.NewServer
// it panics when there is no loopback to listen on; [Start] returns the error.
func NewServer(options ...Option) *Server {
	s, err := Start(options...)
	if err != nil {
		panic(err)
	}
	return s
}

// Start starts a server on a free loopback port. Close it after use.
func Start(options ...Option) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("discordtest: cannot listen on loopback: %w", err)
	}
	s := &Server{
		address: listener.Addr().String(),
		token:   "stand-in.token.not-a-secret",
		now:     time.Now, botPermissions: BotPermissions,
		heartbeat: 41_250 * time.Millisecond, interactionWindow: 3 * time.Second, replayFrames: 1024,
		appIntents: PrivilegedIntents,
		limits:     newRateLimits(),
		outward:    &http.Transport{Proxy: http.ProxyFromEnvironment},
		users:      map[string]*User{}, guilds: map[string]*Guild{}, channels: map[string]*Channel{},
		sessions: map[string]*session{}, links: map[*link]struct{}{},
		commands: map[string][]command{}, interactions: map[string]*Interaction{},
		ephemeral: map[uint64]*message{},
	}
	for _, option := range options {
		option(s)
	}
	s.faults = &Faults{server: s}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.bot = s.NewUser("Parley")
	s.bot.Bot = true
	s.users[s.bot.ID] = s.bot

	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	s.serving.Go(func() { _ = s.http.Serve(listener) }) // ends with ErrServerClosed
	return s, nil
}

// Close cuts every connection and waits until nothing of the server runs any more.
func (s *Server) Close() {
	s.cancel()
	s.mu.Lock()
	links := make([]*link, 0, len(s.links))
	for l := range s.links {
		links = append(links, l)
	}
	s.mu.Unlock()
	for _, l := range links {
		l.cut()
	}
	_ = s.http.Close() // the listener's error, if any, is of no use to anyone
	s.outward.CloseIdleConnections()
	s.serving.Wait()
}

// URL is the server's address, such as http://127.0.0.1:4711; the API is at
// /api/v10 below it.
func (s *Server) URL() string { return "http://" + s.address }

// Token is the only bot token that the server accepts, without "Bot ".
func (s *Server) Token() string { return s.token }

// BotUser is the account of the bot under test; its ID is also the application's.
func (s *Server) BotUser() *User { return s.bot }

// Faults is where trouble is ordered.
func (s *Server) Faults() *Faults { return s.faults }

// Transport sends requests meant for discord.com, of whatever API version, to
// this server's version 10, and all others where they belong. It is for
// client libraries whose addresses are fixed. Its idle connections end with Close.
func (s *Server) Transport() http.RoundTripper {
	return rewriting{address: s.address, next: s.outward}
}

// rewriting is the transport that Server.Transport hands out.
type rewriting struct {
	address string
	next    http.RoundTripper
}

func (t rewriting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "discord.com" {
		return t.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", t.address, t.address
	if version, rest, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/"); ok && strings.HasPrefix(version, "v") {
		r.URL.Path, r.URL.RawPath = "/api/v10/"+rest, ""
	}
	return t.next.RoundTrip(r)
}

// Await waits until cond, which is asked again after every change in the
// server, returns true. It returns an error that names what was awaited when
// ctx ends or the server is closed first.
func (s *Server) Await(ctx context.Context, what string, cond func() bool) error {
	for {
		s.mu.Lock()
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("discordtest: waiting for %s: %w", what, context.Cause(ctx))
		case <-s.ctx.Done():
			return fmt.Errorf("discordtest: waiting for %s: the server was closed", what)
		}
	}
}

// notify wakes everybody who awaits something. The caller holds the lock.
func (s *Server) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

func (s *Server) newID() string { return formatID(s.ids.next(s.now())) }
