package rule

import (
	"bytes"
	"unicode/utf8"

	"parley/moderation/text"
)

// maskedTerm is a listed word that may turn up with letters censored: "m*ron".
type maskedTerm struct {
	word   string
	signal signal
	term   int32
}

// shortestMasked is the shortest word, in letters, that is recognised when censored.
const shortestMasked = 4

// censored indexes the single words of a list by their first letter.
func (b *binder) censored(sig signal, l *List) {
	if b.set.masked == nil {
		b.set.masked = make(map[rune][]maskedTerm)
	}
	for i, t := range l.Terms {
		p, err := compileTerm(foldings(t.Text)[0])
		if err != nil || p.bare || len(p.words) != 1 || p.words[0].form == glob {
			continue
		}
		word := p.words[0].text
		if utf8.RuneCountInString(word) < shortestMasked {
			continue
		}
		forms := []string{word}
		if p.words[0].form == inflected {
			forms = append(forms, word+"s")
		}
		first, _ := utf8.DecodeRuneInString(word)
		for _, f := range forms {
			b.set.masked[first] = append(b.set.masked[first], maskedTerm{f, sig, int32(i)})
		}
	}
}

// maxMasked bounds how many censored words of one comment are looked up.
const maxMasked = 32

// searchMasked looks up the words of one part that have letters censored.
func (s *Subject) searchMasked(index int16) {
	views := s.parts[index].views
	masked := views.Masked()
	if len(masked) == 0 {
		return
	}
	folded := views.View(text.Folded)
	for _, token := range masked[:min(len(masked), maxMasked)] {
		word := bytes.TrimRight(folded.Word(token), "?&|~^") // more likely the end of a question than of a word
		token.To = token.From + len(word)
		if len(word) == 0 {
			continue
		}
		first, _ := utf8.DecodeRune(word)
		for _, t := range s.set.masked[first] {
			if !sameEnd(word, t.word) || !text.MaskFits(word, t.word) {
				continue
			}
			s.note(role{signal: t.signal, kind: listedTerm, term: t.term}, hit{
				part: index, kind: text.Folded, from: int32(token.From), to: int32(token.To),
				span: folded.Origin(token.From, token.To),
			})
		}
	}
}

// sameEnd is a cheap first look: where the last letter is shown, it must be the word's.
func sameEnd(masked []byte, word string) bool {
	last := masked[len(masked)-1]
	return last < 'a' || last > 'z' || last == word[len(word)-1]
}
