package embedded

import (
	"context"
	"encoding/json"
	"time"

	"parley/moderation/ledger"
)

// KeepPolicy notes a policy that came into force.
func (s *Store) KeepPolicy(ctx context.Context, guild string, p ledger.PolicyVersion) error {
	return s.do(ctx, "keep policy "+p.Hash, func(t *transaction) error {
		if _, err := t.write(`INSERT INTO policies (guild, at, hash, by, source) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (guild, at, hash) DO NOTHING`, guild, p.At.UnixMilli(), p.Hash, p.By, append([]byte{}, p.Source...)); err != nil {
			return err
		}
		_, err := t.write(`DELETE FROM policies WHERE rowid IN
			(SELECT rowid FROM policies WHERE guild = ? ORDER BY at DESC, hash DESC LIMIT -1 OFFSET ?)`, guild, ledger.PoliciesAtMost)
		return err
	})
}

// Policies lists the policies that were in force, newest first.
func (s *Store) Policies(ctx context.Context, guild string) ([]ledger.PolicyVersion, error) {
	var all []ledger.PolicyVersion
	err := s.do(ctx, "list policies", func(t *transaction) error {
		all = nil
		return t.each(`SELECT hash, at, by, source FROM policies WHERE guild = ? ORDER BY at DESC, hash DESC`, []any{guild},
			func(scan func(...any) error) error {
				var p ledger.PolicyVersion
				var at int64
				if err := scan(&p.Hash, &at, &p.By, &p.Source); err != nil {
					return err
				}
				p.At = time.UnixMilli(at).UTC()
				all = append(all, p)
				return nil
			})
	})
	return all, err
}

// NoteShadow counts what shadow rules would have matched, once per rule and comment.
func (s *Store) NoteShadow(ctx context.Context, guild string, hits []ledger.ShadowHit) error {
	return s.do(ctx, "note shadow hits", func(t *transaction) error {
		for _, h := range hits {
			body, err := json.Marshal(h)
			if err != nil {
				return err
			}
			if _, err := t.write(`INSERT INTO shadow (guild, rule, comment, at, body) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (guild, rule, comment) DO NOTHING`, guild, h.Rule, h.Comment, h.At.UnixMilli(), body); err != nil {
				return err
			}
			if _, err := t.write(`UPDATE shadow SET body = NULL WHERE guild = ?1 AND rule = ?2 AND body IS NOT NULL AND at <
				(SELECT at FROM shadow WHERE guild = ?1 AND rule = ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3)`,
				guild, h.Rule, ledger.ShadowHitsAtMost-1); err != nil {
				return err
			}
		}
		return nil
	})
}

// ShadowHits lists a rule's hits, newest first, and counts all of them.
func (s *Store) ShadowHits(ctx context.Context, guild, rule string, n int) ([]ledger.ShadowHit, int, error) {
	var hits []ledger.ShadowHit
	var all int
	err := s.do(ctx, "list shadow hits of "+rule, func(t *transaction) error {
		hits = nil
		if _, err := t.one(`SELECT count(*) FROM shadow WHERE guild = ? AND rule = ?`, []any{guild, rule}, &all); err != nil {
			return err
		}
		return t.each(`SELECT body FROM shadow WHERE guild = ? AND rule = ? AND body IS NOT NULL ORDER BY at DESC, comment DESC LIMIT ?`,
			[]any{guild, rule, min(n, ledger.ShadowHitsAtMost)}, func(scan func(...any) error) error {
				var h ledger.ShadowHit
				if err := scanJSON(scan, &h); err != nil {
					return err
				}
				hits = append(hits, h)
				return nil
			})
	})
	return hits, all, err
}
