package redis

import (
	"context"
	"encoding/json"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation/ledger"
)

// KeepPolicy notes a policy that came into force.
func (s *Store) KeepPolicy(ctx context.Context, guild string, p ledger.PolicyVersion) error {
	what := "keep policy " + p.Hash
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	k := keysOf(guild)
	at := p.At.UnixMilli()
	_, err = s.run(ctx, what, s.scripts.policy, []string{k.policies(), k.policySources()},
		at, fmt.Sprintf("%d %s", at, p.Hash), body, ledger.PoliciesAtMost)
	return err
}

// Policies lists the policies that were in force, newest first.
func (s *Store) Policies(ctx context.Context, guild string) ([]ledger.PolicyVersion, error) {
	k := keysOf(guild)
	var all []ledger.PolicyVersion
	err := s.eachBody(ctx, k.policies(), k.policySources(), ledger.PoliciesAtMost, func(body []byte) error {
		var p ledger.PolicyVersion
		if err := json.Unmarshal(body, &p); err != nil {
			return err
		}
		p.At = p.At.UTC()
		all = append(all, p)
		return nil
	})
	return all, wrap("list policies", err)
}

// NoteShadow counts what shadow rules would have matched, once per rule and comment.
func (s *Store) NoteShadow(ctx context.Context, guild string, hits []ledger.ShadowHit) error {
	byRule := make(map[string][]any)
	for _, h := range hits {
		body, err := json.Marshal(h)
		if err != nil {
			return fmt.Errorf("note shadow hits: %w", err)
		}
		if byRule[h.Rule] == nil {
			byRule[h.Rule] = []any{ledger.ShadowHitsAtMost, ledger.KeepShadowHits.Milliseconds()}
		}
		byRule[h.Rule] = append(byRule[h.Rule], h.At.UnixMilli(), h.Comment, body)
	}
	k := keysOf(guild)
	for rule, args := range byRule {
		if _, err := s.run(ctx, "note shadow hits of "+rule, s.scripts.shadow, []string{k.shadow(rule), k.shadowHits(rule)}, args...); err != nil {
			return err
		}
	}
	return nil
}

// ShadowHits lists a rule's hits, newest first, and counts all of them.
func (s *Store) ShadowHits(ctx context.Context, guild, rule string, n int) ([]ledger.ShadowHit, int, error) {
	k := keysOf(guild)
	what := "list shadow hits of " + rule
	all, err := s.client.HGet(ctx, k.shadowHits(rule), "").Int()
	if err == goredis.Nil {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, wrap(what, err)
	}
	var hits []ledger.ShadowHit
	err = s.eachBody(ctx, k.shadow(rule), k.shadowHits(rule), n, func(body []byte) error {
		var h ledger.ShadowHit
		if err := json.Unmarshal(body, &h); err != nil {
			return err
		}
		hits = append(hits, h)
		return nil
	})
	return hits, all, wrap(what, err)
}

// eachBody calls f with the values of a hash whose fields are the members of a sorted set,
// the n newest in falling order.
func (s *Store) eachBody(ctx context.Context, order, bodies string, n int, f func([]byte) error) error {
	if n <= 0 {
		return nil
	}
	names, err := s.client.ZRevRange(ctx, order, 0, int64(n)-1).Result()
	if err != nil || len(names) == 0 {
		return err
	}
	values, err := s.client.HMGet(ctx, bodies, names...).Result()
	if err != nil {
		return err
	}
	for _, v := range values {
		body, ok := v.(string)
		if !ok { // dropped between the two commands
			continue
		}
		if err := f([]byte(body)); err != nil {
			return err
		}
	}
	return nil
}
