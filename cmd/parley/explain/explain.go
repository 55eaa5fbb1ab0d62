// Package explain shows on a terminal everything that led to a verdict.
package explain

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"parley/cmd/parley/terminal"
	"parley/moderation"
	"parley/moderation/engine"
)

// width is how many columns are used.
const width = 96

// Show writes how a comment with this text came to its verdict: the text with what mattered
// marked under it, its other readings, every rule's answer, and the sums.
func Show(w io.Writer, style terminal.Style, text string, x engine.Explanation) error {
	p := &printer{out: w, style: style}
	p.verdict(x.Verdict)
	p.heading("Text")
	p.line("%s", strings.Join(marked(text, marksOf(x), width-2), "\n"))
	p.views(text, x.Views)
	p.rules(x.Rules)
	p.sums(x)
	return p.err
}

// printer writes lines and remembers the first error.
type printer struct {
	out   io.Writer
	style terminal.Style
	err   error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

func (p *printer) heading(text string) { p.line("\n%s", p.style.Bold(text)) }

func (p *printer) action(a moderation.Action) string {
	switch a {
	case moderation.Allow:
		return p.style.Green(a.String())
	case moderation.Remove:
		return p.style.Red(a.String())
	}
	return p.style.Yellow(a.String())
}

func (p *printer) verdict(v moderation.Verdict) {
	line := p.style.Bold(p.action(v.Action)) + fmt.Sprintf("  abuse %.2f", v.Abuse)
	if v.Action > moderation.Allow {
		line += "  " + v.Category.String()
	}
	if v.Points > 0 {
		line += fmt.Sprintf("  %d strike points", v.Points)
	}
	p.line("%s  %s", line, p.style.Dim("policy "+v.Policy))
	for _, u := range v.Unknown {
		p.line("%s could not say: %s", u.Source, u.Why)
	}
	if len(v.Ask) > 0 {
		p.line("a second opinion would be asked of %s", strings.Join(v.Ask, ", "))
	}
	if len(v.Shadow) > 0 {
		p.line("with the shadow rules on: %s", p.action(v.ShadowAct))
	}
}

// views shows the readings that differ from the text as written.
func (p *printer) views(text string, views []engine.View) {
	p.heading("Read as")
	shown := map[string]bool{text: true}
	for _, v := range views {
		if shown[v.Text] {
			continue
		}
		shown[v.Text] = true
		p.line("  %-10s %s", v.Name, strings.TrimRight(terminal.Fit(v.Text, width-13), " "))
	}
	if len(shown) == 1 {
		p.line("  only as it is written")
	}
}

// rules shows those that hold in full, and names the others.
func (p *printer) rules(rules []engine.RuleOutcome) {
	p.heading("Rules")
	others := map[string][]string{}
	for _, r := range rules {
		if r.Answer != "yes" {
			others[r.Answer] = append(others[r.Answer], r.ID)
			continue
		}
		extra := ""
		if r.Action > moderation.Allow {
			extra = "  at least " + p.action(r.Action)
		}
		if r.Severity > 0 && r.Severity < 1 {
			extra += fmt.Sprintf("  severity %.2f", r.Severity)
		}
		p.line("  yes  %s  %s%s", p.style.Bold(r.ID), p.style.Dim(fmt.Sprintf("%s, line %d", r.Mode, r.Line)), extra)
		p.line("       %s", terminal.Plain(r.Why))
		if len(r.Quotes) > 0 {
			p.line("       %s", strings.TrimRight(terminal.Fit("“"+strings.Join(r.Quotes, "” “")+"”", width-7), " "))
		}
	}
	p.names("unknown (needs the author's or the thread's past)", others["unknown"])
	p.names("no", others["no"])
}

func (p *printer) names(answer string, ids []string) {
	if len(ids) == 0 {
		return
	}
	p.line("  %s:", answer)
	row := ""
	for _, id := range ids {
		if row != "" && len(row)+len(id)+2 > width-7 {
			p.line("       %s", p.style.Dim(row))
			row = ""
		}
		if row != "" {
			row += "  "
		}
		row += id
	}
	p.line("       %s", p.style.Dim(row))
}

// sums shows how each category came to its score and what that asks for.
func (p *printer) sums(x engine.Explanation) {
	if len(x.Sums) == 0 {
		return
	}
	p.heading("Scores")
	p.line("  %s", x.Combines)
	for _, s := range x.Sums {
		if s.Score < worthShowing && len(s.Parts) == 1 {
			continue
		}
		p.line("  %s", p.style.Bold(s.Category.String()))
		for _, part := range s.Parts {
			source := part.Source
			if part.Group != "" {
				source += " (group " + part.Group + ")"
			}
			p.line("    %+.2f  → %.2f  %s", part.Score, part.After, source)
		}
		p.line("    %.2f means %s  %s", s.Score, p.action(s.Action), p.style.Dim("("+thresholds(s)+")"))
	}
	if hidden := faint(x.Sums); hidden != "" {
		p.line("  below %.2f by the model alone: %s", worthShowing, hidden)
	}
}

// worthShowing is the score below which a category that only the model spoke for is named in
// passing.
const worthShowing = 0.1

func faint(sums []engine.Sum) string {
	var names []string
	for _, s := range sums {
		if s.Score < worthShowing && len(s.Parts) == 1 {
			names = append(names, s.Category.String())
		}
	}
	return strings.Join(names, ", ")
}

func thresholds(s engine.Sum) string {
	var all []string
	for _, t := range []struct {
		name  string
		score float64
	}{{"review", s.Threshold.Review}, {"hold", s.Threshold.Hold}, {"remove", s.Threshold.Remove}} {
		if t.score > 0 {
			all = append(all, fmt.Sprintf("%s from %.2f", t.name, t.score))
		}
	}
	return cmp.Or(strings.Join(all, ", "), "no thresholds")
}
