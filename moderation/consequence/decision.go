package consequence

import (
	"errors"
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// Errors of Decide and ManualStrike, to be checked with errors.Is. Their texts are meant
// for the moderator who pressed the button.
var (
	ErrDecided  = errors.New("this case has already been decided")
	ErrExempt   = errors.New("this person is never punished by Parley")
	ErrNoStrike = errors.New("this case has no strike that still counts")
	ErrPoints   = errors.New("a strike needs at least one point")
	ErrUnknown  = errors.New("there is no such decision")
)

// Ruling is a moderator's word on a case, with everything that follows depends on.
type Ruling struct {
	Case   moderation.Case // as the moderator saw it; its Version is the one decided on
	Kind   moderation.DecisionKind
	By     string // the moderator's ID
	Note   string
	At     time.Time
	Others []moderation.Case // the author's other cases, so that a timeout which one of them still warrants is kept
}

// Decide says what follows from a ruling.
//
// Uphold agrees: what is still up is taken down. Dismiss undoes everything: the strike is
// pardoned, the timeout or ban of this case ends, the text is given back and its author is
// told. BanAuthor bans and thereby upholds. Pardon takes back the strike alone.
// A case that was upheld may still be dismissed, pardoned or end in a ban; a dismissed one
// is closed. Errors: ErrDecided, ErrExempt, ErrNoStrike, ErrUnknown.
func Decide(s *policy.Settings, r Ruling) (ledger.Decision, error) {
	d := ledger.Decision{
		Guild: r.Case.Guild, Case: r.Case.ID, Version: r.Case.Version,
		Kind: r.Kind, State: moderation.CaseUpheld, By: r.By, At: r.At, Note: r.Note,
	}
	if err := r.allowed(); err != nil {
		return ledger.Decision{}, fmt.Errorf("case %s: %w", r.Case.ID, err)
	}
	switch r.Kind {
	case moderation.Dismiss:
		d.State = moderation.CaseDismissed
		d.Pardon = r.Case.Strike != nil && r.Case.Strike.Pardoned.IsZero()
		d.Effects = r.undo(s)
	case moderation.Pardon:
		d.State = r.Case.State
		d.Pardon = true
		d.Effects = r.effects(told(s, moderation.ShowCard)...)
		setText(d.Effects, moderation.Notify, pardonNotice(r.Case))
	case moderation.Uphold:
		d.Effects = r.effects(r.takeDown(s, moderation.ShowCard)...)
		setText(d.Effects, moderation.Notify, notice(s, r.Case, false))
	case moderation.BanAuthor:
		d.Effects = r.effects(r.takeDown(s, moderation.BanUser, moderation.ShowCard)...)
		setText(d.Effects, moderation.Notify, banNotice(s, r.Case))
	}
	return d, nil
}

// allowed reports why a ruling cannot be made.
func (r Ruling) allowed() error {
	if r.Case.State == moderation.CaseDismissed {
		return ErrDecided
	}
	switch r.Kind {
	case moderation.Dismiss:
		return nil
	case moderation.Uphold:
		if r.Case.State == moderation.CaseUpheld {
			return ErrDecided
		}
		return r.punishable()
	case moderation.BanAuthor:
		if banned(r.Case) {
			return ErrDecided
		}
		return r.punishable()
	case moderation.Pardon:
		if r.Case.Strike == nil || !r.Case.Strike.Active(r.At) {
			return ErrNoStrike
		}
		return nil
	}
	return fmt.Errorf("%w: %q", ErrUnknown, r.Kind)
}

// punishable reports ErrExempt for authors whose comments stay up and who cannot be banned.
func (r Ruling) punishable() error {
	if exempt := r.Case.Comment.Author.Exempt; exempt != "" {
		return fmt.Errorf("%w (%s)", ErrExempt, exempt)
	}
	return nil
}

// takeDown lists what happens when a moderator agrees that the comment is abuse.
func (r Ruling) takeDown(s *policy.Settings, then ...moderation.EffectKind) []moderation.EffectKind {
	bans := r.Kind == moderation.BanAuthor
	if IsDown(r.Case) || !hasComment(r.Case) {
		if bans {
			return told(s, then...)
		}
		return then
	}
	return append([]moderation.EffectKind{moderation.TakeDown}, told(s, then...)...)
}

// told puts a notice to the author before what follows, where the policy wants notices.
func told(s *policy.Settings, then ...moderation.EffectKind) []moderation.EffectKind {
	if !s.NotifyAuthors {
		return then
	}
	return append([]moderation.EffectKind{moderation.Notify}, then...)
}

// undo makes the effects that take back everything a case has done.
func (r Ruling) undo(s *policy.Settings) []moderation.Effect {
	var kinds []moderation.EffectKind
	if banned(r.Case) {
		kinds = append(kinds, moderation.UnbanUser)
	}
	lifts := r.Case.Until.After(r.At)
	stillDue := r.longestOther()
	if lifts && !stillDue.Before(r.Case.Until) {
		lifts = false // another case warrants at least as long a timeout
	}
	if lifts {
		kinds = append(kinds, moderation.LiftTimeOut)
		if !stillDue.IsZero() {
			kinds = append(kinds, moderation.TimeOut)
		}
	}
	harmed := IsDown(r.Case) || r.Case.Strike != nil
	if IsDown(r.Case) {
		kinds = append(kinds, moderation.GiveBack)
	}
	if harmed {
		kinds = append(kinds, told(s)...)
	}
	effects := r.effects(append(kinds, moderation.ShowCard)...)
	for i := range effects {
		if effects[i].Kind == moderation.TimeOut {
			effects[i].Until = stillDue
		}
	}
	setText(effects, moderation.Notify, dismissNotice(r.Case))
	return effects
}

// longestOther is when the longest timeout ends that another case of the author still
// warrants; zero when there is none.
func (r Ruling) longestOther() time.Time {
	var end time.Time
	for _, other := range r.Others {
		counts := other.ID != r.Case.ID && other.Comment.Author.ID == r.Case.Comment.Author.ID &&
			other.State != moderation.CaseDismissed && other.State != moderation.CaseCleared
		if counts && other.Until.After(r.At) && other.Until.After(end) {
			end = other.Until
		}
	}
	return end
}

// banned reports whether a case has led to a ban, by the ladder or by a moderator.
func banned(c moderation.Case) bool {
	if c.Sanction != nil && c.Sanction.Kind == moderation.Ban && !c.Sanction.Ask {
		return true
	}
	for _, e := range c.Events {
		if e.Kind == string(moderation.BanAuthor) || e.Kind == "banned" {
			return true
		}
	}
	return false
}

func (r Ruling) effects(kinds ...moderation.EffectKind) []moderation.Effect {
	return effectsFor(r.Case, stageOf(r.Case.Version), r.At, kinds...)
}

// HandStrike is a strike that a moderator gives without a comment.
type HandStrike struct {
	ID     string // unique, such as the ID of the command that gave it; the case is named after it
	Guild  string
	Author moderation.Author
	Points int // at least 1
	Reason string
	By     string // the moderator's ID
	At     time.Time
}

// ManualStrike says what follows from a strike given by hand: a case of its own, which can
// be pardoned and dismissed like any other, and the step of the ladder that it reaches.
// Errors: ErrExempt, ErrPoints.
func ManualStrike(s *policy.Settings, h HandStrike, record moderation.Record) (ledger.Commit, error) {
	if h.Author.Exempt != "" {
		return ledger.Commit{}, fmt.Errorf("strike for %s: %w (%s)", h.Author.ID, ErrExempt, h.Author.Exempt)
	}
	if h.Points < 1 {
		return ledger.Commit{}, fmt.Errorf("strike for %s: %w, not %d", h.Author.ID, ErrPoints, h.Points)
	}
	id := "strike-" + h.ID
	c := moderation.Case{
		ID: id, Guild: h.Guild, State: moderation.CaseUpheld, Opened: h.At, Updated: h.At,
		Comment: moderation.Comment{ID: id, Guild: h.Guild, Author: h.Author, Time: h.At},
		Verdict: moderation.Verdict{Reasons: []moderation.Reason{{Source: "moderator", Why: h.Reason}}},
		Events:  []moderation.CaseEvent{{At: h.At, By: h.By, Kind: "strike", Note: h.Reason}},
	}
	strike, sanction := addStrike(s, record, moderation.Strike{
		Case: id, Points: h.Points, Reason: h.Reason, By: h.By, At: h.At,
	})
	if sanction != nil && sanction.Ask {
		c.State = moderation.CaseOpen
	}
	kinds := punishment(sanction, s.NotifyAuthors)
	if c.State == moderation.CaseOpen {
		kinds = append(kinds, moderation.ShowCard)
	}
	effects := effectsFor(c, "r0", h.At, kinds...)
	attachSanction(&c, effects, strike, sanction)
	setText(effects, moderation.Notify, handNotice(s, c))
	return ledger.Commit{Case: c, Effects: effects, Record: record.Version}, nil
}
