// Package policytest runs a policy's own tests: the examples of its rules, and cases that say
// what must become of whole comments. It reports like `go test`.
package policytest

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/engine"
	"parley/moderation/policy"
	"parley/moderation/policy/document"
)

// Result is what came of one example or case.
type Result struct {
	Name    string // "slur/match/line-12", or "case/" and the case's name
	At      document.Position
	Problem string // "" when it passed
	Took    time.Duration
}

// Summary counts results.
type Summary struct{ Passed, Failed int }

// Run runs the examples of all rules and the cases whose names only matches (nil: all), and
// tells report of each. model may be nil; a case can name the model's scores itself.
func Run(p *policy.Policy, model engine.Model, cases []policy.Case, only *regexp.Regexp, report func(Result)) Summary {
	var sum Summary
	run := func(name string, at document.Position, check func() string) {
		if only != nil && !only.MatchString(name) {
			return
		}
		start := time.Now()
		r := Result{Name: name, At: at, Problem: check(), Took: time.Since(start)}
		if r.Problem == "" {
			sum.Passed++
		} else {
			sum.Failed++
		}
		report(r)
	}
	for i := range p.Examples {
		e := &p.Examples[i]
		run(e.Name(p), e.At, func() string {
			if err := e.Check(p); err != nil {
				return err.Error()
			}
			return ""
		})
	}
	usual := engine.New(p, model)
	for i := range cases {
		c := &cases[i]
		run("case/"+strings.ReplaceAll(c.Name, " ", "-"), c.At, func() string {
			e := usual
			if c.Scores() != nil {
				e = engine.New(p, fixed(*c.Scores()))
			}
			return judge(e, c)
		})
	}
	return sum
}

// judge says what is wrong with the verdict on a case, or "".
func judge(e *engine.Engine, c *policy.Case) string {
	r := e.Read(&c.Comment)
	defer r.Release()
	v := r.Judge(c.Observation(len(r.Sighting().Meters)))
	var sources []string
	for _, reason := range v.Reasons {
		sources = append(sources, reason.Source)
	}
	sources = slices.Compact(sources)
	var problems []string
	if v.Action != c.Action {
		problems = append(problems, fmt.Sprintf("the action is %v, not %v", v.Action, c.Action))
	}
	if c.Category != nil && v.Category != *c.Category {
		problems = append(problems, fmt.Sprintf("the category is %v, not %v", v.Category, *c.Category))
	}
	for _, want := range c.Reasons {
		if !slices.Contains(sources, want) {
			problems = append(problems, fmt.Sprintf("%s is no reason", want))
		}
	}
	for _, unwanted := range c.Without {
		if slices.Contains(sources, unwanted) {
			problems = append(problems, fmt.Sprintf("%s is a reason", unwanted))
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return fmt.Sprintf("%s (abuse %.2f; reasons: %s)", strings.Join(problems, "; "), v.Abuse, strings.Join(sources, ", "))
}

// fixed is a model that always says the same.
type fixed moderation.Scores

// Classify says what was fixed.
func (f fixed) Classify(_ *classifier.Input, out *classifier.Result) {
	out.Scores = moderation.Scores(f)
	for c := range f {
		out.Known |= 1 << c
	}
}

// Print writes a result as `go test` does; passed ones only when verbose.
func Print(w io.Writer, r Result, verbose bool) {
	switch {
	case r.Problem != "":
		fmt.Fprintf(w, "--- FAIL: %s (%.2fs)\n    %s: %s\n", r.Name, r.Took.Seconds(), r.At, r.Problem)
	case verbose:
		fmt.Fprintf(w, "--- PASS: %s (%.2fs)\n", r.Name, r.Took.Seconds())
	}
}

// String is the last line: "ok" or "FAIL", with the counts.
func (s Summary) String() string {
	if s.Failed > 0 {
		return fmt.Sprintf("FAIL\t%d passed, %d failed", s.Passed, s.Failed)
	}
	return fmt.Sprintf("ok\t%d passed", s.Passed)
}
