package replay

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"parley/moderation"
)

// Measures of the charts, in SVG units.
const (
	chartWidth = 640
	labelWidth = 190 // left of bars
	countWidth = 70  // right of bars
	barHeight  = 11
	plotHeight = 180
	plotLeft   = 50
	plotTop    = 14
	barsShown  = 20
)

// bar is one line of a bar chart.
type bar struct {
	label         string
	before, after int
}

// actionBars draws how many comments each action but allow was taken on.
func actionBars(r Report) template.HTML {
	var all []bar
	for a := moderation.Review; a <= moderation.Remove; a++ {
		all = append(all, bar{a.String(), r.Before.Actions[a.String()], r.After.Actions[a.String()]})
	}
	return bars("comments by action, before and after", append(all, bar{"flagged", r.Before.Flagged, r.After.Flagged}))
}

// ruleBars draws how often the rules that changed most matched.
func ruleBars(r Report) template.HTML {
	var all []bar
	for _, rule := range r.Rules {
		if len(all) < barsShown && rule.Before+rule.After > 0 {
			all = append(all, bar{rule.ID, rule.Before, rule.After})
		}
	}
	return bars("matches by rule, before and after", all)
}

// bars draws two bars for each label, before above after.
func bars(what string, all []bar) template.HTML {
	most := 1
	for _, b := range all {
		most = max(most, b.before, b.after)
	}
	d := newDrawing(what, len(all)*(2*barHeight+10)+6)
	room := float64(chartWidth - labelWidth - countWidth)
	for i, b := range all {
		y := 4 + i*(2*barHeight+10)
		d.text(labelWidth-8, y+barHeight+4, "end", shorten(b.label, 28))
		for j, n := range []int{b.before, b.after} {
			width := room * float64(n) / float64(most)
			d.add(`<rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/>`, [2]string{"before", "after"}[j], labelWidth, y+j*barHeight, width, barHeight-1)
			d.text(labelWidth+int(width)+5, y+j*barHeight+barHeight-2, "start", fmt.Sprint(n))
		}
	}
	return d.end()
}

// timelineChart draws how many comments were flagged in each period.
func timelineChart(r Report) template.HTML {
	most := 1
	for _, p := range r.Timeline {
		most = max(most, p.Before, p.After)
	}
	d := newDrawing("comments flagged over time, before and after", plotHeight+2*plotTop+14)
	width := float64(chartWidth - plotLeft - 10)
	x := func(i int) float64 { return plotLeft + width*(float64(i)+0.5)/float64(len(r.Timeline)) }
	y := func(n int) float64 { return plotTop + plotHeight*(1-float64(n)/float64(most)) }
	d.add(`<rect class="area" x="%d" y="%d" width="%.0f" height="%d"/>`, plotLeft, plotTop, width, plotHeight)
	d.text(plotLeft-6, plotTop+8, "end", fmt.Sprint(most))
	d.text(plotLeft-6, plotTop+plotHeight, "end", "0")
	for j, class := range []string{"before", "after"} {
		d.add(`<polyline class="%s line" points="`, class)
		for i, p := range r.Timeline {
			d.add("%.1f,%.1f ", x(i), y([2]int{p.Before, p.After}[j]))
		}
		d.add(`"/>`)
		for i, p := range r.Timeline { // to point at, and because a single period is no line
			n := [2]int{p.Before, p.After}[j]
			d.add(`<circle class="%s" cx="%.1f" cy="%.1f" r="2.5"><title>%s: %d of %d flagged %s</title></circle>`, class, x(i), y(n), tick(r, i), n, p.Comments, class)
		}
	}
	last := len(r.Timeline) - 1
	d.text(int(x(0)), plotTop+plotHeight+16, "start", tick(r, 0))
	if last > 1 {
		d.text(int(x(last/2)), plotTop+plotHeight+16, "middle", tick(r, last/2))
	}
	if last > 0 {
		d.text(int(x(last)), plotTop+plotHeight+16, "end", tick(r, last))
	}
	return d.end()
}

// tick names a period by its date, with the time of day where periods are shorter than one.
func tick(r Report, at int) string {
	layout := time.DateOnly
	if len(r.Timeline) > 1 && r.Timeline[1].From.Sub(r.Timeline[0].From) < 24*time.Hour {
		layout = "01-02 15:04"
	}
	return r.Timeline[at].From.UTC().Format(layout)
}

// drawing is an SVG image in the making.
type drawing struct{ b strings.Builder }

func newDrawing(what string, height int) *drawing {
	d := new(drawing)
	d.add(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartWidth, height, template.HTMLEscapeString(what))
	return d
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

func (d *drawing) text(x, y int, anchor, text string) {
	d.add(`<text x="%d" y="%d" text-anchor="%s">%s</text>`, x, y, anchor, template.HTMLEscapeString(text))
}

func (d *drawing) end() template.HTML {
	d.add("</svg>")
	return template.HTML(d.b.String()) // every label in it is escaped
}

func shorten(label string, most int) string {
	if runes := []rune(label); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return label
}
