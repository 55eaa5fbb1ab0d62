package training

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"strings"

	"parley/moderation/classifier/reader"
)

//go:embed words
var wordFiles embed.FS

// people is one way to name a group of people.
type people struct {
	group, one, many, adjective string
}

// lexicon is what the word lists beside this package say.
type lexicon struct {
	identities []people
	slurs      []people
	classes    map[string]reader.Class
	obscene    map[string]bool
	sexual     map[string]bool
}

// generic words of the identity list that say nothing of who somebody is.
var generic = map[string]bool{"person": true, "people": true, "with": true, "of": true, "user": true, "users": true, "seeker": true,
	"seekers": true, "color": true, "colour": true, "race": true, "old": true, "young": true, "down": true, "queen": true, "queens": true,
	"drag": true, "mixed": true, "middle": true, "aged": true, "native": true, "mentally": true, "ill": true}

func readLexicon() (*lexicon, error) {
	l := &lexicon{classes: map[string]reader.Class{}, obscene: map[string]bool{}, sexual: map[string]bool{}}
	err := eachLine("classes.tsv", func(columns []string) error {
		class, ok := map[string]reader.Class{"negator": reader.Negator, "addressee": reader.Addressee,
			"condemner": reader.Condemner, "reporter": reader.Reporter}[columns[0]]
		if !ok || len(columns) != 2 {
			return fmt.Errorf("unknown class %q", columns[0])
		}
		for _, word := range strings.Fields(columns[1]) {
			l.classes[word] = class
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if l.identities, err = l.readPeople("identities.tsv", reader.Identity); err != nil {
		return nil, err
	}
	if l.slurs, err = l.readPeople("slurs.tsv", reader.Slur); err != nil {
		return nil, err
	}
	for file, set := range map[string]map[string]bool{"obscene.txt": l.obscene, "sexual.txt": l.sexual} {
		err := eachLine(file, func(columns []string) error {
			for _, word := range strings.Fields(columns[0]) {
				set[word] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *lexicon) readPeople(file string, class reader.Class) ([]people, error) {
	var all []people
	err := eachLine(file, func(columns []string) error {
		if len(columns) < 3 {
			return fmt.Errorf("%d columns, want group, one, many", len(columns))
		}
		p := people{group: columns[0], one: columns[1], many: columns[2]}
		if len(columns) > 3 {
			p.adjective = columns[3]
		}
		all = append(all, p)
		for _, column := range columns[1:] {
			for _, word := range strings.FieldsFunc(column, func(r rune) bool { return r == ' ' || r == '-' }) {
				if !generic[word] {
					l.classes[word] = class
				}
			}
		}
		return nil
	})
	return all, err
}

// eachLine calls f with the tab-separated columns of every line of a word file that is
// neither empty nor a remark.
func eachLine(file string, f func(columns []string) error) error {
	data, err := wordFiles.ReadFile("words/" + file)
	if err != nil {
		return fmt.Errorf("word list: %w", err)
	}
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, 1<<20)
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimRight(scanner.Text(), " \r")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if err := f(strings.Split(text, "\t")); err != nil {
			return fmt.Errorf("words/%s:%d: %w", file, line, err)
		}
	}
	return scanner.Err()
}

// lexiconTrust is how much a word list's label counts.
const lexiconTrust = 0.49

// label teaches the obscene and sexual heads from the words that a row holds.
func (l *lexicon) label(r *Row) {
	vulgar, lewd := false, false
	for _, word := range strings.FieldsFunc(strings.ToLower(r.Text), func(c rune) bool { return (c < 'a' || c > 'z') && c != '\'' }) {
		vulgar = vulgar || l.obscene[word]
		lewd = lewd || l.sexual[word]
	}
	for head, found := range map[int]bool{obscene: vulgar, sexual: lewd} {
		if r.Trust[head] > 0 && r.Targets[head] > 0.5 {
			continue
		}
		if found {
			r.say(head, 0.9, lexiconTrust)
		} else {
			r.say(head, 0, 0.2)
		}
	}
}

// isRude reports whether people would rather hide this word from a filter.
func (l *lexicon) isRude(word string) bool {
	class := l.classes[word]
	return class == reader.Identity || class == reader.Slur || l.obscene[word] || l.sexual[word]
}
