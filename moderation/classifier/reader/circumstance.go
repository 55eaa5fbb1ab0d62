package reader

// joinSpelledOut replaces words spelled letter by letter ("i d i o t", "i.d.i.o.t") by the
// word, and joins two halves of a sensitive word that one gap cut apart.
func (s *scanner) joinSpelledOut() {
	tokens := s.out.Tokens
	kept := 0
	for i := 0; i < len(tokens); {
		n := s.spelledOut(tokens[i:])
		if n == 0 {
			tokens[kept] = tokens[i]
			kept++
			i++
			continue
		}
		last := tokens[i+n-1]
		joined := tokens[i]
		joined.To = last.To
		joined.Word = s.vocabulary.Find(FormOf(s.out.plain))
		joined.Form = FormOf(s.out.plain)
		joined.Class = s.vocabulary.Traits(joined.Word).Class
		joined.Marks |= Disguised
		tokens[kept] = joined
		kept++
		i += n
	}
	s.out.Tokens = tokens[:kept]
}

// spelledOut reports how many tokens from the start make up one sensitive word, whose
// spelling it leaves in Text.plain; 0 for none. Either every piece is a single letter, or
// there are two pieces of which the vocabulary does not know both.
func (s *scanner) spelledOut(tokens []Token) int {
	first := &tokens[0]
	if !s.isPiece(first) {
		return 0
	}
	s.out.plain = append(s.out.plain[:0], s.out.Folded(first)...)
	found, foundLen, letterByLetter := 0, 0, len(s.out.plain) == 1
	for i := 1; i < len(tokens) && i < 40; i++ {
		t := &tokens[i]
		if t.From-tokens[i-1].To > 1 {
			break
		}
		spelled := s.out.Folded(t)
		if isJoint(spelled) {
			continue
		}
		pair := i <= 2 && s.isPiece(t) && (first.Word == Unseen || t.Word == Unseen)
		if !(letterByLetter && len(spelled) == 1) && !pair || len(s.out.plain)+len(spelled) > MaxWordBytes {
			break
		}
		s.out.plain = append(s.out.plain, spelled...)
		n := len(s.out.plain)
		if (n >= 5 || letterByLetter && n >= 3) && s.vocabulary.findSensitive(FormOf(s.out.plain)) != Unseen {
			found, foundLen = i+1, n
		}
		if len(spelled) > 1 {
			break
		}
	}
	s.out.plain = s.out.plain[:foundLen]
	return found
}

// isPiece reports whether a token can be a part of a word written with gaps.
func (s *scanner) isPiece(t *Token) bool {
	spelled := s.out.Folded(t)
	return len(spelled) > 0 && len(spelled) <= 8 && 'a' <= spelled[0] && spelled[0] <= 'z' &&
		(len(spelled) == 1 || t.Word == Unseen || len(spelled) <= 3)
}

func isJoint(spelled []byte) bool {
	if len(spelled) != 1 {
		return false
	}
	switch spelled[0] {
	case '.', '-', '_', '*', '~', ',', '/', '|':
		return true
	}
	return false
}

// markShouting keeps the mark only where capitals stand out.
func (s *scanner) markShouting() {
	if s.capitals*2 <= s.words {
		return
	}
	for i := range s.out.Tokens {
		s.out.Tokens[i].Marks &^= Shouted
	}
}

// markQuotes marks what stands between a quotation mark and the next one that closes it.
func (s *scanner) markQuotes() {
	tokens := s.out.Tokens
	open := -1
	for i := range tokens {
		switch s.quote(&tokens[i]) {
		case opening:
			open = i
		case closing:
			if open >= 0 {
				markRange(tokens[open+1:i], Quoted)
			}
			open = -1
		case straight:
			if open >= 0 {
				markRange(tokens[open+1:i], Quoted)
				open = -1
			} else {
				open = i
			}
		}
	}
}

func markRange(tokens []Token, m Marks) {
	for i := range tokens {
		tokens[i].Marks |= m
	}
}

type quoteKind uint8

const (
	noQuote quoteKind = iota
	opening
	closing
	straight
)

// quote tells which quotation mark a token is. A single quote opens before a letter and
// closes after one; inside a word it is an apostrophe and no token of its own.
func (s *scanner) quote(t *Token) quoteKind {
	switch string(s.out.Folded(t)) {
	case `"`, `""`, "″":
		return straight
	case "“", "«":
		return opening
	case "”", "»":
		return closing
	case "„":
		return opening
	case "'", "''":
		before := t.From > 0 && s.text[t.From-1] > ' '
		after := int(t.To) < len(s.text) && s.text[t.To] > ' '
		if after && !before {
			return opening
		}
		if before && !after {
			return closing
		}
		return straight
	}
	return noQuote
}

// negationReach is how many words a negator governs.
const negationReach = 4

func (s *scanner) markNegation() {
	left := 0
	for i := range s.out.Tokens {
		t := &s.out.Tokens[i]
		spelled := s.out.Folded(t)
		switch {
		case t.Class == Negator:
			left = negationReach
		case len(spelled) > 0 && spelled[0] < 'a' && t.Word != Unseen && isStop(spelled[0]):
			left = 0
		case left > 0:
			t.Marks |= Negated
			left--
		}
	}
}

func isStop(b byte) bool { return b == '.' || b == ';' || b == '!' || b == '?' || b == ',' || b == ':' }
