package text

import (
	"strings"
	"unicode/utf8"
)

// Masked are the stretches of the Folded reading that may be words with letters censored,
// such as "m*ron", "b--tard" or "sc#mbag"; ask MaskFits which word they fit.
func (v *Views) Masked() []Token {
	if v.maskedDone {
		return v.masked
	}
	v.masked, v.maskedDone = v.masked[:0], true
	if text := v.View(Folded).Text; maybeMasked(text) {
		v.masked = appendMasked(v.masked, text)
	}
	return v.masked
}

func appendMasked(masked []Token, text []byte) []Token {
	for i := 0; i < len(text); {
		if !letterAt(text, i) {
			i++
			continue
		}
		from, letters, masks := i, 0, 0
		end := i // after the last letter or star
		for i < len(text) {
			switch {
			case letterAt(text, i):
				_, size := firstRune(text[i:])
				i += size
				letters++
				end = i
				continue
			case star(text[i]):
				i++
				masks++
				end = i
				continue
			case dash(text[i]) && i+1 < len(text) && (letterAt(text, i+1) || dash(text[i+1])):
				i++
				masks++
				continue
			}
			break
		}
		if masks > 0 && letters >= 2 {
			masked = append(masked, Token{From: from, To: end})
		}
		i = max(i, from+1)
	}
	return masked
}

// maybeMasked is a cheap first look: false where no sign for a letter follows a letter.
func maybeMasked(text []byte) bool {
	for i, c := range text {
		if classes[c]&isMask != 0 && classAt(text, i-1)&(isLetter|isWide) != 0 {
			return true
		}
	}
	return false
}

// star reports signs that stand for letters; how many is not taken to the letter.
func star(c byte) bool { return strings.IndexByte("*#%&^?~|", c) >= 0 }

// dash reports signs that stand for one letter each, as they also join words.
func dash(c byte) bool { return c == '-' || c == '_' }

// longestMasked is the longest word, in runes, that MaskFits compares.
const longestMasked = 63

// MaskFits reports whether a masked stretch can be read as a folded word. The first letter
// must be shown. Where every sign stands for one letter, two shown letters are enough; else
// a row of n stars may stand for up to n+1 letters, or be an ornament, and at least three
// letters and half of the word must be shown.
func MaskFits(masked []byte, word string) bool {
	var letters [longestMasked]rune
	length := 0
	for _, r := range word {
		if length == longestMasked {
			return false
		}
		letters[length] = r
		length++
	}
	if length == 0 || len(masked) == 0 {
		return false
	}
	if first, _ := utf8.DecodeRune(masked); first != letters[0] {
		return false
	}
	fits, shown := fitMask(masked, letters[:length], false)
	if fits {
		return shown >= 2
	}
	fits, shown = fitMask(masked, letters[:length], true)
	return fits && shown >= 3 && 2*shown >= length
}

// fitMask walks over the mask once and keeps, as a bit set, how many letters of the word it
// can have covered so far.
func fitMask(masked []byte, letters []rune, freely bool) (fits bool, shown int) {
	reached := uint64(1)
	for i := 0; i < len(masked) && reached != 0; {
		r, size := utf8.DecodeRune(masked[i:])
		i += size
		switch {
		case r < utf8.RuneSelf && star(byte(r)) && freely:
			all := reached | reached<<1
			for i < len(masked) && star(masked[i]) {
				all |= all << 1
				i++
			}
			reached = all | all<<1
		case r < utf8.RuneSelf && (star(byte(r)) || dash(byte(r))):
			reached <<= 1
		default:
			shown++
			next := uint64(0)
			for p, letter := range letters {
				if letter == r && reached&(1<<p) != 0 {
					next |= 1 << (p + 1)
				}
			}
			reached = next
		}
	}
	return reached&(1<<len(letters)) != 0, shown
}

// DropVowels writes a folded word without its vowels, the first letter excepted, as in
// "mrn" or "bllcks". A token that has no vowels itself may be compared with it.
func DropVowels(folded string) string {
	var b strings.Builder
	for i, r := range folded {
		if i == 0 || r >= utf8.RuneSelf || !vowel(byte(r)) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
