// Package terminal is how Parley talks to a person at a terminal: colour only where there
// is one, progress with the time left, columns that line up.
package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// Style colours text, or leaves it alone where the output is not a terminal or NO_COLOR is
// set (https://no-color.org). The zero Style leaves text alone.
type Style struct{ coloured bool }

// StyleFor chooses the style that suits w.
func StyleFor(w io.Writer) Style {
	f, ok := w.(*os.File)
	return Style{coloured: ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""}
}

func (s Style) paint(code, text string) string {
	if !s.coloured || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Bold is for headings.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Dim is for what may be skipped.
func (s Style) Dim(text string) string { return s.paint("2", text) }

// Red is for what was taken down or is wrong.
func (s Style) Red(text string) string { return s.paint("31", text) }

// Yellow is for what waits for somebody.
func (s Style) Yellow(text string) string { return s.paint("33", text) }

// Green is for what is fine or was given back.
func (s Style) Green(text string) string { return s.paint("32", text) }

// Fit cuts text to n columns, with an ellipsis where something was cut, pads it to n, and
// makes control characters and line breaks harmless. Emoji and CJK take two columns.
func Fit(text string, n int) string {
	text = Plain(text)
	if width := uniseg.StringWidth(text); width <= n {
		return text + strings.Repeat(" ", n-width)
	}
	var kept strings.Builder
	width := 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		if width+clusters.Width() > n-1 {
			break
		}
		kept.WriteString(clusters.Str())
		width += clusters.Width()
	}
	return kept.String() + "…" + strings.Repeat(" ", n-1-width)
}

// Plain replaces what could move the cursor or change colours by spaces.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, text)
}

// Progress reports how far long work has come: as one line rewritten in place on a
// terminal, as nothing elsewhere. It is not safe for concurrent use.
type Progress struct {
	out   io.Writer
	live  bool
	what  string
	start time.Time
	last  time.Time
}

// NewProgress starts reporting on w, which is usually standard error.
func NewProgress(w io.Writer, what string) *Progress {
	f, ok := w.(*os.File)
	return &Progress{out: w, live: ok && term.IsTerminal(int(f.Fd())), what: what, start: time.Now()}
}

// At reports that done of total units are done; total 0 means that nobody knows.
func (p *Progress) At(done, total int) {
	now := time.Now()
	if !p.live || now.Sub(p.last) < 100*time.Millisecond && done != total {
		return
	}
	p.last = now
	line := fmt.Sprintf("%s  %d", p.what, done)
	if total > 0 {
		line = fmt.Sprintf("%s  %3d %%  %d of %d", p.what, 100*done/total, done, total)
		if left, ok := remaining(now.Sub(p.start), done, total); ok {
			line += "  " + left.String() + " left"
		}
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// Stage reports a share in [0,1] of a named stage, with the time left that its owner expects.
func (p *Progress) Stage(name string, share float64, left time.Duration) {
	now := time.Now()
	if !p.live || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last = now
	line := fmt.Sprintf("%s  %s  %3.0f %%", p.what, name, 100*share)
	if left > 0 {
		line += "  " + left.Round(time.Second).String() + " left"
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// Done clears the line.
func (p *Progress) Done() {
	if p.live {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// remaining extrapolates the time left from the pace so far; ok is false before there is one.
func remaining(passed time.Duration, done, total int) (left time.Duration, ok bool) {
	if done <= 0 || passed < time.Second {
		return 0, false
	}
	return (passed * time.Duration(total-done) / time.Duration(done)).Round(time.Second), true
}
