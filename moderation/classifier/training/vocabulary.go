package training

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"

	"parley/moderation/classifier/reader"
)

// Bounds of the vocabulary.
const (
	seenOften      = 3      // training words seen at least so often are in
	commonRank     = 30_000 // and of the words that have a vector, the most common ones
	sensitiveWords = 2000   // words to which disguised spellings lead back
)

// wordList is a vocabulary in the making: the words, spelled out.
type wordList struct {
	words    []string
	traits   []reader.WordTraits
	variants []reader.Variant
	spelling [][]int32 // of every word, the rows of its letters in a network's table
}

// tally is how often a word was seen, and how often in abusive rows.
type tally struct{ all, abusive, clean float64 }

// buildWords chooses the vocabulary of a model from the rows that it will learn from.
func buildWords(rows []Row, lex *lexicon, vectors map[string]*wordVector) (*wordList, error) {
	counts, err := countWords(rows)
	if err != nil {
		return nil, err
	}
	chosen := map[string]bool{}
	for word, c := range counts {
		if c.all >= seenOften {
			chosen[word] = true
		}
	}
	for word, v := range vectors {
		if v.rank < commonRank && len(word) <= reader.MaxWordBytes && !strings.ContainsAny(word, "0123456789/") {
			chosen[word] = true
		}
	}
	for _, special := range reader.SpecialForms() {
		chosen[special] = true
	}
	for word := range lex.classes {
		chosen[word] = true
	}
	list := &wordList{}
	for word := range chosen {
		list.words = append(list.words, word)
	}
	slices.SortFunc(list.words, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b].all, counts[a].all), cmp.Compare(a, b))
	})
	sensitive := sensitiveSet(counts, lex)
	disguised := make(map[string]bool, len(sensitive))
	for _, word := range sensitive {
		disguised[word] = true
	}
	list.traits = make([]reader.WordTraits, len(list.words))
	for i, word := range list.words {
		list.traits[i] = reader.WordTraits{
			Class:     lex.classes[word],
			Frequency: uint8(bits.Len(uint(counts[word].all))),
			Sensitive: disguised[word],
		}
	}
	list.addVariants(sensitive)
	list.spell()
	return list, nil
}

// spell finds the rows of every word's letters. Words are read by their letters too, so that
// what is learned of one form of a word is known of the others.
func (l *wordList) spell() {
	l.spelling = make([][]int32, len(l.words))
	for i, word := range l.words {
		reader.EachLetterRow([]byte(word), func(row int) { l.spelling[i] = append(l.spelling[i], int32(row)) })
	}
}

func countWords(rows []Row) (map[string]tally, error) {
	blank, err := reader.NewVocabulary(nil, nil, nil)
	if err != nil {
		return nil, err
	}
	counts := map[string]tally{}
	var text reader.Text
	for i := range rows {
		blank.Scan(rows[i].Text, &text)
		for j := range text.Tokens {
			word := string(text.Folded(&text.Tokens[j]))
			if word == "" {
				continue
			}
			c := counts[word]
			c.all++
			if target := rows[i].Targets[toxicity]; rows[i].Trust[toxicity] > 0 {
				c.abusive += float64(target)
				c.clean += 1 - float64(target)
			}
			counts[word] = c
		}
	}
	return counts, nil
}

// sensitiveSet ranks words by how much they speak for abuse, identity terms and slurs
// first: these are the words that people disguise.
func sensitiveSet(counts map[string]tally, lex *lexicon) []string {
	var abusive, clean float64
	for _, c := range counts {
		abusive += c.abusive
		clean += c.clean
	}
	type ranked struct {
		word  string
		score float64
	}
	var all []ranked
	for word, c := range counts {
		if len(word) < 3 || word[0] < 'a' || word[0] > 'z' {
			continue
		}
		odds := math.Log((c.abusive + 1) / (abusive + 1) * (clean + 1) / (c.clean + 1))
		class := lex.classes[word]
		switch {
		case class == reader.Identity || class == reader.Slur || lex.obscene[word] || lex.sexual[word]:
			odds += 100
		case c.all < 8 || odds < 0.7:
			continue
		}
		all = append(all, ranked{word, odds * math.Log(c.all+1)})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.word, b.word))
	})
	var words []string
	for _, r := range all[:min(len(all), sensitiveWords)] {
		words = append(words, r.word)
	}
	return words
}

// addVariants lists the disguised spellings of the sensitive words: one letter left out,
// and letters hidden behind stars.
func (l *wordList) addVariants(sensitive []string) {
	row := make(map[string]int32, len(l.words))
	for i, word := range l.words {
		row[word] = int32(i)
	}
	taken := map[uint64]bool{}
	for _, word := range sensitive {
		at, ok := row[word]
		if !ok {
			continue
		}
		for _, spelling := range disguises(word) {
			form := reader.FormOf(spelling)
			if _, isWord := row[spelling]; !isWord && !taken[form] {
				taken[form] = true
				l.variants = append(l.variants, reader.Variant{Form: form, Word: at})
			}
		}
	}
}

func disguises(word string) []string {
	var all []string
	n := len(word)
	if n >= 5 {
		for i := 1; i < n; i++ {
			all = append(all, word[:i]+word[i+1:])
		}
	}
	for i := 1; i < n; i++ {
		all = append(all, word[:i]+"*"+word[i+1:])
	}
	vowels := []byte(word)
	for i := 1; i < n; i++ {
		if strings.IndexByte("aeiou", vowels[i]) >= 0 {
			vowels[i] = '*'
		}
	}
	all = append(all, string(vowels), word[:1]+strings.Repeat("*", n-2)+word[n-1:])
	for i := 1; i < n-1 && n >= 4; i++ {
		all = append(all, word[:i]+"**"+word[i+2:])
	}
	if n == 4 {
		all = append(all, word[:1]+"***")
	}
	return all
}

// forms are the words as the reader knows them.
func (l *wordList) forms() []uint64 {
	forms := make([]uint64, len(l.words))
	for i, word := range l.words {
		forms[i] = reader.FormOf(word)
	}
	return forms
}
