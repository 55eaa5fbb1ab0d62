package rule

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"time"

	"parley/moderation/text"
)

// Regex holds when a regular expression (RE2 syntax) matches a reading of the comment. Case
// makes no difference, except in the Raw reading.
//
// Expressions are those of the standard library. Hundreds of them cost next to nothing,
// because each waits for literals that its matches cannot do without (see required), which
// the one search over the comment finds along the way.
type Regex struct {
	Pattern string
	View    text.Kind // the reading it looks at; Raw where not set otherwise
	In      Places    // where to look; 0 means Usual
	Quoted  bool      // count matches in quoted words, too
}

func (c Regex) bind(b *binder) bound {
	if c.In == 0 {
		c.In = Usual
	}
	b.set.reads |= c.In
	r := &boundRegex{Regex: c, set: b.set, gate: -1}
	re, parsed, err := c.compile()
	if err != nil {
		b.fail(err)
		return r
	}
	r.re = re
	if literals, ok := required(parsed); ok && c.View != text.Reversed { // which is not always searched
		r.gate = b.gated(literals, c.View)
	}
	return r
}

// Check reports what is wrong with the expression, or nil. One that is too slow, by
// measurement, gives a *SlowError; Compile does not measure again.
func (c Regex) Check() error {
	re, parsed, err := c.compile()
	if err != nil {
		return err
	}
	_, gated := required(parsed)
	return refuseSlow(re, gated)
}

func (c Regex) compile() (*regexp.Regexp, *syntax.Regexp, error) {
	if _, err := regexp.Compile(c.Pattern); err != nil {
		return nil, nil, err // before anything is added that its author did not write
	}
	pattern := c.Pattern
	if c.View != text.Raw {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	return re, parsed, err
}

// MatchesNothing reports whether the expression matches the empty text, and so every comment.
func (c Regex) MatchesNothing() bool {
	re, _, err := c.compile()
	return err == nil && re.MatchString("")
}

// SlowError says that a regular expression costs too much.
type SlowError struct {
	Times, Most float64 // how often an ordinary expression could have run meanwhile, and how often it may
}

// Error names the measurement and the way out.
func (e *SlowError) Error() string {
	return fmt.Sprintf("the expression takes %.0f times as long as an ordinary one; at most %.0f times are allowed: shorten its counted repetitions, or give it a word that every match must contain", e.Times, e.Most)
}

// An expression without a gate runs on every comment, so that it may cost less than one that
// a literal guards. Ordinary policies stay under 7 times, and what could hold a community up
// begins at several hundred; the bounds lie far from both, so that chance decides nothing.
// quick is what no expression is refused for.
const (
	mostGated   = 1000.0
	mostUngated = 240.0
	quick       = 2 * time.Millisecond
)

// ordinary is an expression of the usual kind, to measure others by.
const ordinary = `\b[a-z]+ing\s+(?:the|an?)\s+\w+\d`

// probes are texts on which expressions are timed: one letter over and over, prose, and digits.
var probes = [...][]byte{
	repeat("a", 1000), repeat("the quick brown fox jumps over the lazy dog. ", 1000), repeat("0123456789 ", 1000),
}

func repeat(s string, bytes int) []byte {
	out := make([]byte, bytes)
	for i := range out {
		out[i] = s[i%len(s)]
	}
	return out
}

// refuseSlow times an expression. What it takes is compared with an ordinary expression on
// the same machine. The best of several tries counts for both, and a single try within the
// bound is enough, so that a busy machine refuses nothing that a quiet one takes.
func refuseSlow(re *regexp.Regexp, gated bool) error {
	most := mostUngated
	if gated {
		most = mostGated
	}
	usual, err := regexp.Compile(ordinary)
	if err != nil {
		return fmt.Errorf("compile the expression to measure by: %w", err)
	}
	unit := time.Duration(1)
	for _, probe := range probes {
		unit = max(unit, fastest(usual, probe, 0))
	}
	allowed := max(quick, time.Duration(most*float64(unit)))
	for _, probe := range probes {
		if took := fastest(re, probe, allowed); took > allowed {
			return &SlowError{Times: float64(took) / float64(unit), Most: most}
		}
	}
	return nil
}

// fastest is the time an expression takes for a text: the best of several tries, or the
// first that is within enough.
func fastest(re *regexp.Regexp, probe []byte, enough time.Duration) time.Duration {
	const tries = 5
	best := time.Duration(math.MaxInt64)
	for range tries {
		start := time.Now()
		re.FindIndex(probe)
		best = min(best, time.Since(start))
		if best <= enough {
			break
		}
	}
	return best
}

type boundRegex struct {
	Regex
	set  *Set
	re   *regexp.Regexp
	gate int
}

func (c *boundRegex) trigger() trigger {
	if c.gate < 0 {
		return anyComment
	}
	return trigger{limited: true, signals: []signal{c.set.gateSignal(c.gate)}}
}

func (c *boundRegex) ask(s *Subject) Answer {
	if c.gate >= 0 && !has(s.seen, int(c.set.gateSignal(c.gate))) {
		return No
	}
	for i := range s.parts {
		p := &s.parts[i]
		if p.place&c.In == 0 {
			continue
		}
		if s.findRegex(c, p) {
			return Yes
		}
	}
	return No
}

// findRegex looks for the first match that counts and notes it.
func (s *Subject) findRegex(c *boundRegex, p *part) bool {
	view := p.views.View(c.View)
	for from := 0; from <= len(view.Text); {
		loc := c.re.FindIndex(view.Text[from:])
		if loc == nil {
			return false
		}
		span := view.Origin(from+loc[0], from+loc[1])
		switch {
		case p.place != InText:
			s.evidence = append(s.evidence, Evidence{Place: p.kind, Quote: string(view.Text[from+loc[0] : from+loc[1]])})
			return true
		case c.Quoted || !s.quoted(span):
			s.evidence = append(s.evidence, Evidence{Span: span})
			return true
		}
		from += max(loc[1], 1)
	}
	return false
}
