// Package tap takes messages off a connection to Discord's gateway before discordgo reads
// them. discordgo decodes every message several times over, at last into types that come out
// empty where a message holds anything that they do not know. That is most of what a comment
// costs, and nothing of it is of use to Parley. On a tapped connection discordgo gets a short
// event in a message's place, which keeps its count of events right; who handles that event
// takes the message out of the box.
//
// What a tap does not recognise passes as it came, so at worst a message is decoded by
// discordgo after all. That goes for everything on a connection that is no websocket in plain
// text, such as what is encrypted.
package tap

import (
	"bytes"
	"net"
	"strconv"

	"parley/bot/discord/wire"
)

const (
	bufferSize = 16 << 10 // what is read at once; it bounds how many messages are taken ahead
	longest    = 1 << 20  // bytes of a message that is taken; a longer one passes
)

// The beginnings of what a tap looks for. Discord has always sent an event's type first; one
// that came in another order would pass.
const (
	accepted    = "HTTP/1.1 101 " // the server's answer to the request for a websocket
	answerEnd   = "\r\n\r\n"
	longestHead = 8 << 10 // bytes of that answer
	message     = `{"t":"MESSAGE_`
)

// Conn is a connection from which messages are taken. As with other connections, one
// goroutine at a time may read.
type Conn struct {
	net.Conn
	box *Box

	mode    mode
	in      []byte // read, not looked at yet
	passing int    // bytes of what comes next that pass before another frame begins
	out     []byte // to be handed on, a part of ready
	ready   []byte
}

// mode is what a connection is expected to bring.
type mode int

const (
	answer mode = iota // to the request for a websocket
	frames
	anything // whatever it is, it passes
)

// New taps a connection on which nothing was read yet. Messages go into the box.
func New(conn net.Conn, box *Box) *Conn { return &Conn{Conn: conn, box: box} }

// Read reads what is to be handed on.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		if c.mode == anything && len(c.in) == 0 {
			return c.Conn.Read(b)
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
		c.ready = c.ready[:0]
		c.sort()
		c.out = c.ready
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

// fill reads more from the connection. An error that came with bytes comes again.
func (c *Conn) fill() error {
	have := len(c.in)
	if cap(c.in)-have < bufferSize/2 {
		c.in = append(make([]byte, 0, max(bufferSize, 2*have)), c.in...)
	}
	n, err := c.Conn.Read(c.in[have:cap(c.in)])
	c.in = c.in[:have+n]
	if n > 0 {
		return nil
	}
	return err
}

// sort moves what came to what is handed on and to the box, and leaves what is to be
// completed.
func (c *Conn) sort() {
	rest := c.in
	for {
		n := c.next(rest)
		if n == 0 {
			break
		}
		rest = rest[n:]
	}
	if len(rest) == 0 && cap(c.in) > 2*bufferSize {
		c.in = nil // after a long message
		return
	}
	c.in = append(c.in[:0], rest...)
}

// next deals with the beginning of in and returns how much of it is done with; 0 means that
// more must be read first.
func (c *Conn) next(in []byte) int {
	if len(in) == 0 {
		return 0
	}
	if c.passing > 0 || c.mode == anything {
		return c.pass(in)
	}
	if c.mode == answer {
		return c.passAnswer(in)
	}
	f, enough, valid := readFrame(in)
	switch {
	case !valid:
		c.mode = anything
		return c.pass(in)
	case !enough:
		return 0
	}
	size := f.head + f.length
	if f.mayBeMessage(in[f.head:]) {
		if len(in) < size {
			return 0
		}
		if c.take(in[f.head:size]) {
			return size
		}
	}
	c.passing = size
	return c.pass(in)
}

// pass hands on what there is of the present frame, or all of it.
func (c *Conn) pass(in []byte) int {
	n := len(in)
	if c.mode != anything {
		n = min(n, c.passing)
		c.passing -= n
	}
	c.ready = append(c.ready, in[:n]...)
	return n
}

// passAnswer hands on the answer to the request for a websocket, as soon as all of it came.
func (c *Conn) passAnswer(in []byte) int {
	n := min(len(in), len(accepted))
	end := bytes.Index(in, []byte(answerEnd))
	switch {
	case string(in[:n]) != accepted[:n], end < 0 && len(in) > longestHead:
		c.mode = anything
		return c.pass(in)
	case end < 0:
		return 0
	}
	c.mode, c.passing = frames, end+len(answerEnd)
	return c.pass(in)
}

// mayBeMessage reports whether a frame may hold a message, as far as its payload came.
func (f frame) mayBeMessage(payload []byte) bool {
	if !f.whole || f.length < len(message) || f.length > longest {
		return false
	}
	n := min(len(payload), len(message))
	return string(payload[:n]) == message[:n]
}

// take puts a message into the box and an event in its place. False means that the payload
// is none.
func (c *Conn) take(payload []byte) bool {
	e, ok := wire.ReadEvent(payload)
	if !ok || e.Type != wire.MessageCreate && e.Type != wire.MessageUpdate {
		return false
	}
	e.Data = bytes.Clone(e.Data)
	number := c.box.put(e)
	start := len(c.ready)
	c.ready = append(c.ready, wholeText, 0)
	c.ready = append(c.ready, `{"t":"`+Event+`","s":`...)
	c.ready = strconv.AppendInt(c.ready, e.Sequence, 10)
	c.ready = append(c.ready, `,"op":0,"d":`...)
	c.ready = strconv.AppendUint(c.ready, number, 10)
	c.ready = append(c.ready, '}')
	c.ready[start+1] = byte(len(c.ready) - start - 2) // at most 22 + 19 + 12 + 20 + 1, which is short
	return true
}
