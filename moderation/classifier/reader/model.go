package reader

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"

	"parley/moderation"
	"parley/moderation/classifier"
)

// Model scores comments. It is read-only and safe for concurrent use.
type Model struct {
	parameters Parameters
	vocabulary *Vocabulary
	phrases    phraseTable
	networks   []network
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
		bits: uint(bits.TrailingZeros(uint(len(p.Phrases) / NumHeads))),
	}}
	for _, n := range p.Networks {
		m.networks = append(m.networks, ready(n))
	}
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
	text    Text
	context Text
	sums    phraseSums

	contextSums phraseSums
	titleJudged string
	titleClean  bool

	memory  [NumNetworks]networkMemory
	windows []window

	// for evidence
	trials     []trial
	keptTokens []Token
	keptSums   [][NumHeads]int32
	keptCounts []int32
}

// window is a stretch of tokens with what the first stage says of it.
type window struct {
	from, to int
	RawScores
}

// Classify scores a comment, replacing what out held and reusing its slices. A text in a
// language that the model was not trained on gets no scores and Unknown = "language".
// Evidence is for the highest score alone, and only from EvidenceFrom on.
func (m *Model) Classify(in *classifier.Input, out *classifier.Result) {
	*out = classifier.Result{Evidence: out.Evidence[:0]}
	r := m.pool.Get().(*reading)
	defer m.pool.Put(r)
	m.vocabulary.ScanInput(in, &r.text)
	if foreign(m.vocabulary, &r.text) {
		out.Unknown = "language"
		return
	}
	out.Known = m.known
	scores, settled := m.firstStage(r)
	if context := m.heed(in, r); len(m.networks) > 0 && (!settled || context.title || context.parent) {
		m.listen(in, r, context)
		scores = m.secondStage(r, out)
	}
	for h, c := range Heads() {
		out.Scores[c] = scores[h]
	}
}

// firstStage reads r.text by its phrases alone; settled reports that it is plainly clean.
func (m *Model) firstStage(r *reading) (best [NumHeads]float64, settled bool) {
	m.phrases.sum(&r.text, &r.sums)
	r.windows = r.windows[:0]
	settled = true
	for from := 0; ; from += windowStep {
		w := window{from: from, to: min(len(r.text.Tokens), from+windowTokens)}
		m.weigh(&w.RawScores, m.phrases.logits(&r.sums, w.from, w.to), w.to-w.from)
		r.windows = append(r.windows, w)
		for h, z := range w.Phrases {
			best[h] = max(best[h], m.parameters.Fast[h].probability(z))
			settled = settled && best[h] < m.parameters.Settle
		}
		if w.to == len(r.text.Tokens) {
			return best, settled
		}
	}
}

// weigh notes what the first stage says of a stretch of so many tokens.
func (m *Model) weigh(s *RawScores, z [NumHeads]float64, tokens int) {
	s.Phrases = z
	s.Length = LengthOf(tokens)
}

// secondStage reads the most suspicious windows with the network too, and looks for
// evidence where the highest score stands out.
func (m *Model) secondStage(r *reading, out *classifier.Result) (best [NumHeads]float64) {
	if len(r.windows) > deepWindows {
		slices.SortFunc(r.windows, func(a, b window) int { return cmp.Compare(b.Phrases[0], a.Phrases[0]) })
		r.windows = r.windows[:deepWindows]
	}
	top, at, score := 0, 0, 0.0
	for i := range r.windows {
		w := &r.windows[i]
		m.read(r, w)
		for h := range best {
			p := m.parameters.Full[h].Probability(h, &w.RawScores)
			best[h] = max(best[h], p)
			if p > score {
				top, at, score = h, i, p
			}
		}
	}
	if score >= EvidenceFrom {
		if at != len(r.windows)-1 {
			m.read(r, &r.windows[at])
		}
		m.findEvidence(r, r.windows[at], top, score, out)
	}
	return best
}

// read lets every network read a window.
func (m *Model) read(r *reading, w *window) {
	for i, n := range m.networks {
		w.Networks[i] = n.read(&r.memory[i], w.from, w.to)
	}
}

// heeded says which of a comment's contexts are read with it.
type heeded struct{ title, parent bool }

// heed decides whether the context matters. It does where the comment is so short that
// what it answers decides what it means ("good riddance" is not the same under every
// headline), and where the first stage does not find that context plainly clean. Many
// comments share a title, so it is judged anew only when it changes.
func (m *Model) heed(in *classifier.Input, r *reading) (context heeded) {
	if len(r.text.Tokens) > ShortComment {
		return heeded{}
	}
	if in.Title != "" {
		if r.titleJudged != in.Title {
			r.titleClean, r.titleJudged = m.isClean(in.Title, r), in.Title
		}
		context.title = !r.titleClean
	}
	context.parent = in.Parent != "" && !m.isClean(in.Parent, r)
	return context
}

// listen prepares every network to read r.text: its contexts first, then its own tokens.
func (m *Model) listen(in *classifier.Input, r *reading, context heeded) {
	for i, n := range m.networks {
		mem := &r.memory[i]
		clear(mem.title[:])
		clear(mem.parent[:])
		if context.title {
			if mem.titleRead != in.Title {
				m.vocabulary.Scan(cut(in.Title), &r.context)
				n.overhear(&r.context, TitleTokens, mem, &mem.titleSummary)
				mem.titleRead = in.Title
			}
			mem.title = mem.titleSummary
		}
		if context.parent {
			m.vocabulary.Scan(cut(in.Parent), &r.context)
			n.overhear(&r.context, ParentTokens, mem, &mem.parent)
		}
		n.embed(&r.text, r.text.Tokens, mem)
	}
}

// isClean reports whether the first stage would settle a text.
func (m *Model) isClean(text string, r *reading) bool {
	m.vocabulary.Scan(cut(text), &r.context)
	m.phrases.sum(&r.context, &r.contextSums)
	z := m.phrases.logits(&r.contextSums, 0, len(r.context.Tokens))
	for h := range m.parameters.Fast {
		if m.parameters.Fast[h].probability(z[h]) >= m.parameters.Settle {
			return false
		}
	}
	return true
}

// cut shortens a context to what can matter.
func cut(text string) string { return text[:min(len(text), maxEchoBytes)] }

// A comment is read through windows, so that abuse is not drowned in padding.
const (
	windowTokens = 64
	windowStep   = 32
	deepWindows  = 3 // of a long comment, as many windows are read by the second stage
)

func (l Line) probability(z float64) float64 { return sigmoid(l.Slope*z + l.Offset) }

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// RawScores is what the stages say of a comment, as far as one window reaches. An adaptation
// of the first stage learns what the second leaves.
func (m *Model) RawScores(in *classifier.Input) RawScores {
	r := m.pool.Get().(*reading)
	defer m.pool.Put(r)
	m.vocabulary.ScanInput(in, &r.text)
	m.phrases.sum(&r.text, &r.sums)
	w := window{to: min(len(r.text.Tokens), windowTokens)}
	m.weigh(&w.RawScores, m.phrases.logits(&r.sums, w.from, w.to), w.to)
	m.listen(in, r, m.heed(in, r))
	m.read(r, &w)
	return w.RawScores
}
