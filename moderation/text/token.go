package text

import (
	"unicode"
	"unicode/utf8"
)

// Token is a word of a reading: letters, digits and marks, with apostrophes inside. Scripts
// written without blanks (Chinese, Japanese, Thai …) give one token per character.
type Token struct {
	From, To      int  // in the reading's text
	LineStart     bool // the first word of its line
	SentenceStart bool // the first word of its sentence or line
}

// Tokens are the words of a reading, in order.
func (v *Views) Tokens(k Kind) []Token {
	if v.tokened&(1<<k) == 0 {
		v.tokens[k] = appendTokens(v.tokens[k][:0], v.View(k).Text)
		v.tokened |= 1 << k
	}
	return v.tokens[k]
}

// Word is the text of a token; it is valid until the next Reset.
func (w *View) Word(t Token) []byte { return w.Text[t.From:t.To] }

func appendTokens(tokens []Token, text []byte) []Token {
	line, sentence := true, true
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && classes[c]&(isLetter|isDigit) == 0 {
			switch c {
			case '\n':
				line, sentence = true, true
			case '.', '!', '?':
				sentence = sentence || i+1 == len(text) || classes[text[i+1]]&isSpace != 0 || text[i+1] == c
			}
			i++
			continue
		}
		end := tokenEnd(text, i)
		if end == i {
			_, size := utf8.DecodeRune(text[i:])
			i += size
			continue
		}
		tokens = append(tokens, Token{From: i, To: end, LineStart: line, SentenceStart: sentence})
		line, sentence = false, false
		i = end
	}
	return tokens
}

// tokenEnd is the end of the word that begins at i; i where none does.
func tokenEnd(text []byte, i int) int {
	for start := i; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			inner := c == '\'' && i > start && i+1 < len(text) && classes[text[i+1]]&isLetter != 0
			if classes[c]&(isLetter|isDigit) == 0 && !inner {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || !wordRune(r) {
			return i
		}
		if unspaced(r) {
			if i == start {
				i += size
			}
			return i
		}
		i += size
	}
	return len(text)
}

// unspaced reports letters of scripts that put no blanks between words.
func unspaced(r rune) bool {
	return r >= 0xe00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// WholeWord reports whether [from,to) of a reading is not part of a longer word. Digits
// hung on a word ("moron99") do not make it longer, and neither does one spelled-out letter
// beside a spelled-out word ("u m o r o n").
func (v *Views) WholeWord(k Kind, from, to int) bool {
	text := v.View(k).Text
	if from < 0 || to > len(text) || from >= to {
		return false
	}
	return v.wordStart(k, text, from) && v.wordEnd(k, text, to)
}

func (v *Views) wordStart(k Kind, text []byte, i int) bool {
	if v.chained(k, i) && !wordBefore(text, i-1) {
		return true
	}
	first, _ := firstRune(text[i:])
	if unspaced(first) {
		return true
	}
	for i > 0 && classes[text[i-1]]&isDigit != 0 {
		i--
	}
	return !wordBefore(text, i)
}

func (v *Views) wordEnd(k Kind, text []byte, i int) bool {
	if v.chained(k, i) && !wordAfter(text, i+1) {
		return true
	}
	last, _ := lastRune(text[:i])
	if unspaced(last) {
		return true
	}
	for i < len(text) && classes[text[i]]&isDigit != 0 {
		i++
	}
	return !wordAfter(text, i)
}

// Chained reports whether a reading joins letters that were spelled out, so that letters
// beside a word need not be part of it.
func (v *Views) Chained(k Kind) bool {
	return (k == Squashed || k == SquashedL) && !v.Repeats(k) && v.chains[k]
}

// chained reports whether the letter at i was spelled out and joined to the one before.
func (v *Views) chained(k Kind, i int) bool {
	return (k == Squashed || k == SquashedL) && !v.Repeats(k) && i < len(v.runs[k]) && v.runs[k][i].chain
}
