package reader

import (
	"unicode"
	"unicode/utf8"
)

// MaxWordBytes bounds the folded spelling of one token; a longer run of letters is cut.
const MaxWordBytes = 48

// Scan cuts text into tokens, replacing what t held. It reads every byte once, whatever
// the bytes are, and allocates only while t grows.
func (v *Vocabulary) Scan(text string, t *Text) {
	t.Tokens = t.Tokens[:0]
	t.folded = t.folded[:0]
	s := scanner{vocabulary: v, text: text, out: t}
	for s.at < len(text) {
		s.next()
	}
	s.joinSpelledOut()
	s.markShouting()
	s.markQuotes()
	s.markNegation()
}

type scanner struct {
	vocabulary *Vocabulary
	text       string
	at         int
	out        *Text
	capitals   int  // words in capitals
	words      int  // words of two letters or more
	inLine     bool // something other than > was read since the line began
	quotedLine bool // the line began with >
	dropped    int  // emoji left out since the last token, because they go on with a run
}

// next reads one token or skips one separator.
func (s *scanner) next() {
	r, size := s.rune(s.at)
	switch {
	case r == '\n':
		s.quotedLine, s.inLine = false, false
		s.at += size
		return
	case r <= ' ' || r == skipped || unicode.IsSpace(r):
		s.at += size
		return
	case r == '>' && !s.inLine:
		s.quotedLine = true
		s.at += size
		return
	}
	s.inLine = true
	switch {
	case isWordRune(r):
		s.word(s.at)
	case r == '<' && s.platformMention():
	case r == '@' && s.mention():
	case (r == '@' || r == '$') && s.wordFollows(s.at+size):
		s.word(s.at)
	case isPictograph(r):
		s.pictograph(r, size)
	default:
		s.punctuation(r, size)
	}
}

// rune decodes and folds the character at i; broken bytes become U+FFFD.
func (s *scanner) rune(i int) (rune, int) {
	if b := s.text[i]; b < utf8.RuneSelf {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return rune(b), 1
	}
	r, size := utf8.DecodeRuneInString(s.text[i:])
	return foldRune(r), size
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// wordFollows reports whether a letter or digit stands at i, joiners aside.
func (s *scanner) wordFollows(i int) bool {
	for i < len(s.text) {
		r, size := s.rune(i)
		if r != skipped {
			return isWordRune(r)
		}
		i += size
	}
	return false
}

// word reads a word from start: letters and digits, apostrophes between letters, and the
// signs that disguise a letter where a letter follows.
func (s *scanner) word(start int) {
	if s.link() {
		return
	}
	w := wordScan{from: len(s.out.folded), starred: start > 0 && s.text[start-1] == '*'}
	i := start
	for i < len(s.text) && len(s.out.folded)-w.from < MaxWordBytes {
		r, size := s.rune(i)
		if r == skipped {
			i += size
			continue
		}
		if !isWordRune(r) && !s.insideWord(r, i, size, &w) {
			break
		}
		w.note(r, s.text[i])
		s.out.folded = utf8.AppendRune(s.out.folded, r)
		i += size
	}
	if i == start { // a sign that turned out not to begin a word
		_, size := s.rune(start)
		s.at += size
		return
	}
	s.at = i
	s.countCase(&w)
	s.emitWord(start, i, &w)
}

// insideWord decides whether a sign at i belongs to the word being read.
func (s *scanner) insideWord(r rune, i, size int, w *wordScan) bool {
	switch r {
	case '\'':
		return w.letters > 0 && s.wordFollows(i+size)
	case '@', '$', '!', '|', '+':
		return s.wordFollows(i+size) || r == '$' && w.letters > 0
	case '*', '#', '%':
		if w.starred || w.letters == 0 {
			return false
		}
		for i += size; i < len(s.text); i++ {
			switch c := s.text[i]; {
			case c == '*' || c == '#' || c == '%' || c == '@' || c == '!':
			default:
				return r == '*' || s.wordFollows(i)
			}
		}
		return r == '*'
	}
	return false
}

// wordScan is what was seen while reading a word.
type wordScan struct {
	from     int // in Text.folded
	starred  bool
	letters  int
	upper    int
	digits   int
	signs    int
	masks    int // * and the like that hide a letter
	latin    int
	foreign  int
	repeats  int // longest run of one character
	previous rune
	run      int
}

func (w *wordScan) note(r rune, original byte) {
	switch {
	case 'a' <= r && r <= 'z':
		w.letters++
		w.latin++
		if 'A' <= original && original <= 'Z' {
			w.upper++
		}
	case '0' <= r && r <= '9':
		w.digits++
	case r == '*' || r == '#' || r == '%':
		w.masks++
	case r == '\'':
	case r < utf8.RuneSelf:
		w.signs++
	default:
		w.letters++
		w.foreign++
	}
	if r == w.previous {
		w.run++
	} else {
		w.run = 1
	}
	w.previous = r
	w.repeats = max(w.repeats, w.run)
}

func (s *scanner) countCase(w *wordScan) {
	if w.letters >= 2 {
		s.words++
		if w.upper == w.letters {
			s.capitals++
		}
	}
}

// add appends a token whose folded spelling ends the folded buffer.
func (s *scanner) add(from, to, foldedFrom int, form uint64, word int32, marks Marks) {
	if s.quotedLine {
		marks |= Quoted
	}
	s.dropped = 0
	s.out.Tokens = append(s.out.Tokens, Token{
		From: int32(from), To: int32(to), Form: form, Word: word,
		Start: int32(foldedFrom), End: int32(len(s.out.folded)),
		Class: s.vocabulary.Traits(word).Class, Marks: marks,
	})
}

func (s *scanner) addFixed(from, to int, form uint64) {
	s.add(from, to, len(s.out.folded), form, s.vocabulary.Find(form), 0)
}

// link reads an address of the form http… or www. to the next space.
func (s *scanner) link() bool {
	rest := s.text[s.at:]
	if !hasFoldedPrefix(rest, "http://") && !hasFoldedPrefix(rest, "https://") && !hasFoldedPrefix(rest, "www.") {
		return false
	}
	end := len(rest)
	for i := 0; i < len(rest); i++ {
		if rest[i] <= ' ' || rest[i] == '>' || rest[i] == ')' || rest[i] == '"' {
			end = i
			break
		}
	}
	s.addFixed(s.at, s.at+end, urlForm)
	s.at += end
	return true
}

// hasFoldedPrefix compares ASCII without case; prefix is lower case.
func hasFoldedPrefix(text, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// platformMention reads <@123>, <#123>, <:name:123> and <a:name:123>.
func (s *scanner) platformMention() bool {
	rest := s.text[s.at:]
	if len(rest) < 4 || rest[1] != '@' && rest[1] != '#' && rest[1] != ':' && rest[1] != 'a' {
		return false
	}
	for i := 2; i < len(rest) && i < 64; i++ {
		switch c := rest[i]; {
		case c == '>':
			s.addFixed(s.at, s.at+i+1, userForm)
			s.at += i + 1
			return true
		case c == ':' || c == '_' || c == '&' || c == '!' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
		default:
			return false
		}
	}
	return false
}

// mention reads @name, unless the sign stands for the letter a of a word it knows.
func (s *scanner) mention() bool {
	if !s.wordFollows(s.at + 1) {
		return false
	}
	s.out.plain = append(s.out.plain[:0], 'a')
	i := s.at + 1
	for i < len(s.text) && i-s.at < MaxWordBytes {
		r, size := s.rune(i)
		if !isWordRune(r) && r != '_' {
			break
		}
		s.out.plain = utf8.AppendRune(s.out.plain, r)
		i += size
	}
	if s.vocabulary.findSensitive(FormOf(s.out.plain)) != Unseen {
		return false
	}
	s.addFixed(s.at, i, userForm)
	s.at = i
	return true
}

// emojiRun is how many times one emoji counts where it is repeated: a wall of sirens
// says no more than three of them.
const emojiRun = 3

// pictograph reads an emoji; the two letters of a flag are one token.
func (s *scanner) pictograph(r rune, size int) {
	from, foldedFrom := s.at, len(s.out.folded)
	s.at += size
	s.out.folded = utf8.AppendRune(s.out.folded, r)
	if isFlagLetter(r) && s.at < len(s.text) {
		if second, n := s.rune(s.at); isFlagLetter(second) {
			s.out.folded = utf8.AppendRune(s.out.folded, second)
			s.at += n
		}
	}
	form := FormOf(s.out.folded[foldedFrom:])
	if s.goesOn(form) {
		s.dropped++
		s.out.folded = s.out.folded[:foldedFrom]
		s.out.Tokens[len(s.out.Tokens)-1].To = int32(s.at)
		return
	}
	s.add(from, s.at, foldedFrom, form, s.vocabulary.Find(form), 0)
}

// goesOn reports whether form goes on with a whole run of one emoji at the end of the
// tokens. Some emoji are two or three joined characters, each a token.
func (s *scanner) goesOn(form uint64) bool {
	for parts := 1; parts <= 3; parts++ {
		n := len(s.out.Tokens) - emojiRun*parts
		if n < 0 {
			return false
		}
		if run := s.out.Tokens[n:]; run[s.dropped%parts].Form == form && repeats(run, parts) {
			return true
		}
	}
	return false
}

// repeats reports whether run is its first parts tokens again and again.
func repeats(run []Token, parts int) bool {
	for i := parts; i < len(run); i++ {
		if run[i].Form != run[i-parts].Form {
			return false
		}
	}
	return true
}

func isFlagLetter(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// punctuation reads one mark; a run of the same mark is one token spelled twice.
func (s *scanner) punctuation(r rune, size int) {
	from, foldedFrom := s.at, len(s.out.folded)
	s.at += size
	s.out.folded = utf8.AppendRune(s.out.folded, r)
	repeated := false
	for s.at < len(s.text) {
		again, n := s.rune(s.at)
		if again != r {
			break
		}
		repeated = true
		s.at += n
	}
	if repeated {
		s.out.folded = utf8.AppendRune(s.out.folded, r)
	}
	form := FormOf(s.out.folded[foldedFrom:])
	s.add(from, s.at, foldedFrom, form, s.vocabulary.Find(form), 0)
}
