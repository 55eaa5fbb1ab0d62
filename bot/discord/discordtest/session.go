package discordtest

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// session is what a client's identify began and a resume continues. It
// outlives connections. Its frames are a ring: at once the queue of what is
// still to be written and the buffer from which a resume is served.
type session struct {
	id       string
	intents  Intent
	compress bool // the client can inflate

	mu      sync.Mutex
	moved   sync.Cond // a frame was written, or the link changed
	ring    []frame   // frame with sequence number n is at n % len(ring)
	last    int64     // sequence number of the newest frame
	next    int64     // sequence number of the next frame to write
	written int64     // every frame up to this one is out of the writer's hands
	link    *link     // nil while disconnected
	faults  *Faults
	held    *payload // by an ordered swap of events, until the next one
}

// frame is one rendered dispatch.
type frame struct {
	seq    int64
	queued time.Time
	text   []byte
}

type payload struct {
	name string
	data json.RawMessage
}

func newSession(id string, intents Intent, compress bool, size int, faults *Faults) *session {
	s := &session{id: id, intents: intents, compress: compress, ring: make([]frame, size), next: 1, faults: faults}
	s.moved.L = &s.mu
	return s
}

// dispatch queues an event, or what the ordered faults make of it.
func (s *session) dispatch(name string, data json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	event := payload{name, data}
	duplicate, swap := s.faults.takeEventFault()
	switch {
	case swap && s.held == nil:
		s.held = &event
		return
	case duplicate:
		s.push(event)
	}
	s.push(event)
	if s.held != nil {
		event, s.held = *s.held, nil
		s.push(event)
	}
}

// push renders the event into the ring. The caller holds the session's lock.
func (s *session) push(event payload) {
	f := s.slot()
	f.text = appendFrameHead(f.text, event.name, f.seq)
	f.text = append(f.text, event.data...)
	f.text = append(f.text, '}')
	s.wake()
}

// slot returns the place for the next frame, its text empty but with the room
// of an older frame where that one is certainly out of use. The caller holds
// the session's lock.
func (s *session) slot() *frame {
	if s.link != nil && s.last-s.next+1 >= int64(len(s.ring)) {
		s.grow()
	}
	s.last++
	f := &s.ring[s.last%int64(len(s.ring))]
	if f.seq > s.written {
		f.text = nil // the writer may still be reading it
	}
	f.seq, f.queued, f.text = s.last, time.Now(), f.text[:0]
	return f
}

// grow doubles the ring, so that a slow connection loses nothing.
func (s *session) grow() {
	bigger := make([]frame, 2*len(s.ring))
	for _, f := range s.ring {
		if f.seq > 0 {
			bigger[f.seq%int64(len(bigger))] = f
		}
	}
	s.ring = bigger
}

func appendFrameHead(to []byte, name string, seq int64) []byte {
	to = append(to, `{"t":"`...)
	to = append(to, name...)
	to = append(to, `","s":`...)
	to = strconv.AppendInt(to, seq, 10)
	return append(to, `,"op":0,"d":`...)
}

// wake tells the link's writer that there is something to write.
func (s *session) wake() {
	if s.link != nil {
		s.link.wake()
	}
}

// attach gives the session a new connection, which continues after the given
// sequence number. It reports false when that is no longer possible.
func (s *session) attach(l *link, after int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := max(s.last-int64(len(s.ring))+1, 1)
	if after < oldest-1 || after > s.last {
		return false
	}
	s.next, s.link = after+1, l
	s.moved.Broadcast()
	return true
}

// detach takes the connection away, if it is still this one.
func (s *session) detach(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == l {
		s.link = nil
		s.moved.Broadcast()
	}
}

// take returns the next frame to write over l, if there is one. The frame's
// text stays untouched until wrote is called with its sequence number.
func (s *session) take(l *link) (frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l || s.next > s.last {
		return frame{}, false
	}
	f := s.ring[s.next%int64(len(s.ring))]
	s.written = min(s.written, s.next-1) // a resume goes back
	s.next++
	return f, true
}

// wrote says that the writer of l is done with the frame.
func (s *session) wrote(l *link, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l {
		return
	}
	s.written = max(s.written, seq)
	s.moved.Broadcast()
}

func (s *session) newest() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// connected reports whether there is a link that hears the session's events.
func (s *session) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link != nil
}

// awaitRoom waits until fewer than ahead frames wait to be written. It returns
// an error when the client is gone or ctx ends.
func (s *session) awaitRoom(ctx context.Context, ahead int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil && s.last-s.written < ahead {
		return ctx.Err()
	}
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.moved.Broadcast()
	})()
	for s.link != nil && s.last-s.written >= ahead && ctx.Err() == nil {
		s.moved.Wait()
	}
	if s.link == nil {
		return ErrNobodyListens
	}
	return ctx.Err()
}

// pushFlood queues a pre-rendered message.
func (s *session) pushFlood(from floodFrame, id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.slot()
	text := from.fill(appendFrameHead(f.text, "MESSAGE_CREATE", f.seq), id)
	f.text = append(text, '}')
	s.wake()
}
