package discord

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"

	"parley/bot/discord/tap"
)

// TestMessagesDoNotGoThroughDiscordgosDecoder: it would take most of the time that a comment takes.
func TestMessagesDoNotGoThroughDiscordgosDecoder(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.platform.intake = w.intake
	l, err := w.platform.newLink(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan string, 4)
	l.session.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { seen <- "discordgo decoded " + m.Content })
	l.session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e.Type == tap.Event {
			seen <- "tapped"
		}
	})
	if err := l.open(w.ctx); err != nil {
		t.Fatal(err)
	}
	defer l.close(int(websocket.StatusNormalClosure))
	w.must(w.ann.Post(w.articles, "hello"))
	select {
	case got := <-seen:
		if got != "tapped" {
			t.Error(got)
		}
	case <-w.ctx.Done():
		t.Fatal("no message came")
	}
}

func TestAMessageIsTappedUnderEncryptionToo(t *testing.T) {
	t.Parallel()
	const message = `{"t":"MESSAGE_CREATE","s":4,"op":0,"d":{"id":"7","channel_id":"8"}}`
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(rw, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		if err := conn.Write(r.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Error(err)
		}
		_, _, _ = conn.Read(r.Context()) // until the other side hangs up
	}))
	defer server.Close()
	l, err := newTown(t).platform.newLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	l.session.Dialer.TLSClientConfig = &tls.Config{RootCAs: trusted}
	conn, _, err := l.session.Dialer.Dial(strings.Replace(server.URL, "https", "wss", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, got, err := conn.ReadMessage()
	if want := `{"t":"` + tap.Event + `","s":4,"op":0,"d":0}`; err != nil || string(got) != want {
		t.Fatalf("discordgo would read %s, %v; want %s", got, err, want)
	}
	e := l.untapped(&discordgo.Event{Type: tap.Event, RawData: []byte("0")})
	if e.Type != "MESSAGE_CREATE" || e.Sequence != 4 || string(e.RawData) != `{"id":"7","channel_id":"8"}` {
		t.Errorf("the event stands in for %+v", e)
	}
}

func TestAServerThatNobodyVouchesForIsNotSpokenTo(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the refusal
	server.StartTLS()
	defer server.Close()
	l, err := newTown(t).platform.newLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = l.session.Dialer.Dial(strings.Replace(server.URL, "https", "wss", 1), nil)
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("the connection to a server with a certificate of its own making ended with %v", err)
	}
}

// TestAProxyIsLeftToTheLibrary: its way through a proxy encrypts above what is dialled.
func TestAProxyIsLeftToTheLibrary(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	l, err := newTown(t).platform.newLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if l.session.Dialer.NetDialTLSContext != nil {
		t.Error("with a proxy, encryption is still begun on the way to it")
	}
}
