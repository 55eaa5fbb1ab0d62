package text

import (
	"bytes"
	"unicode/utf8"
)

// upsideDown are letters that occur where a text is turned upside down.
const upsideDown = "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ"

// buildReversed writes Leet from back to front. Upside-down text is written backwards too,
// with n for u, b for q and d for p, so these are turned where such letters occur.
func (v *Views) buildReversed() {
	source := v.View(Leet)
	b := v.start(Reversed)
	turned := bytes.ContainsAny(v.View(Plain).Text, upsideDown)
	for end := len(source.Text); end > 0; {
		_, size := utf8.DecodeLastRune(source.Text[:end])
		for i := end - size; i < end; i++ {
			c := source.Text[i]
			if turned {
				c = turn(c)
			}
			b.add(c, source.origin(i))
		}
		end -= size
	}
	v.finish(Reversed, b)
}

// turn is the letter that c looks like upside down.
func turn(c byte) byte {
	switch c {
	case 'n':
		return 'u'
	case 'u':
		return 'n'
	case 'b':
		return 'q'
	case 'q':
		return 'b'
	case 'd':
		return 'p'
	case 'p':
		return 'd'
	}
	return c
}
