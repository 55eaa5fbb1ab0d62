package text

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Loudness says how a comment looks rather than what it says. The zero value is silence.
type Loudness struct {
	Visible    int // runes that are displayed, blanks not counted
	Letters    int // letters that have a capital form, in either case
	Capitals   int // capital letters among them
	LongestRun int // the most of the same visible rune in a row
	Marks      int // the most combining marks on one letter
	AllMarks   int // combining marks in all
	Emoji      int // emoji, custom ones included; one that is joined of several counts once
	Lines      int // lines, empty ones included; 0 for an empty comment
	Mentions   int // of users, roles, everyone and here
}

// CapitalShare is the share of capitals among cased letters, in [0,1].
func (l Loudness) CapitalShare() float64 { return share(l.Capitals, l.Letters) }

// EmojiShare is the share of emoji among visible runes, in [0,1].
func (l Loudness) EmojiShare() float64 { return share(l.Emoji, l.Visible) }

// MarksPerLetter is how many combining marks stand on a visible rune on average; ordinary
// text of any language stays below 1.5, "zalgo" does not.
func (l Loudness) MarksPerLetter() float64 {
	return float64(l.AllMarks) / float64(max(1, l.Visible))
}

func share(part, whole int) float64 { return min(1, float64(part)/float64(max(1, whole))) }

// Loudness measures the Plain reading.
func (v *Views) Loudness() Loudness {
	text := v.View(Plain).Text
	l := Loudness{Mentions: v.mentions, Emoji: v.emoji}
	l.Visible = v.emoji
	if len(text) > 0 {
		l.Lines = 1 + bytes.Count(text, []byte{'\n'})
	}
	s := listener{Loudness: &l}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c == '@' {
				l.Mentions += everyone(text[i+1:])
			}
			s.ascii(c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		s.rune(r)
		i += size
	}
	return l
}

// everyone counts a mention of all that follows "@".
func everyone(rest []byte) int {
	if bytes.HasPrefix(rest, []byte("everyone")) || bytes.HasPrefix(rest, []byte("here")) {
		return 1
	}
	return 0
}

// listener measures rune by rune.
type listener struct {
	*Loudness
	last    rune
	run     int
	marks   int
	joined  bool // a joiner came before: the next emoji belongs to the last one
	halfway bool // the first half of a flag came before
}

func (s *listener) ascii(c byte) {
	class := classes[c]
	s.joined, s.halfway = false, false
	switch {
	case class&(isSpace|isDropped) != 0:
		s.last = 0
		return
	case class&isLetter != 0:
		s.Letters++
		if c <= 'Z' {
			s.Capitals++
		}
	}
	s.see(rune(c))
}

func (s *listener) see(r rune) {
	s.Visible++
	s.marks = 0
	if r != s.last {
		s.last, s.run = r, 0
	}
	s.run++
	s.LongestRun = max(s.LongestRun, s.run)
}

func (s *listener) rune(r rune) {
	const joiner = 0x200d
	switch {
	case r == joiner:
		s.joined = true
		return
	case unicode.IsMark(r) && !invisible(r):
		s.marks++
		s.AllMarks++
		s.Marks = max(s.Marks, s.marks)
		return
	case invisible(r):
		return
	case unicode.IsSpace(r):
		s.last = 0
	case s.joined && pictured(r), s.halfway && regional(r):
		s.halfway = false
	default:
		if pictured(r) {
			s.Emoji++
		}
		if upper := unicode.IsUpper(r); upper || unicode.IsLower(r) {
			s.Letters++
			if upper {
				s.Capitals++
			}
		}
		s.halfway = regional(r)
		s.see(r)
	}
	s.joined = false
}

// pictured reports runes that are displayed as emoji.
func pictured(r rune) bool {
	switch {
	case r < 0x203c:
		return false
	case r >= 0x1f000 && r <= 0x1faff, r >= 0x2600 && r <= 0x27bf, r >= 0x2b00 && r <= 0x2bff && r != 0x2bff,
		r >= 0x231a && r <= 0x23ff, r == 0x203c, r == 0x2049, r == 0x3030, r == 0x303d, r == 0x3297, r == 0x3299:
		return unicode.Is(unicode.So, r) || unicode.Is(unicode.Po, r) || regional(r)
	}
	return false
}
