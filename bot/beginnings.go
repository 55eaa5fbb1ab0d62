package bot

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"

	"parley/moderation"
	"parley/moderation/ledger"
)

// beginnings are the channels of one community that may have no watermark yet, and what was
// the newest comment in each when it was heard of. Before anything in a channel is judged,
// its watermark is in the store: only that tells, after a restart, what was missed from what
// was there before Parley came. The zero value is ready.
type beginnings struct {
	heard   sync.Map    // channels heard of since the start → whether they began then; all but the open ones have a watermark
	waiting atomic.Bool // whether any is open
	mu      sync.Mutex
	open    map[string]Announced
}

// hear notes a channel and reports whether it has not been heard of before. IDs that are no
// numbers leave no watermark.
func (s *beginnings) hear(channel Announced) bool {
	if _, heard := s.heard.Load(channel.ID); heard {
		return false
	}
	if _, err := strconv.ParseUint(channel.Newest, 10, 64); err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, heard := s.heard.Load(channel.ID); heard {
		return false
	}
	if s.open == nil {
		s.open = make(map[string]Announced)
	}
	s.open[channel.ID] = channel
	s.waiting.Store(true)
	s.heard.Store(channel.ID, false)
	return true
}

// hearOf notes a channel by a comment in it, for sources that have not announced it, such as
// when a policy that watches more channels comes into force.
func (s *beginnings) hearOf(c *moderation.Comment) {
	if _, heard := s.heard.Load(c.Channel.ID); heard {
		return
	}
	if number, err := strconv.ParseUint(c.ID, 10, 64); err == nil && number > 0 {
		s.hear(Announced{ID: c.Channel.ID, Newest: strconv.FormatUint(number-1, 10), Thread: c.Channel.Parent != ""})
	}
}

func (s *beginnings) list() map[string]Announced {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.open)
}

// close notes that these channels have a watermark, and which of them have just been given it.
func (s *beginnings) close(channels map[string]Announced, given map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, channel := range channels {
		s.heard.Store(id, given[id] == channel.Newest)
		delete(s.open, id)
	}
	s.waiting.Store(len(s.open) > 0)
}

// isNew reports whether a channel began when it was heard of, with nothing missed before.
func (s *beginnings) isNew(channel string) bool {
	began, _ := s.heard.Load(channel)
	return began == true
}

// begin returns once every channel that the community has been heard to have has a watermark.
// That takes trips to the store only after a new one.
func (g *guild) begin(ctx context.Context) error {
	if !g.beginnings.waiting.Load() {
		return nil
	}
	g.beginning.Lock()
	defer g.beginning.Unlock()
	if !g.beginnings.waiting.Load() {
		return nil
	}
	_, err := g.giveWatermarks(ctx)
	return err
}

// watermarks is up to where each channel has been judged, those just heard of included.
func (g *guild) watermarks(ctx context.Context) (map[string]string, error) {
	g.beginning.Lock()
	defer g.beginning.Unlock()
	return g.giveWatermarks(ctx)
}

// giveWatermarks gives one to each channel that was heard of and has none, in one write.
// g.beginning is held.
func (g *guild) giveWatermarks(ctx context.Context) (map[string]string, error) {
	open := g.beginnings.list()
	known, err := g.bot.Store.Watermarks(ctx, g.id)
	if err != nil {
		return nil, err
	}
	first, newest := make(map[string]string), newestOf(known)
	for id, channel := range open {
		if known[id] == "" {
			first[id] = firstWatermark(channel, newest)
		}
	}
	if len(first) > 0 {
		if err := g.bot.Store.Advance(ctx, g.id, first); err != nil {
			return nil, err
		}
		maps.Copy(known, first)
	}
	g.beginnings.close(open, first)
	return known, nil
}

// firstWatermark is where a channel begins: at its newest comment when it was heard of, as
// nothing is judged that was there before Parley came or before the policy watched the
// channel. A channel that was created since the community's newest watermark, and a thread,
// which may have been opened since, are judged from that watermark on: what is in them was
// missed.
func firstWatermark(channel Announced, newest string) string {
	since := channel.Thread || ledger.Later(channel.ID, newest)
	if newest != "" && since && ledger.Later(channel.Newest, newest) {
		return newest
	}
	return channel.Newest
}

// newestOf is the newest of a community's watermarks, "" when there are none.
func newestOf(known map[string]string) string {
	newest := ""
	for _, id := range known {
		if ledger.Later(id, newest) {
			newest = id
		}
	}
	return newest
}
