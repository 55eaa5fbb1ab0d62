package training

import "parley/moderation/classifier/reader"

// curriculum is what a training run teaches, in order.
type curriculum struct {
	teachers faculty
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
	silence float32 // how much it learns to have no opinion of rows other than the specialty's; 0 for their own targets
	advised bool    // learns from what the teachers said, too
}

// phraseLesson is how the first stage learns.
type phraseLesson struct {
	epochs int
	diet   diet
}

// diet is what is read in one epoch beside the specialty's rows and those that people wrote
// to mislead.
type diet struct {
	others    bool // the rows of all other sets
	generated int  // so many fresh generated rows
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
	specialist := lesson{gaps: []int{1}, epochs: 3, rate: 2e-3, silence: 1,
		dropout: dropout{summary: 0.5, words: 0.12}, diet: diet{generated: 17_500}}
	teacher := specialist
	teacher.silence = 0.03
	specialist.name, specialist.advised = "specialist", true
	return curriculum{
		teachers: faculty{lesson: teacher, size: 8, parts: 4, temper: 0.3, trust: 1.2},
		lessons: [...]lesson{
			reader.Specialist: specialist,
			reader.Generalist: {name: "generalist", gaps: []int{1, 2, 4}, epochs: 6, rate: 2e-3, // sees 2·(1+2+4)+1 words
				dropout: dropout{summary: 0.3, words: 0.04}, diet: diet{others: true, generated: 70_000}},
		},
		phrases:  phraseLesson{epochs: 4, diet: diet{others: true, generated: 70_000}},
		wordRows: 70_000,
		heldRows: 1500,
	}
}
