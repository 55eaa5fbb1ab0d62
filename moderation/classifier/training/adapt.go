package training

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"parley/moderation/classifier/reader"
)

// An adaptation teaches a model the words of one community. Only the first stage learns,
// and only what the second does not already know: the step follows the error of both
// together. What the model knew is rehearsed along with the new rows, and every weight is
// pulled back to where it was, so that little is forgotten; the report measures both.
const (
	adaptEpochs   = 8
	adaptStep     = 0.3
	adaptPull     = 1e-3
	rehearseEach  = 8     // rows rehearsed for every new one
	rehearseMost  = 20000 // at most
	rehearseLeast = 2000
)

// adapt trains o.Base further on o.With.
func adapt(ctx context.Context, o Options) (*reader.Model, Report, error) {
	if len(o.With) == 0 {
		return nil, Report{}, fmt.Errorf("%w: no rows to adapt the model to", ErrNoData)
	}
	r := run{options: o}
	rehearsed, err := r.rehearsal(ctx)
	if err != nil {
		return nil, Report{}, err
	}
	var learn []*Row
	for i := range o.With {
		row := o.With[i]
		row.Source = "community"
		if heldOut(row.Group) {
			r.held = append(r.held, row)
		} else {
			learn = append(learn, &row)
		}
	}
	for i := range rehearsed {
		if i%5 == 0 {
			r.held = append(r.held, rehearsed[i])
		} else {
			learn = append(learn, &rehearsed[i])
		}
	}
	a := newAdapter(o.Base)
	if err := a.train(ctx, learn, &r); err != nil {
		return nil, Report{}, err
	}
	p := o.Base.Parameters()
	p.Phrases, p.PhraseUnit = a.phrases.quantised()
	p.PhraseBias = a.phrases.Bias
	p.Version += fmt.Sprintf("+%08x", fingerprintRows(o.With))
	m, err := reader.New(p)
	if err != nil {
		return nil, Report{}, err
	}
	report := r.report(m)
	report.Rows = len(learn)
	report.Before = r.report(o.Base).Held
	return m, report, nil
}

func fingerprintRows(rows []Row) uint32 {
	h := fnv.New32a()
	for i := range rows {
		fmt.Fprint(h, rows[i].Input, rows[i].Targets)
	}
	return h.Sum32()
}

// rehearsal is a sample of what the base model learned from: generated sentences, and real
// rows where the data folder is at hand.
func (r *run) rehearsal(ctx context.Context) (rows []Row, err error) {
	if r.lexicon, err = readLexicon(); err != nil {
		return nil, err
	}
	if r.grammar, err = readGrammar(r.lexicon); err != nil {
		return nil, err
	}
	n := min(max(rehearseEach*len(r.options.With), rehearseLeast), rehearseMost)
	rng := r.random(generateStream)
	rows = r.labelled(r.grammar.generate(n/2, rng))
	if r.options.DataDir == "" {
		return rows, nil
	}
	real, _, err := readSources(ctx, r.options.DataDir)
	if err != nil {
		return nil, err
	}
	rng.Shuffle(len(real), func(i, j int) { real[i], real[j] = real[j], real[i] })
	return append(rows, r.labelled(slices.Clone(real[:min(n, len(real))]))...), nil
}

// adapter corrects the phrase weights of a model.
type adapter struct {
	base    reader.Parameters
	model   *reader.Model
	phrases *phraseTrainer
	start   []float32
	rest    map[*Row][heads]float64 // of the calibrated raw score, what the phrases do not decide
}

func newAdapter(base *reader.Model) *adapter {
	a := &adapter{base: base.Parameters(), model: base, rest: map[*Row][heads]float64{}}
	a.phrases = newPhraseTrainer(base.Vocabulary())
	for i, b := range a.base.Phrases {
		a.phrases.Weights[i] = a.base.PhraseUnit * float32(int8(b))
	}
	a.phrases.Bias = a.base.PhraseBias
	a.start = slices.Clone(a.phrases.Weights)
	return a
}

func (a *adapter) train(ctx context.Context, rows []*Row, r *run) error {
	for _, row := range rows {
		a.rest[row] = a.without(row)
	}
	rng, tell := r.random(epochStream), r.options.stage("adapting")
	for epoch := range adaptEpochs {
		if err := ctx.Err(); err != nil {
			return err
		}
		tell(float64(epoch) / adaptEpochs)
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for _, row := range rows {
			a.learn(row)
		}
	}
	tell(1)
	return nil
}

// without is the calibrated raw score of every head but for what the phrases add.
func (a *adapter) without(row *Row) (z [heads]float64) {
	raw := a.model.RawScores(&row.Input)
	for h := range z {
		z[h] = a.base.Fast[h].Offset
		if len(a.base.Networks) > 0 {
			z[h] = a.base.Full[h].Sum(h, &raw) - a.slope(h)*raw.Phrases[h]
		}
	}
	return z
}

// slope is how much a head's calibrated raw score follows the phrases.
func (a *adapter) slope(h int) float64 {
	if len(a.base.Networks) == 0 {
		return a.base.Fast[h].Slope
	}
	return a.base.Full[h].Weights[0]
}

func (a *adapter) learn(row *Row) {
	a.phrases.features(row)
	z, scale := a.phrases.logits()
	rest := a.rest[row]
	for h := range heads {
		if row.Trust[h] == 0 {
			continue
		}
		slope := a.slope(h)
		p := sigmoid(slope*float64(z[h]) + rest[h])
		g := float32(float64(row.Trust[h])*(p-float64(row.Targets[h]))*math.Max(slope, 0.1)) * scale
		for _, feature := range a.phrases.rows {
			at := int(feature)*phraseStride + h
			a.phrases.squares[at] += g * g
			a.phrases.Weights[at] -= adaptStep * (g/sqrt(a.phrases.squares[at]+1e-2) + adaptPull*(a.phrases.Weights[at]-a.start[at]))
		}
	}
}
