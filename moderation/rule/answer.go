// Package rule holds what rules are made of: conditions, pure questions about one comment,
// and the Set that asks them in an order that makes most of them cost nothing.
//
// A Set searches the comment once for every listed word and for literals that its regular
// expressions cannot do without. Only rules of which something was seen are evaluated.
// Conditions answer yes, no or unknown; what a condition cannot know (a model that did not
// answer, a history nobody looked up) is unknown, never no.
package rule

// Answer is what a condition says of a comment.
type Answer uint8

// The answers.
const (
	No Answer = iota
	Yes
	Unknown // what it needs was not there
)

// String is the answer in output.
func (a Answer) String() string { return [...]string{"no", "yes", "unknown"}[a%3] }

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Condition is a question about a comment. Conditions are values that Compile ties to a Set;
// they are made by this package alone.
type Condition interface {
	// bind registers with the Set what the condition wants searched or counted, and returns
	// it ready to be asked.
	bind(b *binder) bound
}

// bound is a condition that is part of a Set.
type bound interface {
	// ask answers for a subject. Evidence of a yes is appended to s.evidence; on another
	// answer the caller drops what was appended.
	ask(s *Subject) Answer
	// trigger says what must have been seen for the answer to be anything but no.
	trigger() trigger
}

// trigger is a set of signals, at least one of which must be seen in a comment for a
// condition to hold. Without a limit the condition may hold for any comment.
type trigger struct {
	limited bool
	signals []signal
}

var anyComment = trigger{}

// signal is something the one search over a comment can see: a word list or a gate.
type signal int32

// either is the trigger of a condition that holds when one of several does.
func either(ts ...trigger) trigger {
	all := trigger{limited: true}
	for _, t := range ts {
		if !t.limited {
			return anyComment
		}
		all.signals = append(all.signals, t.signals...)
	}
	return all
}

// both is the trigger of a condition that holds only when all of several do: the most
// selective of theirs.
func both(ts ...trigger) trigger {
	best := anyComment
	for _, t := range ts {
		if t.limited && (!best.limited || len(t.signals) < len(best.signals)) {
			best = t
		}
	}
	return best
}
