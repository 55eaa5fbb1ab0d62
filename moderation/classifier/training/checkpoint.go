package training

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"

	"parley/moderation/classifier/reader"
)

// progress is what an interrupted run needs to go on.
type progress struct {
	Fingerprint uint32
	Teachers    int       // how many have learned and been asked
	Advice      []float32 // sums of what they said of the rows in run.asked
	Phrases     *phraseTrainer
	PhrasesDone bool
	Networks    [reader.NumNetworks]*network
	Epochs      [reader.NumNetworks]int // complete rounds of each network
}

// fingerprint tells runs apart that would not give the same model.
func (r *run) fingerprint() uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, r.options.Seed, r.curriculum, len(r.words.variants))
	for i := range r.learn {
		fmt.Fprint(h, r.learn[i].Text, r.learn[i].Targets, r.learn[i].Trust)
	}
	for i := range r.kin {
		fmt.Fprint(h, r.kin[i].Text)
	}
	for _, word := range r.words.words {
		fmt.Fprint(h, word)
	}
	return h.Sum32()
}

// fresh is where a run begins.
func (r *run) fresh() *progress {
	state := &progress{Phrases: newPhraseTrainer(r.vocabulary)}
	for i, l := range r.curriculum.lessons {
		state.Networks[i] = r.freshNetwork(i, l.gaps)
	}
	return state
}

// freshNetwork is one that has not learned; its number is its lesson's.
func (r *run) freshNetwork(number int, gaps []int) *network {
	rng := r.random(networkStream + uint64(number)<<32)
	n := newNetwork(r.words, gaps, rng)
	n.startWords(r.words.words, r.vectors, rng)
	return n
}

// resume reads the checkpoint where there is one, else it begins.
func (r *run) resume() (*progress, error) {
	state := r.fresh()
	if r.options.Checkpoint == "" {
		return state, nil
	}
	file, err := os.Open(r.options.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	defer file.Close()
	if err := gob.NewDecoder(bufio.NewReader(file)).Decode(state); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w (delete it to begin anew)", r.options.Checkpoint, err)
	}
	if state.Fingerprint != r.fingerprint() {
		return nil, fmt.Errorf("checkpoint %s belongs to a run with another seed or other data: delete it to begin anew", r.options.Checkpoint)
	}
	return state, nil
}

// save writes the checkpoint beside the old one and then replaces it.
func (r *run) save(state *progress) (err error) {
	if r.options.Checkpoint == "" {
		return nil
	}
	state.Fingerprint = r.fingerprint()
	part := r.options.Checkpoint + ".part"
	file, err := os.Create(part)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	w := bufio.NewWriter(file)
	if err = errors.Join(gob.NewEncoder(w).Encode(state), w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("checkpoint %s: %w", part, err)
	}
	if err = os.Rename(part, r.options.Checkpoint); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// finish removes the checkpoint of a run that is complete.
func (r *run) finish() error {
	if r.options.Checkpoint == "" {
		return nil
	}
	if err := os.Remove(r.options.Checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}
