package moderation

import "time"

// Effect is one thing to be done on the platform. It is written to the outbox together
// with the decision that caused it and carried out afterwards, at least once; its ID is
// stable, so doing it twice can be told apart or changes nothing.
type Effect struct {
	ID      string     `json:"id"` // "<case>/<kind>/r<revision>" after a verdict, "<case>/<kind>/v<version>" after a decision; alerts: "alert/<what>"
	Kind    EffectKind `json:"kind"`
	Guild   string     `json:"guild"`
	Case    string     `json:"case,omitempty"`
	User    string     `json:"user,omitempty"`
	Target  MessageRef `json:"target,omitzero"`
	Until   time.Time  `json:"until,omitzero"`   // end of a timeout
	Text    string     `json:"text,omitempty"`   // for people: notices, alerts
	Reason  string     `json:"reason,omitempty"` // for the audit log, without comment text
	Created time.Time  `json:"created"`

	// Fresh says that nobody has tried to carry it out yet, so that there is no need to look
	// whether it was done before. Whoever takes it from the outbox sets it.
	Fresh bool `json:"-"`
}

// EffectKind says what an effect does.
type EffectKind string

// The effects.
const (
	TakeDown    EffectKind = "take_down"    // delete the comment
	GiveBack    EffectKind = "give_back"    // post a dismissed comment's text again, in its author's name
	Notify      EffectKind = "notify"       // tell the author by direct message, or not at all
	TimeOut     EffectKind = "time_out"     // mute until Effect.Until
	LiftTimeOut EffectKind = "lift_timeout" // end a timeout that a dismissed case gave
	KickOut     EffectKind = "kick"
	BanUser     EffectKind = "ban"
	UnbanUser   EffectKind = "unban"
	ShowCard    EffectKind = "show_card" // post the case's card, or bring the posted one up to date
	Alert       EffectKind = "alert"     // a sentence to the moderators
	AskOpinion  EffectKind = "ask_opinion"
)

// Receipt is what carrying out an effect brought back.
type Receipt struct {
	Message MessageRef // of a message that was posted
	Note    string     // for the case's history, such as "direct messages closed"
}
