package replay

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"parley/moderation"
)

// What the terminal shows; JSON and HTML have all.
const (
	rulesShown   = 15
	samplesShown = 3
)

// WriteText writes the report as aligned tables for a terminal. Texts are quoted, so that
// nothing in them can move the cursor.
func (r Report) WriteText(w io.Writer) error {
	out := &writer{Writer: w}
	out.line("%s", r.scope())
	for _, note := range r.notes() {
		out.line("%s", note)
	}
	r.writeActions(out)
	r.writeRules(out)
	r.writeShadow(out)
	out.change("newly flagged", r.NewlyFlagged)
	out.change("no longer flagged", r.NoLongerFlagged)
	out.change("another action", r.ChangedAction)
	return out.err
}

// writer remembers the first error, so that tables read as what they show.
type writer struct {
	io.Writer
	err error
}

func (w *writer) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.Writer, format+"\n", args...)
	}
}

// table writes rows with their columns aligned to the right, all but the last.
func (w *writer) table(rows [][]string) {
	t := tabwriter.NewWriter(w.Writer, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t")) // the error comes with Flush
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

func (w *writer) change(what string, c Change) {
	if c.Count == 0 {
		return
	}
	w.line("\n%s: %d", what, c.Count)
	for _, s := range c.Samples[:min(samplesShown, len(c.Samples))] {
		w.sample(s)
	}
}

func (w *writer) sample(s Sample) {
	w.line("  %s → %s  %.120q", s.Before, s.After, s.Text)
	if len(s.Because) > 0 {
		w.line("      %.120q", strings.Join(s.Because, ", "))
	}
}

// scope says what was judged by what.
func (r Report) scope() string {
	span := ""
	if !r.From.IsZero() {
		span = fmt.Sprintf(", %s to %s", r.From.UTC().Format(time.DateTime), r.To.UTC().Format(time.DateTime))
	}
	return fmt.Sprintf("%s%s\nbefore: %s (%s)\nafter:  %s (%s)", counted(r.Comments, "comment"), span,
		r.Before.Name, r.Before.Policy, r.After.Name, r.After.Policy)
}

// notes say what the figures do not cover.
func (r Report) notes() []string {
	var notes []string
	if r.Before.Policy == r.After.Policy {
		notes = append(notes, "Both policies are the same; only shadow rules have something to tell.")
	}
	if r.Unreadable > 0 {
		notes = append(notes, fmt.Sprintf("%s could not be read, the first at %s.", counted(r.Unreadable, "line"), r.Mistake))
	}
	if r.Repeated > 0 {
		notes = append(notes, counted(r.Repeated, "line")+" repeated another and were left out.")
	}
	if r.Untimed > 0 {
		notes = append(notes, counted(r.Untimed, "comment")+" had no time: rules on rates, duplicates and the author's past were unknown for them.")
	}
	return notes
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r Report) writeActions(w *writer) {
	rows := [][]string{{"", "before", "after", "change", ""}}
	for a := moderation.Allow; a <= moderation.Remove; a++ {
		name := a.String()
		rows = append(rows, difference(name, r.Before.Actions[name], r.After.Actions[name]))
	}
	rows = append(rows, difference("flagged", r.Before.Flagged, r.After.Flagged))
	w.line("")
	w.table(rows)
}

func difference(name string, before, after int) []string {
	return []string{name, fmt.Sprint(before), fmt.Sprint(after), fmt.Sprintf("%+d", after-before), ""}
}

func (r Report) writeRules(w *writer) {
	rows := [][]string{{"before", "after", "gained", "lost", "newly flagged", "no longer flagged", "  rule"}}
	silent := 0
	for _, rule := range r.Rules {
		switch {
		case rule.Before == 0 && rule.After == 0:
			silent++
		case len(rows) <= rulesShown:
			rows = append(rows, []string{
				fmt.Sprint(rule.Before), fmt.Sprint(rule.After), fmt.Sprint(rule.Gained), fmt.Sprint(rule.Lost),
				fmt.Sprint(rule.NewlyFlagged), fmt.Sprint(rule.NoLongerFlagged), "  " + rule.label(),
			})
		}
	}
	if r.Before.NoRule+r.After.NoRule > 0 {
		rows = append(rows, []string{fmt.Sprint(r.Before.NoRule), fmt.Sprint(r.After.NoRule), "", "", "", "", "  (flagged by the model and thresholds alone)"})
	}
	w.line("")
	w.table(rows)
	if more := len(r.Rules) - silent - rulesShown; more > 0 {
		w.line("and %s that matched; --json and --html have all", counted(more, "more rule"))
	}
	if silent > 0 {
		w.line("%s matched nothing", counted(silent, "rule"))
	}
}

// label is a rule's ID and, unless it is simply on, how it stands.
func (r Rule) label() string {
	if r.Standing == "on" {
		return r.ID
	}
	return r.ID + " (" + r.Standing + ")"
}

func (r Report) writeShadow(w *writer) {
	if len(r.Shadow) == 0 {
		return
	}
	rows := [][]string{{"matched", "would change", "review", "hold", "remove", "allow", "  shadow rule"}}
	for _, s := range r.Shadow {
		rows = append(rows, []string{
			fmt.Sprint(s.Matched), fmt.Sprint(s.Changes),
			fmt.Sprint(s.Would["review"]), fmt.Sprint(s.Would["hold"]), fmt.Sprint(s.Would["remove"]), fmt.Sprint(s.Would["allow"]), "  " + s.ID,
		})
	}
	w.line("")
	w.table(rows)
	for _, s := range r.Shadow {
		if len(s.Samples) > 0 {
			w.line("\n%s would have matched:", s.ID)
		}
		for _, sample := range s.Samples[:min(samplesShown, len(s.Samples))] {
			w.sample(sample)
		}
	}
}
