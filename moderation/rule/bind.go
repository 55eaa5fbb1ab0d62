package rule

import (
	"errors"
	"fmt"

	"parley/moderation/rule/scan"
	"parley/moderation/text"
)

// binder collects what the conditions of a Set want searched and counted.
type binder struct {
	set      *Set
	rule     int  // index of the rule being bound
	late     bool // the rule looks at scores
	varies   bool // the rule looks at history, or asks for what is not known beforehand
	literals []scan.Literal
	lists    map[*List]signal
	gates    []gate
	gateAt   map[string]int // index into gates by what they want
	refers   []reference
	err      error
}

// gate is a regular expression's demand for one of several literals.
type gate struct {
	literals []string
	kind     text.Kind
}

// reference is one rule naming another.
type reference struct{ from, to int }

// fail notes the first error; binding goes on.
func (b *binder) fail(err error) {
	if b.err == nil {
		b.err = fmt.Errorf("rule %q: %w", b.set.Rules[b.rule].ID, err)
	}
}

// list registers a word list, once however many conditions use it.
func (b *binder) list(l *List) signal {
	if sig, known := b.lists[l]; known {
		return sig
	}
	sig := signal(len(b.set.lists))
	b.lists[l] = sig
	b.set.lists = append(b.set.lists, listInfo{list: l})
	for i, term := range l.Terms {
		b.term(term, role{signal: sig, kind: listedTerm, term: int32(i)})
	}
	for i, term := range l.Exceptions {
		b.term(term, role{signal: sig, kind: listedException, term: int32(i)})
	}
	b.censored(sig, l)
	return sig
}

func (b *binder) term(t Term, r role) {
	patterns, err := spellings(t.Text)
	if err != nil {
		b.fail(err)
		return
	}
	for i := range patterns {
		r.pattern, r.kinds = &patterns[i], patterns[i].kinds
		if r.kinds.has(text.Reversed) {
			b.set.backwards.add(patterns[i].literal)
		}
		b.literal(r.pattern.sought(), r)
	}
}

func (b *binder) literal(l scan.Literal, r role) {
	b.literals = append(b.literals, l)
	b.set.roles = append(b.set.roles, r)
}

// gated registers literals of which a comment must contain one, once however many conditions
// wait for them, and returns the gate's index; gateSignal makes a signal of it once the number
// of lists is known.
func (b *binder) gated(literals []string, kind text.Kind) int {
	key := fmt.Sprintf("%d %q", kind, literals)
	if known, ok := b.gateAt[key]; ok {
		return known
	}
	b.gateAt[key] = len(b.gates)
	b.gates = append(b.gates, gate{literals, kind})
	switch kind {
	case text.Raw:
		b.set.raw = true
	case text.Plain:
		b.set.plain = true
	}
	return len(b.gates) - 1
}

// gateKinds are the readings in which the search may come by a literal of a reading: it leaves
// out readings that repeat another one.
func gateKinds(k text.Kind) kinds {
	switch k {
	case text.Raw, text.Plain:
		return kindsOf(text.Folded, k)
	case text.Leet:
		return kindsOf(text.Folded, text.Leet)
	case text.LeetL:
		return kindsOf(text.Folded, text.Leet, text.LeetL)
	case text.Squashed:
		return kindsOf(text.Folded, text.Leet, text.Squashed)
	case text.SquashedL:
		return kindsOf(text.Folded, text.Leet, text.LeetL, text.Squashed, text.SquashedL)
	}
	return kindsOf(k)
}

// refer notes that the current rule looks at another one.
func (b *binder) refer(id string) (int, bool) {
	to, ok := b.set.byID[id]
	if !ok {
		b.fail(fmt.Errorf("there is no rule %q to refer to", id))
		return 0, false
	}
	b.refers = append(b.refers, reference{b.rule, to})
	return to, true
}

// checkReferences refuses rules that refer to themselves through others.
func (b *binder) checkReferences() error {
	next := make(map[int][]int)
	for _, r := range b.refers {
		next[r.from] = append(next[r.from], r.to)
	}
	const visiting, done = 1, 2
	state := make(map[int]int)
	var visit func(int) error
	visit = func(i int) error {
		switch state[i] {
		case visiting:
			return fmt.Errorf("rule %q refers to itself, directly or through others", b.set.Rules[i].ID)
		case done:
			return nil
		}
		state[i] = visiting
		for _, to := range next[i] {
			if err := visit(to); err != nil {
				return err
			}
		}
		state[i] = done
		return nil
	}
	for from := range b.set.Rules {
		if err := visit(from); err != nil {
			return err
		}
	}
	return nil
}

// spread gives a property of rules to all that refer to them.
func (b *binder) spread(mask []uint64) {
	for changed := true; changed; {
		changed = false
		for _, r := range b.refers {
			if has(mask, r.to) && !has(mask, r.from) {
				set(mask, r.from)
				changed = true
			}
		}
	}
}

// ErrTooManyWords says that the lists of a policy are larger than one search can hold.
var ErrTooManyWords = errors.New("the word lists are too large together: at most 1 MB of words is searched for")

// finish builds the search.
func (b *binder) finish() error {
	b.set.gates = len(b.gates)
	for i, g := range b.gates {
		for _, literal := range g.literals {
			b.literal(scan.Literal{Text: literal}, role{signal: b.set.gateSignal(i), kinds: gateKinds(g.kind), kind: gateLiteral})
		}
	}
	bytes := 0
	for _, l := range b.literals {
		bytes += len(l.Text)
	}
	if bytes > scan.MaxBytes {
		return ErrTooManyWords
	}
	b.set.automaton = scan.New(b.literals)
	return nil
}

// gateSignal is the signal of a gate: gates come after the lists.
func (s *Set) gateSignal(gate int) signal { return signal(len(s.lists) + gate) }
