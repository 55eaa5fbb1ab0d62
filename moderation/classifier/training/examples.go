package training

import (
	"context"
	"math"
	"math/rand/v2"

	"parley/moderation/classifier/reader"
)

// How the second stage is trained.
const (
	batchSize    = 48
	spellWord    = 0.05 // share of words read by their letters although they are known
	maxReadWords = 96
)

// dropout says how much is hidden from a network while it learns, so that it leans on no
// single word. The specialist sees few rows often and needs more of it.
type dropout struct {
	summary float32 // share of the summary
	words   float32 // share of the words
}

// exampleMaker turns rows into what the network reads.
type exampleMaker struct {
	vocabulary *reader.Vocabulary
	dropout    dropout
	silence    float32 // see lesson
	text       reader.Text
}

// make reads row. A nil rng reads it as it is; else words are hidden or spelled out.
func (m *exampleMaker) make(row *Row, rng *rand.Rand) example {
	ex := example{targets: row.Targets, trust: row.Trust}
	if m.silence > 0 && row.Source != specialty {
		ex.targets, ex.trust = evenOdds(m.silence)
	}
	m.vocabulary.ScanInput(&row.Input, &m.text)
	short := len(m.text.Tokens) <= reader.ShortComment
	ex.text = m.sequence(maxReadWords, rng)
	if short && row.Title != "" {
		m.vocabulary.Scan(row.Title, &m.text)
		ex.title = m.sequence(reader.TitleTokens, rng)
	}
	if short && row.Parent != "" {
		m.vocabulary.Scan(row.Parent, &m.text)
		ex.parent = m.sequence(reader.ParentTokens, rng)
	}
	return ex
}

// evenOdds is no opinion where the specialty's rows have one.
func evenOdds(weight float32) (targets Targets, trust TrustList) {
	for _, h := range []int{toxicity, identityAttack} {
		targets[h], trust[h] = 0.5, weight
	}
	return targets, trust
}

// sequence reads the first tokens of m.text.
func (m *exampleMaker) sequence(most int, rng *rand.Rand) (s sequence) {
	tokens := m.text.Tokens[:min(len(m.text.Tokens), most)]
	for i := range tokens {
		t := &tokens[i]
		word, letters := t.Word, []int32(nil)
		if rng != nil {
			switch p := rng.Float32(); {
			case p < m.dropout.words:
				word = blank
			case p < m.dropout.words+spellWord && t.End-t.Start > 3:
				word = reader.Unseen
			}
		}
		if word == reader.Unseen {
			word = lettered
			reader.EachLetterRow(m.text.Folded(t), func(row int) { letters = append(letters, int32(row)) })
		}
		s.words = append(s.words, word)
		s.letters = append(s.letters, letters)
		s.marks = append(s.marks, t.Marks)
	}
	return s
}

// train passes once over rows in a random order. It asks rate for the step to take, and
// tells it what share of the rows is done.
func (n *network) train(ctx context.Context, m *exampleMaker, rows []*Row, rng *rand.Rand, rate func(done float64) float64) error {
	var b batch
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for at := 0; at < len(rows); at += batchSize {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.examples = b.examples[:0]
		for _, row := range rows[at:min(at+batchSize, len(rows))] {
			b.examples = append(b.examples, m.make(row, rng))
		}
		n.forward(&b, m.dropout.summary, rng)
		n.backward(&b)
		n.update(rate(float64(at) / float64(len(rows))))
	}
	return nil
}

// readRows tells the raw scores of every row.
func (n *network) readRows(rows []Row, v *reader.Vocabulary, tell func(i int, logits []float32)) {
	m := &exampleMaker{vocabulary: v}
	var b batch
	for at := 0; at < len(rows); at += batchSize {
		b.examples = b.examples[:0]
		for i := at; i < min(at+batchSize, len(rows)); i++ {
			b.examples = append(b.examples, m.make(&rows[i], nil))
		}
		n.forward(&b, 0, nil)
		for i := range b.examples {
			tell(at+i, b.logits[i*heads:][:heads])
		}
	}
}

// rateAt rises over the first part of the training and falls to nothing along a cosine.
func rateAt(share float64) float64 {
	const rise = 0.03
	if share < rise {
		return share/rise + 0.01
	}
	return 0.5 + 0.5*math.Cos(math.Pi*(share-rise)/(1-rise))
}
