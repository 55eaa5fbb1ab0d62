package moderation

import "time"

// Case is the record of one judged comment (or one manual strike) that somebody may want
// to look at again. Its ID is the comment's ID, so that a comment has one case however
// often its events arrive.
type Case struct {
	ID       string      `json:"id"`
	Guild    string      `json:"guild"`
	State    CaseState   `json:"state"`
	Version  int64       `json:"version"` // grows with every commit and decision; a decision names the version it saw
	Opened   time.Time   `json:"opened"`
	Updated  time.Time   `json:"updated"`
	Comment  Comment     `json:"comment"` // as judged; Text is kept for moderators
	Verdict  Verdict     `json:"verdict"`
	Strike   *Strike     `json:"strike,omitempty"`
	Sanction *Sanction   `json:"sanction,omitempty"`
	Until    time.Time   `json:"until,omitzero"` // when a timeout given by this case ends
	Card     MessageRef  `json:"card,omitzero"`  // where moderators see it
	Events   []CaseEvent `json:"events"`
}

// CaseState says where a case stands.
type CaseState string

// The states of a case.
const (
	CaseOpen      CaseState = "open"      // waits for a moderator
	CaseActed     CaseState = "acted"     // Parley acted; nobody has looked yet
	CaseUpheld    CaseState = "upheld"    // a moderator agreed
	CaseDismissed CaseState = "dismissed" // a moderator disagreed and everything was undone
	CasePending   CaseState = "pending"   // waits for a second opinion; no moderator is needed yet
	CaseCleared   CaseState = "cleared"   // a later revision or opinion found it clean; nothing left to do
)

// CaseEvent is one line of a case's history.
type CaseEvent struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // moderator's ID, "" for Parley
	Kind string    `json:"kind"`         // flagged, held, removed, edited, cleared, opinion, upheld, dismissed, pardoned, banned, effect, failed
	Note string    `json:"note,omitempty"`
}

// MessageRef names a message on the platform.
type MessageRef struct {
	Channel string `json:"channel,omitempty"`
	Message string `json:"message,omitempty"`
}

// DecisionKind is what a moderator decides about a case.
type DecisionKind string

// The decisions.
const (
	Uphold    DecisionKind = "uphold"
	Dismiss   DecisionKind = "dismiss" // undo everything: strike, timeout, removal
	BanAuthor DecisionKind = "ban"
	Pardon    DecisionKind = "pardon" // take back the strike alone
)
