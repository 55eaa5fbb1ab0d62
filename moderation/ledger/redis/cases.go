package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation"
	"parley/moderation/ledger"
)

// attemptsAtMost is how often a write is tried when others keep changing the case under it.
const attemptsAtMost = 16

// stored is a case as it lies in Redis. The zero value is a case that does not exist.
type stored struct {
	body   moderation.Case
	mark   string // names the last commit or decision, see ledger.Commit.Mark
	writes int64  // grows with every write
}

// Commit writes a case, its strike and its effects in one round trip; a second one when the
// case was there before.
func (s *Store) Commit(ctx context.Context, c ledger.Commit) (moderation.Case, error) {
	if err := c.Check(); err != nil {
		return moderation.Case{}, err
	}
	what := "commit case " + c.Case.ID
	var seen stored // most cases are new
	for range attemptsAtMost {
		landed, err := c.Meets(seen.body, seen.mark)
		if seen.writes == 0 && errors.Is(err, ledger.ErrNotFound) {
			if seen, err = s.read(ctx, c.Case.Guild, c.Case.ID); err == nil {
				landed, err = c.Meets(seen.body, seen.mark)
			}
		}
		if err != nil {
			return moderation.Case{}, wrap(what, err)
		}
		if landed {
			return seen.body, nil
		}
		w := write{seen: seen, next: c.Over(seen.body), mark: c.Mark(), effects: c.Effects, opinions: c.Queue, cap: c.Cap, acts: c.Acts}
		if c.Case.Strike != nil {
			w.record = &c.Record
		}
		changed, err := s.write(ctx, w)
		if err != nil {
			return moderation.Case{}, wrap(what, err)
		}
		if changed == nil {
			return w.next, nil
		}
		seen = *changed
	}
	return moderation.Case{}, fmt.Errorf("%s: %w: it changed %d times meanwhile", what, ledger.ErrStale, attemptsAtMost)
}

// Decide writes a moderator's decision: one round trip to read the case, one to write it.
func (s *Store) Decide(ctx context.Context, d ledger.Decision) (moderation.Case, error) {
	what := "decide case " + d.Case
	seen, err := s.read(ctx, d.Guild, d.Case)
	for range attemptsAtMost {
		var landed bool
		if err == nil {
			landed, err = d.Meets(seen.body, seen.mark)
		}
		if err != nil {
			return moderation.Case{}, wrap(what, err)
		}
		if landed {
			return seen.body, nil
		}
		w := write{seen: seen, next: d.On(seen.body), mark: d.Mark(), effects: d.Effects}
		var changed *stored
		if changed, err = s.write(ctx, w); err == nil && changed == nil {
			return w.next, nil
		}
		if changed != nil {
			seen = *changed
		}
	}
	return moderation.Case{}, fmt.Errorf("%s: %w: it changed %d times meanwhile", what, ledger.ErrStale, attemptsAtMost)
}

// write is a case about to be written, with all that depends on it.
type write struct {
	seen     stored
	next     moderation.Case
	mark     string
	record   *int64 // the version that the author's strikes must have, nil for any
	effects  []moderation.Effect
	opinions []moderation.Effect
	acts     bool
	cap      int
}

// write runs write.lua. changed is the case as it stands when it is no longer the one seen.
func (s *Store) write(ctx context.Context, w write) (changed *stored, err error) {
	c := w.next
	body, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	k := keysOf(c.Guild)
	author := c.Comment.Author.ID
	oldState := w.seen.body.State
	if w.seen.writes == 0 {
		oldState = c.State
	}
	keys := []string{
		k.theCase(c.ID), k.cases(), k.casesOf(author), k.casesIn(c.State), k.casesIn(oldState),
		k.author(author), k.strikes(author), k.actions(), k.queue(ledger.Effects), k.queue(ledger.Opinions),
	}
	record, strike, acted := "", "", ""
	if w.record != nil {
		record = fmt.Sprint(*w.record)
	}
	if ledger.Gained(w.seen.body, c) {
		if strike, err = keptStrike(*c.Strike); err != nil {
			return nil, err
		}
	}
	at := c.Comment.Time.UnixMilli()
	if w.acts {
		acted = fmt.Sprint(at)
	}
	rejected := flag(ledger.Rejected(c)) - flag(ledger.Rejected(w.seen.body))
	if author == "" {
		rejected = 0
	}
	args := []any{
		w.seen.writes, body, w.mark, c.ID,
		c.Opened.UnixMilli(), s.keepCases.Milliseconds(), c.Updated.Add(-s.keepCases).UnixMilli(),
		rejected, ledger.KeepAuthors.Milliseconds(),
		record, strike, c.Updated.UnixMilli(), ledger.StrikesAtMost,
		acted, w.cap, at - ledger.ActionsWindow.Milliseconds(), 2 * ledger.ActionsWindow.Milliseconds(), ledger.CountedAtMost,
		len(w.effects),
	}
	for _, queue := range [][]moderation.Effect{w.effects, w.opinions} {
		for _, e := range queue {
			effect, err := json.Marshal(e)
			if err != nil {
				return nil, err
			}
			args = append(args, effect)
		}
	}
	answer, err := s.scripts.write.Run(ctx, s.client, keys, args...).Slice()
	if err != nil {
		return nil, err
	}
	return readChange(c.ID, answer)
}

// readChange reads what write.lua and settle.lua return.
func readChange(id string, answer []any) (changed *stored, err error) {
	if len(answer) == 0 {
		return nil, errForm
	}
	switch outcome := text(answer[0]); outcome {
	case "done":
		return nil, nil
	case "stale":
		return nil, ledger.ErrStale
	case "over cap":
		return nil, ledger.ErrOverCap
	default:
		now, err := readStored(id, answer[1:])
		return &now, err
	}
}

// readStored reads the fields body, mark and writes of a case.
func readStored(id string, fields []any) (s stored, err error) {
	if len(fields) != 3 || text(fields[0]) == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(text(fields[0])), &s.body); err != nil {
		return s, fmt.Errorf("case %s is stored in a form that cannot be read: %w", id, err)
	}
	s.mark, s.writes = text(fields[1]), number(fields[2])
	return s, nil
}

func (s *Store) read(ctx context.Context, guild, id string) (stored, error) {
	fields, err := s.client.HMGet(ctx, keysOf(guild).theCase(id), "body", "mark", "writes").Result()
	if err != nil {
		return stored{}, err
	}
	return readStored(id, fields)
}

// Case returns one case or ledger.ErrNotFound.
func (s *Store) Case(ctx context.Context, guild, id string) (moderation.Case, error) {
	now, err := s.read(ctx, guild, id)
	if err == nil && now.writes == 0 {
		err = ledger.ErrNotFound
	}
	return now.body, wrap("read case "+id, err)
}

// Find lists cases, newest first. It reads the shortest index that holds them all and
// leaves out what the filter does not want.
func (s *Store) Find(ctx context.Context, guild string, f ledger.Filter) ([]moderation.Case, error) {
	k := keysOf(guild)
	index := k.cases()
	switch {
	case f.Author != "":
		index = k.casesOf(f.Author)
	case f.State != "":
		index = k.casesIn(f.State)
	}
	after := "-inf"
	if !f.After.IsZero() {
		after = fmt.Sprintf("(%d", f.After.UnixMilli())
	}
	limit := f.Limit
	if limit <= 0 {
		limit = ledger.CasesFound
	}
	var found []moderation.Case
	const page = 100
	for offset := int64(0); ; offset += page {
		ids, err := s.client.ZRangeArgs(ctx, goredis.ZRangeArgs{
			Key: index, Start: "+inf", Stop: after, ByScore: true, Rev: true, Offset: offset, Count: page,
		}).Result()
		if err != nil {
			return nil, wrap("find cases", err)
		}
		cases, err := s.readAll(ctx, k, ids)
		if err != nil {
			return nil, wrap("find cases", err)
		}
		for _, c := range cases {
			if f.State != "" && c.State != f.State {
				continue
			}
			if found = append(found, c); len(found) == limit {
				return found, nil
			}
		}
		if len(ids) < page {
			return found, nil
		}
	}
}

// readAll reads cases in one round trip and leaves out those that have expired.
func (s *Store) readAll(ctx context.Context, k keys, ids []string) ([]moderation.Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	p := s.client.Pipeline()
	answers := make([]*goredis.SliceCmd, len(ids))
	for i, id := range ids {
		answers[i] = p.HMGet(ctx, k.theCase(id), "body", "mark", "writes")
	}
	if _, err := p.Exec(ctx); err != nil {
		return nil, err
	}
	cases := make([]moderation.Case, 0, len(ids))
	for i, answer := range answers {
		now, err := readStored(ids[i], answer.Val())
		if err != nil {
			return nil, err
		}
		if now.writes > 0 {
			cases = append(cases, now.body)
		}
	}
	return cases, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
