package moderation

import "time"

// Sighting is what the ledger is told about a comment before it is judged: enough to
// count it, nothing of its text.
type Sighting struct {
	Guild       string
	Channel     string
	Comment     string
	Author      string
	Time        time.Time
	Meters      []Meter
	Fingerprint Fingerprint
	Lookalikes  time.Duration // how far back look-alikes are wanted; 0 asks for none
}

// Meter counts something within a window that ends at the sighting's time. Two meters
// with one Key share their memory, distinct ones apart from others.
type Meter struct {
	Key      string        // what is counted, unique in the guild: "author/7", "target/9"
	Member   string        // who is counted, once however often seen; usually the comment's ID; "" looks without counting
	Distinct bool          // count distinct prefixes of members up to "/", such as authors in "author/comment"
	Window   time.Duration // how far back
}

// Fingerprint identifies a text up to disguise. Zero values mean too short to say.
type Fingerprint struct {
	Exact uint64 // equal for texts with the same folded words
	Near  uint64 // SimHash: a small Hamming distance for nearly equal texts
}

// Observation is what the ledger knows around a comment at the comment's own time.
// Observing a comment again gives the same answer and counts nothing twice.
type Observation struct {
	Counts     []int       `json:"counts,omitempty"`     // parallel to Sighting.Meters, this comment included
	Lookalikes []Lookalike `json:"lookalikes,omitempty"` // earlier comments like this one, newest first, bounded
	Record     Record      `json:"record"`               // the author's past
	Actions    int         `json:"actions"`              // automatic actions in this guild within the last hour
}

// Lookalike is an earlier comment whose fingerprint is equal or near.
type Lookalike struct {
	Comment string    `json:"comment"`
	Author  string    `json:"author"`
	Channel string    `json:"channel"`
	Time    time.Time `json:"time"`
	Exact   bool      `json:"exact"`
	Near    uint64    `json:"near"`
}

// Record is what is remembered about an author in one guild.
type Record struct {
	Version  int64     `json:"version"` // grows with every strike and pardon
	Strikes  []Strike  `json:"strikes,omitempty"`
	Comments int       `json:"comments"` // comments seen
	Rejected int       `json:"rejected"` // comments taken down and not given back
	First    time.Time `json:"first,omitzero"`
}

// Strike is one fact in an author's record. Facts are appended and pardoned, never
// changed: active points are always derived.
type Strike struct {
	Case     string    `json:"case"` // the case it belongs to; one strike per case
	Points   int       `json:"points"`
	Reason   string    `json:"reason"`
	By       string    `json:"by,omitempty"` // moderator's ID, "" for Parley
	At       time.Time `json:"at"`
	Expires  time.Time `json:"expires,omitzero"` // zero: never
	Pardoned time.Time `json:"pardoned,omitzero"`
	PardonBy string    `json:"pardon_by,omitempty"`
}

// Active reports whether the strike counts at the given time.
func (s Strike) Active(at time.Time) bool {
	return s.Pardoned.IsZero() && (s.Expires.IsZero() || at.Before(s.Expires))
}

// ActivePoints adds up the points of the strikes that count at the given time.
func ActivePoints(strikes []Strike, at time.Time) int {
	points := 0
	for _, s := range strikes {
		if s.Active(at) {
			points += s.Points
		}
	}
	return points
}
