package rule

import (
	"parley/moderation"
	"parley/moderation/text"
)

// Near holds when a word of one kind stands within a few words of another: a term for
// people beside a dehumanising verb.
type Near struct {
	A, B    Words
	Within  int  // at most so many words between the two; 0: neighbours
	Ordered bool // A comes first
	Crosses bool // the two may stand in different sentences
}

func (c Near) bind(b *binder) bound {
	n := &boundNear{Near: c}
	n.a = c.A.bind(b).(*boundWords)
	n.b = c.B.bind(b).(*boundWords)
	return n
}

type boundNear struct {
	Near
	a, b *boundWords
}

func (c *boundNear) trigger() trigger { return both(c.a.trigger(), c.b.trigger()) }

func (c *boundNear) ask(s *Subject) Answer {
	start := len(s.evidence)
	c.a.collect(s)
	middle := len(s.evidence)
	if middle == start {
		return No
	}
	c.b.collect(s)
	as, bs := s.evidence[start:middle], s.evidence[middle:]
	for _, a := range as {
		for _, b := range bs {
			if a.Place == "" && b.Place == "" && c.close(s, a.Span, b.Span) {
				gravity := min(a.Severity, b.Severity) // that of the milder word: "you" says nothing
				a.Severity, b.Severity = gravity, gravity
				s.evidence = append(s.evidence[:start], a, b)
				return Yes
			}
		}
	}
	s.evidence = s.evidence[:start]
	return No
}

// close reports whether two stretches of the comment's text stand near enough.
func (c *boundNear) close(s *Subject, a, b moderation.Span) bool {
	if a.From < b.To && b.From < a.To {
		return false // one word cannot be near itself
	}
	if a.From > b.From {
		if c.Ordered {
			return false
		}
		a, b = b, a
	}
	return s.wordsBetween(a.To, b.From, c.Crosses) <= c.Within
}

// far is a distance beyond any limit.
const far = 1 << 20

// wordsBetween counts the words that begin in [from,to) of the comment's text; far when a
// sentence ends there, unless crossing sentences is allowed.
func (s *Subject) wordsBetween(from, to int, crosses bool) int {
	views := s.Views()
	view, count := views.View(text.Folded), 0
	for _, t := range views.Tokens(text.Folded) {
		at := view.Origin(t.From, t.To).From
		if at > to || at == to && !t.SentenceStart {
			break
		}
		if at < from {
			continue
		}
		if t.SentenceStart && !crosses {
			return far
		}
		if at < to {
			count++
		}
	}
	return count
}
