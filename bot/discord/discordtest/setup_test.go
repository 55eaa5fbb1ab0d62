package discordtest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/goleak"

	"parley/bot/discord/discordtest"
	"parley/bot/discord/discordtest/apispec"
)

// TestMain asks for gateway version 10 once, before anything runs: discordgo
// keeps the version in a variable of its package.
func TestMain(m *testing.M) {
	discordgo.APIVersion = "10"
	code := m.Run()
	closing.Wait()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// closing counts discordgo sessions on their way out: each sleeps a second in
// its Close, which no test needs to wait for.
var closing sync.WaitGroup

// allIntents is what the clients in these tests listen for.
const allIntents = discordgo.IntentsAllWithoutPrivileged | discordgo.IntentGuildMembers | discordgo.IntentMessageContent

// sharedSpec loads Discord's API description once for all tests.
var sharedSpec = sync.OnceValues(apispec.Discover)

// world is a server with one guild and one channel.
type world struct {
	*discordtest.Server
	spec *apispec.Spec // nil where the description is absent
	// sessions are the connected ones, which end with the test.
	sessions *[]*discordgo.Session
	// wrongOnPurpose says that the test sends what the description forbids.
	wrongOnPurpose *bool
	guild          *discordtest.Guild
	channel        *discordtest.Channel
}

func newWorld(t *testing.T, options ...discordtest.Option) world {
	t.Helper()
	spec, err := sharedSpec()
	if err == nil {
		options = append(options, discordtest.WithSpec(spec))
	} else {
		t.Logf("requests and answers are not checked against Discord's API description: %v", err)
	}
	srv := discordtest.NewServer(options...)
	sessions, wrongOnPurpose := new([]*discordgo.Session), new(bool)
	t.Cleanup(func() {
		closing.Go(func() {
			for _, session := range *sessions {
				_ = session.Close()
			}
			srv.Close()
		})
		if *wrongOnPurpose {
			return
		}
		for _, violation := range srv.Violations() {
			t.Errorf("not Discord's API: %s", violation)
		}
	})
	guild := srv.NewGuild("News")
	return world{Server: srv, spec: spec, sessions: sessions, wrongOnPurpose: wrongOnPurpose, guild: guild, channel: guild.NewTextChannel("articles")}
}

// client makes a discordgo session for the server that is not connected yet
// and neither retries nor reconnects by itself.
func (w world) client(t *testing.T) *discordgo.Session {
	t.Helper()
	session, err := discordgo.New("Bot " + w.Token())
	if err != nil {
		t.Fatal(err)
	}
	transport := checking{w.Transport(), w, t}
	session.Client = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	session.Identify.Intents = allIntents
	session.ShouldRetryOnRateLimit = false
	session.MaxRestRetries = 0
	session.ShouldReconnectOnError = false
	session.SyncEvents = true
	return session
}

// connect opens a session that is closed when the test ends.
func (w world) connect(t *testing.T, session *discordgo.Session) {
	t.Helper()
	if err := session.Open(); err != nil {
		t.Fatal(err)
	}
	*w.sessions = append(*w.sessions, session)
}

// soon is a context for things that should take no time at all.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// must fails the test on an error.
func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// checking is a transport that checks the server's own answers against
// Discord's API description.
type checking struct {
	next http.RoundTripper
	w    world
	t    *testing.T
}

func (c checking) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err != nil || c.w.spec == nil || answer.StatusCode >= http.StatusMultipleChoices || answer.StatusCode == http.StatusNoContent {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	requests := c.w.Requests()
	for i := len(requests) - 1; i >= 0; i-- {
		method, path, _ := strings.Cut(requests[i].Route, " ")
		if method == r.Method && strings.HasSuffix(r.URL.Path, requests[i].Path) {
			for _, problem := range c.w.spec.CheckAnswer(method, path, answer.StatusCode, body) {
				c.t.Errorf("the stand-in's answer: %s", problem)
			}
			break
		}
	}
	return answer, nil
}
