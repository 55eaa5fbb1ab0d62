package training

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

//go:embed grammar
var grammarFiles embed.FS

// grammar makes sentences about groups of people, abusive and benign, that differ in what
// they do rather than in the words they use: it is how the model learns that negating,
// quoting, mourning and praising are not attacking. The sentences are in the folder
// grammar; abusive.txt says how they are written.
type grammar struct {
	lists   map[string][]string
	abusive []sentence
	clean   []sentence
	people  []people
	slurs   []people
}

// sentence is one line of the grammar and what it means.
type sentence struct {
	title, parent, text string
	section             string
	heads               []int // that speak
	clean               bool
	identity            bool // false where the sentence attacks, but nobody for who they are
	held                bool // kept from training, to measure with
}

func readGrammar(l *lexicon) (*grammar, error) {
	g := &grammar{lists: map[string][]string{}, people: l.identities, slurs: l.slurs}
	for _, file := range []string{"lists.txt", "emoji.txt"} {
		if err := g.readLists(file); err != nil {
			return nil, err
		}
	}
	for _, file := range []string{"abusive.txt", "personal.txt", "benign.txt", "lookalike.txt", "context.txt"} {
		if err := g.readSentences(file); err != nil {
			return nil, err
		}
	}
	return g, g.check()
}

func (g *grammar) lines(file string, f func(line string) error) error {
	data, err := grammarFiles.ReadFile("grammar/" + file)
	if err != nil {
		return fmt.Errorf("grammar: %w", err)
	}
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := f(line); err != nil {
			return fmt.Errorf("grammar/%s:%d: %w", file, n, err)
		}
	}
	return scanner.Err()
}

func (g *grammar) readLists(file string) error {
	return g.lines(file, func(line string) error {
		name, rest, ok := strings.Cut(line, " ")
		if !ok || !strings.HasPrefix(name, "@") {
			return fmt.Errorf("want @name and choices, got %q", line)
		}
		for choice := range strings.SplitSeq(rest, "|") {
			g.lists[name[1:]] = append(g.lists[name[1:]], strings.TrimSpace(choice))
		}
		return nil
	})
}

func (g *grammar) readSentences(file string) error {
	var section sentence
	return g.lines(file, func(line string) error {
		if strings.HasPrefix(line, "[") {
			var err error
			section, err = parseSection(line)
			return err
		}
		s := section
		s.text = line
		if before, after, ok := strings.Cut(line, " >> "); ok {
			s.text = after
			kind, context, _ := strings.Cut(before, ": ")
			switch kind {
			case "title":
				s.title = context
			case "parent":
				s.parent = context
			default:
				return fmt.Errorf("unknown context %q", kind)
			}
		}
		h := fnv.New32a()
		h.Write([]byte(line))
		s.held = h.Sum32()%12 == 5
		if s.clean {
			g.clean = append(g.clean, s)
		} else {
			g.abusive = append(g.abusive, s)
		}
		return nil
	})
}

// parseSection reads "[name: heads]".
func parseSection(line string) (s sentence, err error) {
	name, heads, ok := strings.Cut(strings.Trim(line, "[]"), ": ")
	if !ok {
		return s, fmt.Errorf("want [name: heads], got %q", line)
	}
	s.section = name
	switch heads {
	case "clean":
		s.clean, s.identity = true, true
		return s, nil
	case "not identity":
		s.clean = true
		return s, nil
	}
	for head := range strings.SplitSeq(heads, ", ") {
		at := slices.Index([]string{"toxicity", "insult", "identity_attack", "threat", "obscene", "sexual", "spam"}, head)
		if at < 0 {
			return s, fmt.Errorf("unknown head %q", head)
		}
		s.heads = append(s.heads, at)
		s.identity = s.identity || at == identityAttack
	}
	return s, nil
}

// check expands every sentence once, so that a misspelled list is found at once.
func (g *grammar) check() error {
	for _, s := range slices.Concat(g.abusive, g.clean) {
		for _, text := range []string{s.title, s.parent, s.text} {
			rest := text
			for {
				_, after, ok := strings.Cut(rest, "{")
				if !ok {
					break
				}
				name, tail, ok := strings.Cut(after, "}")
				if !ok || g.lists[name] == nil && !slices.Contains(slots, name) {
					return fmt.Errorf("grammar, section %s: unknown {%s} in %q", s.section, name, text)
				}
				rest = tail
			}
			if strings.Count(text, "(") != strings.Count(text, ")") {
				return fmt.Errorf("grammar, section %s: unbalanced ( in %q", s.section, text)
			}
		}
	}
	return nil
}

// slots are the names in braces that are no lists.
var slots = []string{"many", "many2", "one", "bare", "adj", "slur", "slurs", "abuse", "copied abuse", "kind", "copy"}

// writer expands one sentence.
type writer struct {
	grammar *grammar
	rng     *rand.Rand
	who     people
	other   people
	copied  string
	depth   int
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// expand replaces braces and parentheses by what they stand for.
func (w *writer) expand(template string) string {
	var out strings.Builder
	for i := 0; i < len(template); {
		switch template[i] {
		case '(':
			end := closing(template, i)
			out.WriteString(w.expand(pick(w.rng, alternatives(template[i+1:end]))))
			i = end + 1
		case '{':
			end := i + strings.IndexByte(template[i:], '}')
			out.WriteString(w.slot(template[i+1 : end]))
			i = end + 1
		default:
			out.WriteByte(template[i])
			i++
		}
	}
	return out.String()
}

func closing(s string, open int) int {
	depth := 0
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s) - 1
}

// alternatives splits at the bars that stand outside inner parentheses.
func alternatives(s string) []string {
	var all []string
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				all = append(all, s[from:i])
				from = i + 1
			}
		}
	}
	return append(all, s[from:])
}

func (w *writer) slot(name string) string {
	switch name {
	case "many":
		return w.who.many
	case "many2":
		return w.other.many
	case "one":
		return article(w.who.one) + " " + w.who.one
	case "bare":
		return w.who.one
	case "adj":
		return w.who.adjective
	case "slur":
		return pick(w.rng, w.grammar.slurs).one
	case "slurs":
		return pick(w.rng, w.grammar.slurs).many
	case "abuse", "copied abuse":
		w.copied = w.inner(w.grammar.abusive)
		return w.copied
	case "kind":
		w.copied = w.inner(w.grammar.clean)
		return w.copied
	case "copy":
		return w.copied
	}
	return w.expand(pick(w.rng, w.grammar.lists[name]))
}

// inner writes a sentence of its own about the same people, without context.
func (w *writer) inner(from []sentence) string {
	for {
		s := &from[w.rng.IntN(len(from))]
		if s.parent != "" || s.title != "" || !s.identity || s.held || w.depth > 0 || strings.Contains(s.text, "{abuse}") {
			if w.depth > 0 {
				return w.who.many
			}
			continue
		}
		deeper := *w
		deeper.depth++
		return strings.TrimSpace(deeper.expand(s.text))
	}
}

func article(noun string) string {
	if noun != "" && strings.IndexByte("aeiou", noun[0]) >= 0 && !strings.HasPrefix(noun, "european") {
		return "an"
	}
	return "a"
}

// heldPeople are kept from training, to measure how the model treats those it never met.
func heldPeople(p people) bool {
	h := fnv.New32a()
	h.Write([]byte(p.many))
	return h.Sum32()%12 == 3
}
