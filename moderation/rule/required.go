package rule

import (
	"regexp/syntax"
	"strings"
)

// required works out literals of which at least one stands in every text that a regular
// expression matches, lower case; ok is false when there are no useful ones. It follows the idea of
// RE2's prefilter: exact sets of strings grow through concatenations until they become too
// many, and the best set seen is kept.
func required(re *syntax.Regexp) (literals []string, ok bool) {
	f := findings(re.Simplify())
	best := better(f.needed, f.exact)
	for _, l := range best {
		if len(l) < shortestGate && !sign(l) {
			return nil, false
		}
	}
	return best, len(best) > 0
}

// sign reports a literal of one character that is no letter, digit or blank, such as "?":
// most comments do without, so that it is worth waiting for.
func sign(literal string) bool {
	return len(literal) == 1 && literal[0] > ' ' && !isWordRune(rune(literal[0]))
}

const (
	shortestGate = 2  // bytes; of shorter literals only signs are not in nearly all comments
	mostExact    = 16 // strings in an exact set
	longestExact = 24 // bytes of one of them
)

// finding is what is known of one part of an expression.
type finding struct {
	exact  []string // all strings that it matches, nil when there are too many to list
	needed []string // one of these stands in every match, nil when nothing is known
}

func findings(re *syntax.Regexp) finding {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re)
	case syntax.OpCharClass:
		return class(re)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return finding{exact: []string{""}}
	case syntax.OpCapture:
		return findings(re.Sub[0])
	case syntax.OpPlus:
		f := findings(re.Sub[0])
		return finding{needed: better(f.needed, f.exact)}
	case syntax.OpQuest:
		if f := findings(re.Sub[0]); f.exact != nil && len(f.exact) < mostExact {
			return finding{exact: append([]string{""}, f.exact...)}
		}
	case syntax.OpConcat:
		return concat(re.Sub)
	case syntax.OpAlternate:
		return alternate(re.Sub)
	}
	return finding{}
}

// literal handles letters that stand for themselves. One outside ASCII cuts the literal, as
// the search tells the case of ASCII letters alone.
func literal(re *syntax.Regexp) finding {
	var parts []string
	var b strings.Builder
	for _, r := range re.Rune {
		if r >= 0x80 {
			parts = append(parts, b.String())
			b.Reset()
			continue
		}
		b.WriteRune(r)
	}
	whole := strings.ToLower(b.String())
	if parts == nil {
		return finding{exact: []string{whole}}
	}
	longest := whole
	for _, p := range parts {
		if len(p) > len(longest) {
			longest = strings.ToLower(p)
		}
	}
	return finding{needed: []string{longest}}
}

// Two letters outside ASCII that are k and s in another case.
const (
	kelvin = '\u212a'
	longS  = '\u017f'
)

// class handles a choice of a few ASCII characters.
func class(re *syntax.Regexp) finding {
	var exact []string
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r == kelvin || r == longS {
				continue // k and s in another case; no reading but Raw and Plain has them
			}
			if r >= 0x80 || len(exact) == 4 {
				return finding{}
			}
			exact = append(exact, strings.ToLower(string(r)))
		}
	}
	return finding{exact: exact}
}

func concat(subs []*syntax.Regexp) finding {
	run := []string{""} // the exact strings of the stretch being followed
	var best []string
	whole := true
	for _, sub := range subs {
		f := findings(sub)
		best = better(best, f.needed)
		if sub.Op == syntax.OpPlus { // x+ begins and ends with an x
			if x := findings(sub.Sub[0]).exact; x != nil && len(run)*len(x) <= mostExact && len(run[0]) < longestExact {
				best, run, whole = better(best, cross(run, x)), x, false
				continue
			}
		}
		if f.exact != nil && len(run)*len(f.exact) <= mostExact && len(run[0]) < longestExact {
			run = cross(run, f.exact)
			continue
		}
		whole = false
		best = better(best, run)
		run = []string{""}
		if f.exact != nil {
			run = f.exact
		}
	}
	if whole {
		return finding{exact: run, needed: best}
	}
	return finding{needed: better(best, run)}
}

func alternate(subs []*syntax.Regexp) finding {
	all := finding{exact: []string{}, needed: []string{}}
	for _, sub := range subs {
		f := findings(sub)
		if all.exact != nil && f.exact != nil && len(all.exact)+len(f.exact) <= 4*mostExact {
			all.exact = append(all.exact, f.exact...)
		} else {
			all.exact = nil
		}
		n := better(f.needed, f.exact)
		if all.needed != nil && worth(n) > 0 {
			all.needed = append(all.needed, n...)
		} else {
			all.needed = nil
		}
	}
	return all
}

func cross(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// better is the set whose shortest literal is longer.
func better(a, b []string) []string {
	if worth(b) > worth(a) {
		return b
	}
	return a
}

// worth is the length of a set's shortest literal, 0 for no set.
func worth(set []string) int {
	if len(set) == 0 {
		return 0
	}
	shortest := len(set[0])
	for _, s := range set {
		shortest = min(shortest, len(s))
	}
	return shortest
}
