package bot

import (
	"context"
	"errors"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

// decisionsRetry is how often a decision is worked out anew because facts changed meanwhile.
const decisionsRetry = 12

// write works out what follows from a finding and makes it durable, anew whenever the
// facts it rests on have changed in the meantime. done is false where nothing follows.
func (b *Bot) write(ctx context.Context, book *Rulebook, f consequence.Finding) (done bool, err error) {
	settings := book.Settings(f.Comment.Guild, f.Comment.Channel, f.Comment.Article)
	for range decisionsRetry {
		if f.Comment.Revision > 0 || f.Opinion {
			prior, err := b.Store.Case(ctx, f.Comment.Guild, f.Comment.ID)
			switch {
			case errors.Is(err, ledger.ErrNotFound):
				f.Prior = nil
			case err != nil:
				return false, err
			default:
				f.Prior = &prior
			}
		}
		commit, needed := consequence.Of(settings, f)
		if !needed {
			return false, nil
		}
		_, err = b.Store.Commit(ctx, commit)
		switch {
		case err == nil:
			b.committed(&commit, f.Verdict.Action)
			return true, nil
		case errors.Is(err, ledger.ErrOverCap):
			f.OverCap = true
		case errors.Is(err, ledger.ErrStale):
			b.metrics.retried.WithLabelValues("commit", "stale").Inc()
			if f.Record, err = b.Store.Record(ctx, f.Comment.Guild, f.Comment.Author.ID); err != nil {
				return false, err
			}
		default:
			return false, err
		}
	}
	return false, errors.New("the author's record kept changing while a decision was made")
}

// committed wakes those who carry out what has just been written.
func (b *Bot) committed(c *ledger.Commit, wanted moderation.Action) {
	if c.Case.Verdict.Action < wanted {
		b.metrics.softened.Inc()
	}
	g := b.guild(c.Case.Guild)
	if len(c.Effects) > 0 {
		g.effects.nudge()
	}
	if len(c.Queue) > 0 && g.opinions != nil {
		g.opinions.nudge()
	}
	b.Log.Info("case written", "case", c.Case.ID, "guild", c.Case.Guild, "state", string(c.Case.State),
		"action", c.Case.Verdict.Action.String(), "category", c.Case.Verdict.Category.String(), "abuse", c.Case.Verdict.Abuse)
}
