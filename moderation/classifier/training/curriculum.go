package training

import "parley/moderation/classifier/reader"

// curriculum is what a training run teaches, in order.
type curriculum struct {
	lessons  [reader.NumNetworks]lesson
	phrases  phraseLesson
	wordRows int // generated rows from which, beside the real ones, the vocabulary is chosen
	heldRows int // generated rows held out, of new sentences and of new people each
}

// lesson is how one network learns.
type lesson struct {
	name    string
	gaps    []int // the distances at which the layers look for neighbours
	epochs  int
	rate    float64
	dropout dropout
	diet    diet
	silent  bool // learns to have no opinion of rows other than the specialty's
}

// phraseLesson is how the first stage learns.
type phraseLesson struct {
	epochs int
	diet   diet
}

// diet is what is read in one epoch.
type diet struct {
	specialty int // one in so many of the specialty's rows; 0 for none
	others    int // one in so many of the other real rows; 0 for none
	generated int // fresh generated rows; with any, all rows that people wrote to mislead
}

// fullCurriculum is the one that the shipped model learned by.
//
// The data sets do not agree about what abuse is, and a small network that learns from all
// of them ranks the comments of the best one worse than a network that reads those alone.
// That one, the specialist, knows nothing of sentences built to mislead; it learns to say
// nothing about them either, so that it can simply be added to the generalist. It needs
// one layer, since in the comments that it knows words tell most, and more dropout, since
// it sees few rows often.
func fullCurriculum() curriculum {
	return curriculum{
		lessons: [...]lesson{
			reader.Specialist: {name: "specialist", gaps: []int{1}, epochs: 3, rate: 2e-3, silent: true,
				dropout: dropout{summary: 0.5, words: 0.12}, diet: diet{specialty: 1, generated: 17_500}},
			reader.Generalist: {name: "generalist", gaps: []int{1, 2, 4}, epochs: 6, rate: 2e-3, // sees 2·(1+2+4)+1 words
				dropout: dropout{summary: 0.3, words: 0.04}, diet: diet{specialty: 1, others: 1, generated: 70_000}},
		},
		phrases:  phraseLesson{epochs: 4, diet: diet{specialty: 1, others: 1, generated: 70_000}},
		wordRows: 70_000,
		heldRows: 1500,
	}
}
