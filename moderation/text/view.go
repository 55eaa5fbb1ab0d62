package text

import (
	"unicode/utf8"

	"parley/moderation"
)

// View is one reading of a comment. It belongs to a Views and is valid until that is Reset.
type View struct {
	Text []byte // valid UTF-8 except in Raw and Plain; must not be changed

	raw string
	at  []origin // where each byte of Text comes from; nil when offsets equal those in raw
}

// origin is the range of raw bytes that one byte of a view stands for.
type origin struct{ from, to uint32 }

// String is a copy of the view's text that outlives the next Reset.
func (w *View) String() string { return string(w.Text) }

// Origin maps the range [from,to) of the view to the raw text it was read from. The answer
// lies inside the raw text and covers whole runes; ranges outside the view are cut to it.
func (w *View) Origin(from, to int) moderation.Span {
	from = min(max(from, 0), len(w.Text))
	to = min(max(to, from), len(w.Text))
	if from == to {
		return w.point(from)
	}
	if w.at == nil {
		return wholeRunes(w.raw, from, to)
	}
	first, last := w.at[from], w.at[to-1]
	if first.from > last.from { // a reversed view
		first, last = last, first
	}
	return wholeRunes(w.raw, int(first.from), int(max(first.to, last.to)))
}

// point is the empty span at a position of the view.
func (w *View) point(at int) moderation.Span {
	switch {
	case w.at == nil:
	case at < len(w.at):
		at = int(w.at[at].from)
	default:
		at = len(w.raw)
	}
	from := runeStart(w.raw, at)
	return moderation.Span{From: from, To: from}
}

// origin is the raw range of the byte at i.
func (w *View) origin(i int) origin {
	if w.at == nil {
		return origin{uint32(i), uint32(i + 1)}
	}
	return w.at[i]
}

// wholeRunes widens [from,to) so that it splits no rune of raw.
func wholeRunes(raw string, from, to int) moderation.Span {
	from = runeStart(raw, from)
	if start := runeStart(raw, to); start < to {
		_, size := utf8.DecodeRuneInString(raw[start:])
		to = start + size
	}
	return moderation.Span{From: from, To: to}
}

// runeStart is the start of the rune that the byte at i belongs to. A stray continuation
// byte is a rune of its own.
func runeStart(raw string, i int) int {
	if i >= len(raw) || utf8.RuneStart(raw[i]) {
		return min(i, len(raw))
	}
	for back := 1; back < utf8.UTFMax && back <= i; back++ {
		if utf8.RuneStart(raw[i-back]) {
			if _, size := utf8.DecodeRuneInString(raw[i-back:]); size > back {
				return i - back
			}
			break
		}
	}
	return i
}
