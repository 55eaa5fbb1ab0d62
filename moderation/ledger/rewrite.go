package ledger

import (
	"fmt"
	"strings"

	"parley/moderation"
)

// Over returns the case that the commit leaves behind when it lands on an older state of
// the same case. The comment, verdict and state are the commit's; what the case has been
// through stays: when it was opened, its history, its card, its strike, and the sanction
// and timeout it gave unless the commit brings others. Version grows by one.
func (c Commit) Over(old moderation.Case) moderation.Case {
	next := c.Case
	next.Version = old.Version + 1
	if old.Version == 0 {
		return next
	}
	next.Opened = old.Opened
	if old.Strike != nil {
		next.Strike = old.Strike
	}
	if next.Sanction == nil {
		next.Sanction, next.Until = old.Sanction, old.Until
	}
	if next.Card == (moderation.MessageRef{}) {
		next.Card = old.Card
	}
	next.Events = History(old.Events, c.Case.Events...)
	return next
}

// Meets says what becomes of the commit where the case stands as given, with the mark of
// its last write; a case of version 0 does not exist yet. landed: nothing is left to do,
// because this commit or a later one is there already. Errors are ErrNotFound and ErrStale.
func (c Commit) Meets(stored moderation.Case, mark string) (landed bool, err error) {
	exists := stored.Version > 0
	switch {
	case c.Replaces == 0:
		return exists && stored.Comment.Revision >= c.Case.Comment.Revision, nil
	case !exists:
		return false, ErrNotFound
	case mark == c.Mark():
		return true, nil
	case stored.Version != c.Replaces:
		return false, ErrStale
	}
	return false, nil
}

// Mark names this commit among those that may land on one case, so that a repetition of
// one that has landed is told from somebody else's. It is empty where the revision says
// enough.
func (c Commit) Mark() string {
	if c.Replaces == 0 {
		return ""
	}
	return fmt.Sprintf("commit %d %d", c.Replaces, c.Case.Updated.UnixNano())
}

// Meets says what becomes of the decision where the case stands as given, with the mark of
// its last write, like Commit.Meets.
func (d Decision) Meets(stored moderation.Case, mark string) (landed bool, err error) {
	switch {
	case stored.Version == 0:
		return false, ErrNotFound
	case mark == d.Mark():
		return true, nil
	case stored.Version != d.Version:
		return false, ErrStale
	}
	return false, nil
}

// Mark names this decision among those that may be made on one case, like Commit.Mark.
func (d Decision) Mark() string {
	return fmt.Sprintf("decision %d %s %s %d", d.Version, d.Kind, d.By, d.At.UnixNano())
}

// Event is the line that the decision adds to the case's history.
func (d Decision) Event() moderation.CaseEvent {
	kind := string(d.Kind)
	switch d.Kind {
	case moderation.Uphold:
		kind = "upheld"
	case moderation.Dismiss:
		kind = "dismissed"
	case moderation.BanAuthor:
		kind = "banned"
	case moderation.Pardon:
		kind = "pardoned"
	}
	return moderation.CaseEvent{At: d.At, By: d.By, Kind: kind, Note: d.Note}
}

// On returns the case as the decision leaves it. Version grows by one.
func (d Decision) On(old moderation.Case) moderation.Case {
	next := old
	next.Version++
	next.Updated = d.At
	if d.State != "" {
		next.State = d.State
	}
	if d.Pardons(old) {
		strike := *old.Strike
		strike.Pardoned, strike.PardonBy = d.At, d.By
		next.Strike = &strike
	}
	next.Events = History(old.Events, d.Event())
	return next
}

// Pardons says whether the decision takes back a strike that still stands.
func (d Decision) Pardons(c moderation.Case) bool {
	return d.Pardon && c.Strike != nil && c.Strike.Pardoned.IsZero()
}

// Reported returns the case with what carrying out one of its effects brought: an event, if
// its Kind is set, and a card, if it names one. Version stays.
func Reported(c moderation.Case, e moderation.CaseEvent, card moderation.MessageRef) moderation.Case {
	if e.Kind != "" {
		c.Events = History(c.Events, e)
		c.Updated = e.At
	}
	if card != (moderation.MessageRef{}) {
		c.Card = card
	}
	return c
}

// Gained says whether the case, having changed from old to next, changes its author's
// strikes: one was added or pardoned.
func Gained(old, next moderation.Case) bool {
	if next.Strike == nil {
		return false
	}
	return old.Strike == nil || !old.Strike.Pardoned.Equal(next.Strike.Pardoned)
}

// Rejected says whether the case counts in its author's Record.Rejected: the comment was
// taken down and not given back.
func Rejected(c moderation.Case) bool {
	return c.Version > 0 && c.Verdict.Action >= moderation.Hold &&
		c.State != moderation.CaseDismissed && c.State != moderation.CaseCleared
}

// History adds events to a case's history and keeps the first and the LatestEvents newest.
func History(old []moderation.CaseEvent, more ...moderation.CaseEvent) []moderation.CaseEvent {
	all := make([]moderation.CaseEvent, 0, len(old)+len(more))
	all = append(append(all, old...), more...)
	if surplus := len(all) - LatestEvents - 1; surplus > 0 {
		all = append(all[:1], all[1+surplus:]...)
	}
	return all
}

// Later says whether the ID a is newer than b. IDs are snowflakes: numbers too large for a
// float, compared by their digits.
func Later(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// Check refuses a commit that no store could keep, before anything is written.
func (c Commit) Check() error {
	switch {
	case c.Case.ID == "" || c.Case.Guild == "":
		return fmt.Errorf("commit case %q of guild %q: both IDs are needed", c.Case.ID, c.Case.Guild)
	case c.Case.Strike != nil && c.Case.Comment.Author.ID == "":
		return fmt.Errorf("commit case %s: a strike needs the ID of the comment's author", c.Case.ID)
	case c.Case.Strike != nil && c.Case.Strike.Case != c.Case.ID:
		return fmt.Errorf("commit case %s: its strike names case %q", c.Case.ID, c.Case.Strike.Case)
	}
	return nil
}
