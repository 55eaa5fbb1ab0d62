package reader

import "parley/moderation/classifier"

// ScanInput cuts a comment into tokens as Scan does, and marks what it repeats of the
// article and of the comment it answers: those words are not the commenter's.
func (v *Vocabulary) ScanInput(in *classifier.Input, t *Text) {
	v.Scan(in.Text, t)
	if in.Title != "" || in.Summary != "" {
		t.title.listen(v, in.Title, in.Summary)
		t.title.mark(v, t.Tokens, FromTitle)
	}
	if in.Parent != "" {
		t.parent.listen(v, in.Parent, "")
		t.parent.mark(v, t.Tokens, FromParent)
	}
}

// echo remembers the phrases of a context. Many comments share one, so it is read anew
// only when it changes.
type echo struct {
	first, second string
	text          *Text
	phrases       map[uint64]struct{}
}

// echoWords is how many words in a row make a phrase that nobody repeats by chance.
const echoWords = 3

// maxEchoBytes of each text are remembered: a title, a summary, the start of a comment.
const maxEchoBytes = 2000

func (e *echo) listen(v *Vocabulary, first, second string) {
	first, second = first[:min(len(first), maxEchoBytes)], second[:min(len(second), maxEchoBytes)]
	if e.phrases != nil && e.first == first && e.second == second {
		return
	}
	if e.phrases == nil {
		e.phrases, e.text = make(map[uint64]struct{}), new(Text)
	}
	e.first, e.second = first, second
	clear(e.phrases)
	for _, text := range [...]string{first, second} {
		v.Scan(text, e.text)
		eachPhrase(v, e.text.Tokens, func(h uint64, _ [echoWords]int) { e.phrases[h] = struct{}{} })
	}
}

func (e *echo) mark(v *Vocabulary, tokens []Token, m Marks) {
	if len(e.phrases) == 0 {
		return
	}
	eachPhrase(v, tokens, func(h uint64, at [echoWords]int) {
		if _, repeated := e.phrases[h]; !repeated {
			return
		}
		for _, i := range at {
			tokens[i].Marks |= m
		}
	})
}

// everydayFrequency is the trait of the few words that are in every sentence.
const everydayFrequency = 13

// eachPhrase calls f for every three words in a row, marks between them left aside, of
// which at least one is no everyday word.
func eachPhrase(v *Vocabulary, tokens []Token, f func(hash uint64, at [echoWords]int)) {
	var at [echoWords]int
	seen := 0
	for i := range tokens {
		if tokens[i].End-tokens[i].Start < 2 && tokens[i].Class == Plain {
			continue
		}
		at[0], at[1], at[2] = at[1], at[2], i
		if seen++; seen < echoWords {
			continue
		}
		hash, telling := uint64(0), false
		for _, k := range at {
			hash = pair(saltTriple, hash, tokens[k].Form)
			telling = telling || v.Traits(tokens[k].Word).Frequency < everydayFrequency
		}
		if telling {
			f(hash, at)
		}
	}
}
