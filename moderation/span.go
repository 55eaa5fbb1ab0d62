package moderation

// Span is a half-open range [From,To) of byte offsets into a comment's original text.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// In returns the part of text that the span covers, cut to the text's bounds.
func (s Span) In(text string) string {
	from, to := max(0, min(s.From, len(text))), max(0, min(s.To, len(text)))
	if from >= to {
		return ""
	}
	return text[from:to]
}

// Set is a set of categories; the zero value is empty.
type Set uint16

// SetOf makes a set of the given categories.
func SetOf(cs ...Category) Set {
	var s Set
	for _, c := range cs {
		s |= 1 << c
	}
	return s
}

// Has reports whether c is in the set.
func (s Set) Has(c Category) bool { return s&(1<<c) != 0 }
