package training

import "parley/moderation/classifier/reader"

// sequence is a text as table rows.
type sequence struct {
	words   []int32   // vocabulary row; lettered or blank
	letters [][]int32 // of the lettered ones
	marks   []reader.Marks
}

// example is one comment of a batch with what it answers, and what is wanted.
type example struct {
	text          sequence
	title, parent sequence // empty where they are not read
	targets       Targets
	trust         TrustList
}

// Tokens without a vocabulary row.
const (
	lettered int32 = -1 // read by its letters
	blank    int32 = -2 // hidden from the model in this pass
)

// batch is the working memory of one pass forth and back over several comments. The texts
// of all examples stand one after the other: first the comments, then their contexts.
type batch struct {
	examples []example
	texts    []*sequence
	from     []int // first token of every text, and the number of all
	titleAt  []int // of every example, the place of its title in texts; -1 for none
	parentAt []int
	state    [][]float32
	seen     [][]float32
	rise     [][]float32 // what each layer added
	summary  []float32
	topAt    []int32 // of every text, where its maxima come from
	shares   []float32
	kept     []float32 // dropout mask of summary
	inner    []float32
	logits   []float32

	dState, dSeen, dRise, turnedRise, turnedSeen []float32
}

func (b *batch) tokens() int { return b.from[len(b.from)-1] }

// paddedTokens rounds up to what vector.Multiply is fast at.
func paddedTokens(n int) int { return (n + 7) &^ 7 }

// lay arranges the texts and makes room for a pass.
func (b *batch) lay(layers int) {
	b.texts, b.titleAt, b.parentAt = b.texts[:0], b.titleAt[:0], b.parentAt[:0]
	for i := range b.examples {
		b.texts = append(b.texts, &b.examples[i].text)
	}
	context := func(s *sequence) int {
		if len(s.words) == 0 {
			return -1
		}
		b.texts = append(b.texts, s)
		return len(b.texts) - 1
	}
	for i := range b.examples {
		b.titleAt = append(b.titleAt, context(&b.examples[i].title))
		b.parentAt = append(b.parentAt, context(&b.examples[i].parent))
	}
	b.from = append(b.from[:0], 0)
	for i, s := range b.texts {
		b.from = append(b.from, b.from[i]+len(s.words))
	}
	n, k := b.tokens(), len(b.examples)
	b.state, b.seen, b.rise = resizeAll(b.state, layers+1, n*width), resizeAll(b.seen, layers, n*reach), resizeAll(b.rise, layers, n*width)
	b.summary, b.kept = resize(b.summary, k*summary), resize(b.kept, k*summary)
	b.topAt = make([]int32, len(b.texts)*width)
	b.shares = resize(b.shares, n*reader.NumQueries)
	b.inner, b.logits = resize(b.inner, k*hidden), resize(b.logits, k*heads)
	b.dState, b.dSeen, b.dRise = resize(b.dState, n*width), resize(b.dSeen, n*reach), resize(b.dRise, n*width)
	b.turnedRise, b.turnedSeen = resize(b.turnedRise, paddedTokens(n)*width), resize(b.turnedSeen, paddedTokens(n)*reach)
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n, n+n/2)
	}
	return s[:n]
}

func resizeAll(s [][]float32, count, n int) [][]float32 {
	for len(s) < count {
		s = append(s, nil)
	}
	for i := range s {
		s[i] = resize(s[i], n)
	}
	return s
}
