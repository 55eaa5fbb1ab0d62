package evaluation

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes reports as aligned tables for a terminal.
func WriteText(w io.Writer, reports []Report) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "data set\trows\tabusive\tAUC\tavg. precision\tbest F1\tcalibration error\t")
	for _, r := range reports {
		fmt.Fprintf(table, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t\n",
			r.Dataset, r.Rows, r.Abusive, r.AUC, r.AveragePrecision, r.Best.F1, r.Calibration)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, r := range reports {
		if err := r.writeDetails(w); err != nil {
			return err
		}
	}
	return nil
}

func (r Report) writeDetails(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n", r.Dataset)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "flagged from\tprecision\trecall\tF1\tright\tfalse positives\t")
	flagged := func(from string, o Outcome) {
		fmt.Fprintf(table, "%s\t%.3f\t%.3f\t%.3f\t%s\t%s\t\n", from, o.Precision, o.Recall, o.F1, percent(o.Accuracy), percent(o.FalsePositives))
	}
	for _, at := range r.At {
		flagged(at.Action.String(), at.Outcome)
	}
	flagged(fmt.Sprintf("%.3f (best F1)", r.BestAt), r.Best)
	writeSlices(table, "identity", r.Identities)
	writeSlices(table, "category", r.Categories)
	if err := table.Flush(); err != nil {
		return err
	}
	writeExamples(w, "abusive, scored lowest", r.Missed)
	writeExamples(w, "clean, scored highest", r.Misjudged)
	return nil
}

// shown is how many slices and examples the terminal shows; JSON and HTML have all.
const shown = 5

func writeSlices(w io.Writer, what string, all []Slice) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\t\t\t\t\t\t\n%s\tclean\tabusive\trecall\tright\tfalse positives\t\n", what)
	for _, s := range all[:min(shown, len(all))] {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%s\t%s\t\n", s.Name, s.Clean, s.Abusive, s.Recall, percent(s.Accuracy), percent(s.FPR))
	}
	if more := len(all) - shown; more > 0 {
		fmt.Fprintf(w, "and %d more\t\t\t\t\t\t\n", more)
	}
}

func writeExamples(w io.Writer, what string, all []Example) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\n  %s\n", what)
	for _, e := range all[:min(shown, len(all))] {
		fmt.Fprintf(w, "    %.3f  %.100q\n", e.Score, e.Text)
	}
}

func percent(f float64) string { return fmt.Sprintf("%.1f %%", 100*f) }
