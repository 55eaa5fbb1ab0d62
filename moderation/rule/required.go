package rule

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	mostExact    = 64 // strings in an exact set
	longestExact = 24 // bytes of one of them
	mostOfClass  = 4  // characters of a class that are told apart
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

// literal handles letters that stand for themselves. One outside ASCII that may be written in
// another case cuts the literal, as the search tells the case of ASCII letters alone, and so
// does the one that stands for bytes which are no UTF-8.
func literal(re *syntax.Regexp) finding {
	var parts []string
	var b strings.Builder
	for _, r := range re.Rune {
		if r == utf8.RuneError || r >= 0x80 && re.Flags&syntax.FoldCase != 0 && unicode.SimpleFold(r) != r {
			parts = append(parts, b.String())
			b.Reset()
			continue
		}
		b.WriteRune(r)
	}
	whole := lowerASCII(b.String())
	if parts == nil {
		return finding{exact: []string{whole}}
	}
	longest := whole
	for _, p := range parts {
		if len(p) > len(longest) {
			longest = lowerASCII(p)
		}
	}
	return finding{needed: []string{longest}}
}

// Two letters outside ASCII that are k and s in another case.
const (
	kelvin = '\u212a'
	longS  = '\u017f'
)

// lowerASCII is s as the search for it tells it apart.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// class handles a choice of a few characters, in which each stands in all its cases.
func class(re *syntax.Regexp) finding {
	var exact []string
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r == kelvin || r == longS {
				continue // k and s in another case; no reading but Raw and Plain has them
			}
			one := lowerASCII(string(r))
			if slices.Contains(exact, one) {
				continue
			}
			if r == utf8.RuneError || len(exact) == mostOfClass {
				return finding{}
			}
			exact = append(exact, one)
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
		if all.exact != nil && f.exact != nil && len(all.exact)+len(f.exact) <= mostExact {
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
