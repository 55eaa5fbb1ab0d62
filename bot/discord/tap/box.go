package tap

import (
	"strconv"
	"sync"

	"parley/bot/discord/wire"
)

// Event is the type of the events that stand in for messages. Their data is a number, by
// which the box gives the message out.
const Event = "PARLEY_MESSAGE"

// Box keeps messages until they are asked for. One box serves all connections of a session.
// Its zero value is empty and ready for use. It is safe for concurrent use.
type Box struct {
	mu    sync.Mutex
	first uint64 // number of the first that is held
	held  []wire.Event
}

// put keeps a message and returns its number. Numbers rise by one.
func (b *Box) put(e wire.Event) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = append(b.held, e)
	return b.first + uint64(len(b.held)) - 1
}

// Take returns the message that an event with the given data stands in for, false when there
// is none. Those before it are dropped, because events are handled in order: they belong to
// a connection that broke before their turn came, and Discord sends them again.
func (b *Box) Take(data []byte) (wire.Event, bool) {
	number, err := strconv.ParseUint(string(data), 10, 64)
	if err != nil {
		return wire.Event{}, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if number < b.first || number-b.first >= uint64(len(b.held)) {
		return wire.Event{}, false
	}
	n := number - b.first
	e := b.held[n]
	clear(b.held[:n+1])
	b.held, b.first = b.held[n+1:], number+1
	return e, true
}
