package training

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// abusiveShare of the generated rows are abusive.
const abusiveShare = 0.48

// slurShare of the abusive rows name the group by a slur.
const slurShare = 0.08

// generate writes n rows. Those for training use neither the sentences nor the people
// that are held out.
func (g *grammar) generate(n int, rng *rand.Rand) []Row {
	rows := make([]Row, n)
	for i := range rows {
		s := g.sentence(rng, false)
		rows[i] = g.write(s, g.group(rng, s, false), rng)
		rows[i].Source, rows[i].Group = "generated", "generated"
	}
	return rows
}

// generateHeld writes n rows of held-out sentences, and n of known sentences about
// held-out people.
func (g *grammar) generateHeld(n int, rng *rand.Rand) []Row {
	var rows []Row
	for i := range 2 * n {
		s := g.sentence(rng, i < n)
		row := g.write(s, g.group(rng, s, i >= n), rng)
		row.Source = "new sentences"
		if i >= n {
			row.Source = "new people"
		}
		row.Group = row.Source
		rows = append(rows, row)
	}
	return rows
}

func (g *grammar) sentence(rng *rand.Rand, held bool) *sentence {
	from := g.clean
	if rng.Float64() < abusiveShare {
		from = g.abusive
	}
	for {
		if s := &from[rng.IntN(len(from))]; s.held == held {
			return s
		}
	}
}

func (g *grammar) group(rng *rand.Rand, s *sentence, held bool) people {
	if !s.clean && !held && rng.Float64() < slurShare {
		p := pick(rng, g.slurs)
		p.adjective = p.one
		return p
	}
	for {
		if p := pick(rng, g.people); heldPeople(p) == held {
			return p
		}
	}
}

func (g *grammar) write(s *sentence, who people, rng *rand.Rand) Row {
	w := writer{grammar: g, rng: rng, who: who, other: pick(rng, g.people)}
	var row Row
	// The context first: the text may quote it.
	row.Title = strings.TrimSpace(w.expand(s.title))
	row.Parent = strings.TrimSpace(w.expand(s.parent))
	row.Text = polish(w.expand(s.text), rng)
	switch {
	case s.clean && s.identity:
		row.sayClean(1)
		row.say(spam, 0, 0.3)
		row.Trust[obscene], row.Trust[sexual] = 0, 0
	case s.clean:
		row.say(toxicity, 0.1, 0.7)
		row.say(identityAttack, 0, 1)
	case slices.Contains(s.heads, spam):
		row.sayClean(0.5)
		row.say(spam, 1, 1)
	default:
		row.say(spam, 0, 0.3)
		row.say(toxicity, 1, 1)
		row.say(identityAttack, 0, 1)
		row.say(threat, 0, 0.7)
		for _, h := range s.heads {
			row.say(h, 1, 1)
		}
	}
	return row
}

// polish varies what does not matter: capitals, the last mark, the article before a vowel.
func polish(text string, rng *rand.Rand) string {
	text = strings.Join(strings.Fields(text), " ")
	if rng.Float32() < 0.9 {
		text = fixArticles(text)
	}
	text = strings.NewReplacer(" ,", ",", " .", ".", "..", ".", " ?", "?", "?.", "?", " !", "!").Replace(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if unicode.IsLetter(last) {
		switch p := rng.Float32(); {
		case p < 0.4:
			text += "."
		case p < 0.55:
			text += "!"
		}
	}
	switch p := rng.Float32(); {
	case p < 0.45:
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	case p < 0.48:
		text = strings.ToUpper(text)
	case p < 0.8:
		text = strings.ToLower(text)
	}
	return text
}

// fixArticles writes an before a vowel.
func fixArticles(text string) string {
	words := strings.Split(text, " ")
	for i := 0; i+1 < len(words); i++ {
		if next := strings.ToLower(words[i+1]); (words[i] == "a" || words[i] == "A") && article(next) == "an" {
			words[i] += "n"
		}
	}
	return strings.Join(words, " ")
}
