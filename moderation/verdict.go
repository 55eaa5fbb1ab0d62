package moderation

import (
	"fmt"
	"strings"
)

// Action is what a verdict asks for. Actions are ordered: a later one is harsher.
type Action uint8

// The actions, from mild to harsh.
const (
	Allow  Action = iota // leave it
	Review               // leave it, show it to moderators
	Hold                 // take it down, keep the text, ask moderators
	Remove               // take it down, count a strike, tell the author why
)

var actionNames = [...]string{"allow", "review", "hold", "remove"}

// String is the action's name in configuration and output.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return fmt.Sprintf("action(%d)", uint8(a))
}

// MarshalText writes the action's name.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an action's name and refuses an unknown one.
func (a *Action) UnmarshalText(b []byte) error {
	for i, n := range actionNames {
		if n == string(b) {
			*a = Action(i)
			return nil
		}
	}
	return fmt.Errorf("unknown action %q; it is one of allow, review, hold, remove", b)
}

// Verdict is what the engine says of one comment: data, without side effects. The same
// comment, policy and observation give the same verdict.
type Verdict struct {
	Action  Action   `json:"action"`
	Abuse   float64  `json:"abuse"` // overall score in [0,1] that thresholds rank by
	Scores  Scores   `json:"scores"`
	Reasons []Reason `json:"reasons"` // what spoke for and against, weightiest first

	Category  Category  `json:"category"`             // the category that decided, meaningful when Action is not Allow
	Points    int       `json:"points,omitempty"`     // strike points, when Action is Remove
	Policy    string    `json:"policy,omitempty"`     // hash of the policy that judged
	Unknown   []Unknown `json:"unknown,omitempty"`    // classifiers that could not speak
	Shadow    []Reason  `json:"shadow,omitempty"`     // what shadow rules would have added; no effect
	Undecided bool      `json:"undecided,omitempty"`  // in the band where a second opinion is asked
	Ask       []string  `json:"ask,omitempty"`        // remote classifiers whose opinion is wanted
	ShadowAct Action    `json:"shadow_act,omitempty"` // what the action would be with shadow rules on
}

// Reason is one contribution to a verdict.
type Reason struct {
	Source   string   `json:"source"` // "rule:<id>" or "model:<name>"
	Category Category `json:"category"`
	Score    float64  `json:"score"`            // what it contributed; negative where it spoke for the comment
	Action   Action   `json:"action,omitempty"` // an action that a rule names outright
	Span     Span     `json:"span"`             // the evidence in the original text; empty when it is not in the text
	Quote    string   `json:"quote"`            // the words under Span
	Why      string   `json:"why,omitempty"`    // the rule's explanation for people
	Line     int      `json:"line,omitempty"`   // line of the rule in the configuration file, 0 for models
}

// Rule is the ID of the rule that the reason comes from, "" when it comes from a model.
func (r Reason) Rule() string {
	rule, _ := strings.CutPrefix(r.Source, "rule:")
	if rule == r.Source {
		return ""
	}
	return rule
}

// Unknown says that a classifier gave no answer, and why. Missing is not zero.
type Unknown struct {
	Source string `json:"source"`
	Why    string `json:"why"`
}
