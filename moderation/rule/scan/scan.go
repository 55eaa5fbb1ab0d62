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
	b := builder{a: a, nodes: make([]node, 1)}
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

// builder grows a trie and turns it into a table of transitions.
type builder struct {
	a     *Automaton
	nodes []node // the root first
}

// node is a place in the trie.
type node struct {
	child, sibling int32 // the first node below, the next below the same node; 0 for none
	own            int32 // first literal that ends here plus one, 0 for none
	class          uint16
}

func (b *builder) insert(literal string, index int32) {
	at := int32(0)
	for i := range len(literal) {
		at = b.below(at, b.a.class[literal[i]])
	}
	b.a.also[index] = b.nodes[at].own
	b.nodes[at].own = index + 1
}

// below finds or makes the node that a class leads to.
func (b *builder) below(at int32, class uint16) int32 {
	for n := b.nodes[at].child; n != 0; n = b.nodes[n].sibling {
		if b.nodes[n].class == class {
			return n
		}
	}
	made := int32(len(b.nodes))
	b.nodes = append(b.nodes, node{sibling: b.nodes[at].child, class: class})
	b.nodes[at].child = made
	return made
}

// link writes the table. States are numbered in the order of their depth: most of a text is
// read in shallow states, which so share the processor's nearest cache. A state goes on as
// its longest proper suffix does (fail), except where the trie goes deeper.
func (b *builder) link() {
	a, width := b.a, b.a.width
	states := int32(len(b.nodes))
	a.next = make([]int32, states*width)
	a.own, a.suffix = make([]int32, states), make([]int32, states)
	fail := make([]int32, states)
	order := make([]int32, 1, states) // nodes by state
	for state := int32(0); state < states; state++ {
		row := a.next[state*width:][:width]
		if state != 0 {
			copy(row, a.next[fail[state]*width:][:width])
		}
		for n := b.nodes[order[state]].child; n != 0; n = b.nodes[n].sibling {
			child := int32(len(order))
			order = append(order, n)
			fail[child] = (row[b.nodes[n].class] &^ ends) / width
			a.own[child] = b.nodes[n].own
			if f := fail[child]; a.own[f] != 0 {
				a.suffix[child] = f
			} else {
				a.suffix[child] = a.suffix[f]
			}
			row[b.nodes[n].class] = child * width
			if a.own[child] != 0 || a.suffix[child] != 0 {
				row[b.nodes[n].class] |= ends
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
