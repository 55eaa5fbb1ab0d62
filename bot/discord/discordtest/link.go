package discordtest

import (
	"bytes"
	"compress/zlib"
	"context"
	"sync"

	"github.com/coder/websocket"
)

// compressFromBytes is the size below which frames go out as they are.
const compressFromBytes = 1024

// link is one websocket connection of a client.
type link struct {
	server *Server
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	signal chan struct{} // room for one: something to write

	mu      sync.Mutex
	control [][]byte // hello, acknowledgements and the like, ahead of events
	session *session // nil until identified or resumed
}

// send queues a frame that is not an event.
func (l *link) send(op int, data any) {
	l.mu.Lock()
	l.control = append(l.control, encode(object{"op": op, "d": data, "s": nil, "t": nil}))
	l.mu.Unlock()
	l.wake()
}

func (l *link) wake() {
	select {
	case l.signal <- struct{}{}:
	default: // it is awake already
	}
}

// write sends what is queued until the connection ends.
func (l *link) write() {
	for {
		select {
		case <-l.signal:
		case <-l.ctx.Done():
			return
		}
		for {
			more, err := l.writeOne()
			if err != nil {
				l.cut()
				return
			}
			if !more {
				break
			}
		}
	}
}

func (l *link) writeOne() (more bool, err error) {
	l.mu.Lock()
	session := l.session
	var control []byte
	if len(l.control) > 0 {
		control, l.control = l.control[0], l.control[1:]
	}
	l.mu.Unlock()
	if control != nil {
		return true, l.conn.Write(l.ctx, websocket.MessageText, control)
	}
	if session == nil {
		return false, nil
	}
	f, ok := session.take(l)
	if !ok {
		return false, nil
	}
	defer session.wrote(l, f.seq)
	if err := l.server.faults.delayFrame(l.ctx, f.queued); err != nil {
		return false, err
	}
	if session.compress && startsWhole(f.text) && len(f.text) >= compressFromBytes {
		return true, l.conn.Write(l.ctx, websocket.MessageBinary, deflate(f.text))
	}
	return true, l.conn.Write(l.ctx, websocket.MessageText, f.text)
}

// startsWhole reports whether the frame is one of the large ones with which a
// session starts; only these are compressed for a client that asks for it.
func startsWhole(text []byte) bool {
	return bytes.HasPrefix(text, []byte(`{"t":"READY"`)) || bytes.HasPrefix(text, []byte(`{"t":"GUILD_CREATE"`))
}

func deflate(text []byte) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(text) // a bytes.Buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}

// close ends the connection with a close code, as politely as the peer allows.
func (l *link) close(code websocket.StatusCode, reason string) {
	l.server.record.closed(code, reason, l.server.now())
	_ = l.conn.Close(code, reason) // a peer that is gone cannot be told
	l.cancel()
}

// cut ends the connection without a word.
func (l *link) cut() {
	l.cancel()
	_ = l.conn.CloseNow()
}

// endedBy forgets the session when the client said goodbye for good, with
// 1000 or 1001, as Discord does.
func (l *link) endedBy(err error) {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway:
	default:
		return
	}
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session != nil {
		delete(l.server.sessions, l.session.id)
	}
}

// invalidate tells the client that its session is no longer valid. One that
// cannot be resumed is over: the client may identify anew on the same link.
func (l *link) invalidate(resumable bool) {
	l.server.mu.Lock()
	l.mu.Lock()
	if session := l.session; session != nil && !resumable {
		delete(l.server.sessions, session.id)
		session.detach(l)
		l.session = nil
	}
	l.mu.Unlock()
	l.server.mu.Unlock()
	l.send(opInvalidSession, resumable)
}

func (l *link) hasSession() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session != nil
}
