package consequence

import (
	"fmt"
	"time"

	"parley/moderation"
)

// IsDown reports whether a case has had its comment taken down and not given back.
func IsDown(c moderation.Case) bool {
	switch {
	case !hasComment(c), c.State == moderation.CaseDismissed, c.State == moderation.CaseCleared:
		return false
	case c.State == moderation.CaseUpheld:
		return true // upholding takes down what was still up
	}
	return c.Verdict.Action >= moderation.Hold
}

// hasComment tells a case about a comment from a strike that a moderator gave by hand.
func hasComment(c moderation.Case) bool { return c.Comment.Channel.ID != "" }

// Question is the request for a second opinion about the revision of a comment that a case
// holds. Its ID names the revision: a question about another one has been overtaken.
func Question(c moderation.Case) moderation.Effect {
	return effect(c, moderation.AskOpinion, fmt.Sprintf("r%d", c.Comment.Revision), c.Updated)
}

// Undone reports whether an effect punishes for a case that has been dismissed since.
// Dismissing a case undoes what it did; what it had not done yet must not follow after.
// What the dismissal itself brings about, such as the rest of another case's timeout, is due.
func Undone(c moderation.Case, e moderation.Effect) bool {
	switch e.Kind {
	case moderation.TimeOut, moderation.KickOut, moderation.BanUser:
		// A dismissed case is closed, so the version before the last is the one dismissed.
		return c.State == moderation.CaseDismissed && e.ID != effectID(c, e.Kind, stageOf(c.Version-1))
	}
	return false
}

// stageOf names what is decided on a version of a case.
func stageOf(version int64) string { return fmt.Sprintf("v%d", version) }

func effectID(c moderation.Case, kind moderation.EffectKind, stage string) string {
	return fmt.Sprintf("%s/%s/%s", c.ID, kind, stage)
}

// effectsFor makes the effects of one step in a case's life. The stage keeps their IDs
// apart from those of other steps, and equal when the step is worked out again.
func effectsFor(c moderation.Case, stage string, at time.Time, kinds ...moderation.EffectKind) []moderation.Effect {
	effects := make([]moderation.Effect, 0, len(kinds)+1)
	for _, k := range kinds {
		effects = append(effects, effect(c, k, stage, at))
	}
	return effects
}

func effect(c moderation.Case, kind moderation.EffectKind, stage string, at time.Time) moderation.Effect {
	e := moderation.Effect{
		ID:      effectID(c, kind, stage),
		Kind:    kind,
		Guild:   c.Guild,
		Case:    c.ID,
		User:    c.Comment.Author.ID,
		Created: at,
	}
	if hasComment(c) {
		e.Target = moderation.MessageRef{Channel: c.Comment.Channel.ID, Message: c.Comment.ID}
	}
	switch kind {
	case moderation.ShowCard, moderation.AskOpinion, moderation.Notify:
	default:
		e.Reason = auditReason(c)
	}
	return e
}

// alertFor completes an alert that a case gave rise to.
func alertFor(alert moderation.Effect, c moderation.Case, at time.Time) moderation.Effect {
	alert.Kind, alert.Guild, alert.Case, alert.Created = moderation.Alert, c.Guild, c.ID, at
	return alert
}

// setText gives every effect of a kind its text.
func setText(effects []moderation.Effect, kind moderation.EffectKind, text string) {
	for i := range effects {
		if effects[i].Kind == kind {
			effects[i].Text = text
		}
	}
}
