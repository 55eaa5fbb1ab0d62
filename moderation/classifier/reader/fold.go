package reader

import (
	"unicode"
	"unicode/utf8"
)

// The folded character is what the model reads in place of what was typed: lower case,
// without accents, with letters from the decorative alphabets turned into plain ones.

// skipped is what foldRune returns for characters that carry no meaning for the reader:
// combining marks, joiners, variation selectors.
const skipped rune = -1

// plainLatin maps U+00C0..U+017F to the plain letter under the accent; ' ' keeps the rune.
const plainLatin = "" +
	"aaaaaaaceeeeiiiidnooooo ouuuuy saaaaaaaceeeeiiiidnooooo ouuuuy y" + // U+00C0..U+00FF
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll" + // U+0100..U+0142
	"nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" // U+0143..U+017F

// foldRune returns the plain lower-case form of r, or skipped.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	case 0xC0 <= r && r <= 0x17F:
		if i := int(r - 0xC0); i < len(plainLatin) && plainLatin[i] != ' ' {
			return rune(plainLatin[i])
		}
		return unicode.ToLower(r)
	case isSkipped(r):
		return skipped
	case r == '‘' || r == '’' || r == 'ʼ' || r == '`' || r == '´':
		return '\''
	case r == '“' || r == '”' || r == '„' || r == '«' || r == '»' || r == '″':
		return r
	case r == '©':
		return 'c'
	case r == '®':
		return 'r'
	case 0xFF01 <= r && r <= 0xFF5E: // full width
		return foldRune(r - 0xFF01 + '!')
	case 0x1D400 <= r && r <= 0x1D6A3: // mathematical alphabets, 52 letters each
		return 'a' + (r-0x1D400)%52%26
	case 0x24B6 <= r && r <= 0x24E9: // circled
		return 'a' + (r-0x24B6)%26
	case 0x1F130 <= r && r <= 0x1F149, 0x1F150 <= r && r <= 0x1F169, 0x1F170 <= r && r <= 0x1F189: // squared
		return 'a' + (r-0x1F130)%32
	default:
		return unicode.ToLower(r)
	}
}

func isSkipped(r rune) bool {
	switch {
	case r == 0xAD, 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x2064,
		r == 0xFEFF, 0xFE00 <= r && r <= 0xFE0F, r == 0x20E3, 0xE0000 <= r && r <= 0xE01EF:
		return true
	}
	return r >= 0x300 && unicode.Is(unicode.Mn, r)
}

// latinTwin returns the Latin letter that r is mistaken for, or 0. Only words that mix
// scripts are read through it: a Cyrillic word is not English in disguise.
func latinTwin(r rune) byte {
	switch r {
	case 'а', 'α':
		return 'a'
	case 'в', 'β':
		return 'b'
	case 'с', 'ς':
		return 'c'
	case 'ԁ':
		return 'd'
	case 'е', 'є', 'ε', 'э':
		return 'e'
	case 'ɡ':
		return 'g'
	case 'һ', 'н':
		return 'h'
	case 'і', 'ι', 'ї':
		return 'i'
	case 'ј':
		return 'j'
	case 'к', 'κ':
		return 'k'
	case 'м':
		return 'm'
	case 'п', 'η':
		return 'n'
	case 'о', 'ο', 'σ':
		return 'o'
	case 'р', 'ρ':
		return 'p'
	case 'г', 'я':
		return 'r'
	case 'ѕ':
		return 's'
	case 'т', 'τ':
		return 't'
	case 'υ', 'ц':
		return 'u'
	case 'ν', 'ѵ':
		return 'v'
	case 'ω', 'ш', 'щ':
		return 'w'
	case 'х', 'χ':
		return 'x'
	case 'у', 'γ':
		return 'y'
	}
	return 0
}

// leetLetter returns the letter that a digit or sign stands for inside a disguised word,
// or 0. The digit 1 reads as i; wordAs tries l where i finds no word.
func leetLetter(b byte) byte {
	switch b {
	case '0':
		return 'o'
	case '1', '!':
		return 'i'
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7', '+':
		return 't'
	case '8':
		return 'b'
	case '9', '6':
		return 'g'
	case '|':
		return 'l'
	}
	return 0
}

// isPictograph reports whether r is an emoji or another picture-like sign.
func isPictograph(r rune) bool {
	switch {
	case 0x1F000 <= r && r <= 0x1FAFF, 0x2600 <= r && r <= 0x27BF, 0x2300 <= r && r <= 0x23FF, 0x2B00 <= r && r <= 0x2BFF:
		return true
	case r < 0x2000:
		return false
	}
	return unicode.Is(unicode.So, r)
}
