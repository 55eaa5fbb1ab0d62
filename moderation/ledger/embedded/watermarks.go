package embedded

import (
	"context"

	"parley/moderation/ledger"
)

// Watermarks returns up to which comment each channel has been judged.
func (s *Store) Watermarks(ctx context.Context, guild string) (map[string]string, error) {
	var marks map[string]string
	err := s.do(ctx, "read watermarks", func(t *transaction) error {
		marks = make(map[string]string)
		return t.each(`SELECT channel, comment FROM watermarks WHERE guild = ?`, []any{guild}, func(scan func(...any) error) error {
			var channel, comment string
			if err := scan(&channel, &comment); err != nil {
				return err
			}
			marks[channel] = comment
			return nil
		})
	})
	return marks, err
}

// Advance moves watermarks forward.
func (s *Store) Advance(ctx context.Context, guild string, marks map[string]string) error {
	return s.do(ctx, "advance watermarks", func(t *transaction) error {
		for channel, comment := range marks {
			var old string
			found, err := t.one(`SELECT comment FROM watermarks WHERE guild = ? AND channel = ?`, []any{guild, channel}, &old)
			if err != nil {
				return err
			}
			if found && !ledger.Later(comment, old) {
				continue
			}
			if _, err := t.write(`INSERT INTO watermarks (guild, channel, comment) VALUES (?, ?, ?)
				ON CONFLICT (guild, channel) DO UPDATE SET comment = excluded.comment`, guild, channel, comment); err != nil {
				return err
			}
		}
		return nil
	})
}
