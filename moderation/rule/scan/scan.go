// Package scan finds many literals in a text in one pass, however many they are.
//
// It is an Aho–Corasick automaton (Aho and Corasick, "Efficient string matching: an aid to
// bibliographic search", 1975) whose transitions are laid out in one table. It reports
// overlapping occurrences of every literal and allocates nothing while searching, which is
// what the libraries at hand do not do together.
package scan

// Hit is one occurrence of a literal: Literal is its index as given to New, [From,To) where
// it stands in the text.
type Hit struct {
	Literal  int32
	From, To int32
}

// Automaton searches for a fixed set of literals. The zero value finds nothing. It may be
// used from several goroutines at once.
type Automaton struct {
	class  [256]uint16 // which column of the table a byte selects; letters share their capital's
	width  int32
	next   []int32 // by state·width+class: the next state·width, with ends set when something ends there
	own    []int32 // by state: first literal that ends there plus one, 0 for none
	also   []int32 // by literal: next literal with the same text plus one
	suffix []int32 // by state: nearest shorter suffix state where a literal ends
	length []int32 // by literal, in bytes
}

const ends = 1 << 30 // flag in next; states·width stay below it

// MaxBytes bounds the sum of the literals' lengths. The table takes at most 4·256 bytes for
// each of them, about 160 for lists of ordinary words.
const MaxBytes = 1 << 20

// New prepares a search for the given literals. ASCII letters match in either case. Empty
// literals are never found.
func New(literals []string) *Automaton {
	a := &Automaton{also: make([]int32, len(literals)), length: make([]int32, len(literals))}
	a.classify(literals)
	b := builder{a: a, goTo: make([]int32, a.width), own: make([]int32, 1)}
	for i, literal := range literals {
		a.length[i] = int32(len(literal))
		if literal != "" {
			b.insert(literal, int32(i))
		}
	}
	b.link()
	return a
}

// classify gives every byte that occurs in a literal a column; all others share column 0.
func (a *Automaton) classify(literals []string) {
	var used [256]bool
	for _, literal := range literals {
		for i := range len(literal) {
			used[lower(literal[i])] = true
		}
	}
	a.width = 1
	for c, is := range used {
		if is {
			a.class[c] = uint16(a.width)
			a.width++
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		a.class[c] = a.class[lower(byte(c))]
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// builder grows the trie and turns it into a table of transitions.
type builder struct {
	a    *Automaton
	goTo []int32
	own  []int32
}

func (b *builder) insert(literal string, index int32) {
	state, width := int32(0), b.a.width
	for i := range len(literal) {
		slot := state*width + int32(b.a.class[literal[i]])
		if b.goTo[slot] == 0 {
			b.goTo[slot] = int32(len(b.own))
			b.own = append(b.own, 0)
			b.goTo = append(b.goTo, make([]int32, width)...)
		}
		state = b.goTo[slot]
	}
	b.a.also[index] = b.own[state]
	b.own[state] = index + 1
}

// link walks the trie breadth first, fills in where to go on after a mismatch, and notes for
// every state the nearest suffix at which a literal ends.
func (b *builder) link() {
	width := b.a.width
	states := len(b.own)
	fail := make([]int32, states)
	suffix := make([]int32, states)
	queue := make([]int32, 0, states)
	for c := range width {
		if s := b.goTo[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for head := 0; head < len(queue); head++ {
		state := queue[head]
		if f := fail[state]; b.own[f] != 0 {
			suffix[state] = f
		} else {
			suffix[state] = suffix[f]
		}
		for c := range width {
			slot := state*width + c
			onMismatch := b.goTo[fail[state]*width+c]
			if s := b.goTo[slot]; s != 0 {
				fail[s] = onMismatch
				queue = append(queue, s)
			} else {
				b.goTo[slot] = onMismatch
			}
		}
	}
	b.number(queue, suffix)
}

// number gives the states numbers in the order of their depth. Most of a text is read in
// shallow states, which so share the processor's nearest cache.
func (b *builder) number(byDepth, suffix []int32) {
	width := b.a.width
	numbers := make([]int32, len(b.own))
	for i, state := range byDepth {
		numbers[state] = int32(i) + 1 // the root stays 0
	}
	b.a.next = make([]int32, len(b.goTo))
	b.a.own = make([]int32, len(b.own))
	b.a.suffix = make([]int32, len(b.own))
	for state, number := range numbers {
		b.a.own[number], b.a.suffix[number] = b.own[state], numbers[suffix[state]]
		from, to := b.goTo[int32(state)*width:][:width], b.a.next[number*width:][:width]
		for c, s := range from {
			to[c] = numbers[s] * width
			if b.own[s] != 0 || suffix[s] != 0 {
				to[c] |= ends
			}
		}
	}
}

// Find appends every occurrence of every literal in text to hits, in the order of their ends.
func (a *Automaton) Find(text []byte, hits []Hit) []Hit {
	if len(a.own) <= 1 {
		return hits
	}
	at := int32(0)
	for i := range len(text) {
		at = a.next[at+int32(a.class[text[i]])]
		if at&ends != 0 {
			at &^= ends
			hits = a.report(at/a.width, int32(i)+1, hits)
		}
	}
	return hits
}

func (a *Automaton) report(state, end int32, hits []Hit) []Hit {
	for ; state != 0; state = a.suffix[state] {
		for l := a.own[state]; l != 0; l = a.also[l-1] {
			hits = append(hits, Hit{Literal: l - 1, From: end - a.length[l-1], To: end})
		}
	}
	return hits
}
