package text

import (
	"unicode"
	"unicode/utf8"
)

// invisible reports runes that are not displayed: format characters (zero-width joiners,
// direction marks, tags, soft hyphens), variation selectors, skin tones and fillers.
func invisible(r rune) bool {
	switch {
	case r < 0xad:
		return false
	case r == 0xad, r == 0x34f, r == 0x17b4, r == 0x17b5:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xfff0 && r <= 0xfffb,
		r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// ornament reports combining marks that only decorate a letter. Marks that spell vowels, as
// in Indic scripts and Thai, are not among them.
func ornament(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36f, r >= 0x483 && r <= 0x489, // Latin, Greek, Cyrillic
		r >= 0x591 && r <= 0x5c7 && unicode.IsMark(r),                                                                 // Hebrew points
		r >= 0x610 && r <= 0x61a, r >= 0x64b && r <= 0x65f, r == 0x670, r >= 0x6d6 && r <= 0x6ed && unicode.IsMark(r), // Arabic vowel signs
		r >= 0x1ab0 && r <= 0x1aff, r >= 0x1dc0 && r <= 0x1dff, r >= 0x20d0 && r <= 0x20ff, r >= 0xfe20 && r <= 0xfe2f:
		return true
	}
	return false
}

// scripts says in which scripts a word is written.
type scripts struct {
	latin   bool
	foreign bool // a script whose letters stand in for Latin ones
	native  bool // with letters that are no strict look-alike
}

func (s *scripts) see(r rune) {
	if r < utf8.RuneSelf {
		s.latin = s.latin || classes[r]&isLetter != 0
		return
	}
	if ornament(r) || invisible(r) {
		return
	}
	l, ok := lookalikes[r]
	if !ok {
		l, ok = lookalikes[unicode.ToLower(r)]
	}
	switch {
	case ok && l.when == always:
		s.latin = s.latin || classes[l.as[0]]&isLetter != 0
	case unicode.IsOneOf(disguising, r):
		s.foreign = s.foreign || unicode.IsLetter(r)
		s.native = s.native || unicode.IsLetter(r) && !(ok && l.when == strict)
	case unicode.Is(unicode.Latin, r):
		s.latin = true
	}
}

// seeFolded looks at a rune and at what it decomposes into.
func (s *scripts) seeFolded(r rune) {
	parts := decomposition(r)
	if len(parts) == 0 {
		s.see(r)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		parts = parts[size:]
		s.see(part)
	}
}

// wordScripts looks at the whole word around position i and says where it ends.
func wordScripts(text []byte, i int) (s scripts, end int) {
	from := i
	for from > 0 {
		r, size := utf8.DecodeLastRune(text[:from])
		if !insideWord(r, size) {
			break
		}
		from -= size
	}
	for end = from; end < len(text); {
		r, size := utf8.DecodeRune(text[end:])
		if !insideWord(r, size) {
			break
		}
		s.seeFolded(r)
		end += size
	}
	return s, end
}

// insideWord reports runes that continue a word, those that nobody sees included.
func insideWord(r rune, size int) bool {
	if r < utf8.RuneSelf {
		return classes[r]&(isLetter|isDigit|isDropped) != 0
	}
	return inWord(r) || invisible(r) || ornament(r) || r == utf8.RuneError && size == 1
}

// inWord reports letters, digits, and symbols that fold to some, such as 🅰, ¹, ℀ and 𝛛.
func inWord(r rune) bool {
	if wordRune(r) || alwaysLetter(r) {
		return true
	}
	for parts := decomposition(r); len(parts) > 0; {
		part, size := utf8.DecodeRune(parts)
		if wordRune(part) || alwaysLetter(part) {
			return true
		}
		parts = parts[size:]
	}
	return false
}

// alwaysLetter reports symbols that are always read as letters.
func alwaysLetter(r rune) bool {
	l, ok := lookalikes[r]
	return ok && l.when == always && classes[l.as[0]]&isLetter != 0
}

// nativeScript reports whether a word of the text is truly written in a script whose
// letters otherwise serve as disguise.
func nativeScript(text []byte) bool {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if !inWord(r) {
			i += size
			continue
		}
		s, end := wordScripts(text, i)
		if s.native && !s.latin {
			return true
		}
		i = max(end, i+size)
	}
	return false
}

// regional reports the emoji letters of which flags are made.
func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// regionalRun finds the end of a run of emoji letters and whether it is displayed as flags.
func regionalRun(text []byte, from int) (end int, flags bool) {
	flags = true
	var pair [2]byte
	n := 0
	for end = from; end < len(text); {
		r, size := utf8.DecodeRune(text[end:])
		if !regional(r) {
			break
		}
		pair[n%2] = byte(r-0x1f1e6) + 'a'
		if n++; n%2 == 0 && !country(pair) {
			flags = false
		}
		end += size
	}
	return end, flags && n%2 == 0
}

// countries has the second letters of ISO 3166 codes, by first letter; EU, UN and XK too.
var countries = [26]string{
	"cdefgilmoqrstuwxz", "abdefghijlmnoqrstvwyz", "acdfghiklmnoruvwxyz", "ejkmoz", "ceghrstu",
	"ijkmor", "abdefghilmnpqrstuwy", "kmnrtu", "delmnoqrst", "emop", "eghimnprwyz", "abcikrstuvy",
	"acdefghklmnopqrstuvwxyz", "acefgilopruz", "m", "aefghklmnrstwy", "a", "eosuw",
	"abcdeghijklmnorstvxyz", "cdfghjklmnortvwz", "agmnsyz", "aceginu", "fs", "k", "et", "amw",
}

func country(pair [2]byte) bool {
	for _, second := range []byte(countries[pair[0]-'a']) {
		if second == pair[1] {
			return true
		}
	}
	return false
}
