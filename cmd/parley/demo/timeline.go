package demo

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"parley/cmd/parley/latency"
	"parley/cmd/parley/terminal"
	"parley/moderation"
)

// Timeline writes happenings for a person to read along.
type Timeline struct {
	Out   io.Writer
	Style terminal.Style
}

// Widths of the columns.
const (
	nameWidth = 9
	textWidth = 60
)

// Show writes one happening.
func (t Timeline) Show(h Happening) {
	at := t.Style.Dim(fmt.Sprintf("%6.2fs", latency.Milliseconds(h.At)/1000))
	switch {
	case h.Scene != "":
		fmt.Fprintf(t.Out, "\n%s\n", t.Style.Bold(h.Scene))
	case h.Verdict == nil && h.Text != "":
		fmt.Fprintf(t.Out, "%s  %s %s  %s\n", at, terminal.Fit(h.Who, nameWidth), t.Style.Green("back   "), terminal.Fit(h.Text, textWidth))
		t.below(t.Style.Dim(h.Note))
	case h.Verdict == nil:
		fmt.Fprintf(t.Out, "%s  %s %s\n", at, terminal.Fit(h.Who, nameWidth), terminal.Plain(h.Note))
	default:
		t.comment(at, h)
	}
}

func (t Timeline) comment(at string, h Happening) {
	text := h.Text
	if h.Edited {
		text = "(edits) " + text
	}
	fmt.Fprintf(t.Out, "%s  %s %s  %s  %s\n", at, terminal.Fit(h.Who, nameWidth), t.outcome(h.Outcome),
		terminal.Fit(text, textWidth), t.Style.Dim(fmt.Sprintf("%5.1f ms", latency.Milliseconds(h.Took))))
	if h.Opinion != nil {
		t.below(t.Style.Dim(terminal.Plain(opinion(h))))
	}
	if h.Verdict.Action != moderation.Allow || h.Outcome == Down {
		because := because(h.Verdict)
		if h.Gone > 0 {
			because += fmt.Sprintf(", gone after %.0f ms", latency.Milliseconds(h.Gone))
		}
		t.below(t.Style.Dim(terminal.Plain(because)))
	}
	if h.Expect != "" && h.Expect != h.Outcome {
		t.below(t.Style.Yellow("hoped for: " + string(h.Expect)))
	}
}

// below writes a line under a comment.
func (t Timeline) below(line string) {
	fmt.Fprintf(t.Out, "%s %s\n", strings.Repeat(" ", 8+nameWidth+10), line)
}

// opinion says what a remote model thought and how long it was waited for.
func opinion(h Happening) string {
	said := fmt.Sprintf("%s (%.2f): %s", h.Opinion.Action, h.Opinion.Confidence, h.Opinion.Reason)
	if h.Opinion.Unknown != "" {
		said = "none: " + h.Opinion.Unknown
	}
	return fmt.Sprintf("%s at first; second opinion after %.0f ms: %s", h.First, latency.Milliseconds(h.Waited), said)
}

// outcome is a word of fixed width, so that columns line up.
func (t Timeline) outcome(o Outcome) string {
	switch o {
	case Down:
		return t.Style.Red("DOWN   ")
	case Flagged:
		return t.Style.Yellow("flagged")
	default:
		return t.Style.Green("stays  ")
	}
}

// because names what weighed most in a verdict.
func because(v *moderation.Verdict) string {
	said := fmt.Sprintf("%s: %s %.2f", v.Action, v.Category, v.Scores[v.Category])
	if len(v.Reasons) == 0 {
		return said
	}
	r := v.Reasons[0]
	said += ", " + r.Source
	if r.Quote != "" {
		said += fmt.Sprintf(" at %q", r.Quote)
	}
	return said
}

// Summarize writes the closing figures.
func (t Timeline) Summarize(s Summary) {
	fmt.Fprintf(t.Out, "\n%s\n", t.Style.Bold("Summary"))
	line := func(what, value string) { fmt.Fprintf(t.Out, "  %-18s %s\n", what, value) }
	line("comments", fmt.Sprintf("%d in %.1f s", s.Comments, latency.Milliseconds(s.Lasted)/1000))
	line("verdicts", counts(s.Verdicts))
	line("categories", counts(s.Categories))
	line("effects", counts(s.Effects))
	line("members told why", fmt.Sprint(s.Struck))
	line("timed out now", fmt.Sprint(s.Timeouts))
	line("given back", fmt.Sprint(s.GivenBack))
	line("comment → verdict", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", latency.Milliseconds(s.VerdictP50), latency.Milliseconds(s.VerdictP99)))
	if s.GoneP99 > 0 {
		line("posted → gone", fmt.Sprintf("p50 %.1f ms, p99 %.1f ms", latency.Milliseconds(s.GoneP50), latency.Milliseconds(s.GoneP99)))
	}
	if hoped := s.AsHoped + s.Otherwise; hoped > 0 {
		line("as hoped", fmt.Sprintf("%d of %d", s.AsHoped, hoped))
	}
}

// counts writes "12 allow, 3 remove", most frequent first.
func counts(m map[string]int) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%d %s", m[name], name))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
