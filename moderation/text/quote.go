package text

import (
	"bytes"

	"parley/moderation"
)

const (
	quoteRun    = 4  // words in a row that count as quoted without being marked so
	gramPlaces  = 4  // places remembered per run of quoteRun words
	wordPlaces  = 16 // places remembered per word
	endOfSource = 0  // stands between texts, so that no quotation crosses from one to the next
)

// Source is what a comment may quote: an article's title and summary, or the comment it
// replies to. It is made once and then read by any number of goroutines. The zero value
// and nil hold nothing to quote.
type Source struct {
	words  []uint64           // hashes of the words, endOfSource after each text
	places map[uint64][]int32 // where a word stands
	grams  map[uint64][]int32 // where quoteRun words in a row begin
}

// NewSource prepares texts for being quoted.
func NewSource(texts ...string) *Source {
	s := &Source{places: make(map[uint64][]int32), grams: make(map[uint64][]int32)}
	var v Views
	for _, text := range texts {
		v.Reset(text)
		start := len(s.words)
		s.words = v.appendWordHashes(s.words)
		for i := start; i < len(s.words); i++ {
			remember(s.places, s.words[i], i, wordPlaces)
			if i+quoteRun <= len(s.words) {
				remember(s.grams, gram(s.words[i:]), i, gramPlaces)
			}
		}
		s.words = append(s.words, endOfSource)
	}
	return s
}

func remember(index map[uint64][]int32, key uint64, place, most int) {
	if places := index[key]; len(places) < most {
		index[key] = append(places, int32(place))
	}
}

// Quotes says which parts of a comment are somebody else's words.
type Quotes struct {
	Spans []moderation.Span // in the raw text, in order, apart from each other
	Share float64           // of the comment's words, in [0,1]
}

// Covers reports whether a span of the raw text lies within a quotation.
func (q Quotes) Covers(s moderation.Span) bool {
	for _, quoted := range q.Spans {
		if quoted.From <= s.From && s.To <= quoted.To {
			return true
		}
	}
	return false
}

// Quoted finds the words that the comment takes from the sources: four or more in a row,
// fewer where the comment marks them as a quotation, by quotation marks around exactly these
// words or by a quote line. Case and punctuation do not matter. Words that are marked as
// quoted but stand in no source are the commenter's own. The result's spans are valid until
// the next Reset or Quoted.
func (v *Views) Quoted(sources ...*Source) Quotes {
	v.words = v.appendWordHashes(v.words[:0])
	v.taken = append(v.taken[:0], make([]bool, len(v.words))...)
	for _, s := range sources {
		if s == nil || len(s.words) == 0 {
			continue
		}
		v.takeRuns(s)
		v.takeMarked(s)
		v.takeLines(s)
	}
	return v.collectQuotes()
}

// appendWordHashes appends one hash per token of the Folded reading.
func (v *Views) appendWordHashes(hashes []uint64) []uint64 {
	w := v.View(Folded)
	for _, t := range v.Tokens(Folded) {
		h := uint64(fnvOffset)
		for _, c := range w.Word(t) {
			if c != '\'' {
				h = (h ^ uint64(c)) * fnvPrime
			}
		}
		hashes = append(hashes, h|1) // never endOfSource
	}
	return hashes
}

// gram is a hash of the first quoteRun words.
func gram(words []uint64) uint64 {
	h := uint64(fnvOffset)
	for _, w := range words[:quoteRun] {
		h = (h ^ w) * fnvPrime
		h ^= h >> 29
	}
	return h
}

// takeRuns marks words that stand in the source four or more in a row.
func (v *Views) takeRuns(s *Source) {
	for i := 0; i+quoteRun <= len(v.words); {
		n := s.longest(v.words[i:], s.grams[gram(v.words[i:])])
		if n < quoteRun {
			i++
			continue
		}
		v.take(i, i+n)
		i += n
	}
}

// longest is how many of the words stand in the source in a row at one of the places.
func (s *Source) longest(words []uint64, places []int32) (best int) {
	for _, at := range places {
		n := 0
		for n < len(words) && s.words[int(at)+n] == words[n] {
			n++
		}
		best = max(best, n)
	}
	return best
}

func (v *Views) take(from, to int) {
	for i := from; i < to; i++ {
		v.taken[i] = true
	}
}

// takeMarked marks words between quotation marks that stand in the source just so.
func (v *Views) takeMarked(s *Source) {
	text, tokens := v.View(Folded).Text, v.Tokens(Folded)
	if bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\'') < 0 {
		return
	}
	open := [2]int{-1, -1} // the first word after an opening " and '
	next := 0
	for i, c := range text {
		for next < len(tokens) && tokens[next].From < i {
			next++
		}
		kind := 0
		switch c {
		case '"':
		case '\'':
			if wordBefore(text, i) && wordAfter(text, i+1) {
				continue // an apostrophe
			}
			kind = 1
		default:
			continue
		}
		from := open[kind]
		if from < 0 || kind == 1 && wordAfter(text, i+1) {
			open[kind] = next
			continue
		}
		open[kind] = -1
		if n := next - from; n > 0 && s.longest(v.words[from:next], s.places[v.words[from]]) == n {
			v.take(from, next)
		}
	}
}

// takeLines marks, on quote lines, two or more words in a row that stand in the source, or a
// line's only word.
func (v *Views) takeLines(s *Source) {
	quotes := v.Blockquotes()
	if len(quotes) == 0 {
		return
	}
	folded, tokens := v.View(Folded), v.Tokens(Folded)
	next := 0
	for _, line := range quotes {
		for next < len(tokens) && folded.Origin(tokens[next].From, tokens[next].To).From < line.From {
			next++
		}
		end := next
		for end < len(tokens) && folded.Origin(tokens[end].From, tokens[end].To).To <= line.To {
			end++
		}
		least := min(2, end-next)
		for next < end {
			n := s.longest(v.words[next:end], s.places[v.words[next]])
			if n >= least {
				v.take(next, next+n)
			}
			next += max(n, 1)
		}
	}
}

// collectQuotes turns marked words into spans of the raw text.
func (v *Views) collectQuotes() Quotes {
	q := Quotes{Spans: v.quotes[:0]}
	folded, tokens := v.View(Folded), v.Tokens(Folded)
	count := 0
	for i := 0; i < len(v.taken); i++ {
		if !v.taken[i] {
			continue
		}
		from := i
		for i+1 < len(v.taken) && v.taken[i+1] {
			i++
		}
		count += i + 1 - from
		q.Spans = append(q.Spans, folded.Origin(tokens[from].From, tokens[i].To))
	}
	v.quotes = q.Spans
	if len(v.taken) > 0 {
		q.Share = float64(count) / float64(len(v.taken))
	}
	return q
}
