package rule

import (
	"unicode"
	"unicode/utf8"
)

// fits reports whether a whole word of a comment is one that the pattern means.
func (w *wordPattern) fits(word []byte, squashedText bool) bool {
	want := w.text
	if squashedText {
		want = w.squashed
	}
	if !w.digits {
		word = trimDigits(word)
	}
	switch w.form {
	case inflected:
		return inflects(want, word)
	case glob:
		return fitsStars(want, word)
	}
	return string(word) == want
}

// trimDigits cuts digits hung on the end of a word.
func trimDigits(word []byte) []byte {
	for len(word) > 0 && word[len(word)-1] <= '9' && word[len(word)-1] >= '0' {
		word = word[:len(word)-1]
	}
	return word
}

// endings are the inflections of English words that "~" stands for.
var endings = [...]string{"s", "es", "z", "d", "ed", "er", "ers", "ing", "in", "ings", "y", "ies", "ier", "iest", "ish"}

// inflects reports whether word is stem with one of the usual endings. A last consonant may
// be doubled before it, a last e dropped, a last y turned to i.
func inflects(stem string, word []byte) bool {
	if len(word) < len(stem)-1 || len(word) > len(stem)+6 {
		return false
	}
	if rest, ok := cutPrefix(word, stem); ok {
		if len(rest) == 0 || isEnding(rest) {
			return true
		}
		return len(rest) > 1 && rest[0] == stem[len(stem)-1] && isEnding(rest[1:])
	}
	last := stem[len(stem)-1]
	rest, ok := cutPrefix(word, stem[:len(stem)-1])
	if !ok || len(stem) < 3 {
		return false
	}
	return last == 'e' && len(rest) > 1 && isEnding(rest) || last == 'y' && (string(rest) == "ies" || string(rest) == "ied" || string(rest) == "ier")
}

func cutPrefix(word []byte, prefix string) ([]byte, bool) {
	if len(word) < len(prefix) || string(word[:len(prefix)]) != prefix {
		return nil, false
	}
	return word[len(prefix):], true
}

func isEnding(rest []byte) bool {
	for _, e := range endings {
		if string(rest) == e {
			return true
		}
	}
	return false
}

// fitsStars matches word against a pattern in which "*" stands for any letters, none
// included. It goes back to the last star only, which keeps it at len(glob)·len(word).
func fitsStars(stars string, word []byte) bool {
	i, j, star, again := 0, 0, -1, 0
	for j < len(word) {
		switch {
		case i < len(stars) && stars[i] == '*':
			star, again = i, j
			i++
		case i < len(stars) && stars[i] == word[j]:
			i++
			j++
		case star >= 0:
			again++
			i, j = star+1, again
		default:
			return false
		}
	}
	for i < len(stars) && stars[i] == '*' {
		i++
	}
	return i == len(stars)
}

// maxWord bounds how far a word is followed, so that a comment that is one endless word
// costs no more than any other.
const maxWord = 64

// wordAround widens [from,to) to the whole word it stands in.
func wordAround(text []byte, from, to int) (int, int) {
	for limit := from - maxWord; from > 0 && from > limit; {
		r, size := lastRune(text[:from])
		if !isWordRune(r) {
			break
		}
		from -= size
	}
	for limit := to + maxWord; to < len(text) && to < limit; {
		r, size := firstRune(text[to:])
		if !isWordRune(r) {
			break
		}
		to += size
	}
	return from, to
}

// maxGap is how many bytes may stand between two words of a phrase.
const maxGap = 8

func wordBefore(text []byte, at int) (from, to int, ok bool) {
	for limit := at - maxGap; at > 0 && at > limit; {
		r, size := lastRune(text[:at])
		if isWordRune(r) {
			from, _ = wordAround(text, at-size, at)
			return from, at, true
		}
		at -= size
	}
	return 0, 0, false
}

func wordAfter(text []byte, at int) (from, to int, ok bool) {
	for limit := at + maxGap; at < len(text) && at < limit; {
		r, size := firstRune(text[at:])
		if isWordRune(r) {
			_, to = wordAround(text, at, at+size)
			return at, to, true
		}
		at += size
	}
	return 0, 0, false
}

func firstRune(text []byte) (rune, int) {
	if text[0] < utf8.RuneSelf {
		return rune(text[0]), 1
	}
	return utf8.DecodeRune(text)
}

func lastRune(text []byte) (rune, int) {
	if c := text[len(text)-1]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeLastRune(text)
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
