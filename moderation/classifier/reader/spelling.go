package reader

import "unicode/utf8"

// emitWord adds the word that was read, looking behind its spelling where the vocabulary
// does not know it as it stands.
func (s *scanner) emitWord(from, to int, w *wordScan) {
	spelled := s.out.folded[w.from:]
	if w.digits == len(spelled) {
		s.add(from, to, w.from, numberForm, s.vocabulary.Find(numberForm), 0)
		return
	}
	form := FormOf(spelled)
	if word := s.vocabulary.Find(form); word != Unseen {
		s.add(from, to, w.from, form, word, s.shout(w))
		return
	}
	if word := s.possessive(spelled); word != Unseen {
		s.add(from, to, w.from, s.vocabulary.forms[word], word, s.shout(w))
		return
	}
	if word := s.behind(spelled, w); word != Unseen {
		s.add(from, to, w.from, s.vocabulary.forms[word], word, s.shout(w)|Disguised)
		return
	}
	if w.letters >= 7 && s.glued(from, to, w) {
		return
	}
	s.add(from, to, w.from, form, Unseen, s.shout(w))
}

func (s *scanner) shout(w *wordScan) Marks {
	if w.letters >= 2 && w.upper == w.letters {
		return Shouted
	}
	return 0
}

// possessive finds the word before 's.
func (s *scanner) possessive(spelled []byte) int32 {
	n := len(spelled)
	if n > 2 && spelled[n-2] == '\'' && spelled[n-1] == 's' {
		return s.vocabulary.Find(FormOf(spelled[:n-2]))
	}
	return Unseen
}

// behind finds the word that a disguised or mistyped spelling stands for.
func (s *scanner) behind(spelled []byte, w *wordScan) int32 {
	if w.foreign > 0 && w.latin > 0 {
		if word := s.latinised(spelled); word != Unseen {
			return word
		}
	}
	if w.masks > 0 {
		return s.vocabulary.undisguised(FormOf(s.starred(spelled)))
	}
	if w.digits+w.signs > 0 && (w.letters > 0 || w.signs > 0) {
		if word := s.unleeted(spelled, 'i'); word != Unseen {
			return word
		}
		if word := s.unleeted(spelled, 'l'); word != Unseen {
			return word
		}
	}
	if w.repeats >= 2 && w.digits == 0 {
		if word := s.unstretched(spelled, 2); word != Unseen {
			return word
		}
		if word := s.unstretched(spelled, 1); word != Unseen {
			return word
		}
	}
	if w.foreign == 0 && w.digits == 0 && w.letters >= 4 {
		return s.mistyped(spelled)
	}
	return Unseen
}

// latinised reads look-alike letters of other scripts as Latin ones.
func (s *scanner) latinised(spelled []byte) int32 {
	s.out.plain = s.out.plain[:0]
	for i := 0; i < len(spelled); {
		r, size := utf8.DecodeRune(spelled[i:])
		if twin := latinTwin(r); twin != 0 {
			s.out.plain = append(s.out.plain, twin)
		} else {
			s.out.plain = append(s.out.plain, spelled[i:i+size]...)
		}
		i += size
	}
	return s.vocabulary.Find(FormOf(s.out.plain))
}

// starred writes every mask as *, the spelling under which variants are kept.
func (s *scanner) starred(spelled []byte) []byte {
	s.out.plain = s.out.plain[:0]
	for _, b := range spelled {
		switch b {
		case '#', '%', '@', '!', '$':
			b = '*'
		}
		s.out.plain = append(s.out.plain, b)
	}
	return s.out.plain
}

// unleeted reads digits and signs as letters, 1 as the given one.
func (s *scanner) unleeted(spelled []byte, one byte) int32 {
	s.out.plain = s.out.plain[:0]
	for _, b := range spelled {
		if letter := leetLetter(b); letter != 0 {
			if letter == 'i' {
				letter = one
			}
			b = letter
		}
		s.out.plain = append(s.out.plain, b)
	}
	form := FormOf(s.out.plain)
	if word := s.vocabulary.Find(form); word != Unseen {
		return word
	}
	return s.vocabulary.undisguised(form)
}

// unstretched shortens runs of one letter to at most keep.
func (s *scanner) unstretched(spelled []byte, keep int) int32 {
	s.out.plain = s.out.plain[:0]
	run := 0
	for i, b := range spelled {
		if i > 0 && b == spelled[i-1] {
			run++
		} else {
			run = 1
		}
		if run <= keep {
			s.out.plain = append(s.out.plain, b)
		}
	}
	return s.vocabulary.Find(FormOf(s.out.plain))
}

// mistyped finds a sensitive word one slip away: a letter missing, added, exchanged or
// swapped with its neighbour. The variants hold each sensitive word with one letter left
// out; leaving one out of the spelling too covers the other slips.
func (s *scanner) mistyped(spelled []byte) int32 {
	if word := s.vocabulary.undisguised(FormOf(spelled)); word != Unseen {
		return word
	}
	for skip := 1; skip < len(spelled); skip++ { // a first letter is rarely mistyped
		s.out.plain = append(append(s.out.plain[:0], spelled[:skip]...), spelled[skip+1:]...)
		form := FormOf(s.out.plain)
		if word := s.vocabulary.findSensitive(form); word != Unseen {
			return word
		}
		if len(spelled) >= 5 {
			if word := s.vocabulary.undisguised(form); word != Unseen {
				return word
			}
		}
	}
	return Unseen
}

// glued cuts a run of words written without gaps, as in hashtags, where every piece is a
// common word and at least one is sensitive.
func (s *scanner) glued(from, to int, w *wordScan) bool {
	spelled := s.out.folded[w.from:]
	n := len(spelled)
	if n > maxGlued || to-from != n { // only where folded bytes are the original ones
		return false
	}
	var cost [maxGlued + 1]int
	var cut [maxGlued + 1]int8
	for end := 1; end <= n; end++ {
		cost[end] = 1 << 20
		for start := max(0, end-14); start < end; start++ {
			if c := cost[start] + s.pieceCost(spelled[start:end]); c < cost[end] {
				cost[end], cut[end] = c, int8(start)
			}
		}
	}
	if cost[n] >= 1<<16 {
		return false
	}
	var ends [maxGlued]int
	pieces, sensitive := 0, false
	for end := n; end > 0; end = int(cut[end]) {
		ends[pieces] = end
		pieces++
		word := s.vocabulary.Find(FormOf(spelled[cut[end]:end]))
		sensitive = sensitive || s.vocabulary.Traits(word).Sensitive
	}
	if !sensitive {
		return false
	}
	folded, start := s.out.folded, 0
	for i := pieces - 1; i >= 0; i-- {
		form := FormOf(spelled[start:ends[i]])
		s.out.folded = folded[:w.from+ends[i]]
		s.add(from+start, from+ends[i], w.from+start, form, s.vocabulary.Find(form), s.shout(w))
		start = ends[i]
	}
	s.out.folded = folded
	return true
}

const maxGlued = 32

// pieceCost prefers few, long, common words.
func (s *scanner) pieceCost(piece []byte) int {
	word := s.vocabulary.Find(FormOf(piece))
	if word == Unseen {
		return 1 << 16
	}
	traits := s.vocabulary.traits[word]
	if len(piece) < 3 && traits.Frequency < 12 || len(piece) == 1 && piece[0] != 'a' && piece[0] != 'i' ||
		traits.Frequency < 5 && !traits.Sensitive {
		return 1 << 16
	}
	return 24 - int(min(traits.Frequency, 20))
}
