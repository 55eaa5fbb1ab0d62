package evaluation

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"parley/moderation/page"
)

//go:embed report.html
var layout string

// WriteHTML writes reports as one page that needs nothing else: tables, and curves as
// inline SVG.
func WriteHTML(w io.Writer, title string, reports []Report) error {
	t, err := page.Parse("report", layout, template.FuncMap{
		"percent": percent,
		"roc":     func(r Report) template.HTML { return chart("false-positive rate", "found", ROC(r.scored), true) },
		"pr":      func(r Report) template.HTML { return chart("recall", "precision", PrecisionRecall(r.scored), false) },
		"calibration": func(r Report) template.HTML {
			var points []Point
			for _, b := range r.Reliability {
				if b.N > 0 {
					points = append(points, Point{X: b.Mean, Y: b.Abusive})
				}
			}
			return chart("score", "abusive", points, true)
		},
	})
	if err != nil {
		return fmt.Errorf("evaluation report: %w", err)
	}
	return t.Execute(w, struct {
		Title   string
		Reports []Report
	}{title, reports})
}

// Size of a chart's plotting area and its margin, in SVG units.
const (
	side   = 220.0
	margin = 34.0
)

// chart draws one curve in the unit square; diagonal adds the line of chance or of perfect
// calibration.
func chart(x, y string, points []Point, diagonal bool) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %[1]g %[1]g" role="img" aria-label="%s over %s">`, side+2*margin, y, x)
	fmt.Fprintf(&b, `<rect x="%[1]g" y="%[1]g" width="%[2]g" height="%[2]g" class="area"/>`, margin, side)
	if diagonal {
		fmt.Fprintf(&b, `<line x1="%g" y1="%g" x2="%g" y2="%g" class="chance"/>`, margin, margin+side, margin+side, margin)
	}
	b.WriteString(`<polyline class="curve" points="`)
	for _, p := range thin(points) {
		fmt.Fprintf(&b, "%.1f,%.1f ", margin+side*p.X, margin+side*(1-p.Y))
	}
	b.WriteString(`"/>`)
	fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="middle">%s</text>`, margin+side/2, 2*margin+side-10, x)
	fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="start">%s</text>`, margin, margin-8, y)
	for _, tick := range []string{"0", "1"} {
		at := margin
		if tick == "1" {
			at += side
		}
		fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="middle">%s</text>`, at, margin+side+14, tick)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) // made of numbers and this package's own labels only
}

// thin keeps a few hundred points of a long curve; the eye sees no more.
func thin(points []Point) []Point {
	const most = 400
	if len(points) <= most {
		return points
	}
	kept := make([]Point, 0, most+1)
	for i := range most {
		kept = append(kept, points[i*len(points)/most])
	}
	return append(kept, points[len(points)-1])
}
