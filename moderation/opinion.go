package moderation

import (
	"errors"
	"fmt"
	"time"
)

// Opinion is what a remote model says of a comment that the cheap stages left undecided.
// It decides nothing by itself: Weigh says what becomes of the verdict.
type Opinion struct {
	Source     string   `json:"source"`             // "model:openai.judge" or "model:openai.moderation"
	Model      string   `json:"model,omitempty"`    // the model's own name
	Action     Action   `json:"action"`             // Allow, Review or Remove; for an Unknown opinion what its failure asks for
	Category   Category `json:"category"`           // meaningful when Action is not Allow
	Confidence float64  `json:"confidence"`         // of Action, in [0,1]
	Span       Span     `json:"span"`               // the words that decided, in the comment's text; empty when they are not there literally
	Quote      string   `json:"quote,omitempty"`    // those words
	Reason     string   `json:"reason,omitempty"`   // a sentence for moderators, in the model's words
	Doubt      string   `json:"doubt,omitempty"`    // why Action is not to be taken at its word, "" when it may be
	Unknown    string   `json:"unknown,omitempty"`  // why there is no answer, "" when there is one
	Cached     bool     `json:"cached,omitempty"`   // somebody asked the same before
	Cost       float64  `json:"cost_usd,omitempty"` // estimate of what this answer cost, in US dollars; 0 from the cache

	// What a scoring model said beside the answer. It cannot be talked to, so it checks one
	// that can. Only the categories in Known were scored.
	Scores Scores `json:"scores,omitzero"`
	Known  Set    `json:"known,omitempty"`
	// Native holds a scoring model's own labels, those that Parley has no category for
	// included.
	Native map[string]float64 `json:"native,omitempty"`
}

// Why there is no opinion yet, to be checked with errors.Is on a *LaterError.
var (
	ErrOverBudget  = errors.New("the budget for second opinions is used up for now")
	ErrUnavailable = errors.New("the model cannot be reached for now")
	ErrBeingAsked  = errors.New("another process is asking the same at this moment")
)

// LaterError says that there is no opinion yet and when to ask again.
type LaterError struct {
	At  time.Time
	Err error // wraps ErrOverBudget, ErrUnavailable or ErrBeingAsked
}

func (e *LaterError) Error() string {
	return fmt.Sprintf("no opinion before %s: %v", e.At.UTC().Format(time.RFC3339), e.Err)
}

func (e *LaterError) Unwrap() error { return e.Err }

// Margins bound what an opinion may change.
type Margins struct {
	// Confidence in [0,1]: an answer that is less sure goes to moderators.
	Confidence float64
	// Disagreement in [0,1]: when the opinion's estimate of abuse and that of the cheap
	// stages lie further apart, moderators decide.
	Disagreement float64
	// Harshest is the harshest action that an opinion alone may bring about.
	Harshest Action
}

// WantsOpinion reports whether the verdict waits for a second opinion.
func (v *Verdict) WantsOpinion() bool { return v.Undecided || len(v.Ask) > 0 }

// Settle takes the verdict as final without one.
func (v *Verdict) Settle() { v.Undecided, v.Ask = false, nil }

// Weigh combines a provisional verdict with an opinion and returns the final one.
//
// Only the undecided band is open to an opinion: a verdict that was decided, and an action
// that a rule named outright, may become harsher but never milder. An opinion that is
// unsure, doubtful, or further from the cheap stages than the margin, goes to moderators.
// An unknown opinion changes nothing but what its failure mode asks for. Strike points are
// left as they were: the caller sets them for a verdict that has become Remove.
func Weigh(v Verdict, o Opinion, m Margins) Verdict {
	final := v
	final.Settle()
	if o.Unknown != "" {
		final.Unknown = append(v.Unknown[:len(v.Unknown):len(v.Unknown)], Unknown{Source: o.Source, Why: o.Unknown})
		final.Action = max(v.Action, v.floor(), o.Action)
		return final
	}
	final.Reasons = append(v.Reasons[:len(v.Reasons):len(v.Reasons)], o.asReason())
	final.Action = max(v.floor(), o.outcome(v, m))
	if o.Action == Remove && final.Action > v.Action {
		final.Category = o.Category
		final.Scores[o.Category] = max(v.Scores[o.Category], o.Confidence)
	}
	if final.Action != Review || o.Action == Review {
		final.Abuse = o.abuse()
	}
	if final.Action >= Hold { // what was decided never ranks lower for having been asked about
		final.Abuse = max(final.Abuse, v.Abuse)
	}
	return final
}

// floor is the mildest action that an opinion may leave.
func (v Verdict) floor() Action {
	if !v.Undecided {
		return v.Action
	}
	named := Allow
	for _, r := range v.Reasons {
		named = max(named, r.Action)
	}
	return named
}

// outcome is the action that an answered opinion deserves, before the verdict's floor.
func (o Opinion) outcome(v Verdict, m Margins) Action {
	switch {
	case o.Confidence < m.Confidence:
		return Review
	case o.Doubt != "":
		return Review
	case o.distance(v) > m.Disagreement:
		return Review
	}
	return min(o.Action, max(m.Harshest, Review))
}

// distance is how far the opinion's estimate of abuse lies from the highest that anything
// else gave.
func (o Opinion) distance(v Verdict) float64 {
	others := v.Abuse
	for c, score := range o.Scores {
		if o.Known.Has(Category(c)) {
			others = max(others, score)
		}
	}
	if d := o.abuse() - others; d >= 0 {
		return d
	}
	return others - o.abuse()
}

// abuse is the opinion's own estimate of how likely the comment is abuse.
func (o Opinion) abuse() float64 {
	switch o.Action {
	case Allow:
		return 1 - o.Confidence
	case Review:
		return 0.5
	default:
		return o.Confidence
	}
}

func (o Opinion) asReason() Reason {
	score := o.abuse()
	if o.Action == Allow {
		score = -o.Confidence
	}
	return Reason{Source: o.Source, Category: o.Category, Score: score, Span: o.Span, Quote: o.Quote, Why: o.Reason}
}
