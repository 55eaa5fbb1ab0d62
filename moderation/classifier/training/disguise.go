package training

import (
	"math/rand/v2"
	"strings"
)

// disguise writes one or two words of a text as people do who hope to slip past a filter:
// digits for letters, gaps, stars, slips of the finger. Words for which rude says true are
// preferred.
func disguise(text string, rude func(word string) bool, rng *rand.Rand) string {
	words := strings.Split(text, " ")
	var likely []int
	for i, word := range words {
		if len(word) >= 4 && isPlainWord(word) && rude(strings.ToLower(word)) {
			likely = append(likely, i)
		}
	}
	for range 1 + rng.IntN(2) {
		at := rng.IntN(len(words))
		if len(likely) > 0 && rng.Float32() < 0.8 {
			at = pick(rng, likely)
		}
		if len(words[at]) >= 4 && isPlainWord(words[at]) {
			words[at] = disguiseWord(words[at], rng)
		}
	}
	return strings.Join(words, " ")
}

func isPlainWord(word string) bool {
	for i := range len(word) {
		if c := word[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

func disguiseWord(word string, rng *rand.Rand) string {
	at := 1 + rng.IntN(len(word)-2)
	switch rng.IntN(8) {
	case 0, 1:
		var out strings.Builder
		for i := range len(word) {
			if sign, ok := signFor[word[i]|0x20]; ok && rng.Float32() < 0.7 {
				out.WriteByte(sign)
			} else {
				out.WriteByte(word[i])
			}
		}
		return out.String()
	case 2:
		return strings.Join(strings.Split(word, ""), pick(rng, []string{" ", ".", "-"}))
	case 3:
		return word[:at] + "*" + word[at+1:]
	case 4:
		return word[:at] + strings.Repeat(word[at:at+1], 2+rng.IntN(4)) + word[at+1:]
	case 5: // neighbours swapped
		return word[:at] + word[at+1:at+2] + word[at:at+1] + word[at+2:]
	case 6: // one letter missing
		return word[:at] + word[at+1:]
	default:
		return word[:at] + " " + word[at:]
	}
}

// signFor is what stands for a letter most often.
var signFor = map[byte]byte{'a': '4', 'e': '3', 'i': '1', 'o': '0', 's': '$', 't': '7', 'b': '8', 'g': '9', 'l': '1'}
