package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Record returns what is remembered about an author.
func (s *Store) Record(ctx context.Context, guild, author string) (moderation.Record, error) {
	k := keysOf(guild)
	p := s.client.Pipeline()
	facts := p.HMGet(ctx, k.author(author), "comments", "first", "rejected")
	strikes := p.HGetAll(ctx, k.strikes(author))
	what := "read the record of " + author
	if _, err := p.Exec(ctx); err != nil {
		return moderation.Record{}, wrap(what, err)
	}
	var flat []any
	for field, value := range strikes.Val() {
		flat = append(flat, field, value)
	}
	known := facts.Val() // as many as were asked for
	r, err := readRecord(text(known[0]), text(known[1]), text(known[2]), flat)
	if err != nil {
		return moderation.Record{}, fmt.Errorf("%s: %w", what, err)
	}
	return r, nil
}

// readRecord makes a record of the fields comments, first and rejected of an author, and
// of the fields and values of the strikes.
func readRecord(comments, first, rejected string, strikes []any) (moderation.Record, error) {
	r := moderation.Record{Comments: int(number(comments)), Rejected: max(0, int(number(rejected)))}
	if ms, err := strconv.ParseInt(first, 10, 64); err == nil {
		r.First = time.UnixMilli(ms).UTC()
	}
	for i := 0; i+1 < len(strikes); i += 2 {
		if text(strikes[i]) == "version" {
			r.Version = number(strikes[i+1])
			continue
		}
		strike, err := readStrike(text(strikes[i+1]))
		if err != nil {
			return moderation.Record{}, fmt.Errorf("the strike of case %s: %w", text(strikes[i]), err)
		}
		r.Strikes = append(r.Strikes, strike)
	}
	slices.SortFunc(r.Strikes, func(a, b moderation.Strike) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Case, b.Case))
	})
	return r, nil
}

// keptStrike is a strike as the hash keeps it: when it was given, how long it is to be kept
// (0: for good), both in milliseconds, and the strike itself.
func keptStrike(strike moderation.Strike) (string, error) {
	body, err := json.Marshal(strike)
	if err != nil {
		return "", err
	}
	var until int64
	if !strike.Expires.IsZero() {
		until = max(1, strike.Expires.Add(ledger.KeepStrikes).UnixMilli())
	}
	return fmt.Sprintf("%d %d %s", strike.At.UnixMilli(), until, body), nil
}

func readStrike(kept string) (strike moderation.Strike, err error) {
	parts := strings.SplitN(kept, " ", 3)
	if len(parts) != 3 {
		return strike, fmt.Errorf("it is stored in a form that cannot be read")
	}
	return strike, json.Unmarshal([]byte(parts[2]), &strike)
}
