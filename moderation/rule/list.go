package rule

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// List is a word list. Terms and exceptions are matched as people read them (see package
// text): case, look-alike letters, leetspeak, stretching and spacing make no difference.
type List struct {
	Name       string
	Terms      []Term
	Exceptions []Term // words or phrases in which a term does not count: "cockpit" for "cock*"
}

// Term is one entry of a list.
//
//	word        the whole word
//	word~       the word and its inflections: words, worded, wordy …
//	word*       every word that begins so; also *word, *word*, w*d (a star is any letters)
//	two words   a phrase, whatever stands between the words
//
// A term without letters or digits, such as an emoji, is found anywhere.
type Term struct {
	Text     string
	Severity float64 // in (0,1], scales what the rule gives; 0 means 1
	Line     int     // in the list's file, 0 when inline
}

// severity is the term's weight with its default.
func (t Term) severity() float64 {
	if t.Severity == 0 {
		return 1
	}
	return t.Severity
}

// ListError is a line of a list file that cannot be read.
type ListError struct {
	Line    int
	Message string
}

// Error says what is wrong with the line.
func (e ListError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// ReadList reads a list file: one term a line, "#" begins a comment, "!term" is an exception,
// and "term = 0.8" gives a severity in (0,1]. It returns every line it could not read.
func ReadList(name string, r io.Reader) (*List, []ListError) {
	list := &List{Name: name}
	var wrong []ListError
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		exception := strings.HasPrefix(line, "!")
		term, err := ParseTerm(strings.TrimPrefix(line, "!"))
		if err != nil {
			wrong = append(wrong, ListError{n, err.Error()})
			continue
		}
		term.Line = n
		if exception {
			list.Exceptions = append(list.Exceptions, term)
		} else {
			list.Terms = append(list.Terms, term)
		}
	}
	if err := lines.Err(); err != nil {
		wrong = append(wrong, ListError{0, err.Error()})
	}
	return list, wrong
}

// ParseTerm reads one entry of a list, with its severity if one is given.
func ParseTerm(s string) (Term, error) {
	word, number, given := strings.Cut(s, " = ")
	term := Term{Text: strings.TrimSpace(word)}
	if given {
		severity, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(severity > 0 && severity <= 1) {
			return Term{}, fmt.Errorf("the severity of %q must be a number above 0 and at most 1, not %q", term.Text, number)
		}
		term.Severity = severity
	}
	for _, form := range foldings(term.Text) {
		if _, err := compileTerm(form); err != nil {
			return Term{}, err
		}
	}
	return term, nil
}
