// Package document reads YAML into Go types strictly: it knows where every value stands,
// finds every mistake instead of the first, and suggests what was probably meant. The same
// types give the JSON Schema that editors use. It knows nothing about moderation.
package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a source file. Line and Col count from 1; Col counts characters.
// The zero Position is nowhere.
type Position struct {
	File string
	Line int
	Col  int
	Text string // the source line, without its end
	Size int    // characters that the value takes, at least 1 where known
}

// String is "file:line:col".
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Severity says whether a diagnostic stops the document from being used.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the document cannot be used
	Warning                 // it can, but it probably does not say what was meant
)

// Diagnostic is one mistake, where it stands, and what to write instead.
type Diagnostic struct {
	At         Position
	Within     Position // the mapping that could not be read whole because of it, if any
	Severity   Severity
	Message    string
	Suggestion string // "" when nothing better is known
}

// String is what people read: the place and message, the source line, a caret under the
// mistake, and the suggestion.
func (d Diagnostic) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", d.At)
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Message)
	if d.At.Line > 0 && d.At.Text != "" {
		text, col := window(d.At.Text, d.At.Col)
		fmt.Fprintf(&b, "\n    %s\n    %s", text, caret(text, col, d.At.Size))
	}
	if d.Suggestion != "" {
		fmt.Fprintf(&b, "\n    %s", d.Suggestion)
	}
	return b.String()
}

// window cuts a very long source line to the neighbourhood of col.
func window(line string, col int) (string, int) {
	const before, width = 40, 120
	runes := []rune(strings.Map(printable, line))
	if len(runes) <= width {
		return string(runes), col
	}
	from := max(0, min(col-1, len(runes))-before)
	to := min(len(runes), from+width)
	return string(runes[from:to]), col - from
}

func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

func caret(text string, col, size int) string {
	room := len([]rune(text)) - col + 1
	size = max(1, min(size, room))
	return strings.Repeat(" ", max(0, col-1)) + strings.Repeat("^", size)
}

// Diagnostics are all mistakes of a document, in the order of their places.
type Diagnostics []Diagnostic

// Err returns the diagnostics as an error when at least one of them is an Error.
func (ds Diagnostics) Err() error {
	for _, d := range ds {
		if d.Severity == Error {
			return ds
		}
	}
	return nil
}

// About reports whether something was found at a place or within the mapping that stands
// there, so that what seems to be missing there need not be.
func (ds Diagnostics) About(at Position) bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.At == at || d.Within == at })
}

// Error is every diagnostic as people read it, one after the other.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Sort puts diagnostics in the order of their places and drops repeated ones.
func (ds Diagnostics) Sort() Diagnostics {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Col, b.At.Col), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool { return a.At == b.At && a.Message == b.Message })
}
