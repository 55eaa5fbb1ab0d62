package rule

// Words holds when a word of a list stands in the comment. Words quoted from the article or
// the comment replied to are not the commenter's and do not count.
type Words struct {
	Lists    []*List
	In       Places  // where to look; 0 means Usual
	Severity float64 // count only words at least so grave
	Quoted   bool    // count quoted words, too
	Times    int     // how many words, different or not, must be found; 0 means 1
}

func (c Words) bind(b *binder) bound {
	if c.In == 0 {
		c.In = Usual
	}
	b.set.reads |= c.In
	w := &boundWords{Words: c}
	for _, l := range c.Lists {
		w.signals = append(w.signals, b.list(l))
	}
	return w
}

type boundWords struct {
	Words
	signals []signal
}

func (c *boundWords) trigger() trigger { return trigger{limited: true, signals: c.signals} }

func (c *boundWords) ask(s *Subject) Answer {
	from := len(s.evidence)
	c.collect(s)
	return answer(len(s.evidence)-from >= max(1, c.Times))
}

// collect appends the words that count to the subject's evidence, each stretch once.
func (c *boundWords) collect(s *Subject) {
	from := len(s.evidence)
	for _, sig := range c.signals {
		list := s.set.lists[sig].list
		for i := s.latest[sig]; i != 0; {
			h := &s.hits[i-1]
			i = h.older
			if h.void || h.term < 0 {
				continue
			}
			part := &s.parts[h.part]
			severity := list.Terms[h.term].severity()
			if part.place&c.In == 0 || severity < c.Severity {
				continue
			}
			if part.place == InText && !c.Quoted && s.quoted(h.span) {
				continue
			}
			s.addEvidence(from, part, h, severity)
		}
	}
}

// addEvidence adds a hit to the evidence that begins at from, unless it is there already
// from another reading of the same words.
func (s *Subject) addEvidence(from int, p *part, h *hit, severity float64) {
	e := Evidence{Span: h.span, Severity: severity}
	if p.place != InText {
		e = Evidence{Place: p.kind, Severity: severity}
		e.Quote = string(p.views.View(h.kind).Text[h.from:h.to])
	}
	for i := range s.evidence[from:] {
		known := &s.evidence[from+i]
		if known.Place == e.Place && known.Quote == e.Quote && known.Span.From < e.Span.To && e.Span.From < known.Span.To ||
			known.Place != "" && known.Place == e.Place && known.Quote == e.Quote {
			if e.Severity > known.Severity {
				*known = e
			}
			return
		}
	}
	if len(s.evidence)-from < maxEvidence {
		s.evidence = append(s.evidence, e)
	}
}

// maxEvidence bounds how many stretches one condition shows.
const maxEvidence = 64
