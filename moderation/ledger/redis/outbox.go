package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

const (
	group = "parley" // the consumer group of every queue
	// forgottenAfter is how long a consumer that holds nothing is kept in the group.
	forgottenAfter = 24 * time.Hour
)

// Take leases the oldest effects that are due.
func (s *Store) Take(ctx context.Context, guild string, q ledger.Queue, consumer string, n int, lease time.Duration) ([]ledger.Delivery, error) {
	what := fmt.Sprintf("take from %s", q)
	if n <= 0 {
		return nil, nil
	}
	k := keysOf(guild)
	answer, err := s.run(ctx, what, s.scripts.take, []string{k.queue(q), k.later(q)},
		group, consumer, n, lease.Milliseconds(), time.Now().UnixMilli(), forgottenAfter.Milliseconds())
	if err != nil {
		return nil, err
	}
	var taken []ledger.Delivery
	for i := 0; i+2 < len(answer); i += 3 {
		d := ledger.Delivery{Token: text(answer[i]), Attempts: int(number(answer[i+1]))}
		if err := json.Unmarshal([]byte(text(answer[i+2])), &d.Effect); err != nil {
			return nil, fmt.Errorf("%s: effect %s cannot be read: %w", what, d.Token, err)
		}
		taken = append(taken, d)
	}
	return taken, nil
}

// Renew has the leases of deliveries begin anew.
func (s *Store) Renew(ctx context.Context, guild string, q ledger.Queue, consumer string, held []ledger.Delivery, _ time.Duration) error {
	args := make([]any, 0, 2+len(held))
	args = append(args, group, consumer)
	for _, d := range held {
		args = append(args, d.Token)
	}
	_, err := s.run(ctx, fmt.Sprintf("renew %d leases of %s", len(held), q), s.scripts.renew, []string{keysOf(guild).queue(q)}, args...)
	return err
}

// Settle removes a delivery and notes in the case what came of it: one round trip, a second
// one to read the case first when there is something to note.
func (s *Store) Settle(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, e moderation.CaseEvent, card moderation.MessageRef) error {
	what := "settle effect " + d.Effect.ID
	var seen stored
	var err error
	if (e.Kind != "" || card != (moderation.MessageRef{})) && d.Effect.Case != "" {
		if seen, err = s.read(ctx, guild, d.Effect.Case); err != nil {
			return wrap(what, err)
		}
	}
	for range attemptsAtMost {
		changed, err := s.settle(ctx, guild, q, d, seen, e, card)
		if err != nil || changed == nil {
			return wrap(what, err)
		}
		seen = *changed
	}
	return fmt.Errorf("%s: %w: its case changed %d times meanwhile", what, ledger.ErrStale, attemptsAtMost)
}

// settle runs settle.lua on the case as it was seen; a case that does not exist is left alone.
func (s *Store) settle(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, seen stored, e moderation.CaseEvent, card moderation.MessageRef) (changed *stored, err error) {
	k := keysOf(guild)
	var writes, body any = "", ""
	if seen.writes > 0 {
		writes = seen.writes
		if body, err = json.Marshal(ledger.Reported(seen.body, e, card)); err != nil {
			return nil, err
		}
	}
	answer, err := s.scripts.settle.Run(ctx, s.client, []string{k.queue(q), k.theCase(d.Effect.Case)},
		group, d.Token, writes, body, s.keepCases.Milliseconds()).Slice()
	if err != nil {
		return nil, err
	}
	return readChange(d.Effect.Case, answer)
}

// Later gives a delivery back until the time at.
func (s *Store) Later(ctx context.Context, guild string, q ledger.Queue, d ledger.Delivery, at time.Time) error {
	k := keysOf(guild)
	_, err := s.run(ctx, "give back effect "+d.Effect.ID, s.scripts.later, []string{k.queue(q), k.later(q)},
		group, d.Token, d.Attempts, at.UnixMilli())
	return err
}

// Waiting counts what is in a queue, taken or not.
func (s *Store) Waiting(ctx context.Context, guild string, q ledger.Queue) (int, error) {
	k := keysOf(guild)
	p := s.client.Pipeline()
	now, later := p.XLen(ctx, k.queue(q)), p.ZCard(ctx, k.later(q))
	if _, err := p.Exec(ctx); err != nil {
		return 0, wrap(fmt.Sprintf("count %s", q), err)
	}
	return int(now.Val() + later.Val()), nil
}
