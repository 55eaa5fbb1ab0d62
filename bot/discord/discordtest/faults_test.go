package discordtest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
)

const createMessage = "POST /channels/{channel_id}/messages"

func (w world) say(t *testing.T, text string) answer {
	t.Helper()
	return w.request(t, "POST", "/channels/"+w.channel.ID+"/messages", object{"content": text})
}

func TestOrderedFailuresStrikeOnlyTheirRouteAndOnlyAsOftenAsOrdered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().FailNext(2, createMessage, http.StatusBadGateway)
	if got := w.request(t, "GET", "/users/@me", nil); got.Status != http.StatusOK {
		t.Errorf("another route answered %d", got.Status)
	}
	for i, want := range []int{502, 502, 200} {
		if got := w.say(t, "x"); got.Status != want {
			t.Errorf("request %d answered %d, want %d", i, got.Status, want)
		}
	}
	if n := len(w.channel.Messages()); n != 1 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestAFailureAfterTheEffectLeavesTheEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().REST(discordtest.RESTFault{Route: createMessage, Status: 500, AfterEffect: true})
	w.Faults().REST(discordtest.RESTFault{Route: createMessage, Cut: true, AfterEffect: true})
	if got := w.say(t, "one"); got.Status != 500 {
		t.Errorf("answered %d", got.Status)
	}
	if got, err := w.tryRequest(t, "POST", "/channels/"+w.channel.ID+"/messages", object{"content": "two"}); err == nil {
		t.Errorf("a cut connection answered %d", got.Status)
	}
	if n := len(w.channel.Messages()); n != 2 {
		t.Errorf("%d messages arrived, want 2", n)
	}
}

func TestAHangingRequestEndsWhenTheClientGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().REST(discordtest.RESTFault{Hang: true})
	session := w.client(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := session.ChannelMessageSend(w.channel.ID, "x", discordgo.WithContext(ctx))
		result <- err
	}()
	if err := w.Await(soon(t), "the request", func() bool { return len(w.Requests()) == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := next(t, result); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(w.channel.Messages()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestCloseEndsHangingRequests(t *testing.T) {
	t.Parallel()
	srv := discordtest.NewServer()
	w := world{Server: srv}
	srv.Faults().REST(discordtest.RESTFault{Hang: true})
	result := make(chan error, 1)
	go func() {
		_, err := w.tryRequest(t, "GET", "/users/@me", nil)
		result <- err
	}()
	if err := srv.Await(soon(t), "the request", func() bool { return len(srv.Requests()) == 1 }); err != nil {
		t.Fatal(err)
	}
	srv.Close()
	if next(t, result) == nil {
		t.Error("the request was answered")
	}
}

func TestARateLimitIsCountedPerChannelAndToldInHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithRateLimit(createMessage, 2, time.Hour))
	other := w.guild.NewTextChannel("other")
	first := w.say(t, "1")
	for name, want := range map[string]string{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "1"} {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	w.say(t, "2")
	refused := w.say(t, "3")
	body := decode[struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}](t, refused)
	if refused.Status != 429 || body.RetryAfter < 3000 || body.Global || refused.Header.Get("X-RateLimit-Scope") != "user" ||
		refused.Header.Get("Retry-After") == "" || refused.Header.Get("X-RateLimit-Bucket") != first.Header.Get("X-RateLimit-Bucket") {
		t.Errorf("answered %d %s %v", refused.Status, refused.Body, refused.Header)
	}
	if got := w.request(t, "POST", "/channels/"+other.ID+"/messages", object{"content": "x"}); got.Status != http.StatusOK {
		t.Errorf("another channel answered %d", got.Status)
	}
	if w.InvalidRequests() != 1 {
		t.Errorf("%d invalid requests", w.InvalidRequests())
	}
}

func TestARateLimitOpensAgainAfterItsWindow(t *testing.T) {
	t.Parallel()
	clock := make(chan time.Time, 1)
	clock <- time.Now()
	w := newWorld(t, discordtest.WithRateLimit(createMessage, 1, time.Minute),
		discordtest.WithClock(func() time.Time { at := <-clock; clock <- at; return at }))
	w.say(t, "1")
	if got := w.say(t, "2"); got.Status != 429 {
		t.Fatalf("answered %d", got.Status)
	}
	clock <- (<-clock).Add(time.Minute)
	if got := w.say(t, "3"); got.Status != http.StatusOK {
		t.Errorf("after the window: answered %d", got.Status)
	}
}

func TestTheGlobalRateLimitCoversEveryRoute(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	w := newWorld(t, discordtest.WithGlobalRateLimit(2), discordtest.WithClock(func() time.Time { return clock }))
	w.say(t, "1")
	w.request(t, "GET", "/users/@me", nil)
	got := w.request(t, "GET", "/guilds/"+w.guild.ID, nil)
	if got.Status != 429 || got.Header.Get("X-RateLimit-Global") != "true" || got.Header.Get("X-RateLimit-Scope") != "global" {
		t.Errorf("answered %d %v", got.Status, got.Header)
	}
}

func TestAClosedLinkCarriesTheOrderedCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, guildMessages)
	w.Faults().CloseLinks(4000, "Unknown error.")
	if got := c.closeCode(); got != 4000 {
		t.Errorf("closed with %d", got)
	}
	if got := w.Disconnects(); len(got) != 1 || got[0].Code != 4000 {
		t.Errorf("the record says %+v", got)
	}
}

func TestInvalidSessionsSayWhetherTheyMayBeResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, guildMessages)
	c.until("GUILD_CREATE")
	w.Faults().InvalidateSessions(true)
	if p := c.next(); p.Op != 9 || string(p.Data) != "true" {
		t.Errorf("got %+v", p)
	}
	w.Faults().InvalidateSessions(false)
	if p := c.next(); p.Op != 9 || string(p.Data) != "false" {
		t.Errorf("got %+v", p)
	}
	c.identify(w, guildMessages)
}

func TestAwaitingNamesWhatNeverCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := w.Await(ctx, "a miracle", func() bool { return false })
	if !errors.Is(err, context.Canceled) || err.Error() != "discordtest: waiting for a miracle: context canceled" {
		t.Errorf("got %v", err)
	}
}

func TestAnOrderedRateLimitTellsHowLongToWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().RateLimitNext(1, createMessage, 1500*time.Millisecond)
	w.Faults().REST(discordtest.RESTFault{Route: createMessage, Status: 429, RetryAfter: time.Second, Global: true})
	got := w.say(t, "x")
	if after := decode[struct {
		RetryAfter float64 `json:"retry_after"`
	}](t, got).RetryAfter; got.Status != 429 || after != 1.5 || got.Header.Get("Retry-After") != "2" {
		t.Errorf("answered %d, retry after %v, header %q", got.Status, after, got.Header.Get("Retry-After"))
	}
	if got := w.say(t, "x"); got.Header.Get("X-RateLimit-Scope") != "global" {
		t.Errorf("the second answered %d %v", got.Status, got.Header)
	}
}

func TestADelayedRequestIsCarriedOutAfterTheDelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const delay = 30 * time.Millisecond
	w.Faults().REST(discordtest.RESTFault{Route: createMessage, Delay: delay})
	asked := time.Now()
	if got := w.say(t, "x"); got.Status != http.StatusOK || time.Since(asked) < delay {
		t.Errorf("answered %d after %v", got.Status, time.Since(asked))
	}
}

func TestTroubleThatWasClearedDoesNotHappen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().FailNext(5, "", http.StatusInternalServerError)
	w.Faults().RefuseConnections(1)
	w.Faults().Clear()
	if got := w.say(t, "x"); got.Status != http.StatusOK {
		t.Errorf("answered %d", got.Status)
	}
	w.dial(t)
}
