package text

import (
	"unicode"
	"unicode/utf8"
)

// Classes of ASCII bytes, for loops that look at every byte of every comment.
const (
	isLetter  = 1 << iota // a-z, A-Z
	isDigit               // 0-9
	isMarkup              // may begin Discord markup
	isSpace               // space, \t, \n, \v, \f, \r
	isSign                // read as a letter inside words: @ $ ! | + ( < / \ [ and bytes of € £ ¢
	isDropped             // control characters, which are not displayed
	isWide                // a byte of a multi-byte rune
	isMask                // may stand for a censored letter: a star or a dash
)

var classes = func() (table [256]uint8) {
	for c := range table {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			table[c] |= isLetter
		case '0' <= c && c <= '9':
			table[c] |= isDigit
		case c == ' ', '\t' <= c && c <= '\r':
			table[c] |= isSpace
		case c < ' ', c == 0x7f:
			table[c] |= isDropped
		case c >= utf8.RuneSelf:
			table[c] |= isWide
		}
	}
	for _, c := range []byte("*_~|`<[\\>#") {
		table[c] |= isMarkup
	}
	for _, c := range []byte("@$!|+(</\\[") {
		table[c] |= isSign
	}
	for c := range table {
		if star(byte(c)) || dash(byte(c)) {
			table[c] |= isMask
		}
	}
	return table
}()

// anyOf is the union of the classes of text's bytes.
func anyOf[T string | []byte](text T) (union uint8) {
	for i := range len(text) {
		union |= classes[text[i]]
	}
	return union
}

// classAt is the class of the byte at i, 0 outside the text.
func classAt(text []byte, i int) uint8 {
	if i < 0 || i >= len(text) {
		return 0
	}
	return classes[text[i]]
}

// wordRune reports whether a rune is part of a word: a letter, a digit or a mark on one.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return classes[r]&(isLetter|isDigit) != 0
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// wordBefore and wordAfter report whether a word ends just before or begins at i.
func wordBefore[T string | []byte](text T, i int) bool {
	if i <= 0 {
		return false
	}
	if c := text[i-1]; c < utf8.RuneSelf {
		return classes[c]&(isLetter|isDigit) != 0
	}
	r, _ := lastRune(text[:i])
	return wordRune(r)
}

func wordAfter[T string | []byte](text T, i int) bool {
	if i >= len(text) {
		return false
	}
	if c := text[i]; c < utf8.RuneSelf {
		return classes[c]&(isLetter|isDigit) != 0
	}
	r, _ := firstRune(text[i:])
	return wordRune(r)
}

func firstRune[T string | []byte](text T) (rune, int) {
	if len(text) > 0 && text[0] < utf8.RuneSelf {
		return rune(text[0]), 1
	}
	var head [utf8.UTFMax]byte
	n := copy(head[:], text)
	return utf8.DecodeRune(head[:n])
}

func lastRune[T string | []byte](text T) (rune, int) {
	var tail [utf8.UTFMax]byte
	n := copy(tail[:], text[max(0, len(text)-utf8.UTFMax):])
	return utf8.DecodeLastRune(tail[:n])
}
