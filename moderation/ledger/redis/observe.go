package redis

import (
	"context"
	"fmt"
	"strings"

	"parley/moderation"
)

// Observe counts a sighting in one round trip, shared with others under load. The first
// sighting of a community may take more, to learn of the recent ones that are known already.
func (s *Store) Observe(ctx context.Context, sighting moderation.Sighting) (moderation.Observation, error) {
	observation, err := s.trips.run(ctx, s.shelves.sight(&sighting))
	if err != nil {
		return observation, wrap("observe comment "+sighting.Comment, err)
	}
	return observation, nil
}

// answer takes the script's answer apart. It tells the shelf of the sightings that were
// handed over and of the batch's own, and gives each call its observation.
func (t *trips) answer(ctx context.Context, b *batch, values []any, err error) {
	if err == nil {
		values, err = t.learn(ctx, b, values)
	}
	for _, c := range b.calls {
		var told told
		if err == nil {
			told, values, err = readTold(values)
		}
		if c.err = err; err == nil {
			c.observation.Actions = told.actions
			c.observation.Record, c.err = readRecord(told.comments, told.first, told.rejected, told.strikes)
		}
	}
}

// learn tells the shelf what came with an answer, fetches what did not fit in, and returns
// the rest of the answer.
func (t *trips) learn(ctx context.Context, b *batch, values []any) (rest []any, err error) {
	n, rest, err := readNews(values)
	if err != nil {
		return nil, err
	}
	complete := b.shelf.learn(b.known, n)
	for err == nil && !complete {
		complete, err = t.fetch(ctx, b.shelf)
	}
	if err != nil {
		return nil, fmt.Errorf("learn of recent sightings: %w", err)
	}
	b.shelf.observe(n.before, b.calls)
	if !b.until.IsZero() {
		b.shelf.prolonged(b.until)
	}
	return rest, nil
}

// fetch asks for recent sightings alone. It reports whether that were all.
func (t *trips) fetch(ctx context.Context, s *shelf) (complete bool, err error) {
	b := &batch{shelf: s}
	values, err := t.client.Do(ctx, b.command("EVAL", observeLua)...).Slice()
	if err != nil {
		return false, err
	}
	n, _, err := readNews(values)
	if err != nil {
		return false, err
	}
	return s.learn(b.known, n), nil
}

// told is what the script says of one sighting.
type told struct {
	comments, first, rejected string // as the author's fields, first "-" where there is none
	actions                   int
	strikes                   []any // fields and values
}

// readTold takes the beginning of an answer's rest apart, and returns what follows.
func readTold(values []any) (t told, rest []any, err error) {
	if len(values) == 0 {
		return t, nil, errForm
	}
	line := text(values[0])
	t.comments, line, _ = strings.Cut(line, " ")
	t.first, line, _ = strings.Cut(line, " ")
	t.rejected, line, _ = strings.Cut(line, " ")
	actions, length, _ := strings.Cut(line, " ")
	n := int(number(length))
	if values = values[1:]; length == "" || n < 0 || n > len(values) {
		return t, nil, errForm
	}
	t.actions, t.strikes = int(number(actions)), values[:n]
	return t, values[n:], nil
}
