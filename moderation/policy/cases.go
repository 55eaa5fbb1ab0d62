package policy

import (
	"cmp"

	"parley/moderation"
	"parley/moderation/policy/document"
)

// Case is a comment with its surroundings and what the policy must make of it. Cases stand in
// policy_test.yaml beside the configuration.
type Case struct {
	Name     string
	At       document.Position
	Comment  moderation.Comment
	Action   moderation.Action
	Category *moderation.Category // nil: any
	Reasons  []string             // sources that must be among the reasons: "rule:slur"
	Without  []string             // sources that must not be

	history *historySpec
	scores  *moderation.Scores
}

// Observation is what the ledger would have answered, with so many counts; nil where the case
// names no history.
func (c *Case) Observation(meters int) *moderation.Observation {
	return c.history.observation(&c.Comment, meters)
}

// Scores are what the case says the embedded model says; nil where the real one is asked.
func (c *Case) Scores() *moderation.Scores { return c.scores }

type casesFile struct {
	Cases []caseSpec `yaml:"cases" help:"Comments and what the policy must make of them."`
}

type caseSpec struct {
	At     document.Position `yaml:"-"`
	Name   string            `yaml:"name" help:"What the case shows."`
	Given  exampleSpec       `yaml:"comment" help:"The comment and what surrounds it."`
	Expect *expectSpec       `yaml:"expect" help:"What must come out."`
}

type expectSpec struct {
	Action   *actionName   `yaml:"action,short" help:"The action."`
	Category *categoryName `yaml:"category" help:"The category that decides it."`
	Reasons  []string      `yaml:"reasons" help:"Sources among the reasons, such as rule:slur or model:embedded."`
	Without  []string      `yaml:"without" help:"Sources that must not be among the reasons."`
}

// ReadCases reads a file of cases. name is shown in diagnostics.
func ReadCases(name string, src []byte) ([]Case, Diagnostics) {
	var f casesFile
	diags := document.Decode(name, src, &f)
	var cases []Case
	for i := range f.Cases {
		s := &f.Cases[i]
		if s.Expect == nil || s.Expect.Action == nil {
			if !diags.About(s.At) {
				diags = append(diags, document.Diagnostic{At: s.At, Message: "the case expects no action", Suggestion: "add `expect: allow`, for example"})
			}
			continue
		}
		c := Case{
			Name: cmp.Or(s.Name, s.Given.Text), At: s.At, Comment: s.Given.comment(), Action: moderation.Action(*s.Expect.Action),
			Category: (*moderation.Category)(s.Expect.Category), Reasons: s.Expect.Reasons, Without: s.Expect.Without, history: s.Given.History,
		}
		if s.Given.Scores != nil {
			c.scores = new(moderation.Scores)
			for category, p := range s.Given.Scores {
				c.scores[category] = p
			}
		}
		cases = append(cases, c)
	}
	return cases, diags.Sort()
}
