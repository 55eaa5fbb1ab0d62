package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns what the Folded reading makes of a text that stands alone: lower case, no
// diacritics, look-alikes as the ASCII letters they imitate, nothing invisible. Folding
// twice changes nothing. It allocates; to fold comments use a Views.
func Fold(s string) string {
	var v Views
	v.Reset(s)
	v.repeat(Plain, Raw)
	v.built |= 1 << Plain
	return v.View(Folded).String()
}

// Spellings returns the folded forms under which a listed word can turn up. Most have one.
// A word of another script whose letters all look Latin ("сор") has two: among words of
// its own script it stays as it is, alone it is read as Latin.
func Spellings(word string) []string {
	alone := Fold(word)
	f := folder{native: true}
	f.fold(&View{Text: []byte(word)})
	if among := string(f.out.text); among != alone {
		return []string{alone, among}
	}
	return []string{alone}
}

func (v *Views) buildFolded() {
	plain := v.View(Plain)
	union := anyOf(plain.Text)
	b := v.start(Folded)
	v.lowered = union&(isWide|isDropped) == 0 && v.Repeats(Plain)
	if union&(isWide|isDropped) == 0 {
		b.text = append(b.text, plain.Text...)
		lowerASCII(b.text)
		v.views[Folded] = View{Text: b.text, raw: v.raw, at: plain.at}
		return
	}
	f := folder{out: *b}
	f.native = nativeScript(plain.Text)
	f.fold(plain)
	*b = f.out
	v.finish(Folded, b)
}

func lowerASCII(text []byte) {
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			text[i] = c + 'a' - 'A'
		}
	}
}

// folder folds one text rune by rune.
type folder struct {
	out    builder
	native bool // the text has words truly written in another script
	mixed  bool // the current word mixes Latin with another script
	eager  bool // take every word for mixed
}

func (f *folder) fold(source *View) {
	text := source.Text
	wordEnd, flagsEnd, lettersEnd := 0, 0, 0
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if classes[c]&isDropped == 0 {
				f.out.add(c, source.origin(i))
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		o := source.origin(i)
		o.to = max(o.to, source.origin(i+size-1).to)
		if regional(r) && i >= lettersEnd && i >= flagsEnd {
			if end, flags := regionalRun(text, i); flags {
				flagsEnd = end
			} else {
				lettersEnd = end
			}
		}
		if i >= wordEnd && inWord(r) {
			var s scripts
			s, wordEnd = wordScripts(text, i)
			f.mixed = f.eager || s.latin && s.foreign
		}
		switch {
		case r == utf8.RuneError && size == 1, invisible(r):
		case ornament(r):
			f.out.extend(o.to)
		case i < flagsEnd:
			f.out.addRune(r, o)
		default:
			f.rune(r, o)
		}
		i += size
	}
}

// rune writes the folded form of one visible rune.
func (f *folder) rune(r rune, o origin) {
	if f.letter(r, o) {
		return
	}
	lower := unicode.ToLower(r)
	parts := decomposition(lower)
	if len(parts) == 0 {
		f.out.addRune(lower, o)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		parts = parts[size:]
		if !invisible(part) && !ornament(part) && !f.letter(part, o) {
			f.out.addRune(unicode.ToLower(part), o)
		}
	}
}

// letter writes a look-alike, in either case, as the letters it is read as.
func (f *folder) letter(r rune, o origin) bool {
	l, ok := lookalikes[r]
	if !ok {
		if l, ok = lookalikes[unicode.ToLower(r)]; !ok {
			return false
		}
	}
	if l.when == always || f.mixed || l.when == strict && !f.native {
		f.out.addString(l.as, o)
		return true
	}
	return false
}

// decomposition is what Unicode's compatibility decomposition (UAX #15, NFKD) makes of r:
// nil where that is r itself, or where it would tear off marks that folding keeps, such as
// the voicing of kana.
func decomposition(r rune) []byte {
	var encoded [utf8.UTFMax]byte
	parts := norm.NFKD.Properties(utf8.AppendRune(encoded[:0], r)).Decomposition()
	for rest := parts; len(rest) > 0; {
		part, size := utf8.DecodeRune(rest)
		if unicode.IsMark(part) && !ornament(part) {
			return nil
		}
		rest = rest[size:]
	}
	return parts
}

func (b *builder) addRune(r rune, o origin) {
	n := len(b.text)
	b.text = utf8.AppendRune(b.text, r)
	for range len(b.text) - n {
		b.at = append(b.at, o)
	}
}
