package text

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// digitLetters are the letters that digits stand for; 1 is left to the reading.
var digitLetters = [10]byte{'o', 0, 'z', 'e', 'a', 's', 'g', 't', 'b', 'g'}

// compound are letters drawn with several signs, longest first.
var compound = []struct {
	drawn string
	as    byte
}{
	{"|-|", 'h'}, {"|_|", 'u'}, {"/-\\", 'a'}, {"|\\|", 'n'}, {"(_)", 'u'},
	{"/\\", 'a'}, {"\\/", 'v'}, {"|<", 'k'}, {"|)", 'd'}, {"()", 'o'}, {"[]", 'o'}, {"vv", 'w'}, {"|3", 'b'},
}

// signs are single characters read as letters inside words.
var signs = map[rune]byte{
	'@': 'a', '$': 's', '!': 1, '|': 1, '+': 't', '(': 'c', '<': 'c',
	'€': 'e', '£': 'l', '¢': 'c', '¥': 'y', '©': 'c', '®': 'r', '§': 's', '†': 't', '¡': 'i', '×': 'x', '√': 'v',
	'₦': 'n', '₩': 'w', '₭': 'k', '₮': 't', '₱': 'p', '₥': 'm', '฿': 'b', '∆': 'a',
}

// buildLeet reads digits and signs inside words as letters. A run of letters, digits and
// signs counts as a word when it holds two letters or at least as many as digits, so that
// numbers, prices, dates and IDs stay what they are.
func (v *Views) buildLeet(k Kind, one byte) {
	folded := v.View(Folded)
	if k == LeetL {
		if v.View(Leet); !v.ambiguous {
			v.repeat(LeetL, Leet)
			return
		}
	} else {
		v.ambiguous = false
	}
	if !maybeLeet(folded.Text) {
		v.repeat(k, Folded)
		return
	}
	d := decoder{out: v.start(k), source: folded, text: folded.Text, one: one}
	d.decode()
	if !d.changed {
		v.repeat(k, Folded)
		return
	}
	v.ambiguous = v.ambiguous || d.ambiguous
	v.finish(k, d.out)
}

// maybeLeet is a cheap first look: false where nothing is to be read as a letter, as in most
// comments: they have numbers, brackets before a word and signs after one.
func maybeLeet(text []byte) bool {
	const part = isLetter | isDigit | isWide
	for i, c := range text {
		class := classes[c]
		if class&(isDigit|isSign|isWide) == 0 && c != 'v' {
			continue
		}
		before, after := classAt(text, i-1), classAt(text, i+1)
		switch {
		case class&isWide != 0:
			return true
		case class&isDigit != 0:
			if (before|after)&(isLetter|isSign|isWide) != 0 {
				return true
			}
		case c == 'v':
			if consonant(text, i-1) && consonant(text, i+1) || i+1 < len(text) && text[i+1] == 'v' {
				return true
			}
		case c == '@', c == '$':
			return true
		case i+1 == len(text), after&isSpace != 0: // "oh!" and so on
		case after&isLetter == 0, before&(part|isSign) != 0:
			return true
		}
	}
	return false
}

// leetWord finds the end of a run of letters, digits and signs that begins at i and says
// whether its digits and signs are to be read as letters.
func leetWord(text []byte, i int) (end int, wordlike bool) {
	letters, digits := 0, 0
	for end = i; end < len(text); end++ {
		class := classes[text[end]]
		if class&(isLetter|isDigit|isSign|isWide) == 0 {
			break
		}
		switch {
		case class&isLetter != 0:
			letters++
		case class&isDigit != 0:
			digits++
		case class&isSign != 0:
			n, _ := compoundAt(text, end)
			if n == 0 && strings.IndexByte("/\\[<", text[end]) >= 0 {
				return end, wordy(letters, digits)
			}
			end += max(n, 1) - 1
		}
	}
	return end, wordy(letters, digits)
}

// wordy keeps names such as A55, T17 or A455 apart from words with some letters replaced.
func wordy(letters, digits int) bool { return letters >= 2 || letters >= max(digits, 1) }

// compoundAt matches a letter drawn with several signs.
func compoundAt(text []byte, i int) (length int, as byte) {
	for _, c := range compound {
		if bytes.HasPrefix(text[i:], []byte(c.drawn)) {
			return len(c.drawn), c.as
		}
	}
	return 0, 0
}

// decoder writes one leet reading.
type decoder struct {
	out       *builder
	source    *View
	text      []byte // of source
	one       byte   // how 1, ! and | are read
	changed   bool
	ambiguous bool
}

func (d *decoder) decode() {
	for i := 0; i < len(d.text); {
		end, wordlike := leetWord(d.text, i)
		if !wordlike {
			end = max(end, i+1)
			for ; i < end; i++ {
				d.out.add(d.text[i], d.source.origin(i))
			}
			continue
		}
		for i < end {
			i = d.letter(i)
		}
	}
}

// letter writes what stands at i and returns where to go on.
func (d *decoder) letter(i int) int {
	c := d.text[i]
	class := classes[c]
	switch {
	case c == 'v' && consonant(d.text, i-1) && consonant(d.text, i+1):
		return d.put('u', i, 1)
	case class&isDigit != 0:
		as := digitLetters[c-'0']
		if as == 0 {
			as, d.ambiguous = d.one, true
		}
		return d.put(as, i, 1)
	case class&isSign != 0 || c == 'v':
		if n, as := compoundAt(d.text, i); n > 0 {
			return d.put(as, i, n)
		}
		return d.sign(i, rune(c), 1)
	case class&isWide != 0:
		r, size := utf8.DecodeRune(d.text[i:])
		return d.sign(i, r, size)
	}
	d.out.add(c, d.source.origin(i))
	return i + 1
}

// sign writes a single sign, read as a letter where its neighbours allow. "!", "|", "+" and
// brackets must stand between letters, as they otherwise punctuate.
func (d *decoder) sign(i int, r rune, size int) int {
	as, ok := signs[r]
	before, after := d.part(i-1), d.part(i+size)
	switch {
	case !ok:
	case r == '@', r == '$', r >= utf8.RuneSelf:
		ok = before || after
	default:
		ok = before && after && !d.barred(i)
	}
	if !ok {
		for range size {
			d.out.add(d.text[i], d.source.origin(i))
			i++
		}
		return i
	}
	if as == 1 {
		as, d.ambiguous = d.one, true
	}
	return d.put(as, i, size)
}

// barred reports one of several bars that stand between single letters.
func (d *decoder) barred(i int) bool {
	return d.text[i] == '|' && (i >= 2 && d.text[i-2] == '|' || i+2 < len(d.text) && d.text[i+2] == '|')
}

func (d *decoder) put(as byte, i, size int) int {
	o := d.source.origin(i)
	o.to = d.source.origin(i + size - 1).to
	d.out.add(as, o)
	d.changed = true
	return i + size
}

// part reports a letter, digit or sign that can be part of a disguised word.
func (d *decoder) part(i int) bool {
	return i >= 0 && i < len(d.text) && (classes[d.text[i]]&(isLetter|isDigit|isWide) != 0 || d.text[i] == '$' || d.text[i] == '@')
}

func consonant(text []byte, i int) bool {
	return classAt(text, i)&isLetter != 0 && !vowel(text[i]) && text[i] != 'v'
}

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}
