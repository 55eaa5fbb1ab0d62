package training

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"parley/moderation/classifier/reader"
)

func newGrammar(t *testing.T) *grammar {
	t.Helper()
	lex, err := readLexicon()
	if err != nil {
		t.Fatal(err)
	}
	g, err := readGrammar(lex)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func TestEverySentenceOfTheGrammarCanBeWritten(t *testing.T) {
	g := newGrammar(t)
	for _, from := range [][]sentence{g.abusive, g.clean} {
		for i := range from {
			for seed := range uint64(5) {
				row := g.write(&from[i], g.people[int(seed)*7], random(seed))
				if row.Text == "" || strings.ContainsAny(row.Text+row.Title+row.Parent, "{}") {
					t.Errorf("%q became %q", from[i].text, row.Text)
				}
			}
		}
	}
}

func TestTheSameSeedWritesTheSameSentences(t *testing.T) {
	g := newGrammar(t)
	if !reflect.DeepEqual(g.generate(200, random(3)), g.generate(200, random(3))) {
		t.Error("two runs with one seed differ")
	}
	if reflect.DeepEqual(g.generate(200, random(3)), g.generate(200, random(4))) {
		t.Error("two seeds give the same rows")
	}
}

func TestHeldOutSentencesAndPeopleStayOutOfTraining(t *testing.T) {
	g := newGrammar(t)
	rng := random(1)
	people := 0
	for _, p := range g.people {
		if heldPeople(p) {
			people++
		}
	}
	if people < 5 {
		t.Fatalf("only %d groups of people are held out", people)
	}
	for range 3000 {
		s := g.sentence(rng, false)
		if s.held {
			t.Fatalf("held-out sentence %q drawn for training", s.text)
		}
		if p := g.group(rng, s, false); heldPeople(p) && p.adjective != p.one {
			t.Fatalf("held-out people %q drawn for training", p.many)
		}
	}
}

func TestBothKindsOfSentenceNameTheSamePeople(t *testing.T) {
	g := newGrammar(t)
	rows := g.generate(20_000, random(5))
	var abusive, clean int
	for i := range rows {
		if !strings.Contains(strings.ToLower(rows[i].Text), "muslim") {
			continue
		}
		if rows[i].Targets[toxicity] > 0.5 {
			abusive++
		} else {
			clean++
		}
	}
	if abusive < clean/2 || clean < abusive/2 {
		t.Errorf("%d abusive rows name Muslims, and %d clean ones", abusive, clean)
	}
}

func TestWhatAParentSaysIsNotTheCommentersAbuse(t *testing.T) {
	g := newGrammar(t)
	found := 0
	for i := range g.clean {
		s := &g.clean[i]
		if !strings.Contains(s.parent, "{abuse}") {
			continue
		}
		found++
		row := g.write(s, g.people[0], random(9))
		if row.Targets[toxicity] != 0 || row.Trust[toxicity] == 0 {
			t.Errorf("answering %q with %q is labelled %v", row.Parent, row.Text, row.Targets[toxicity])
		}
	}
	if found < 5 {
		t.Errorf("%d sentences answer abuse", found)
	}
}

func TestAMistakeInASentenceIsNamed(t *testing.T) {
	g := newGrammar(t)
	for _, wrong := range []string{"I {lovve} {many}", "I (love {many}", "{many} are {"} {
		broken := *g
		broken.clean = []sentence{{section: "test", text: wrong}}
		if err := broken.check(); err == nil || !strings.Contains(err.Error(), "section test") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestArticlesFitTheWordThatFollows(t *testing.T) {
	for wrong, right := range map[string]string{"a idiot": "an idiot", "such a honest man": "such a honest man", "a european": "a european"} {
		if got := fixArticles(wrong); got != right {
			t.Errorf("%q became %q", wrong, got)
		}
	}
}

func TestDisguisesLeadBackToTheWord(t *testing.T) {
	words := &wordList{words: []string{"idiot", "muslims", "garbage"}, traits: make([]reader.WordTraits, 3)}
	for i := range words.traits {
		words.traits[i].Sensitive = true
	}
	words.addVariants(words.words)
	v, err := reader.NewVocabulary(words.forms(), words.traits, words.variants)
	if err != nil {
		t.Fatal(err)
	}
	rng := random(2)
	var text reader.Text
	for _, word := range words.words {
		back := 0
		const tries = 400
		for range tries {
			v.Scan(disguiseWord(word, rng), &text)
			if len(text.Tokens) == 1 && text.Tokens[0].Form == reader.FormOf(word) {
				back++
			}
		}
		if back < tries*8/10 {
			t.Errorf("%d of %d disguises lead back to %q", back, tries, word)
		}
	}
}
