package moderation

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Span is a half-open range [From,To) of byte offsets into a comment's original text. In JSON
// it is the pair [From, To].
type Span struct {
	From, To int
}

// MarshalJSON writes the pair.
func (s Span) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte{'['}, int64(s.From), 10)
	b = strconv.AppendInt(append(b, ','), int64(s.To), 10)
	return append(b, ']'), nil
}

// UnmarshalJSON reads the pair, or an object with "from" and "to", which earlier versions of
// Parley have written into stores.
func (s *Span) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		type object Span
		return json.Unmarshal(b, (*object)(s))
	}
	var pair []int
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	switch {
	case pair == nil: // null changes nothing, as everywhere in JSON
	case len(pair) == 2:
		s.From, s.To = pair[0], pair[1]
	default:
		return fmt.Errorf("a span is a pair [from, to] of offsets, not %s", b)
	}
	return nil
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
