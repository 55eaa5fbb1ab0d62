package discordtest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// FloodComment is one comment of a flood.
type FloodComment struct {
	Author *Member
	Text   string
}

// Flood is a stream of comments in one channel, for measuring.
type Flood struct {
	Channel *Channel
	// Comments are sent in order, again and again until Count is reached.
	Comments []FloodComment
	// Count is how many messages are sent; 0 means each comment once.
	Count int
	// Rate is messages per second; 0 means as fast as the client reads.
	Rate float64
	// Ahead is how many messages may wait to be written to the client's
	// connection before the flood pauses; 0 means 64.
	Ahead int
}

// FloodLog says what was sent and when. Sent is in the order of sending,
// which is the order of the IDs.
type FloodLog struct {
	Started, Ended time.Time
	Sent           []FloodMessage
}

// FloodMessage is one message of a flood. At is when it was handed to the
// connection, and Comment the index of its text in Flood.Comments.
type FloodMessage struct {
	ID      uint64
	At      time.Time
	Comment int
}

// SentAt returns when the message with the ID was sent, and whether it was
// part of the flood.
func (l FloodLog) SentAt(id string) (time.Time, bool) {
	i, ok := slices.BinarySearchFunc(l.Sent, parseID(id), func(m FloodMessage, id uint64) int { return cmp.Compare(m.ID, id) })
	if !ok {
		return time.Time{}, false
	}
	return l.Sent[i].At, true
}

// ErrNobodyListens means that no client is connected that would hear the flood.
var ErrNobodyListens = errors.New("discordtest: no client is connected that hears messages in the channel")

const defaultAhead = 64

// Flood sends messages without the work that an ordinary one costs: frames are
// rendered beforehand except for their IDs and times, nothing is checked, and
// no member needs a permission. The messages are in the channel as any other.
// It returns what was sent also when ctx ends before the flood does.
func (s *Server) Flood(ctx context.Context, flood Flood) (FloodLog, error) {
	if len(flood.Comments) == 0 {
		return FloodLog{}, errors.New("discordtest: a flood needs comments")
	}
	count, ahead := cmp.Or(flood.Count, len(flood.Comments)), cmp.Or(flood.Ahead, defaultAhead)
	listeners, frames, err := s.prepare(flood)
	if err != nil {
		return FloodLog{}, err
	}
	runtime.GC() // what rendering left behind is not to be cleared away while something is measured
	log := FloodLog{Started: time.Now(), Sent: make([]FloodMessage, 0, count)}
	err = s.pour(ctx, flood, count, ahead, listeners, frames, &log)
	log.Ended = time.Now()
	return log, err
}

// pour sends the frames at the flood's pace.
func (s *Server) pour(ctx context.Context, flood Flood, count, ahead int, listeners []*session, frames []floodFrame, log *FloodLog) error {
	// In one piece, and so are the frames: what is measured with a flood shares the garbage
	// collector with it, whose work grows with the number of things there are.
	messages := make([]message, count)
	for i := range messages {
		if flood.Rate > 0 {
			due := log.Started.Add(time.Duration(float64(i) / flood.Rate * float64(time.Second)))
			if err := pause(ctx, time.Until(due)); err != nil {
				return fmt.Errorf("flood: %w", err)
			}
		}
		for _, session := range listeners {
			if err := session.awaitRoom(ctx, int64(ahead)); err != nil {
				return fmt.Errorf("flood: %w", err)
			}
		}
		which := i % len(frames)
		at := time.Now()
		s.floodOne(flood.Channel, frames[which], &messages[i], listeners)
		log.Sent = append(log.Sent, FloodMessage{ID: messages[i].num, At: at, Comment: which})
	}
	return nil
}

// prepare finds who listens and renders the frames.
func (s *Server) prepare(flood Flood) ([]*session, []floodFrame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var listeners []*session
	for _, session := range s.sessions {
		if session.intents&IntentGuildMessages != 0 && session.connected() {
			listeners = append(listeners, session)
		}
	}
	if len(listeners) == 0 || !s.botMayHear(event{where: flood.Channel}) {
		return nil, nil, ErrNobodyListens
	}
	withContent := listeners[0].intents&IntentMessageContent != 0
	bodies, frames := make([]messageBody, len(flood.Comments)), make([]floodFrame, len(flood.Comments))
	var press framePress
	for i, comment := range flood.Comments {
		bodies[i] = *s.compose(Draft{Content: comment.Text}, MemberPermissions)
		frames[i] = press.render(flood.Channel, comment.Author.User, &bodies[i], withContent)
	}
	return listeners, frames, nil
}

// floodOne puts one message into the channel and on its way.
func (s *Server) floodOne(channel *Channel, frame floodFrame, m *message, listeners []*session) {
	num := s.ids.next(s.now())
	s.mu.Lock()
	defer s.mu.Unlock()
	*m = message{num: num, channel: channel, author: frame.author, body: frame.body}
	channel.insert(m)
	for _, session := range listeners {
		session.pushFlood(frame, num)
	}
	s.notify()
}

// floodFrame is a MESSAGE_CREATE payload with gaps where the ID and the time go.
type floodFrame struct {
	author *User
	body   *messageBody
	text   []byte // without what goes into the gaps
	gaps   []gap
}

// gap is a place in a frame where something is filled in.
type gap struct {
	at     int // index in the text
	isTime bool
}

// fill appends the frame with the ID and the time that is in it.
func (f floodFrame) fill(to []byte, id uint64) []byte {
	from := 0
	for _, g := range f.gaps {
		to, from = append(to, f.text[from:g.at]...), g.at
		if g.isTime {
			to = timeOf(id).AppendFormat(to, timestampLayout)
		} else {
			to = strconv.AppendUint(to, id, 10)
		}
	}
	return append(to, f.text[from:]...)
}

// framePress renders frames.
type framePress struct {
	texts slab[byte]
	gaps  slab[gap]
}

// render renders a message with an ID that cannot occur and cuts that ID and its time out.
func (p *framePress) render(channel *Channel, author *User, body *messageBody, withContent bool) floodFrame {
	const placeholderID = 1<<63 + 1
	sample := &message{num: placeholderID, channel: channel, author: author, body: body}
	rest := encode(wireMessageEvent(sample, withContent))
	id, at := []byte(sample.id()), []byte(timestamp(timeOf(placeholderID)))
	var text []byte
	var gaps []gap
	for {
		i, j := bytes.Index(rest, id), bytes.Index(rest, at)
		if i < 0 && j < 0 {
			return floodFrame{author: author, body: body, text: p.texts.keep(append(text, rest...)), gaps: p.gaps.keep(gaps)}
		}
		isTime := i < 0 || j >= 0 && j < i
		cut, length := i, len(id)
		if isTime {
			cut, length = j, len(at)
		}
		text = append(text, rest[:cut]...)
		gaps = append(gaps, gap{len(text), isTime})
		rest = rest[cut+length:]
	}
}

// slab keeps many short lists in few large pieces.
type slab[T any] struct{ open []T }

const slabLength = 1 << 16

// keep returns a copy of a list.
func (s *slab[T]) keep(list []T) []T {
	if len(list) > cap(s.open)-len(s.open) {
		s.open = make([]T, 0, max(slabLength, len(list)))
	}
	from := len(s.open)
	s.open = append(s.open, list...)
	return s.open[from:len(s.open):len(s.open)]
}
