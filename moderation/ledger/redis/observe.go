package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Observe counts a sighting in one round trip, shared with others under load.
func (s *Store) Observe(ctx context.Context, sighting moderation.Sighting) (moderation.Observation, error) {
	what := "observe comment " + sighting.Comment
	keys, args := observeArguments(&sighting)
	answer, err := s.trips.run(ctx, keys, args)
	if err != nil {
		return moderation.Observation{}, wrap(what, err)
	}
	observation, err := readObservation(&sighting, answer)
	if err != nil {
		return moderation.Observation{}, fmt.Errorf("%s: %w", what, err)
	}
	return observation, nil
}

// observeArguments lists the keys and arguments of observe.lua.
func observeArguments(s *moderation.Sighting) ([]string, []any) {
	k := keysOf(s.Guild)
	at := s.Time.UnixMilli()
	keys := make([]string, 0, 8+len(s.Meters))
	keys = append(keys, k.author(s.Author), k.seen(s.Author), k.strikes(s.Author), k.actions())
	args := make([]any, 0, 14+4*len(s.Meters))
	args = append(args,
		at, s.Comment, s.Author,
		place(s.Comment, at), ledger.KeepAuthors.Milliseconds(),
		ledger.SeenAtMost, at-ledger.ActionsWindow.Milliseconds(),
		len(s.Meters), ledger.CountedAtMost,
		ledger.LookalikesAtMost, (s.Lookalikes + ledger.Grace).Milliseconds(),
		at-s.Lookalikes.Milliseconds(), shelved(s, at),
		ledger.PeopleAtMost,
	)
	for _, m := range s.Meters {
		member, distinct := m.Member, "0"
		if m.Distinct {
			member, _, _ = strings.Cut(member, "/")
			distinct = "1"
			keys = append(keys, k.firsts(m.Key), k.lasts(m.Key))
		} else {
			keys = append(keys, k.meter(m.Key))
		}
		args = append(args, member, at-m.Window.Milliseconds(), (m.Window + ledger.Grace).Milliseconds(), distinct)
	}
	if s.Lookalikes > 0 {
		keys = k.shelves(s.Fingerprint, keys)
	}
	return keys, args
}

// place orders an author's comments: by ID where it is a number, as snowflakes are, else by
// time.
func place(comment string, at int64) string {
	if _, err := strconv.ParseUint(comment, 10, 63); err == nil {
		return comment
	}
	return strconv.FormatInt(max(at, 0), 10)
}

// shelved is a comment as the shelves of its fingerprint keep it; readShelved takes it apart.
func shelved(s *moderation.Sighting, at int64) string {
	if s.Lookalikes <= 0 || s.Fingerprint == (moderation.Fingerprint{}) {
		return ""
	}
	return fmt.Sprintf("%d|%x|%x|%s|%s|%s", at, s.Fingerprint.Exact, s.Fingerprint.Near,
		url.QueryEscape(s.Author), url.QueryEscape(s.Channel), s.Comment)
}

func readShelved(entry string) (l moderation.Lookalike, p moderation.Fingerprint, err error) {
	parts := strings.SplitN(entry, "|", 6)
	if len(parts) != 6 {
		return l, p, fmt.Errorf("a look-alike is stored in a form that cannot be read")
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return l, p, fmt.Errorf("a look-alike's time: %w", err)
	}
	if p.Exact, err = strconv.ParseUint(parts[1], 16, 64); err != nil {
		return l, p, fmt.Errorf("a look-alike's fingerprint: %w", err)
	}
	if p.Near, err = strconv.ParseUint(parts[2], 16, 64); err != nil {
		return l, p, fmt.Errorf("a look-alike's fingerprint: %w", err)
	}
	if l.Author, err = url.QueryUnescape(parts[3]); err != nil {
		return l, p, fmt.Errorf("a look-alike's author: %w", err)
	}
	if l.Channel, err = url.QueryUnescape(parts[4]); err != nil {
		return l, p, fmt.Errorf("a look-alike's channel: %w", err)
	}
	l.Time, l.Comment, l.Near = time.UnixMilli(at).UTC(), parts[5], p.Near
	return l, p, nil
}

// readObservation reads what observe.lua returns.
func readObservation(s *moderation.Sighting, answer any) (o moderation.Observation, err error) {
	parts, ok := answer.([]any)
	if !ok || len(parts) != 5 {
		return o, errForm
	}
	for _, n := range list(parts[0]) {
		o.Counts = append(o.Counts, int(number(n)))
	}
	if o.Record, err = readRecord(list(parts[1]), list(parts[3])); err != nil {
		return o, err
	}
	o.Actions = int(number(parts[2]))
	o.Lookalikes, err = readLookalikes(s, list(parts[4]))
	return o, err
}

func readLookalikes(s *moderation.Sighting, entries []any) ([]moderation.Lookalike, error) {
	var alike []moderation.Lookalike
	for _, e := range entries {
		l, p, err := readShelved(text(e))
		if err != nil {
			return nil, err
		}
		own := l.Comment == s.Comment
		later := l.Time.UnixMilli() == s.Time.UnixMilli() && l.Comment > s.Comment
		var like bool
		if like, l.Exact = ledger.Alike(s.Fingerprint, p); like && !own && !later {
			alike = append(alike, l)
		}
	}
	slices.SortFunc(alike, func(a, b moderation.Lookalike) int {
		return cmp.Or(b.Time.Compare(a.Time), strings.Compare(b.Comment, a.Comment))
	})
	known := make(map[string]bool, len(alike))
	alike = slices.DeleteFunc(alike, func(l moderation.Lookalike) bool {
		seen := known[l.Comment]
		known[l.Comment] = true
		return seen
	})
	return alike[:min(len(alike), ledger.LookalikesAtMost)], nil
}

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
	r, err := readRecord(facts.Val(), flat)
	if err != nil {
		return moderation.Record{}, fmt.Errorf("%s: %w", what, err)
	}
	return r, nil
}

// readRecord makes a record of the fields comments, first and rejected of an author, and
// of the fields and values of the strikes.
func readRecord(facts, strikes []any) (moderation.Record, error) {
	var r moderation.Record
	if len(facts) == 3 {
		r.Comments, r.Rejected = int(number(facts[0])), max(0, int(number(facts[2])))
		if facts[1] != nil {
			r.First = time.UnixMilli(number(facts[1])).UTC()
		}
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

// list, text and number read a value of an answer; a value of another type reads as zero.
func list(v any) []any { l, _ := v.([]any); return l }

func text(v any) string { s, _ := v.(string); return s }

func number(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}
