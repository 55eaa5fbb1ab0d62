package text

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// Language guesses which language the comment is in: a BCP 47 code such as "en" or "uk", and
// how sure the guess is, in (0,1]. The code is "" with confidence 0 where too little speaks
// for any one. The guess looks at scripts, at letters that few languages use and at frequent
// words, so a comment of one or two rare words has no language.
func (v *Views) Language() (code string, confidence float64) {
	var l languageVotes
	text := v.View(Plain).Text
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if classes[c]&isLetter != 0 {
				l.scripts[latin]++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		l.rune(r)
		i += size
	}
	script, share := l.mainScript()
	if share < 0.5 {
		return "", 0
	}
	if only := scriptLanguage[script]; only != "" {
		return only, share
	}
	switch script {
	case arabic:
		return either(l.persian > 0, "fa", "ar"), share * 0.8
	case han:
		return either(l.scripts[kana] > 0, "ja", "zh"), share
	}
	folded := v.View(Folded)
	for _, t := range v.Tokens(Folded) {
		l.word(folded.Word(t))
	}
	return l.best(script, share)
}

type script uint8

const (
	unknownScript script = iota
	latin
	cyrillic
	greek
	hebrew
	arabic
	devanagari
	thai
	hangul
	kana
	han
	numScripts
)

// scriptLanguage names the language of scripts that in practice write one.
var scriptLanguage = [numScripts]string{greek: "el", hebrew: "he", devanagari: "hi", thai: "th", hangul: "ko", kana: "ja"}

func scriptOf(r rune) script {
	switch {
	case r >= 0xc0 && r < 0x250, r >= 0x1e00 && r < 0x1f00:
		return latin
	case r >= 0x370 && r < 0x400, r >= 0x1f00 && r < 0x2000:
		return greek
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x5d0 && r < 0x5eb:
		return hebrew
	case r >= 0x620 && r < 0x700, r >= 0xfb50 && r < 0xfe00, r >= 0xfe70 && r < 0xfeff:
		return arabic
	case r >= 0x900 && r < 0x980:
		return devanagari
	case r >= 0xe00 && r < 0xe80:
		return thai
	case r >= 0x1100 && r < 0x1200, r >= 0xac00 && r < 0xd7b0:
		return hangul
	case r >= 0x3040 && r < 0x3100:
		return kana
	case r >= 0x3400 && r < 0xa000, r >= 0x20000 && r < 0x32000:
		return han
	}
	return unknownScript
}

// languageVotes counts what speaks for each language.
type languageVotes struct {
	scripts [numScripts]int
	persian int
	votes   [len(languages)]float64
	words   int
	hits    int
}

func (l *languageVotes) rune(r rune) {
	l.scripts[scriptOf(r)]++
	if strings.ContainsRune("پچژگکی", r) {
		l.persian++
	}
	set := letterLanguages[r]
	if n := bits.OnesCount32(set); n > 0 {
		l.vote(set, 0.5/float64(n))
	}
}

func (l *languageVotes) word(word []byte) {
	l.words++
	set := wordLanguages[string(word)]
	n := bits.OnesCount32(set)
	if n == 0 {
		return
	}
	l.hits++
	l.vote(set, 1/float64(n))
}

func (l *languageVotes) vote(set uint32, weight float64) {
	for ; set != 0; set &= set - 1 {
		l.votes[bits.TrailingZeros32(set)] += weight
	}
}

func (l *languageVotes) mainScript() (main script, share float64) {
	sum := 0
	for s := latin; s < numScripts; s++ {
		sum += l.scripts[s]
		if l.scripts[s] > l.scripts[main] || main == unknownScript {
			main = s
		}
	}
	if l.scripts[kana] > 0 && l.scripts[kana]+l.scripts[han] > sum/2 {
		return han, 1
	}
	if sum == 0 {
		return unknownScript, 0
	}
	return main, float64(l.scripts[main]) / float64(sum)
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// best is the language with most votes among those of a script. The confidence is its lead
// over the runner-up, lowered where little was recognised.
func (l *languageVotes) best(main script, share float64) (string, float64) {
	first, second, at := 0.0, 0.0, 0
	for i, votes := range l.votes {
		if languages[i].script != main {
			continue
		}
		switch {
		case votes > first:
			first, second, at = votes, first, i
		case votes > second:
			second = votes
		}
	}
	const enough = 0.9 // one word of its own, or several shared ones
	if first < enough || first < 0.06*float64(l.words) || first-second < 0.15*first {
		return "", 0
	}
	return languages[at].code, share * (first - second) / first * first / (first + 0.5)
}
