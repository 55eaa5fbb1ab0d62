package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/engine"
	"parley/moderation/ledger"
)

// Desk is where moderators work: what buttons and commands ask for, on any platform. It
// checks everything but who may use it; the platform knows its moderators.
type Desk struct{ bot *Bot }

// Desk returns the bot's desk.
func (b *Bot) Desk() *Desk { return &Desk{b} }

// Ruling is a moderator's decision as it was pressed.
type Ruling struct {
	Guild   string
	Case    string
	Version int64 // of the case that the moderator saw; 0 decides on the case as it is now
	Kind    moderation.DecisionKind
	By      string // the moderator's ID
	Note    string
}

// Decide makes a decision durable and returns the case as it stands now; what follows is
// carried out soon after. Errors: ledger.ErrStale when the case has changed since the
// moderator saw it (the case is returned as it is now), ledger.ErrNotFound, ledger.ErrAway,
// consequence.ErrDecided, ErrExempt and ErrNoStrike.
func (d *Desk) Decide(ctx context.Context, r Ruling) (moderation.Case, error) {
	for range decisionsRetry {
		c, err := d.bot.Store.Case(ctx, r.Guild, r.Case)
		if err != nil {
			return moderation.Case{}, fmt.Errorf("decide case %s: %w", r.Case, err)
		}
		if r.Version != 0 && r.Version != c.Version {
			return c, fmt.Errorf("decide case %s: version %d was seen, it is at %d: %w", r.Case, r.Version, c.Version, ledger.ErrStale)
		}
		decided, err := d.decide(ctx, c, r)
		if r.Version == 0 && errors.Is(err, ledger.ErrStale) {
			continue
		}
		return decided, err
	}
	return moderation.Case{}, fmt.Errorf("decide case %s: it kept changing: %w", r.Case, ledger.ErrStale)
}

func (d *Desk) decide(ctx context.Context, c moderation.Case, r Ruling) (moderation.Case, error) {
	others, err := d.bot.Store.Find(ctx, r.Guild, ledger.Filter{Author: c.Comment.Author.ID})
	if err != nil {
		return moderation.Case{}, fmt.Errorf("decide case %s: %w", r.Case, err)
	}
	settings := d.bot.In(c.Guild).Settings(c.Guild, c.Comment.Channel, c.Comment.Article)
	decision, err := consequence.Decide(settings, consequence.Ruling{
		Case: c, Kind: r.Kind, By: r.By, Note: r.Note, At: time.Now(), Others: others,
	})
	if err != nil {
		return c, err
	}
	decided, err := d.bot.Store.Decide(ctx, decision)
	if err != nil {
		return c, fmt.Errorf("decide case %s: %w", r.Case, err)
	}
	d.bot.guild(r.Guild).effects.nudge()
	d.bot.Log.Info("case decided", "case", c.ID, "guild", c.Guild, "decision", string(r.Kind), "by", r.By)
	return decided, nil
}

// Case returns one case; ledger.ErrNotFound when there is none.
func (d *Desk) Case(ctx context.Context, guild, id string) (moderation.Case, error) {
	return d.bot.Store.Case(ctx, guild, id)
}

// Find lists cases, newest first.
func (d *Desk) Find(ctx context.Context, guild string, f ledger.Filter) ([]moderation.Case, error) {
	return d.bot.Store.Find(ctx, guild, f)
}

// Standing is how somebody stands in a community.
type Standing struct {
	Record moderation.Record
	Points int                  // active points at this moment
	Next   *moderation.Sanction // what one more point would bring, nil when nothing
}

// Standing returns what is remembered about somebody.
func (d *Desk) Standing(ctx context.Context, guild, user string) (Standing, error) {
	record, err := d.bot.Store.Record(ctx, guild, user)
	if err != nil {
		return Standing{}, fmt.Errorf("strikes of %s: %w", user, err)
	}
	s := Standing{Record: record, Points: moderation.ActivePoints(record.Strikes, time.Now())}
	settings := d.bot.In(guild).Settings(guild, moderation.Channel{}, moderation.Article{})
	if next, reached := settings.Ladder.Step(s.Points, s.Points+1); reached {
		s.Next = &next
	}
	return s, nil
}

// AddStrike gives a strike by hand. The ladder follows as for any other strike. Errors:
// consequence.ErrExempt, consequence.ErrPoints, ledger.ErrAway.
func (d *Desk) AddStrike(ctx context.Context, h consequence.HandStrike) (moderation.Case, error) {
	if h.At.IsZero() {
		h.At = time.Now()
	}
	settings := d.bot.In(h.Guild).Settings(h.Guild, moderation.Channel{}, moderation.Article{})
	for range decisionsRetry {
		record, err := d.bot.Store.Record(ctx, h.Guild, h.Author.ID)
		if err != nil {
			return moderation.Case{}, fmt.Errorf("strike for %s: %w", h.Author.ID, err)
		}
		commit, err := consequence.ManualStrike(settings, h, record)
		if err != nil {
			return moderation.Case{}, err
		}
		c, err := d.bot.Store.Commit(ctx, commit)
		if errors.Is(err, ledger.ErrStale) {
			continue
		}
		if err != nil {
			return moderation.Case{}, fmt.Errorf("strike for %s: %w", h.Author.ID, err)
		}
		d.bot.guild(h.Guild).effects.nudge()
		d.bot.Log.Info("strike given by hand", "case", c.ID, "guild", h.Guild, "by", h.By)
		return c, nil
	}
	return moderation.Case{}, fmt.Errorf("strike for %s: the record kept changing: %w", h.Author.ID, ledger.ErrStale)
}

// Pardon takes back the strike of a case, whatever version it is at.
func (d *Desk) Pardon(ctx context.Context, guild, caseID, by, note string) (moderation.Case, error) {
	return d.Decide(ctx, Ruling{Guild: guild, Case: caseID, Kind: moderation.Pardon, By: by, Note: note})
}

// Score judges a text that nobody posted and explains the verdict. Nothing is remembered
// or done.
func (d *Desk) Score(c moderation.Comment) engine.Explanation {
	return d.bot.In(c.Guild).Explain(&c)
}

// Status is how the bot is doing.
type Status struct {
	Problem  string // why the bot is not moderating, "" when it is
	Policy   string // hash of the policy in force
	Store    string // "redis" or "embedded"
	Open     int    // cases that wait for a moderator; at most ledger.CasesFound are counted
	Effects  int    // waiting to be carried out
	Opinions int    // second opinions waited for

	Advice []string // how second opinions stand, in lines for people; the adviser's part
}

// Status says how the bot is doing in one community. What the store cannot tell is left
// out and said in Problem.
func (d *Desk) Status(ctx context.Context, guild string) Status {
	s := Status{Policy: d.bot.In(guild).Hash, Store: d.bot.Store.Name()}
	if err := d.bot.Ready(); err != nil {
		s.Problem = err.Error()
	}
	open, err1 := d.bot.Store.Find(ctx, guild, ledger.Filter{State: moderation.CaseOpen})
	effects, err2 := d.bot.Store.Waiting(ctx, guild, ledger.Effects)
	opinions, err3 := d.bot.Store.Waiting(ctx, guild, ledger.Opinions)
	if err := errors.Join(err1, err2, err3); err != nil && s.Problem == "" {
		s.Problem = err.Error()
	}
	s.Open, s.Effects, s.Opinions = len(open), effects, opinions
	return s
}
