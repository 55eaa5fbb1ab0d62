package rule

import (
	"time"

	"parley/moderation"
	"parley/moderation/rule/scan"
	"parley/moderation/text"
)

// Places is a set of the places where a comment has words: its text and its passages.
type Places uint16

// InText is the place of a comment's own text.
const InText Places = 1

var passageKinds = [...]moderation.PassageKind{
	moderation.PassageEmbed, moderation.PassagePoll, moderation.PassageForward, moderation.PassageSticker,
	moderation.PassageFileName, moderation.PassageAltText, moderation.PassageFile, moderation.PassageDisplayName,
}

// PlaceOf is the place of passages of a kind; 0 for an unknown kind.
func PlaceOf(kind moderation.PassageKind) Places {
	for i, k := range passageKinds {
		if k == kind {
			return 2 << i
		}
	}
	return 0
}

// PlaceNames are the names of all places in configuration: "text" and the kinds of passages.
func PlaceNames() []string {
	names := []string{"text"}
	for _, k := range passageKinds {
		names = append(names, string(k))
	}
	return names
}

// Usual are the places that text conditions look at unless they say otherwise: everything
// that the author wrote or sent, but not previews of links and not their name.
var Usual = InText | PlaceOf(moderation.PassagePoll) | PlaceOf(moderation.PassageForward) |
	PlaceOf(moderation.PassageSticker) | PlaceOf(moderation.PassageFileName) |
	PlaceOf(moderation.PassageAltText) | PlaceOf(moderation.PassageFile)

// Probabilities answers what classifiers say of the comment.
type Probabilities interface {
	// Probability of a category by the classifier of a name ("" for the first that knows it);
	// known is false where none spoke about it.
	Probability(classifier string, c moderation.Category) (p float64, known bool)
}

// Context is what surrounds a comment, prepared by the engine.
type Context struct {
	Quotes  text.Quotes             // what of the comment's text is somebody else's words
	Topics  *Topics                 // what the article is about; nil: unknown
	Models  Probabilities           // nil: no classifier spoke
	History *moderation.Observation // nil: nobody looked
}

// Subject is one comment being asked about, with everything worked out only once. It is
// reused from comment to comment and belongs to one goroutine at a time. Between two
// evaluations only History and Scores may change.
type Subject struct {
	Comment *moderation.Comment
	Context
	Scores *moderation.Scores // what the rules so far add up to; set by the caller of Evaluate

	set      *Set
	parts    []part
	hits     []hit
	latest   []int32  // by list: its last hit plus one
	seen     []uint64 // bit per signal
	wanted   []uint64 // bit per rule that a signal made worth asking
	off      ruleBits
	evidence []Evidence // of the rule being asked
	kept     []Evidence // of the rules that held
	decided  []decision
	first    uint32 // round of this comment
	round    uint32
	found    []scan.Hit
	readings []text.Kind
	facts    facts
}

// part is the comment's text or one of its passages.
type part struct {
	place Places
	kind  moderation.PassageKind
	raw   string
	views *text.Views
}

// hit is a listed word that was found.
type hit struct {
	list  signal
	term  int32 // -1 for an exception
	part  int16
	kind  text.Kind
	void  bool // an exception covers it
	from  int32
	to    int32
	span  moderation.Span // in the part's text
	older int32           // the list's hit before this plus one
}

type decision struct {
	round   uint32
	outcome Outcome
}

// ruleBits is a set of rules by index; nil is empty.
type ruleBits []uint64

func (b ruleBits) has(i int) bool { return i/64 < len(b) && has(b, i) }

// Reset makes the subject another comment under a set of rules, and searches it. off are
// the rules that do not hold here, as a bit per rule; nil for those whose mode says so.
func (s *Subject) Reset(set *Set, c *moderation.Comment, ctx Context, off []uint64) {
	s.Comment, s.Context, s.Scores, s.set, s.off = c, ctx, nil, set, off
	if off == nil {
		s.off = set.off
	}
	s.facts = facts{}
	s.begin()
	s.first = s.round
	s.hits, s.kept = s.hits[:0], s.kept[:0]
	s.latest = zeroed(s.latest, len(set.lists))
	s.seen = zeroed(s.seen, (len(set.wanting)+63)/64)
	s.wanted = zeroed(s.wanted, len(set.always))
	if len(s.decided) < len(set.Rules) {
		s.decided = make([]decision, len(set.Rules))
	}
	s.takeParts()
	for i := range s.parts {
		s.search(int16(i))
	}
	s.voidExceptions()
}

// zeroed is n zeros, in the memory of s where that is large enough.
func zeroed[T int32 | uint64](s []T, n int) []T {
	if n > cap(s) {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// begin starts a round of questions; answers of earlier rounds that depend on history or
// scores are forgotten.
func (s *Subject) begin() {
	s.round++
	s.evidence = s.evidence[:0]
}

// takeParts lines up the comment's text and the passages that some rule looks at.
func (s *Subject) takeParts() {
	s.addPart(0, InText, "", s.Comment.Text)
	n := 1
	for _, p := range s.Comment.Passages {
		place := PlaceOf(p.Kind)
		if place&s.set.reads == 0 || p.Text == "" || n > maxPassages {
			continue
		}
		s.addPart(n, place, p.Kind, p.Text)
		n++
	}
	s.parts = s.parts[:n]
}

// maxPassages bounds how many passages of a comment are read.
const maxPassages = 50

func (s *Subject) addPart(i int, place Places, kind moderation.PassageKind, raw string) {
	if i < cap(s.parts) {
		s.parts = s.parts[:max(len(s.parts), i+1)]
	} else {
		s.parts = append(s.parts[:i], part{})
	}
	p := &s.parts[i]
	if p.views == nil {
		p.views = new(text.Views)
	}
	p.place, p.kind, p.raw = place, kind, raw
	p.views.Reset(raw)
}

// Views are the readings of the comment's text.
func (s *Subject) Views() *text.Views { return s.parts[0].views }

// search looks through all readings of one part for listed words and for what gates want.
func (s *Subject) search(index int16) {
	views := s.parts[index].views
	s.readings = views.Readings(s.readings[:0])
	if s.set.maybeBackwards(s.parts[index].raw, views) {
		s.readings = append(s.readings, text.Reversed)
	}
	if s.set.raw && !views.Lowered() {
		s.readings = append(s.readings, text.Raw)
	}
	if s.set.plain && !views.Lowered() {
		s.readings = append(s.readings, text.Plain)
	}
	for _, kind := range s.readings {
		view := views.View(kind)
		if views.Chained(kind) { // words may be joined to what stands beside them
			s.found = s.set.automaton.FindAnywhere(view.Text, s.found[:0])
		} else {
			s.found = s.set.automaton.Find(view.Text, s.found[:0])
		}
		for _, f := range s.found {
			r := &s.set.roles[f.Literal]
			if !r.kinds.has(kind) {
				continue
			}
			if r.kind == gateLiteral {
				s.signal(r.signal)
				continue
			}
			at := place{views: views, kind: kind, text: view.Text, from: int(f.From), to: int(f.To)}
			if from, to, ok := r.pattern.matches(at); ok {
				s.note(*r, hit{part: index, kind: kind, from: int32(from), to: int32(to), span: view.Origin(from, to)})
			}
		}
	}
	s.searchMasked(index)
}

// maxHits bounds the listed words that are noted in one comment; the ones beyond add nothing
// that a rule could still need.
const maxHits = 1024

// note remembers a hit for its list. Exceptions are kept as negative terms until all of
// the comment was searched.
func (s *Subject) note(r role, h hit) {
	if len(s.hits) >= maxHits {
		return
	}
	h.list, h.term = r.signal, r.term
	if r.kind == listedException {
		h.term = -1
	}
	if s.latest[r.signal] == 0 {
		s.signal(r.signal)
	}
	h.older = s.latest[r.signal]
	s.hits = append(s.hits, h)
	s.latest[r.signal] = int32(len(s.hits))
}

// signal makes the rules that wait for a signal worth asking.
func (s *Subject) signal(sig signal) {
	if has(s.seen, int(sig)) {
		return
	}
	set(s.seen, int(sig))
	for w, bits := range s.set.wanting[sig] {
		s.wanted[w] |= bits
	}
}

// voidExceptions takes back hits that stand inside an exception of the same list.
func (s *Subject) voidExceptions() {
	for sig := range s.set.lists {
		if s.latest[sig] == 0 || len(s.set.lists[sig].list.Exceptions) == 0 {
			continue
		}
		s.each(signal(sig), func(e *hit) {
			if e.term >= 0 {
				return
			}
			s.each(signal(sig), func(h *hit) {
				h.void = h.void || h.part == e.part && e.span.From <= h.span.From && h.span.To <= e.span.To
			})
		})
	}
}

// each calls f for every hit of a list, newest first.
func (s *Subject) each(list signal, f func(*hit)) {
	for i := s.latest[list]; i != 0; {
		h := &s.hits[i-1]
		i = h.older
		f(h)
	}
}

// quoted reports whether a stretch of the comment's text is quoted.
func (s *Subject) quoted(span moderation.Span) bool { return s.Quotes.Covers(span) }

// now is the comment's own time.
func (s *Subject) now() time.Time { return s.Comment.Time }
