package redis

import (
	"context"
	"fmt"

	"parley/moderation"
)

// Observe counts a sighting in one round trip, shared with others under load. The first
// sighting of a community may take more, to learn of the look-alikes that are known already.
func (s *Store) Observe(ctx context.Context, sighting moderation.Sighting) (moderation.Observation, error) {
	about := s.shelves.sight(&sighting)
	answer, err := s.trips.run(ctx, about)
	if err != nil {
		return moderation.Observation{}, wrap("observe comment "+sighting.Comment, err)
	}
	observation, err := readObservation(about, answer)
	if err != nil {
		return moderation.Observation{}, fmt.Errorf("observe comment %s: %w", sighting.Comment, err)
	}
	if sighting.Lookalikes > 0 {
		observation.Lookalikes = about.shelf.find(about.own, sighting.Lookalikes)
	}
	return observation, nil
}

// answer takes the script's answer apart. It tells the shelf of the look-alikes that were
// handed over, and gives each call its own part.
func (t *trips) answer(ctx context.Context, b *batch, values []any, err error) {
	if err == nil {
		values, err = t.learn(ctx, b, values)
	}
	for _, c := range b.calls {
		if err == nil {
			c.answer, values, err = part(values, c.about.meters)
		}
		c.err = err
	}
}

// learn tells the shelf what came with an answer, fetches what did not fit in, and returns
// the rest of the answer.
func (t *trips) learn(ctx context.Context, b *batch, values []any) (rest []any, err error) {
	n, rest, err := readNews(values)
	if err != nil {
		return nil, err
	}
	n.own = b.shelved()
	complete, err := b.shelf.learn(b.known, n)
	for err == nil && !complete {
		complete, err = t.fetch(ctx, b.shelf)
	}
	if err != nil {
		return nil, fmt.Errorf("learn of look-alikes: %w", err)
	}
	return rest, nil
}

// fetch asks for look-alikes alone. It reports whether that were all.
func (t *trips) fetch(ctx context.Context, s *shelf) (complete bool, err error) {
	b := &batch{shelf: s}
	keys, args := b.arguments()
	values, err := t.script.Run(ctx, t.client, keys, args...).Slice()
	if err != nil {
		return false, err
	}
	n, _, err := readNews(values)
	if err != nil {
		return false, err
	}
	return s.learn(b.known, n)
}

// part cuts a call's part off an answer: a count per meter, what is known of the author,
// the actions, and the strikes, preceded by how many values they are.
func part(values []any, meters int) (own, rest []any, err error) {
	fixed := meters + 5
	if len(values) < fixed {
		return nil, nil, errForm
	}
	n := fixed + int(number(values[fixed-1]))
	if n < fixed || len(values) < n {
		return nil, nil, errForm
	}
	return values[:n], values[n:], nil
}

// readObservation reads a part of what observe.lua returns.
func readObservation(about *sighted, values []any) (o moderation.Observation, err error) {
	if about.meters > 0 {
		o.Counts = make([]int, about.meters)
	}
	for i := range o.Counts {
		o.Counts[i] = int(number(values[i]))
	}
	values = values[about.meters:]
	o.Record, err = readRecord(values[:3], values[5:])
	o.Actions = int(number(values[3]))
	return o, err
}
