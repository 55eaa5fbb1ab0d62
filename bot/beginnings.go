package bot

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"

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
	open    map[string]string // channel → newest comment
}

// hear notes a channel and reports whether it has not been heard of before. IDs that are no
// numbers leave no watermark.
func (s *beginnings) hear(channel, newest string) bool {
	if _, heard := s.heard.Load(channel); heard {
		return false
	}
	if _, err := strconv.ParseUint(newest, 10, 64); err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, heard := s.heard.Load(channel); heard {
		return false
	}
	if s.open == nil {
		s.open = make(map[string]string)
	}
	s.open[channel] = newest
	s.waiting.Store(true)
	s.heard.Store(channel, false)
	return true
}

// hearOf notes a channel by a comment in it, for sources that have not announced it, such as
// when a policy that watches more channels comes into force.
func (s *beginnings) hearOf(channel, comment string) {
	if _, heard := s.heard.Load(channel); heard {
		return
	}
	if number, err := strconv.ParseUint(comment, 10, 64); err == nil && number > 0 {
		s.hear(channel, strconv.FormatUint(number-1, 10))
	}
}

func (s *beginnings) list() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.open)
}

// close notes that these channels have a watermark, and which of them have just been given it.
func (s *beginnings) close(channels, given map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for channel, newest := range channels {
		s.heard.Store(channel, given[channel] == newest)
		delete(s.open, channel)
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

// giveWatermarks gives one to each channel that was heard of and has none, in one write: its
// newest comment then, or the community's newest watermark where that is older. So a thread
// that was opened during a gap is read like the rest of the gap, and nothing is judged that
// was there before Parley came. g.beginning is held.
func (g *guild) giveWatermarks(ctx context.Context) (map[string]string, error) {
	open := g.beginnings.list()
	known, err := g.bot.Store.Watermarks(ctx, g.id)
	if err != nil {
		return nil, err
	}
	first, newest := make(map[string]string), newestOf(known)
	for channel, at := range open {
		if known[channel] != "" {
			continue
		}
		if newest != "" && ledger.Later(at, newest) {
			at = newest
		}
		first[channel] = at
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
