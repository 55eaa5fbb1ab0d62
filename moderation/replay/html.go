package replay

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"parley/moderation"
	"parley/moderation/page"
)

//go:embed report.html
var layout string

// WriteHTML writes the whole report as one page that needs nothing else: charts are inline
// SVG, and comments are escaped.
func (r Report) WriteHTML(w io.Writer) error {
	t, err := page.Parse("report", layout, template.FuncMap{
		"actions":  actionBars,
		"timeline": timelineChart,
		"rules":    ruleBars,
		"when":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
		"change":   func(before, after int) string { return fmt.Sprintf("%+d", after-before) },
		"percent":  func(n, of int) string { return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(max(of, 1))) },
	})
	if err != nil {
		return fmt.Errorf("replay report: %w", err)
	}
	return t.Execute(w, struct {
		Report
		Notes   []string
		Names   []moderation.Action
		Changes []titled
	}{r, r.notes(), []moderation.Action{moderation.Allow, moderation.Review, moderation.Hold, moderation.Remove}, []titled{
		{"Newly flagged", r.NewlyFlagged}, {"No longer flagged", r.NoLongerFlagged}, {"Another action", r.ChangedAction},
	}})
}

// titled is a change under its heading.
type titled struct {
	Title string
	Change
}
