// Package scan finds many literals in a text in one pass, however many they are.
//
// It is an Aho–Corasick automaton (Aho and Corasick, "Efficient string matching: an aid to
// bibliographic search", 1975). It reports overlapping occurrences of every literal and
// allocates nothing while searching, which is what the libraries at hand do not do together.
// Most of a text is read in the shallow states, whose transitions are laid out in one table
// that a processor's cache can hold; the many deeper ones are kept as small as they come.
package scan

// Literal is a text to look for. ASCII letters match in either case.
type Literal struct {
	Text  string // empty: never found
	Start bool   // it begins a word: not found where an ASCII letter stands just before it
	End   bool   // it ends a word: not found where an ASCII letter stands just after it
}

// Hit is one occurrence of a literal: Literal is its index as given to New, [From,To) where
// it stands in the text.
type Hit struct {
	Literal  int32
	From, To int32
}

// Automaton searches for a fixed set of literals. The zero value finds nothing. It may be
// used from several goroutines at once. States are numbered in the order of their depth, the
// root first.
type Automaton struct {
	class    [256]uint8 // by byte: its column; letters share their capital's, bytes of no literal column 0
	shift    uint8      // the table is 1<<shift columns wide
	table    int32      // states that have a row in it
	next     []int32    // by state<<shift|class: the next state and what ends there
	states   []state
	literals []literal
}

// state is a place in the trie of all literals.
type state struct {
	children int32 // its first child; the others follow, up to the first one of the next state
	fail     int32 // the state of its longest proper suffix
	suffix   int32 // the longest of these where a literal ends
	own      int32 // first literal that ends here plus one, 0 for none
	label    uint8 // class by which its parent leads to it
	ends     uint8 // what ends here: 0, someEnd or looseEnd, shifted by endShift
}

// What ends in a state, with all of its suffixes; flags above the state's number.
const (
	endShift  = 28
	someEnd   = 1 << endShift
	looseEnd  = 2 << endShift // a literal after which a letter may stand
	stateBits = someEnd - 1
)

// literal is what remains of a Literal once it is part of the trie.
type literal struct {
	length     int32 // in bytes
	also       int32 // next literal with the same text plus one
	start, end bool
}

// MaxBytes bounds the sum of the literals' lengths. A search takes about 20 bytes for each of
// them beside its table.
const MaxBytes = 1 << 20

// Find appends every occurrence of every literal in text to hits, in the order of their ends.
func (a *Automaton) Find(text []byte, hits []Hit) []Hit {
	return a.find(text, hits, true)
}

// FindAnywhere is Find with literals inside words, whatever their Start and End say.
func (a *Automaton) FindAnywhere(text []byte, hits []Hit) []Hit {
	return a.find(text, hits, false)
}

func (a *Automaton) find(text []byte, hits []Hit, words bool) []Hit {
	if len(a.literals) == 0 {
		return hits
	}
	at := int32(0)
	for i, c := range text {
		class := a.class[c]
		if at < a.table {
			at = a.next[at<<a.shift|int32(class)]
		} else {
			at = a.deeper(at, class)
		}
		if at <= stateBits {
			continue
		}
		inside := words && i+1 < len(text) && letter(text[i+1])
		if at >= looseEnd || !inside {
			hits = a.report(hits, text, at&stateBits, i+1, words, inside)
		}
		at &= stateBits
	}
	return hits
}

// deeper is where a state without a row in the table goes on: to a child, or as its suffixes do.
func (a *Automaton) deeper(at int32, class uint8) int32 {
	for at >= a.table {
		s := &a.states[at]
		for child := s.children; child < a.states[at+1].children; child++ {
			if a.states[child].label == class {
				return child | int32(a.states[child].ends)<<endShift
			}
		}
		at = s.fail
	}
	return a.next[at<<a.shift|int32(class)]
}

// report appends the literals that end in a state. inside says that a letter follows.
func (a *Automaton) report(hits []Hit, text []byte, at int32, end int, words, inside bool) []Hit {
	for ; at != 0; at = a.states[at].suffix {
		for l := a.states[at].own; l != 0; l = a.literals[l-1].also {
			of := &a.literals[l-1]
			from := end - int(of.length)
			if inside && of.end || words && of.start && from > 0 && letter(text[from-1]) {
				continue
			}
			hits = append(hits, Hit{Literal: l - 1, From: int32(from), To: int32(end)})
		}
	}
	return hits
}

func letter(c byte) bool { return c|0x20-'a' < 26 }
