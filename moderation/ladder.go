package moderation

import (
	"fmt"
	"time"
)

// Sanction is what happens to a person, beyond the comment being taken down.
type Sanction struct {
	Kind SanctionKind  `json:"kind"`
	For  time.Duration `json:"for,omitempty"` // length of a timeout
	Ask  bool          `json:"ask,omitempty"` // only a moderator's press carries it out
}

// SanctionKind is a step of the ladder.
type SanctionKind string

// The sanctions, from mild to harsh.
const (
	Warn    SanctionKind = "warn"
	Timeout SanctionKind = "timeout"
	Kick    SanctionKind = "kick"
	Ban     SanctionKind = "ban"
)

// String is what people read: "timeout 1h0m0s".
func (s Sanction) String() string {
	if s.Kind == Timeout {
		return fmt.Sprintf("timeout %s", s.For)
	}
	return string(s.Kind)
}

// Rung is one step of the ladder: from this many active points, this sanction.
type Rung struct {
	Points   int
	Sanction Sanction
}

// Ladder turns active strike points into sanctions. Rungs stand in rising order of points.
type Ladder []Rung

// Step returns the highest rung that lies in (before, after], the points just before and
// after a new strike; ok is false when the strike reaches no new rung. Past the last rung
// the last sanction repeats with every further strike.
func (l Ladder) Step(before, after int) (s Sanction, ok bool) {
	if len(l) == 0 || after <= before {
		return Sanction{}, false
	}
	for i := len(l) - 1; i >= 0; i-- {
		if after < l[i].Points {
			continue
		}
		if before < l[i].Points || i == len(l)-1 {
			return l[i].Sanction, true
		}
		return Sanction{}, false
	}
	return Sanction{}, false
}
