package rule

import (
	"fmt"
	"math/bits"

	"parley/moderation"
	"parley/moderation/rule/scan"
	"parley/moderation/text"
)

// Mode says whether a rule counts.
type Mode uint8

// The modes.
const (
	On     Mode = iota
	Shadow      // recorded, without any effect
	Off
)

var modeNames = [...]string{"on", "shadow", "off"}

// String is the mode's name in configuration.
func (m Mode) String() string { return modeNames[m%3] }

// Choices are the names of all modes.
func (Mode) Choices() []string { return modeNames[:] }

// MarshalText writes the mode's name.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a mode's name and refuses an unknown one.
func (m *Mode) UnmarshalText(b []byte) error {
	for i, name := range modeNames {
		if name == string(b) {
			*m = Mode(i)
			return nil
		}
	}
	return fmt.Errorf("unknown mode %q; it is one of on, shadow, off", b)
}

// Rule is one named question and what a yes gives.
type Rule struct {
	ID      string
	Why     string // shown to members and moderators
	Line    int    // in its file
	When    Condition
	Unless  Condition // nil: nothing excepts it
	Gives   []Contribution
	Action  moderation.Action // at least this, outright; Allow for none
	Points  int               // strike points of a removal that this rule decides; 0: the category's
	Group   int               // index of the group whose cap holds, -1 for none
	Mode    Mode
	Ask     bool // a second opinion is wanted
	Prevent bool // may be mirrored to the platform's own filter
}

// Contribution is what a rule adds to a category: above zero it speaks for abuse, below
// zero it takes that share off what others said.
type Contribution struct {
	Category moderation.Category
	Score    float64 // in [-1,1]
}

// Set is rules made ready to be asked together. It is immutable and may be used from several
// goroutines at once, each with its own Subject.
type Set struct {
	Rules []Rule // in the order given

	rules   []boundRule
	byID    map[string]int
	always  []uint64   // bit per rule that no signal limits
	wanting [][]uint64 // by signal: bit per rule that it may make true
	late    []uint64   // bit per rule that looks at scores, and so comes last
	varying []uint64   // bit per rule whose answer depends on history or scores
	off     []uint64   // bit per rule that is off unless a place switches it on

	automaton *scan.Automaton
	roles     []role // by literal of the automaton
	lists     []listInfo
	gates     int
	raw       bool // some gate looks at the text as written
	plain     bool // some gate looks at the text as displayed
	reads     Places
	backwards backwards
	masked    map[rune][]maskedTerm // words that may be censored, by first letter

	meters   []meter
	lookback lookback
	heat     bool
}

type boundRule struct {
	when, unless bound
}

// Compile ties rules together. It refuses rules that name unknown rules or, through each
// other, themselves.
func Compile(rules []Rule) (*Set, error) {
	s := &Set{Rules: rules, byID: make(map[string]int, len(rules))}
	for i, r := range rules {
		if _, twice := s.byID[r.ID]; twice {
			return nil, fmt.Errorf("two rules are called %q", r.ID)
		}
		s.byID[r.ID] = i
	}
	b := &binder{set: s, lists: make(map[*List]signal), gateAt: make(map[string]int)}
	words := (len(rules) + 63) / 64
	for _, mask := range []*[]uint64{&s.always, &s.late, &s.varying, &s.off} {
		*mask = make([]uint64, words)
	}
	s.rules = make([]boundRule, len(rules))
	for i, r := range rules {
		b.rule, b.late, b.varies = i, false, false
		s.rules[i].when = r.When.bind(b)
		if r.Unless != nil {
			s.rules[i].unless = r.Unless.bind(b)
		}
		if b.late {
			set(s.late, i)
		}
		if b.late || b.varies {
			set(s.varying, i)
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	if err := b.checkReferences(); err != nil {
		return nil, err
	}
	b.spread(s.late)
	b.spread(s.varying)
	if err := b.finish(); err != nil {
		return nil, err
	}
	s.index(words)
	return s, nil
}

// index notes which signals make which rules worth asking.
func (s *Set) index(words int) {
	s.wanting = make([][]uint64, len(s.lists)+s.gates)
	for i := range s.wanting {
		s.wanting[i] = make([]uint64, words)
	}
	for i, r := range s.rules {
		if s.Rules[i].Mode == Off {
			set(s.off, i)
		}
		t := r.when.trigger()
		if !t.limited {
			set(s.always, i)
			continue
		}
		for _, sig := range t.signals {
			set(s.wanting[sig], i)
		}
	}
}

func set(mask []uint64, i int)      { mask[i/64] |= 1 << (i % 64) }
func has(mask []uint64, i int) bool { return mask[i/64]&(1<<(i%64)) != 0 }

// Find returns the index of a rule by its ID.
func (s *Set) Find(id string) (int, bool) {
	i, ok := s.byID[id]
	return i, ok
}

// Outcome is what one rule says of a comment.
type Outcome struct {
	Rule     int // index into Set.Rules
	Answer   Answer
	Severity float64 // in (0,1], from the matched words; 1 where words played no part
	Evidence []Evidence
}

// Evidence is a stretch of the comment that a condition held for.
type Evidence struct {
	Span     moderation.Span        // in the comment's text; empty where the evidence is elsewhere
	Place    moderation.PassageKind // "" for the comment's text
	Quote    string                 // for evidence outside the comment's text
	Severity float64                // of the matched word, 0 where it has none
}

// Evaluate asks every rule that may hold for the subject and appends the outcomes that are
// not a no to dst, in the order of the rules; those that look at scores come last. between
// is called once before these, with the outcomes so far, and sets Subject.Scores.
// The outcomes' evidence is valid until the subject is reset.
func (s *Set) Evaluate(subject *Subject, dst []Outcome, between func([]Outcome)) []Outcome {
	subject.begin()
	dst = s.pass(subject, dst, false)
	if between != nil && anySet(s.late) {
		between(dst)
		dst = s.pass(subject, dst, true)
	}
	return dst
}

func anySet(mask []uint64) bool {
	for _, w := range mask {
		if w != 0 {
			return true
		}
	}
	return false
}

func (s *Set) pass(subject *Subject, dst []Outcome, late bool) []Outcome {
	for w := range s.always {
		candidates := s.always[w] | subject.wanted[w]
		if late {
			candidates &= s.late[w]
		} else {
			candidates &^= s.late[w]
		}
		for ; candidates != 0; candidates &= candidates - 1 {
			i := w*64 + bits.TrailingZeros64(candidates)
			if subject.off.has(i) {
				continue
			}
			if o := s.decide(subject, i); o.Answer != No {
				dst = append(dst, *o)
			}
		}
	}
	return dst
}

// decide asks one rule, once per comment, or once per round where history or scores matter,
// however often other rules refer to it. The answer is valid until the next round.
func (s *Set) decide(subject *Subject, i int) *Outcome {
	round := subject.first
	if has(s.varying, i) {
		round = subject.round
	}
	known := &subject.decided[i]
	o := &known.outcome
	if known.round == round {
		return o
	}
	known.round = round
	*o = Outcome{Rule: i, Severity: 1} // no, to a rule that asks about itself
	if s.mayHold(subject, i) {
		from := len(subject.evidence)
		answer := s.ask(subject, i)
		if answer == Yes {
			kept := len(subject.kept)
			subject.kept = append(subject.kept, subject.evidence[from:]...)
			o.Evidence = subject.kept[kept:len(subject.kept):len(subject.kept)]
			o.Severity = severity(o.Evidence)
		}
		o.Answer = answer
		subject.evidence = subject.evidence[:from]
	}
	return o
}

// ask asks a rule's conditions. Evidence of its exception does not count.
func (s *Set) ask(subject *Subject, i int) Answer {
	a := s.rules[i].when.ask(subject)
	if a != Yes || s.rules[i].unless == nil {
		return a
	}
	kept := len(subject.evidence)
	excepted := s.rules[i].unless.ask(subject)
	subject.evidence = subject.evidence[:kept]
	switch excepted {
	case Yes:
		return No
	case Unknown:
		return Unknown
	}
	return Yes
}

func (s *Set) mayHold(subject *Subject, i int) bool {
	return has(s.always, i) || has(subject.wanted, i)
}

// severity is that of the gravest word, 1 where no word has one.
func severity(evidence []Evidence) float64 {
	worst := 0.0
	for _, e := range evidence {
		worst = max(worst, e.Severity)
	}
	if worst == 0 {
		return 1
	}
	return worst
}

// role says what a literal of the automaton stands for.
type role struct {
	signal  signal
	kinds   kinds // the readings in which the literal counts
	kind    roleKind
	pattern *pattern // of a term or exception
	term    int32    // its index in the list
}

type roleKind uint8

const (
	listedTerm roleKind = iota
	listedException
	gateLiteral
)

// kinds is a set of readings.
type kinds uint16

func kindsOf(ks ...text.Kind) kinds {
	var set kinds
	for _, k := range ks {
		set |= 1 << k
	}
	return set
}

func (s kinds) has(k text.Kind) bool { return s&(1<<k) != 0 }

// listInfo is a list as the set knows it.
type listInfo struct {
	list *List
}

// Ask asks one rule about the subject, whatever other rules say.
func (s *Subject) Ask(index int) Outcome {
	s.begin()
	return *s.set.decide(s, index)
}
