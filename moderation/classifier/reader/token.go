package reader

// Token is one word, mark or emoji of a text, as the model reads it.
type Token struct {
	From, To int32  // where it stands in the original text, in bytes
	Word     int32  // vocabulary row, or Unseen
	Form     uint64 // hash of the folded spelling; of the word meant, where it was disguised
	Start    int32  // its folded spelling is Text.folded[Start:End]
	End      int32
	Class    Class
	Marks    Marks
}

// Marks are the circumstances of a token.
type Marks uint8

// The marks, as bits.
const (
	Quoted     Marks = 1 << iota // between quotation marks, or in a line that starts with >
	FromTitle                    // repeats words of the article's title or summary
	FromParent                   // repeats words of the parent comment
	Shouted                      // all capitals, in a text that is not all capitals
	Disguised                    // recognised behind digits, signs, gaps or a misspelling
	Negated                      // up to four words after a negator
	NumMarks   = 6
)

// Text is a comment cut into tokens. It is reused from comment to comment.
type Text struct {
	Tokens []Token
	folded []byte
	plain  []byte // scratch for one candidate spelling

	title, parent echo
}

// Folded returns the folded spelling of a token.
func (t *Text) Folded(tok *Token) []byte { return t.folded[tok.Start:tok.End] }

// Forms of the tokens that stand for many texts.
var (
	urlForm    = FormOf("<url>")
	userForm   = FormOf("<user>")
	numberForm = FormOf("<number>")
)

// SpecialForms lists the spellings that stand for links, mentions and numbers.
func SpecialForms() []string { return []string{"<url>", "<user>", "<number>"} }
