package discord

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
	"golang.org/x/net/http/httpproxy"

	"parley/bot/discord/tap"
)

// link supervises one discordgo session, which by itself reconnects for ever after fatal
// errors, notices a dead connection after minutes and cannot be stopped while it connects.
type link struct {
	session *discordgo.Session
	timing  timing
	greeted atomic.Bool   // whether an event came since the last open
	down    chan struct{} // holds a signal once the connection is lost
	busy    atomic.Bool   // while an event is handled, which may take long when the bot is full
	handled atomic.Int64  // when an event was last done with, in Unix nanoseconds

	tapped tap.Box // messages, which do not go through discordgo

	mu   sync.Mutex
	conn net.Conn // under the websocket
}

// useVersion10 makes discordgo ask for version 10 of the gateway. It reads the version from
// a variable of its own package whenever it connects.
var useVersion10 = sync.OnceFunc(func() { discordgo.APIVersion = "10" })

func (p *Platform) newLink(ctx context.Context) (*link, error) {
	useVersion10()
	session, err := discordgo.New("Bot " + p.token)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	l := &link{session: session, timing: p.timing, down: make(chan struct{}, 1)}
	session.Identify.Intents = p.intents()
	session.Compress = false // a new inflater per event costs more than the bytes
	session.StateEnabled = false
	session.SyncEvents = true // events in their order, in one goroutine
	session.ShouldReconnectOnError = false
	session.LogLevel = -1 // it would print what it cannot decode
	session.Client = &http.Client{Transport: boundTo(ctx, p.api.HTTP().Transport)}
	session.Dialer = &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: p.timing.open,
		NetDialContext:   l.dial,
	}
	// The way through a proxy is gorilla/websocket's own, which encrypts above what is dialled
	// here. Then there is nothing to tap, and messages go through discordgo.
	if httpproxy.FromEnvironment().HTTPSProxy == "" {
		session.Dialer.NetDialTLSContext = l.dialTLS
	}
	// Only the raw event is listened to: discordgo's own types come out empty for messages
	// that hold anything it does not know.
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		l.greeted.Store(true) // also by what a resume repeats before it says RESUMED
		l.busy.Store(true)
		p.handle(ctx, l.untapped(e))
		l.handled.Store(time.Now().UnixNano())
		l.busy.Store(false)
	})
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case l.down <- struct{}{}:
		default: // it is known already
		}
	})
	return l, nil
}

// boundTo ends requests with ctx, which discordgo does not pass on.
func boundTo(ctx context.Context, next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r.WithContext(ctx)) })
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// untapped is the event that another stands in for, or that event itself.
func (l *link) untapped(e *discordgo.Event) *discordgo.Event {
	if e.Type != tap.Event {
		return e
	}
	if m, ok := l.tapped.Take(e.RawData); ok {
		return &discordgo.Event{Operation: e.Operation, Sequence: m.Sequence, Type: m.Type, RawData: m.Data}
	}
	return e
}

// dial connects without encryption.
func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.reach(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return tap.New(conn, &l.tapped), nil
}

// dialTLS connects with encryption.
func (l *link) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.reach(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := l.session.Dialer.TLSClientConfig.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName, _, err = net.SplitHostPort(address); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	encrypted := tls.Client(conn, config)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return tap.New(encrypted, &l.tapped), nil
}

// reach keeps hold of the connection, so that one on which nothing comes can be cut.
func (l *link) reach(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
	return conn, nil
}

// cut ends the connection without a word; whoever reads from it gets an error.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.Close() // it is given up either way
	}
}

// open connects, or resumes where the session was connected before.
func (l *link) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.timing.open)
	defer cancel()
	select {
	case <-l.down: // left over from the connection before
	default:
	}
	l.greeted.Store(false)
	stop := context.AfterFunc(ctx, l.cut)
	defer stop()
	if err := l.session.Open(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("not greeted within %s: %w", l.timing.open, err)
		}
		return err
	}
	l.handled.Store(time.Now().UnixNano())
	return nil
}

// close ends the connection. discordgo takes a second over it.
func (l *link) close(code int) {
	stop := time.AfterFunc(l.timing.open, l.cut)
	defer stop.Stop()
	_ = l.session.CloseWithCode(code) // it fails where there is no connection any more
}

// watch returns when the connection is lost or ctx ends, and says why.
func (l *link) watch(ctx context.Context) string {
	ticker := time.NewTicker(l.timing.look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return "told to stop"
		case <-l.down:
			return "closed"
		case <-ticker.C:
			if silence := l.silence(); silence > l.timing.silence {
				return fmt.Sprintf("no sign of life for %s", silence.Round(time.Second))
			}
		}
	}
}

// silence is how long nothing has come. While an event is being handled it is nothing: then
// the bot itself keeps the reader waiting.
func (l *link) silence() time.Duration {
	if l.busy.Load() {
		return 0
	}
	l.session.RLock()
	last := l.session.LastHeartbeatAck
	l.session.RUnlock()
	if handled := time.Unix(0, l.handled.Load()); handled.After(last) {
		last = handled
	}
	return time.Since(last)
}
