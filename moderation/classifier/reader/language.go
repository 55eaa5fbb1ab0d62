package reader

import "unicode/utf8"

// commonFrequency is the trait of words that ordinary English text is made of: seen in
// training at least 2^8 times.
const commonFrequency = 8

// foreign guesses whether a text is in a language that the model was not trained on. It
// needs a few words to say so: names, cries and emoji belong to every language.
func foreign(v *Vocabulary, t *Text) bool {
	words, common, otherScript := 0, 0, 0
	for i := range t.Tokens {
		tok := &t.Tokens[i]
		spelled := t.Folded(tok)
		if len(spelled) == 0 {
			continue
		}
		r, size := utf8.DecodeRune(spelled)
		switch {
		case r >= utf8.RuneSelf && isWordRune(r):
			words++
			otherScript += max(1, len(spelled)/size/4) // scripts without spaces
		case isWordRune(r):
			if len(spelled) == 1 && r != 'i' && r != 'a' {
				continue
			}
			words++
			if tok.Marks&Disguised != 0 || v.Traits(tok.Word).Frequency >= commonFrequency {
				common++
			}
		}
	}
	if otherScript >= 2 && otherScript > words/2 {
		return true
	}
	return words >= 4 && common*4 < words
}
