package rule

import (
	"strings"

	"parley/moderation/text"
)

// backwards knows which words of a comment may be listed words written from back to front,
// so that the reversed reading is made and searched only where there is something to find.
// The zero value knows none.
type backwards struct {
	likely [1024]uint64 // a bit per hash, to say no quickly
	words  map[uint64]bool
}

func (b *backwards) add(word string) {
	h := uint64(fnvOffset)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * fnvPrime
	}
	if b.words == nil {
		b.words = make(map[uint64]bool)
	}
	b.words[h] = true
	b.likely[h>>48/64] |= 1 << (h >> 48 % 64)
}

// The 64-bit FNV-1a hash (Fowler, Noll, Vo).
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// has reports whether a word, read from back to front, was added. Digits hung on it do not count.
func (b *backwards) has(word []byte) bool {
	word = trimDigits(word)
	for len(word) > 0 && word[0] >= '0' && word[0] <= '9' {
		word = word[1:]
	}
	if len(word) < shortestReversed {
		return false
	}
	h := uint64(fnvOffset)
	for i := len(word) - 1; i >= 0; i-- {
		h = (h ^ uint64(word[i])) * fnvPrime
	}
	return b.likely[h>>48/64]&(1<<(h>>48%64)) != 0 && b.words[h]
}

// upsideDown are letters of texts that are turned upside down, which are written backwards.
const upsideDown = "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ"

// maybeBackwards reports whether a comment may have listed words written backwards.
func (s *Set) maybeBackwards(raw string, views *text.Views) bool {
	if len(s.backwards.words) == 0 {
		return false
	}
	kind := text.Leet
	if views.Repeats(text.Leet) {
		kind = text.Folded
	}
	view := views.View(kind)
	for _, t := range views.Tokens(kind) {
		if s.backwards.has(view.Word(t)) {
			return true
		}
	}
	return turned(raw)
}

// turned reports whether letters of upside-down text occur.
func turned(raw string) bool {
	for i := range len(raw) {
		if c := raw[i]; c >= 0xc6 && c <= 0xca { // where most of these letters begin in UTF-8
			return strings.ContainsAny(raw, upsideDown)
		}
	}
	return false
}
