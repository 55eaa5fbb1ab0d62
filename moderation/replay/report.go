package replay

import (
	"time"

	"parley/moderation"
	"parley/moderation/rule"
)

// Report says what would change between two policies. "Flagged" means that a comment gets
// any action but allow.
type Report struct {
	Before     Outcome   `json:"before"`
	After      Outcome   `json:"after"`
	Comments   int       `json:"comments"`             // judged by both; an edited comment counts once for each revision
	Repeated   int       `json:"repeated,omitempty"`   // lines that say what another one said
	Untimed    int       `json:"untimed,omitempty"`    // comments without a time; conditions on history are unknown for them
	Unreadable int       `json:"unreadable,omitempty"` // lines that are no comment
	Mistake    string    `json:"mistake,omitempty"`    // what is wrong with the first of these
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`

	NewlyFlagged    Change `json:"newly_flagged"`
	NoLongerFlagged Change `json:"no_longer_flagged"`
	ChangedAction   Change `json:"changed_action"` // flagged by both, with another action

	Moves    []Move   `json:"moves"`    // how many comments went from which action to which
	Rules    []Rule   `json:"rules"`    // what changed most first
	Shadow   []Shadow `json:"shadow"`   // rules that are in shadow mode in the new policy
	Timeline []Period `json:"timeline"` // empty where no comment has a time
}

// Outcome is what one policy makes of all comments.
type Outcome struct {
	Name    string         `json:"name"`
	Policy  string         `json:"policy"` // hash
	Actions map[string]int `json:"actions"`
	Flagged int            `json:"flagged"`
	NoRule  int            `json:"no_rule"` // flagged although no rule spoke against them: by the model and thresholds alone
}

// Change is a group of comments for which the policies differ.
type Change struct {
	Count   int      `json:"count"`
	Samples []Sample `json:"samples"`
}

// Move is how many comments go from one action to another, or stay.
type Move struct {
	From  moderation.Action `json:"from"`
	To    moderation.Action `json:"to"`
	Count int               `json:"count"`
}

// Rule is how often one rule matched with effect.
type Rule struct {
	ID              string   `json:"id"`
	Why             string   `json:"why"`
	Before          int      `json:"before"`
	After           int      `json:"after"`
	Gained          int      `json:"gained"`            // matched only by the new policy
	Lost            int      `json:"lost"`              // matched only by the old one
	NewlyFlagged    int      `json:"newly_flagged"`     // of the gained, those newly flagged
	NoLongerFlagged int      `json:"no_longer_flagged"` // of the lost, those no longer flagged
	Standing        string   `json:"standing"`          // "new", "gone", or its mode in the new policy
	Samples         []Sample `json:"samples,omitempty"` // of the gained and lost
}

// Shadow is what a rule in shadow mode would have done.
type Shadow struct {
	ID      string         `json:"id"`
	Why     string         `json:"why"`
	Matched int            `json:"matched"`
	Changes int            `json:"changes"` // of these, comments whose action would be another with the policy's shadow rules on
	Would   map[string]int `json:"would"`   // the actions that these would get
	Samples []Sample       `json:"samples,omitempty"`
}

// Period is one stretch of the timeline.
type Period struct {
	From     time.Time `json:"from"`
	Comments int       `json:"comments"`
	Before   int       `json:"before"` // flagged
	After    int       `json:"after"`
}

// Sample is one comment, to see what a number means.
type Sample struct {
	ID      string            `json:"id"`
	Time    time.Time         `json:"time,omitzero"`
	Text    string            `json:"text"` // its beginning
	Article string            `json:"article,omitempty"`
	Before  moderation.Action `json:"before"`
	After   moderation.Action `json:"after"`
	Because []string          `json:"because"` // what spoke, in the policy that is harsher: "rule:id “the words”"
}

// Bounds of a report.
const (
	samplesEach = 8   // comments shown for each change, rule and shadow rule
	sampleText  = 280 // characters shown of each
	periods     = 60  // at most so many stretches in a timeline
)

// standing says how a rule stands in the new policy.
func standingOf(after *rule.Set, id string, before bool) string {
	i, there := after.Find(id)
	switch {
	case !there:
		return "gone"
	case !before:
		return "new"
	}
	return after.Rules[i].Mode.String()
}
