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
	maker, tell := &exampleMaker{vocabulary: r.vocabulary, dropout: l.dropout, silent: l.silent}, r.options.stage(l.name)
	for epoch := state.Epochs[i]; epoch < l.epochs; epoch++ {
		stream := uint64(1000*i + epoch)
		err := n.train(ctx, maker, r.meal(l.diet, epoch, stream), r.random(epochStream+stream), func(done float64) float64 {
			share := (float64(epoch) + done) / float64(l.epochs)
			tell(share)
			return l.rate * rateAt(share)
		})
		if err != nil {
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

// teachPhrases teaches the first stage where state has not got it yet. It learns from what
// the networks see in its rows as much as from the labels, since its work is to tell
// beforehand what they would say.
func (r *run) teachPhrases(ctx context.Context, state *progress) error {
	if state.PhrasesDone {
		return nil
	}
	l, tell := &r.curriculum.phrases, r.options.stage("phrases")
	rows := make([]Row, 0)
	for _, row := range r.meal(l.diet, 0, phraseStream) {
		rows = append(rows, *row)
	}
	opinion := make([]float32, len(rows))
	for _, n := range state.Networks {
		n.readRows(rows, r.vocabulary, func(i int, logits []float32) { opinion[i] += logits[toxicity] })
	}
	learn := make([]*Row, len(rows))
	for i := range rows {
		row := &rows[i]
		row.Targets[toxicity] = (row.Targets[toxicity] + float32(sigmoid(float64(opinion[i])))) / 2
		learn[i] = row
	}
	if err := state.Phrases.train(ctx, learn, l.epochs, r.random(phraseStream), tell); err != nil {
		return err
	}
	state.PhrasesDone = true
	return r.save(state)
}

// meal is what is read in one epoch: the real rows that are due, and freshly generated
// ones, a few of them disguised.
func (r *run) meal(d diet, epoch int, stream uint64) []*Row {
	rng := r.random(disguiseStream + stream)
	fresh := r.generated(d.generated, stream)
	rows := make([]*Row, 0, len(r.learn)+len(fresh))
	serve := func(row *Row) {
		if rng.Float32() < disguisedShare {
			copied := *row
			copied.Text = disguise(row.Text, r.lexicon.isRude, rng)
			row = &copied
		}
		rows = append(rows, row)
	}
	for i := range r.learn {
		if d.isDue(&r.learn[i], epoch) {
			serve(&r.learn[i])
		}
	}
	for i := range fresh {
		serve(&fresh[i])
	}
	return rows
}

// isDue reports whether a real row is read in an epoch. Rows of one group are read
// together; weakly labelled ones half as often as others.
func (d diet) isDue(row *Row, epoch int) bool {
	every := d.others
	switch {
	case row.Source == specialty:
		every = d.specialty
	case row.isCrafted():
		every = min(d.generated, 1)
	case row.isWeak():
		every *= 2
	}
	return every > 0 && (turn(row.Group)+uint64(epoch))%uint64(every) == 0
}

// turn is a number that tells groups of rows apart.
func turn(group string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, group)
	return h.Sum64()
}

// heldOut puts a tenth of all groups aside.
func heldOut(group string) bool { return turn(group)%10 == 7 }
