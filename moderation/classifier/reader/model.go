package reader

import (
	"fmt"
	"math"
	"math/bits"
	"sync"

	"parley/moderation"
	"parley/moderation/classifier"
)

// Model scores comments. It is read-only and safe for concurrent use.
type Model struct {
	parameters Parameters
	vocabulary *Vocabulary
	phrases    phraseTable
	known      moderation.Set
	pool       sync.Pool // *reading
}

// New makes a model of parameters that fit together, and says what does not fit.
func New(p Parameters) (*Model, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("model %s: %w", p.Name, err)
	}
	v, err := NewVocabulary(p.Forms, p.Traits, p.Variants)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", p.Name, err)
	}
	m := &Model{parameters: p, vocabulary: v, phrases: phraseTable{
		weights: p.Phrases, unit: p.PhraseUnit, bias: p.PhraseBias,
		bits: uint(bits.TrailingZeros(uint(len(p.Phrases) / weightStride))),
	}}
	for _, c := range Heads() {
		m.known |= moderation.SetOf(c)
	}
	m.pool.New = func() any { return new(reading) }
	return m, nil
}

// Name says what kind of model this is, for reasons and logs.
func (m *Model) Name() string { return m.parameters.Name }

// Version says which training run the weights come from.
func (m *Model) Version() string { return m.parameters.Version }

// Parameters are the weights of m, to be read only.
func (m *Model) Parameters() Parameters { return m.parameters }

// Vocabulary is the model's, to cut texts exactly as it does.
func (m *Model) Vocabulary() *Vocabulary { return m.vocabulary }

// reading is the working memory of one Classify call.
type reading struct {
	text Text
	sums phraseSums
}

// Classify scores a comment, replacing what out held and reusing its slices. A text in a
// language that the model was not trained on gets no scores and Unknown = "language".
// Evidence is looked for only where some score reaches EvidenceFrom.
func (m *Model) Classify(in *classifier.Input, out *classifier.Result) {
	*out = classifier.Result{Evidence: out.Evidence[:0]}
	r := m.pool.Get().(*reading)
	defer m.pool.Put(r)
	m.vocabulary.Scan(in.Text, &r.text)
	if foreign(m.vocabulary, &r.text) {
		out.Unknown = "language"
		return
	}
	out.Known = m.known
	m.phrases.sum(&r.text, &r.sums)
	var best [NumHeads]float64
	windows(len(r.text.Tokens), func(from, to int) {
		z := m.phrases.logits(&r.sums, from, to)
		for h := range z {
			best[h] = max(best[h], m.parameters.Fast[h].probability(z[h]))
		}
	})
	for h, c := range Heads() {
		out.Scores[c] = best[h]
	}
}

// A comment is read through windows, so that abuse is not drowned in padding.
const (
	windowTokens = 96
	windowStep   = 64
)

// windows calls f for every window of n tokens; once for an empty text.
func windows(n int, f func(from, to int)) {
	for from := 0; ; from += windowStep {
		to := min(n, from+windowTokens)
		f(from, to)
		if to == n {
			return
		}
	}
}

func (l Line) probability(z float64) float64 { return sigmoid(l.Slope*z + l.Offset) }

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
