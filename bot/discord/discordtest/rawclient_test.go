package discordtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"parley/bot/discord/discordtest"
)

// rawClient speaks the gateway's protocol by hand, to see what a library hides.
type rawClient struct {
	t    *testing.T
	conn *websocket.Conn
}

// packet is one message from the gateway.
type packet struct {
	Op   int             `json:"op"`
	Seq  int64           `json:"s"`
	Name string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

const identifyAll = `{"op":2,"d":{"token":"Bot TOKEN","properties":{"os":"linux"},"intents":INTENTS}}`

// dial opens the gateway and takes the hello.
func (w world) dial(t *testing.T) *rawClient {
	t.Helper()
	conn, _, err := websocket.Dial(soon(t), strings.Replace(w.URL(), "http", "ws", 1)+"/gateway?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	c := &rawClient{t, conn}
	if hello := c.next(); hello.Op != 10 {
		t.Fatalf("got %+v, want a hello", hello)
	}
	return c
}

func (c *rawClient) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(soon(c.t), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *rawClient) next() packet {
	c.t.Helper()
	_, data, err := c.conn.Read(soon(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	var p packet
	if err := json.Unmarshal(data, &p); err != nil {
		c.t.Fatal(err)
	}
	return p
}

// until reads on to the first event with the name.
func (c *rawClient) until(name string) packet {
	c.t.Helper()
	for {
		if p := c.next(); p.Name == name {
			return p
		}
	}
}

// closeCode reads on until the server closes the connection.
func (c *rawClient) closeCode() int {
	c.t.Helper()
	for {
		if _, _, err := c.conn.Read(soon(c.t)); err != nil {
			return int(websocket.CloseStatus(err))
		}
	}
}

// identify starts a session with the intents and returns its ID.
func (c *rawClient) identify(w world, intents discordtest.Intent) (sessionID string) {
	c.t.Helper()
	text, err := json.Marshal(intents)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(strings.NewReplacer("TOKEN", w.Token(), "INTENTS", string(text)).Replace(identifyAll))
	var ready struct {
		SessionID string `json:"session_id"`
	}
	if err := json.Unmarshal(c.until("READY").Data, &ready); err != nil {
		c.t.Fatal(err)
	}
	return ready.SessionID
}

// text returns the content of a message event.
func (p packet) text(t *testing.T) string {
	t.Helper()
	var message struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(p.Data, &message); err != nil {
		t.Fatal(err)
	}
	return message.Content
}
