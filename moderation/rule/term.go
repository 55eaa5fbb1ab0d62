package rule

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/moderation/rule/scan"
	"parley/moderation/text"
)

// pattern is one spelling of a term made ready: the words it consists of and the literal by
// which it is looked for.
type pattern struct {
	words   []wordPattern
	anchor  int    // the word that holds the literal
	literal string // what the search looks for
	bare    bool   // no letters or digits: found anywhere
	kinds   kinds  // the readings in which it counts
}

// wordPattern is one word of a term.
type wordPattern struct {
	text     string // folded; with stars when glob
	squashed string // text as squashed readings write it
	form     wordForm
	fixed    string // the longest part without a star
	digits   bool   // digits belong to it
	first    byte   // of its text; 0 where any word may begin, end so
	last     byte
}

type wordForm uint8

const (
	wholeWord wordForm = iota
	inflected          // the word and its inflections
	glob               // with stars
)

// maxTermBytes bounds one entry of a list.
const maxTermBytes = 200

var errNoLetters = errors.New("a term needs something beside stars")

// compileTerm prepares a folded term, apart from its readings.
func compileTerm(text string) (pattern, error) {
	if len(text) > maxTermBytes {
		return pattern{}, fmt.Errorf("a term may have at most %d bytes, this one has %d", maxTermBytes, len(text))
	}
	if strings.TrimLeft(text, "*~ ") == "" {
		return pattern{}, errNoLetters
	}
	if !strings.ContainsFunc(text, isWordRune) {
		return pattern{literal: text, bare: true}, nil
	}
	var p pattern
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return !isWordRune(r) && r != '*' && r != '~' }) {
		w, err := compileWord(field)
		if err != nil {
			return pattern{}, fmt.Errorf("%q: %w", text, err)
		}
		p.words = append(p.words, w)
		if len(w.fixed) > len(p.literal) {
			p.anchor, p.literal = len(p.words)-1, w.fixed
		}
	}
	return p, nil
}

func compileWord(field string) (wordPattern, error) {
	w := wordPattern{text: field, fixed: field, digits: strings.ContainsAny(field, "0123456789")}
	if stem, ok := strings.CutSuffix(field, "~"); ok {
		w.text, w.fixed, w.form = stem, stem, inflected
	}
	switch {
	case w.text == "":
		return w, errors.New("~ needs a word before it")
	case strings.Contains(w.text, "~"):
		return w, errors.New("~ may stand at the end of a word only")
	}
	if strings.Contains(w.text, "*") {
		if w.form == inflected {
			return w, errors.New("a word takes either * or ~")
		}
		w.form, w.fixed = glob, ""
		for _, part := range strings.Split(w.text, "*") {
			if len(part) > len(w.fixed) {
				w.fixed = part
			}
		}
		if len(w.fixed) < 2 {
			return w, errors.New("a word with stars needs at least two letters in a row")
		}
	}
	if last := len(w.fixed) - 1; w.form == inflected && last >= 2 && (w.fixed[last] == 'y' || w.fixed[last] == 'e') {
		w.fixed = w.fixed[:last] // bully → bullies, bake → baking
	}
	w.squashed = text.Squash(w.text)
	if w.form != glob {
		w.first = w.text[0]
	}
	if w.form == wholeWord {
		w.last = w.text[len(w.text)-1]
	}
	return w, nil
}

// spellings are the patterns under which a term can turn up: as it is folded, as squashed
// readings write it, and, for a phrase, written as one word.
func spellings(term string) ([]pattern, error) {
	var all []pattern
	for _, folded := range foldings(term) {
		p, err := compileTerm(folded)
		if err != nil {
			return nil, err
		}
		all = append(all, inReadings(p)...)
		if short, ok := p.withoutVowels(); ok {
			all = append(all, short)
		}
		if len(p.words) > 1 {
			if joined, ok := p.joined(); ok {
				all = append(all, inReadings(joined)...)
			}
		}
	}
	return all, nil
}

// foldings are the folded forms of a term; most terms are folded already.
func foldings(term string) []string {
	for i := range len(term) {
		if c := term[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c < ' ' {
			return text.Spellings(term)
		}
	}
	return []string{term}
}

var (
	spelledOut = kindsOf(text.Folded, text.Leet, text.LeetL)
	squashed   = kindsOf(text.Squashed, text.SquashedL)
)

// inReadings assigns a pattern to the readings, with a second one where squashed readings
// write its literal differently.
func inReadings(p pattern) []pattern {
	p.kinds = spelledOut
	if len(p.words) == 1 && p.words[0].form == wholeWord && len(p.literal) >= shortestReversed {
		p.kinds |= kindsOf(text.Reversed)
	}
	literal := text.Squash(p.literal)
	if p.bare || literal == p.literal {
		p.kinds |= squashed
		return []pattern{p}
	}
	other := p
	other.literal, other.kinds = literal, squashed
	return []pattern{p, other}
}

// shortestReversed is the shortest word that is also looked for back to front; of shorter
// ones too many are other words.
const shortestReversed = 5

// withoutVowels is a word as it is written without its vowels; not for words of which too
// little would be left.
func (p *pattern) withoutVowels() (pattern, bool) {
	const shortest = 4
	if len(p.words) != 1 || p.words[0].form == glob {
		return pattern{}, false
	}
	short := text.DropVowels(p.words[0].text)
	if len(short) < shortest || short == p.words[0].text {
		return pattern{}, false
	}
	word := wordPattern{text: short, squashed: text.Squash(short), fixed: short}
	return pattern{words: []wordPattern{word}, literal: short, kinds: kindsOf(text.Folded)}, true
}

// joined is a phrase written as one word, as hashtags do; not for short ones, which would
// be other words.
func (p *pattern) joined() (pattern, bool) {
	const shortest = 7
	var b strings.Builder
	for i, w := range p.words {
		if w.form == glob || w.form == inflected && i < len(p.words)-1 {
			return pattern{}, false
		}
		b.WriteString(w.text)
	}
	if b.Len() < shortest {
		return pattern{}, false
	}
	if p.words[len(p.words)-1].form == inflected {
		b.WriteByte('~')
	}
	j, err := compileTerm(b.String())
	return j, err == nil
}

// place is a stretch of one reading.
type place struct {
	views    *text.Views
	kind     text.Kind
	text     []byte
	from, to int
}

// sought is the literal as it is looked for: apart from other letters, so that most parts of
// other words are passed over. Scripts that put no blanks between words stand beside anything.
func (p *pattern) sought() scan.Literal {
	l := scan.Literal{Text: p.literal}
	if !p.bare && p.words[p.anchor].form != glob {
		l.Start = p.literal[0] < utf8.RuneSelf
		l.End = p.literal[len(p.literal)-1] < utf8.RuneSelf && p.words[p.anchor].form == wholeWord
	}
	return l
}

// misplaced is a cheap first look at a place of the literal: whether the word next to it is
// not the one that the phrase has there.
func (p *pattern) misplaced(at place) bool {
	if len(p.words) < 2 || p.words[p.anchor].form != wholeWord || squashed.has(at.kind) {
		return false
	}
	if i := p.anchor + 1; i < len(p.words) && at.to+1 < len(at.text) && at.text[at.to] == ' ' {
		if c, want := at.text[at.to+1], p.words[i].first; c != want && want != 0 && isLetter(c) {
			return true
		}
	}
	if i := p.anchor - 1; i >= 0 && at.from >= 2 && at.text[at.from-1] == ' ' {
		if c, want := at.text[at.from-2], p.words[i].last; c != want && want != 0 && isLetter(c) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }

// matches reports whether the pattern's literal, found at the place, belongs to an
// occurrence of the whole term, and where that stands.
func (p *pattern) matches(at place) (start, end int, ok bool) {
	if p.bare {
		return at.from, at.to, true
	}
	if p.misplaced(at) {
		return 0, 0, false
	}
	start, end, ok = p.words[p.anchor].around(at)
	if !ok {
		return 0, 0, false
	}
	squashedText := squashed.has(at.kind)
	for i := p.anchor - 1; i >= 0; i-- {
		from, to, found := wordBefore(at.text, start)
		if !found || !p.words[i].fits(at.text[from:to], squashedText) {
			return 0, 0, false
		}
		start = from
	}
	for i := p.anchor + 1; i < len(p.words); i++ {
		from, to, found := wordAfter(at.text, end)
		if !found || !p.words[i].fits(at.text[from:to], squashedText) {
			return 0, 0, false
		}
		end = to
	}
	return start, end, true
}

// around finds the word that the literal at a place stands in, if the pattern means it.
func (w *wordPattern) around(at place) (from, to int, ok bool) {
	if w.form == wholeWord && !squashed.has(at.kind) { // the literal is all of it
		return at.from, at.to, at.views.WholeWord(at.kind, at.from, at.to)
	}
	if w.form != glob {
		if end, spelled := at.views.Spells(at.kind, at.from, w.text); spelled {
			if at.views.WholeWord(at.kind, at.from, end) {
				return at.from, end, true
			}
			if w.form == inflected {
				_, to = wordAround(at.text, at.from, end)
				rest := trimDigits(at.text[end:to])
				doubled := len(rest) > 1 && rest[0] == w.text[len(w.text)-1] && isEnding(rest[1:])
				to = end + len(rest)
				return at.from, to, (isEnding(rest) || doubled) && at.views.WholeWord(at.kind, at.from, to)
			}
		}
		if w.form == wholeWord {
			return 0, 0, false
		}
	}
	from, to = wordAround(at.text, at.from, at.to)
	return from, to, w.fits(at.text[from:to], squashed.has(at.kind))
}
