package explain

import (
	"strings"

	"github.com/rivo/uniseg"

	"parley/cmd/parley/terminal"
	"parley/moderation"
	"parley/moderation/engine"
)

// mark is what one source points at in the text.
type mark struct {
	label string
	sign  string
	spans []moderation.Span
}

// marksOf collects what rules and model point at, and what is quoted from elsewhere.
func marksOf(x engine.Explanation) []mark {
	var marks []mark
	if len(x.Quoted) > 0 {
		marks = append(marks, mark{"quoted, not the author's words", "~", x.Quoted})
	}
	for _, r := range x.Rules {
		if len(r.Spans) > 0 {
			marks = append(marks, mark{r.ID, "^", r.Spans})
		}
	}
	for _, r := range x.Verdict.Reasons {
		if r.Rule() == "" && r.Span.From < r.Span.To {
			marks = append(marks, mark{r.Source + " " + r.Category.String(), "^", []moderation.Span{r.Span}})
		}
	}
	return marks
}

// letter is what a reader sees as one character.
type letter struct {
	shown    string
	from, to int // bytes of the text
	width    int // columns
}

// marked lays the text out in rows of at most so many columns, each followed by a row of
// signs for every mark that points into it.
func marked(text string, marks []mark, columns int) []string {
	var lines []string
	for _, row := range rows(text, columns) {
		lines = append(lines, strings.TrimRight("  "+written(row), " "))
		for _, m := range marks {
			if signs := m.under(row); signs != "" {
				lines = append(lines, "  "+signs+" "+m.label)
			}
		}
	}
	return lines
}

// rows cuts a text at its line breaks, and where a row is full, before a word if it can.
func rows(text string, columns int) [][]letter {
	var all [][]letter
	var row []letter
	used, at := 0, 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		from := at
		at += len(clusters.Bytes())
		if strings.ContainsAny(clusters.Str(), "\r\n") {
			all, row, used = append(all, row), nil, 0
			continue
		}
		l := letter{shown: terminal.Plain(clusters.Str()), from: from, to: at}
		l.width = uniseg.StringWidth(l.shown)
		if used+l.width > columns {
			full, rest := cut(row)
			all, row, used = append(all, full), rest, uniseg.StringWidth(written(rest))
		}
		row = append(row, l)
		used += l.width
	}
	return append(all, row)
}

// cut parts a full row after its last space; a row without one stays whole.
func cut(row []letter) (full, rest []letter) {
	for i := len(row) - 1; i > 0; i-- {
		if row[i].shown == " " {
			return row[:i+1], append([]letter(nil), row[i+1:]...)
		}
	}
	return row, nil
}

func written(row []letter) string {
	var b strings.Builder
	for _, l := range row {
		b.WriteString(l.shown)
	}
	return b.String()
}

// under is a row of signs below the letters that the mark covers, "" when it covers none.
func (m mark) under(row []letter) string {
	var b strings.Builder
	found := false
	for _, l := range row {
		sign := " "
		for _, s := range m.spans {
			if s.From < l.to && l.from < s.To {
				sign, found = m.sign, true
				break
			}
		}
		b.WriteString(strings.Repeat(sign, l.width))
	}
	if !found {
		return ""
	}
	return strings.TrimRight(b.String(), " ")
}
