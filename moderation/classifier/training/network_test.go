package training

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// smallWorld is a vocabulary of a few words and an untrained network over it.
func smallWorld(t *testing.T) (*wordList, *reader.Vocabulary, *network) {
	t.Helper()
	lex, err := readLexicon()
	if err != nil {
		t.Fatal(err)
	}
	rows := []Row{}
	for range seenOften {
		rows = append(rows, Row{Input: classifier.Input{Text: "the quick brown fox does not say \"go away\" to muslims 🐀, does it?"}})
	}
	words, err := buildWords(rows, lex, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range words.traits {
		words.traits[i].Frequency = 20 // ordinary English, so that the reader reads on
	}
	v, err := reader.NewVocabulary(words.forms(), words.traits, words.variants)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	n := newNetwork(words, []int{1, 2, 4}, rng)
	n.startWords(words.words, nil, rng)
	for i := range n.Words.Value {
		n.Words.Value[i] = float32(rng.NormFloat64() * 0.3)
	}
	return words, v, n
}

func TestTheReaderScoresAsTheTrainerDid(t *testing.T) {
	words, v, n := smallWorld(t)
	var identity [heads]reader.Blend
	for h := range identity {
		identity[h].Weights[2+2*reader.Generalist] = 1
	}
	m, err := reader.New(reader.Parameters{Name: "test", Forms: words.forms(), Traits: words.traits, Variants: words.variants,
		Phrases: make([]byte, phraseStride<<phraseBits), Networks: []*reader.Network{n.quantised(), n.quantised()}, Full: identity})
	if err != nil {
		t.Fatal(err)
	}
	maker := &exampleMaker{vocabulary: v}
	for _, text := range []string{"fox", "the quick brown fox", "it does not say \"the quick fox\" to muslims 🐀", "unheardof wordshere the FOX does quick", "go, 🐀 go away? does it not say the brown the quick fox the go the away?"} {
		row := Row{Input: classifier.Input{Text: text, Title: "Does the FOX say it?", Parent: "it does say \"quick\""}}
		b := batch{examples: []example{maker.make(&row, nil)}}
		n.forward(&b, 0, nil)
		var out classifier.Result
		m.Classify(&row.Input, &out)
		for h, c := range reader.Heads() {
			want := float64(b.logits[h])
			got := math.Log(out.Scores[c] / (1 - out.Scores[c]))
			if math.Abs(got-want) > 0.05*(1+math.Abs(want)) {
				t.Errorf("%q, %v: the reader says %.3f, the trainer %.3f", text, c, got, want)
			}
		}
	}
}

func TestGradientsAreTheSlopeOfTheLoss(t *testing.T) {
	_, v, n := smallWorld(t)
	maker := &exampleMaker{vocabulary: v}
	var b batch
	for i, text := range []string{"the quick brown fox", "does it \"not say\" unheardof?", "go away muslims 🐀"} {
		row := Row{Input: classifier.Input{Text: text, Title: "the fox 🐀", Parent: "not muslims"}}
		row.say(toxicity, float32(i%2), 1)
		row.say(threat, 0.3, 0.5)
		b.examples = append(b.examples, maker.make(&row, nil))
	}
	n.forward(&b, 0, nil)
	n.backward(&b)
	loss := func() float64 {
		var c batch
		c.examples = b.examples
		n.forward(&c, 0, nil)
		sum := 0.0
		for e := range c.examples {
			for h := range heads {
				y, w := float64(c.examples[e].targets[h]), float64(c.examples[e].trust[h])
				p := sigmoid(float64(c.logits[e*heads+h]))
				sum -= w * (y*math.Log(p+1e-9) + (1-y)*math.Log(1-p+1e-9))
			}
		}
		return sum / float64(len(c.examples))
	}
	check := func(name string, value *float32, gradient float32) {
		t.Helper()
		const step = 1e-3
		start := *value
		*value = start + step
		up := loss()
		*value = start - step
		down := loss()
		*value = start
		if slope := (up - down) / (2 * step); math.Abs(slope-float64(gradient)) > 0.05*math.Abs(slope)+4e-3 {
			t.Errorf("%s: gradient %.5f, slope %.5f", name, gradient, slope)
		}
	}
	rng := rand.New(rand.NewPCG(1, 9))
	for k, dense := range n.dense() {
		for range 6 {
			i := rng.IntN(len(dense.Value))
			check(fmt.Sprint("dense ", k), &dense.Value[i], dense.gradient[i])
		}
	}
	for _, rows := range []*table{n.Words, n.Letters} {
		for at, row := range rows.touched {
			k := rng.IntN(width)
			check("table", &rows.Value[int(row)*width+k], rows.gradient[at*width+k])
		}
	}
}
