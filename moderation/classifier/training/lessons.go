package training

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"

	"parley/moderation/classifier/reader"
)

// specialty is the source that the specialist learns from: real comments about people of
// every kind, each rated by several annotators.
const specialty = "measuring_hate"

// fit teaches everything and calibrates what ships on the held-out rows.
func (r *run) fit(ctx context.Context) (*reader.Model, error) {
	state, err := r.resume()
	if err != nil {
		return nil, err
	}
	if err := r.askTeachers(ctx, state); err != nil {
		return nil, err
	}
	for i := range r.curriculum.lessons {
		if err := r.teach(ctx, state, i); err != nil {
			return nil, err
		}
	}
	if err := r.teachPhrases(ctx, state); err != nil {
		return nil, err
	}
	held := r.scoreHeld(state.Phrases)
	p := reader.Parameters{Name: "reader", Version: fmt.Sprintf("%d-%08x", r.options.Seed, r.fingerprint()),
		Forms: r.words.forms(), Traits: r.words.traits, Variants: r.words.variants, PhraseBias: state.Phrases.Bias}
	for which, n := range state.Networks {
		held.readWith(which, n, r.vocabulary)
		p.Networks = append(p.Networks, n.quantised())
	}
	p.Phrases, p.PhraseUnit = state.Phrases.quantised()
	p.Fast, p.Full = held.lines(), held.blends()
	p.Settle = held.settle(p.Fast, p.Full)
	m, err := reader.New(p)
	if err != nil {
		return nil, err
	}
	return m, r.finish()
}

// teach gives lesson number i from the epoch at which state stands.
func (r *run) teach(ctx context.Context, state *progress, i int) error {
	l, n := &r.curriculum.lessons[i], state.Networks[i]
	if state.Epochs[i] == l.epochs {
		return nil
	}
	tell, rows := r.options.stage(l.name), r.learn
	if l.advised {
		rows = r.advised(state.Advice)
	}
	for epoch := state.Epochs[i]; epoch < l.epochs; epoch++ {
		if err := r.read(ctx, n, l, rows, i, epoch, tell); err != nil {
			return err
		}
		state.Epochs[i] = epoch + 1
		if err := r.save(state); err != nil {
			return err
		}
	}
	tell(1)
	return nil
}

// read lets n read one epoch of lesson l, which has a number that no other network's has, with
// rows as the real ones.
func (r *run) read(ctx context.Context, n *network, l *lesson, rows []Row, number, epoch int, tell func(done float64)) error {
	maker := &exampleMaker{vocabulary: r.vocabulary, dropout: l.dropout, silence: l.silence}
	stream := uint64(1000*number + epoch)
	return n.train(ctx, maker, r.meal(rows, l.diet, epoch, stream), r.random(epochStream+stream), func(done float64) float64 {
		share := (float64(epoch) + done) / float64(l.epochs)
		tell(share)
		return l.rate * rateAt(share)
	})
}

// teachPhrases teaches the first stage where state has not got it yet. It learns from what
// the networks see in its rows as much as from the labels, since its work is to tell
// beforehand what they would say.
func (r *run) teachPhrases(ctx context.Context, state *progress) error {
	if state.PhrasesDone {
		return nil
	}
	l, tell := &r.curriculum.phrases, r.options.stage("phrases")
	meal := r.meal(r.learn, l.diet, 0, phraseStream)
	rows := make([]Row, len(meal))
	for i, row := range meal {
		rows[i] = *row
	}
	opinion := make([]float32, len(rows))
	for _, n := range state.Networks {
		n.readRows(rows, r.vocabulary, func(i int, logits []float32) { opinion[i] += logits[toxicity] })
	}
	for i := range rows {
		row := &rows[i]
		row.Targets[toxicity] = (row.Targets[toxicity] + float32(sigmoid(float64(opinion[i])))) / 2
		meal[i] = row
	}
	if err := state.Phrases.train(ctx, meal, l.epochs, r.random(phraseStream), tell); err != nil {
		return err
	}
	state.PhrasesDone = true
	return r.save(state)
}

// meal is what is read in one epoch: those of the real rows that are due, and freshly
// generated ones, a few of them disguised.
func (r *run) meal(real []Row, d diet, epoch int, stream uint64) []*Row {
	rng := r.random(disguiseStream + stream)
	fresh := r.generated(d.generated, stream)
	rows := make([]*Row, 0, len(real)+len(fresh))
	serve := func(row *Row) {
		if rng.Float32() < disguisedShare {
			copied := *row
			copied.Text = disguise(row.Text, r.lexicon.isRude, rng)
			row = &copied
		}
		rows = append(rows, row)
	}
	for i := range real {
		if d.isDue(&real[i], epoch) {
			serve(&real[i])
		}
	}
	for i := range fresh {
		serve(&fresh[i])
	}
	return rows
}

// isDue reports whether a real row is read in an epoch. Weakly labelled ones are every other
// time, those of one group together.
func (d diet) isDue(row *Row, epoch int) bool {
	switch {
	case row.Source == specialty || row.isCrafted():
		return true
	case row.isWeak():
		return d.others && (turn(row.Group)+uint64(epoch))%2 == 0
	}
	return d.others
}

// turn is a number that tells groups of rows apart.
func turn(group string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, group)
	return h.Sum64()
}

// heldOut puts a tenth of all groups aside.
func heldOut(group string) bool { return turn(group)%10 == 7 }
