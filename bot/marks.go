package bot

import (
	"slices"
	"strconv"
	"sync"
)

// marks follows the comments under way in each channel and knows up to which comment all
// are done: the channel's watermark. After a restart everything behind the watermark is
// read again, so it must never pass a comment that is not wholly judged and written.
type marks struct {
	mu       sync.Mutex
	channels map[place]*channelMarks
}

type place struct{ guild, channel string }

// channelMarks is one channel's comments in the order of their arrival.
type channelMarks struct {
	flights []flight // those from passed on are under way, or done behind one that is
	passed  int
	first   uint64  // ticket number of flights[0]
	ready   comment // the newest comment with everything before it done
	saved   uint64  // number of the watermark that was stored last
	holds   int     // gaps being read; the watermark stands still meanwhile
}

type comment struct {
	id     string
	number uint64
}

type flight struct {
	comment
	done bool
}

// ticket stands for one comment under way. The zero ticket stands for none.
type ticket struct {
	channel *channelMarks
	number  uint64
}

// begin notes that a comment is under way. IDs that are no numbers leave no watermark.
func (m *marks) begin(guild, channel, id string) ticket {
	number, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return ticket{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.channel(place{guild, channel})
	c.flights = append(c.flights, flight{comment: comment{id, number}})
	return ticket{c, c.first + uint64(len(c.flights)) - 1}
}

// finish notes that a comment is wholly judged and written.
func (m *marks) finish(t ticket) {
	if t.channel == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := t.channel
	c.flights[t.number-c.first].done = true
	for c.passed < len(c.flights) && c.flights[c.passed].done {
		if next := c.flights[c.passed].comment; next.number > c.ready.number {
			c.ready = next
		}
		c.passed++
	}
	if c.passed > len(c.flights)/2 { // moving the rest costs less than what was passed
		c.first += uint64(c.passed)
		c.flights = slices.Delete(c.flights, 0, c.passed)
		c.passed = 0
	}
}

// hold keeps a channel's watermark where it is until release, while a gap is being read.
func (m *marks) hold(guild, channel string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.channel(place{guild, channel}).holds++
}

func (m *marks) release(guild, channel string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.channel(place{guild, channel}).holds--
}

// due returns the watermarks that have moved since they were stored last, by guild and
// channel, and forgets channels where nothing is going on.
func (m *marks) due() map[string]map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due map[string]map[string]string
	for at, c := range m.channels {
		switch {
		case c.holds > 0:
		case c.ready.number > c.saved:
			if due == nil {
				due = make(map[string]map[string]string)
			}
			if due[at.guild] == nil {
				due[at.guild] = make(map[string]string)
			}
			due[at.guild][at.channel] = c.ready.id
		case len(c.flights) == 0:
			delete(m.channels, at)
		}
	}
	return due
}

// stored notes that a guild's watermarks have been stored.
func (m *marks) stored(guild string, ids map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for channel, id := range ids {
		number, err := strconv.ParseUint(id, 10, 64)
		if c := m.channels[place{guild, channel}]; c != nil && err == nil {
			c.saved = max(c.saved, number)
		}
	}
}

func (m *marks) channel(at place) *channelMarks {
	c := m.channels[at]
	if c == nil {
		if m.channels == nil {
			m.channels = make(map[place]*channelMarks)
		}
		c = &channelMarks{}
		m.channels[at] = c
	}
	return c
}
