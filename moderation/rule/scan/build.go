package scan

import "math/bits"

// tableBytes is about the size of the table of transitions; a processor's second cache holds it.
const tableBytes = 1 << 19

// New prepares a search for the given literals.
func New(literals []Literal) *Automaton {
	a := &Automaton{literals: make([]literal, len(literals))}
	width := a.classify(literals)
	a.shift = uint8(bits.Len(uint(width - 1)))
	b := builder{a: a, nodes: make([]node, 1)}
	for i, l := range literals {
		a.literals[i] = literal{length: int32(len(l.Text)), start: l.Start, end: l.End}
		if l.Text != "" {
			b.insert(l.Text, int32(i))
		}
	}
	b.number()
	b.link()
	return a
}

// classify gives every byte that occurs in a literal a column and returns how many there are;
// all others share column 0.
func (a *Automaton) classify(literals []Literal) (columns int) {
	var used [256]bool
	for _, l := range literals {
		for i := range len(l.Text) {
			used[lower(l.Text[i])] = true
		}
	}
	columns = 1
	for c, is := range used {
		if is {
			a.class[c] = uint8(columns)
			columns++
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		a.class[c] = a.class[lower(byte(c))]
	}
	return columns
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// builder grows a trie and turns it into states.
type builder struct {
	a     *Automaton
	nodes []node // the root first
}

// node is a place in the growing trie.
type node struct {
	child, sibling int32 // the first node below, the next below the same node; 0 for none
	own            int32 // first literal that ends here plus one, 0 for none
	class          uint8
}

func (b *builder) insert(text string, index int32) {
	at := int32(0)
	for i := range len(text) {
		at = b.below(at, b.a.class[text[i]])
	}
	b.a.literals[index].also = b.nodes[at].own
	b.nodes[at].own = index + 1
}

// below finds or makes the node that a class leads to.
func (b *builder) below(at int32, class uint8) int32 {
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

// number makes states of the nodes, level by level, so that the children of each state follow
// each other. One more state ends the children of the last.
func (b *builder) number() {
	states := make([]state, 1, len(b.nodes)+1)
	order := make([]int32, 1, len(b.nodes)) // nodes by state
	for at := 0; at < len(order); at++ {
		states[at].children = int32(len(order))
		for n := b.nodes[order[at]].child; n != 0; n = b.nodes[n].sibling {
			order = append(order, n)
			states = append(states, state{own: b.nodes[n].own, label: b.nodes[n].class})
		}
	}
	b.a.states = append(states, state{children: int32(len(order))})
}

// link finds where states go on and what ends in them, and writes the table. A state goes on
// as its longest proper suffix does (fail), except where the trie goes deeper; suffixes have
// smaller numbers, so that they are linked already.
func (b *builder) link() {
	a := b.a
	count := int32(len(a.states) - 1)
	a.table = min(count, max(1, int32(tableBytes/4>>a.shift)))
	a.next = make([]int32, a.table<<a.shift)
	for at := range count {
		s := &a.states[at]
		if at < a.table && at != 0 {
			copy(a.next[at<<a.shift:(at+1)<<a.shift], a.next[s.fail<<a.shift:])
		}
		for child := s.children; child < a.states[at+1].children; child++ {
			c := &a.states[child]
			if at != 0 {
				c.fail = a.deeper(s.fail, c.label) & stateBits
			}
			a.finish(c)
			if at < a.table {
				a.next[at<<a.shift|int32(c.label)] = child | int32(c.ends)<<endShift
			}
		}
	}
}

// finish notes what ends in a state whose suffixes are known.
func (a *Automaton) finish(s *state) {
	fail := &a.states[s.fail]
	s.suffix, s.ends = fail.suffix, fail.ends
	if fail.own != 0 {
		s.suffix = s.fail
	}
	for l := s.own; l != 0; l = a.literals[l-1].also {
		s.ends = max(s.ends, someEnd>>endShift)
		if !a.literals[l-1].end {
			s.ends = looseEnd >> endShift
		}
	}
}
