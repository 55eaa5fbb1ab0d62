package policy

import (
	"fmt"
	"strconv"
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// Example is a comment that a rule must or must not match.
type Example struct {
	Rule    int // index in Policy.Rules
	At      document.Position
	Match   bool // what must come out
	Comment moderation.Comment

	scores  *moderation.Scores
	models  rule.Probabilities
	history *historySpec
}

// Name says which example it is, such as "slur/match/2".
func (e *Example) Name(p *Policy) string {
	kind := "allow"
	if e.Match {
		kind = "match"
	}
	return fmt.Sprintf("%s/%s/line-%d", p.Rules.Rules[e.Rule].ID, kind, e.At.Line)
}

// Check asks the rule alone about its example and returns what is wrong, or nil.
func (e *Example) Check(p *Policy) error {
	c := e.Comment
	var views text.Views
	views.Reset(c.Text)
	ctx := rule.Context{
		Quotes: views.Quoted(text.NewSource(c.Article.Title, c.Article.Summary), text.NewSource(c.Parent.Text)),
		Topics: p.Rules.Survey(c.Article),
		Models: e.models,
	}
	var subject rule.Subject
	subject.Reset(p.Rules, &c, ctx, nil)
	subject.History = e.history.observation(&c, len(subject.Sighting(true, nil).Meters))
	subject.Scores = e.scores
	outcome := subject.Ask(e.Rule)
	name := p.Rules.Rules[e.Rule].ID
	switch {
	case e.Match && outcome.Answer == rule.Unknown:
		return fmt.Errorf("rule %q cannot tell whether this example matches: it needs `scores` or `history`", name)
	case e.Match && outcome.Answer != rule.Yes:
		return fmt.Errorf("rule %q does not match its own example", name)
	case !e.Match && outcome.Answer == rule.Yes:
		if len(outcome.Evidence) > 0 && outcome.Evidence[0].Place == "" {
			return fmt.Errorf("rule %q matches %q in an example that it must allow", name, outcome.Evidence[0].Span.In(c.Text))
		}
		return fmt.Errorf("rule %q matches an example that it must allow", name)
	}
	return nil
}

// checkExamples asks every rule about its own examples.
func (c *compiler) checkExamples(p *Policy, specs []*ruleSpec) {
	for i, s := range specs {
		for j := range s.Examples.Match {
			p.Examples = append(p.Examples, s.Examples.Match[j].example(i, true))
		}
		for j := range s.Examples.Allow {
			p.Examples = append(p.Examples, s.Examples.Allow[j].example(i, false))
		}
	}
	for i := range p.Examples {
		if err := p.Examples[i].Check(p); err != nil {
			c.report(p.Examples[i].At, "change the rule or the example", "%v", err)
		}
	}
}

// exampleTime is when examples are written, unless it matters.
var exampleTime = time.Date(2025, time.June, 4, 12, 0, 0, 0, time.UTC)

func (s *exampleSpec) example(index int, match bool) Example {
	e := Example{Rule: index, At: s.At, Match: match, history: s.History, Comment: s.comment()}
	if s.Scores != nil {
		e.scores = new(moderation.Scores)
		for name, p := range s.Scores {
			e.scores[name] = p
		}
		e.models = given(*e.scores)
	}
	return e
}

// comment is the comment that is described.
func (s *exampleSpec) comment() moderation.Comment {
	c := moderation.Comment{
		ID: "1", Guild: "1", Time: exampleTime, Text: s.Text,
		Channel:          moderation.Channel{ID: "1", Name: s.Channel},
		Author:           moderation.Author{ID: "1", Name: s.Name, Display: s.Name, Roles: s.Roles},
		Article:          moderation.Article{ID: "1", Title: s.Title, Summary: s.Summary, URL: s.URL},
		MentionsEveryone: s.Everyone,
	}
	if s.AccountAge > 0 {
		c.Author.Created = exampleTime.Add(-s.AccountAge)
	}
	if s.MemberSince > 0 {
		c.Author.Joined = exampleTime.Add(-s.MemberSince)
	}
	if s.Parent != "" {
		c.Parent = moderation.Parent{ID: "2", AuthorID: "2", Text: s.Parent}
	}
	if s.Name != "" {
		c.Passages = append(c.Passages, moderation.Passage{Kind: moderation.PassageDisplayName, Text: s.Name})
	}
	for i := range s.Mentions {
		c.Mentions = append(c.Mentions, strconv.Itoa(100+i))
	}
	for i, name := range s.Files {
		c.Attachments = append(c.Attachments, moderation.Attachment{ID: strconv.Itoa(i), Name: name})
		c.Passages = append(c.Passages, moderation.Passage{Kind: moderation.PassageFileName, Text: name})
	}
	return c
}

// given are probabilities that an example names.
type given moderation.Scores

// Probability is what the example says.
func (g given) Probability(_ string, c moderation.Category) (float64, bool) { return g[c], true }

// observation is the history that an example names, with so many counts.
func (h *historySpec) observation(c *moderation.Comment, meters int) *moderation.Observation {
	if h == nil {
		return nil
	}
	obs := &moderation.Observation{Record: moderation.Record{Comments: h.Comments, Rejected: h.Rejected}}
	for range meters {
		obs.Counts = append(obs.Counts, h.Count)
	}
	for i := range h.Alike + h.OwnAlike {
		l := moderation.Lookalike{
			Comment: strconv.Itoa(1000 + i), Author: strconv.Itoa(1000 + i), Channel: strconv.Itoa(1000 + i),
			Time: c.Time.Add(-time.Duration(i) * time.Second), Exact: true,
		}
		if i >= h.Alike {
			l.Author, l.Channel = c.Author.ID, c.Channel.ID
		}
		obs.Lookalikes = append(obs.Lookalikes, l)
	}
	if h.Points > 0 {
		obs.Record.Strikes = []moderation.Strike{{Points: h.Points, At: c.Time.Add(-time.Hour)}}
	}
	return obs
}
