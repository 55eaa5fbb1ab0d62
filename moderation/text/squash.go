package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// run says of one letter of a squashed reading what was made of it.
type run struct {
	n      uint8 // how often the letter stood in a row, at most 255
	spaced bool  // it was spelled out: a single letter among single letters
	chain  bool  // and is joined to the one before
}

// Squash writes a folded word the way the Squashed readings write it: every run of the same
// letter as one. Look for Squash(word) there, then ask Spells whether the stretch is word.
func Squash(folded string) string {
	var b strings.Builder
	last := rune(-1)
	for _, r := range folded {
		if r != last || !unicode.IsLetter(r) {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// Spells reports whether a squashed reading spells a folded word at byte i of its text, and
// where it ends. Letters may be stretched ("moooron") but a doubled letter must have been
// doubled: "as" does not spell "ass", and "boob" does not spell "bob". Where the reading
// repeats the one it is built from, the word must stand there letter by letter.
func (v *Views) Spells(k Kind, i int, word string) (end int, ok bool) {
	w := v.View(k)
	if v.Repeats(k) || k != Squashed && k != SquashedL {
		return i + len(word), bytes.HasPrefix(w.Text[min(i, len(w.Text)):], []byte(word))
	}
	runs := v.runs[k]
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		want, letter := 0, word[:size]
		for strings.HasPrefix(word, letter) && (want == 0 || unicode.IsLetter(r)) {
			word = word[size:]
			want++
		}
		got, gotSize := utf8.DecodeRune(w.Text[min(i, len(w.Text)):])
		if got != r || !runs[i].stretches(want, r, len(word) == 0) {
			return 0, false
		}
		i += gotSize
	}
	return i, true
}

// stretches reports whether the letter, the last of its word or not, may be meant to stand
// want times.
func (r run) stretches(want int, letter rune, last bool) bool {
	got := int(r.n)
	return got == want || got >= 3 && got > want ||
		got == 2 && want == 1 && (r.spaced || rarelyDoubled(letter, last))
}

// rarelyDoubled are the letters that European languages hardly ever double, at all or at the
// end of a word, so that two are a stretch.
func rarelyDoubled(letter rune, last bool) bool {
	return letter < utf8.RuneSelf &&
		(strings.IndexByte("ahijquvwxy", byte(letter)) >= 0 || last && strings.IndexByte("ckmp", byte(letter)) >= 0)
}

// buildSquashed collapses stretched letters and joins words that separators tear apart.
// Unless the text has either, the reading repeats its source, doubled letters and all.
func (v *Views) buildSquashed(k, from Kind) {
	source := v.View(from)
	if k == SquashedL && v.Repeats(LeetL) {
		v.View(Squashed)
		v.repeat(k, Squashed)
		if v.Repeats(Squashed) {
			return
		}
		v.runs[k] = append(v.runs[k][:0], v.runs[Squashed]...)
		v.chains[k] = v.chains[Squashed]
		return
	}
	if !maybeSquashed(source.Text) {
		v.repeat(k, from)
		return
	}
	s := squasher{source: source, text: source.Text, out: v.start(k), runs: v.runs[k][:0]}
	s.squash()
	v.runs[k], v.chains[k] = s.runs, s.chained
	if !s.changed {
		v.repeat(k, from)
		return
	}
	v.finish(k, s.out)
}

// maybeSquashed is a cheap first look: false where no letter is stretched and no word torn
// apart, as in most comments.
func maybeSquashed(text []byte) bool {
	singles, start := 0, 0 // words of one letter in a row; where this word begins
	for i, c := range text {
		class := classes[c]
		switch {
		case class&isWide != 0:
			return true
		case class&isLetter != 0:
			before, after := classAt(text, i-1), classAt(text, i+1)
			if before&isLetter == 0 {
				start = i
			} else if c == text[i-1] && (after&isLetter != 0 && c == text[i+1] || rarelyDoubled(rune(c), after&isLetter == 0)) {
				return true
			}
			switch {
			case after&isLetter != 0:
			case i-start > 1, c != text[start]:
				singles = 0
			default:
				singles++
			}
			if singles == 3 { // which a chain needs
				return true
			}
		case class&(isSpace|isDigit) == 0 && classAt(text, i-1)&isLetter != 0:
			end := i + 1
			for end < len(text) && text[end] == c && end-i <= widestTear {
				end++
			}
			if classAt(text, end)&isLetter != 0 && tears(text[i:end]) {
				return true
			}
		}
	}
	return false
}

// squasher writes one squashed reading.
type squasher struct {
	source     *View
	text       []byte // of source
	out        *builder
	runs       []run
	changed    bool
	chained    bool // some letters were spelled out
	chainStart int  // where the last chain of single letters begins
}

// fragment is a run of letters in the text.
type fragment struct {
	from, to int
	letters  int
	single   bool // one letter, perhaps stretched
}

func (s *squasher) squash() {
	var last fragment
	chainEnd := 0
	for {
		next, ok := s.nextFragment(last.to)
		if !ok {
			s.keep(last.to, len(s.text))
			return
		}
		gap := s.text[last.to:next.from]
		join, chain := false, false
		if next.single && next.from >= chainEnd {
			chainEnd = max(chainEnd, s.chainEnd(next))
			s.chainStart = next.from
		}
		switch {
		case next.from < chainEnd && next.from > s.chainStart:
			join, chain, s.chained = true, true, true
		case last.to > 0 && tears(gap) && min(last.letters, next.letters) <= 4:
			join = true
		}
		if join {
			s.changed = true
		} else {
			s.keep(last.to, next.from)
		}
		s.word(next, join, run{spaced: next.from < chainEnd, chain: chain})
		last = next
	}
}

// keep copies what is no word.
func (s *squasher) keep(from, to int) {
	for i := from; i < to; i++ {
		s.out.add(s.text[i], s.source.origin(i))
		s.runs = append(s.runs, run{n: 1})
	}
}

// word writes a fragment with every run of a letter as one.
func (s *squasher) word(f fragment, join bool, as run) {
	for i := f.from; i < f.to; {
		r, size := firstRune(s.text[i:])
		n := 1
		end := i + size
		for end < f.to && bytes.HasPrefix(s.text[end:], s.text[i:i+size]) {
			end += size
			n++
		}
		if n >= 3 || n == 2 && rarelyDoubled(r, end == f.to) {
			s.changed = true
		}
		o := s.source.origin(i)
		o.to = s.source.origin(end - 1).to
		as.n = uint8(min(n, 255))
		if join && i == f.from && bytes.HasSuffix(s.out.text, s.text[i:i+size]) {
			s.out.extend(o.to)
			s.runs[len(s.runs)-1].n = uint8(min(255, int(s.runs[len(s.runs)-1].n)+n))
		} else {
			for range size {
				s.out.add(s.text[i], o)
				s.runs = append(s.runs, as)
				i++
			}
		}
		i = end
	}
}

func (s *squasher) nextFragment(i int) (f fragment, ok bool) {
	for i < len(s.text) && !letterAt(s.text, i) {
		i++
	}
	if i == len(s.text) {
		return f, false
	}
	f = fragment{from: i, to: i, single: true}
	first := s.text[i]
	for f.to < len(s.text) && letterAt(s.text, f.to) {
		_, size := firstRune(s.text[f.to:])
		f.single = f.single && s.text[f.to] == first && size == 1
		f.to += size
		f.letters++
	}
	return f, true
}

func letterAt(text []byte, i int) bool {
	c := text[i]
	if c < utf8.RuneSelf {
		return classes[c]&isLetter != 0
	}
	if !utf8.RuneStart(c) {
		return false
	}
	r, _ := firstRune(text[i:])
	return unicode.IsLetter(r) || unicode.IsMark(r)
}

// chainEnd finds the end of a chain of three or more single letters with like separators
// between them, "f u n" or "f-u-n"; 0 where there is none.
func (s *squasher) chainEnd(first fragment) int {
	last, count := first, 1
	var gap []byte
	for {
		next, ok := s.nextSingle(last.to)
		if !ok {
			break
		}
		between := s.text[last.to:next.from]
		if count > 1 && !alike(gap, between) {
			break
		}
		gap, last = between, next
		count++
	}
	if count < 3 {
		return 0
	}
	return last.to
}

// nextSingle finds a single letter that follows soon.
func (s *squasher) nextSingle(i int) (fragment, bool) {
	const widest = 6
	at := i
	for at < len(s.text) && at-i <= widest && !letterAt(s.text, at) {
		if classes[s.text[at]]&isDigit != 0 {
			return fragment{}, false
		}
		at++
	}
	if at == i || at-i > widest || at == len(s.text) {
		return fragment{}, false
	}
	end := at
	for end < len(s.text) && s.text[end] == s.text[at] && letterAt(s.text, end) && s.text[at] < utf8.RuneSelf {
		end++
	}
	if end == at || end < len(s.text) && letterAt(s.text, end) {
		return fragment{}, false
	}
	return fragment{from: at, to: end, letters: end - at, single: true}, true
}

// alike reports whether two separators are the same or both blank.
func alike(a, b []byte) bool {
	return bytes.Equal(a, b) || anyOf(a) == isSpace && anyOf(b) == isSpace
}

// widestTear is how many signs a word may be torn apart by.
const widestTear = 3

// tears reports whether a gap between letters is a separator put inside a word: up to three
// times the same sign, no blank.
func tears(gap []byte) bool {
	if len(gap) == 0 || len(gap) > widestTear || strings.IndexByte(".-_~|/*+=^,:;#", gap[0]) < 0 {
		return false
	}
	for _, c := range gap {
		if c != gap[0] {
			return false
		}
	}
	return true
}
