package policy

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
)

// compiler turns a file into a Policy and collects what is wrong with it.
type compiler struct {
	files   *files
	found   Diagnostics
	lists   map[string]*rule.List // by name as written in the file
	builtin map[string]*rule.List // by "builtin:…"
	domains map[string][]string
	used    map[string]bool // lists that something uses
	groups  map[string]int
	ruleIDs []string
	specs   []*ruleSpec // of the rules that could be compiled
}

func (c *compiler) report(at document.Position, suggestion, format string, args ...any) {
	c.found = append(c.found, document.Diagnostic{At: at, Message: fmt.Sprintf(format, args...), Suggestion: suggestion})
}

// missing reports that something is not there, unless it may only have been misread.
func (c *compiler) missing(at document.Position, suggestion, format string, args ...any) {
	if !c.found.About(at) {
		c.report(at, suggestion, format, args...)
	}
}

func (c *compiler) warn(at document.Position, suggestion, format string, args ...any) {
	c.found = append(c.found, document.Diagnostic{At: at, Severity: document.Warning, Message: fmt.Sprintf(format, args...), Suggestion: suggestion})
}

// compile builds the policy; it is whole only where no error was found.
func (c *compiler) compile(f *file) *Policy {
	p := &Policy{settings: make(map[string]*Settings), base: startingPoint()}
	p.Discord.APIBase = value(f.Discord.APIBase, "")
	p.Store.DataDir = value(f.Store.DataDir, "data")
	if p.Server.Listen = value(f.Server.Listen, "127.0.0.1:9150"); p.Server.Listen == "off" {
		p.Server.Listen = ""
	}
	p.Classifiers = c.classifiers(&f.Classifiers)
	c.scoring(p, &f.Scoring)
	c.compileLists(f)
	c.compileGroups(p, f)
	c.compileRules(p, f)
	c.checkPlace(&f.placeSpec)
	p.base.lay(&f.placeSpec)
	c.compileOverrides(p, f)
	if p.Rules != nil {
		p.base.applyChanges(p.Rules)
	}
	if c.found.Err() == nil {
		c.lint(p, f, c.specs)
	}
	return p
}

func value[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}

func (c *compiler) classifiers(s *classifiersSpec) Classifiers {
	o := &s.OpenAI
	out := Classifiers{
		Embedded: Embedded{
			Enabled:   value(s.Embedded.Enabled, true),
			OnUnknown: moderation.Action(value(s.Embedded.OnUnknown, actionName(moderation.Allow))),
		},
		OpenAI: OpenAI{
			BaseURL:      value(o.BaseURL, "https://api.openai.com/v1"),
			CacheTTL:     value(o.CacheTTL, 24*time.Hour),
			Patience:     value(o.Patience, 30*time.Minute),
			Margin:       value(o.Margin, 0.5),
			Moderation:   o.Moderation.stage(),
			Judge:        o.Judge.stage(),
			Batch:        value(o.Moderation.Batch, 32),
			Wait:         value(o.Moderation.Wait, 50*time.Millisecond),
			AnswerTokens: value(o.Judge.AnswerTokens, 400),
		},
	}
	for name, offset := range o.Moderation.Offsets {
		out.OpenAI.Offsets[name] = offset
	}
	return out
}

func (s *stageSpec) stage() Stage {
	out := Stage{Model: value(s.Model, ""), Timeout: value(s.Timeout, 10*time.Second)}
	switch value(s.OnError, "open") {
	case "review":
		out.OnError = moderation.Review
	case "hold":
		out.OnError = moderation.Hold
	}
	if l := s.Limits; l != nil {
		out.Limits = Limits(*l)
	}
	if p := s.Prices; p != nil {
		out.Prices = Prices(*p)
	}
	return out
}

// notAbuse are the categories that count in the overall abuse score only where a policy says
// so: a loud or copied comment is not the worse for it.
var notAbuse = moderation.SetOf(moderation.Spam, moderation.Scam, moderation.Flood)

func (c *compiler) scoring(p *Policy, s *scoringSpec) {
	if s.Combine == "sum" {
		p.Combine = BySum
	}
	for _, category := range moderation.Categories() {
		if !notAbuse.Has(category) {
			p.Ranking[category] = 1
		}
	}
	for name, weight := range s.Ranking {
		p.Ranking[name] = weight
	}
}

func (c *compiler) compileGroups(p *Policy, f *file) {
	c.groups = make(map[string]int)
	names := make([]string, 0, len(f.Groups))
	for name := range f.Groups {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		c.groups[name] = i
		p.Groups = append(p.Groups, Group{Name: name, Cap: f.Groups[name].Cap})
	}
}

var validID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

func (c *compiler) compileRules(p *Policy, f *file) {
	first := make(map[string]document.Position)
	for _, r := range f.Rules {
		c.ruleIDs = append(c.ruleIDs, r.ID.V)
	}
	var rules []rule.Rule
	var specs []*ruleSpec
	for i := range f.Rules {
		s := &f.Rules[i]
		if earlier, twice := first[s.ID.V]; twice && s.ID.V != "" {
			c.report(s.ID.At, "give each its own id", "two rules are called %q; the first stands on line %d", s.ID.V, earlier.Line)
			continue
		}
		first[s.ID.V] = s.ID.At
		if r, ok := c.rule(s); ok {
			rules, specs = append(rules, r), append(specs, s)
			p.Origins = append(p.Origins, s.At)
		}
	}
	if c.found.Err() != nil {
		return
	}
	set, err := rule.Compile(rules)
	if err != nil {
		c.report(c.ruleAt(f, err), "", "%v", err)
		return
	}
	p.Rules, c.specs = set, specs
	c.checkExamples(p, specs)
}

// ruleAt is the place of the rule that an error of rule.Compile names.
func (c *compiler) ruleAt(f *file, err error) document.Position {
	for i := range f.Rules {
		if strings.Contains(err.Error(), fmt.Sprintf("%q", f.Rules[i].ID.V)) {
			return f.Rules[i].ID.At
		}
	}
	return document.Position{}
}

// rule compiles one rule; ok is false when it cannot be used.
func (c *compiler) rule(s *ruleSpec) (rule.Rule, bool) {
	r := rule.Rule{ID: s.ID.V, Why: s.Why.V, Line: s.At.Line, Group: -1, Mode: s.Mode, Ask: s.Ask.V != "", Prevent: s.Prevent}
	ok := true
	switch {
	case s.ID.V == "":
		c.missing(s.At, "", "a rule needs an `id`")
		ok = false
	case !validID.MatchString(s.ID.V):
		c.report(s.ID.At, "", "the id %q must consist of lower case letters, digits and dashes", s.ID.V)
		ok = false
	}
	if strings.TrimSpace(s.Why.V) == "" {
		c.missing(cmp.Or(s.Why.At, s.At), "say in a sentence what is not wanted, for members and moderators", "rule %q has no `why`", s.ID.V)
	}
	if s.When == nil {
		c.missing(s.At, "", "rule %q has no `when`", s.ID.V)
		return r, false
	}
	if r.When = c.condition(s.When); r.When == nil {
		ok = false
	}
	if s.Unless != nil {
		if r.Unless = c.condition(s.Unless); r.Unless == nil {
			ok = false
		}
	}
	if len(s.Score) == 0 && s.Action == nil && !r.Ask {
		c.missing(s.At, "add `score: {category: 0.5}`, `action: review` or `ask: openai`", "rule %q gives nothing", s.ID.V)
	}
	r.Gives = contributions(s.Score)
	if s.Action != nil {
		if *s.Action == actionName(moderation.Allow) {
			c.report(s.At, "take off what others gave with a score below 0, such as `score: {toxicity: -0.8}`, or except comments with `unless`", "rule %q cannot allow outright", s.ID.V)
		}
		r.Action = moderation.Action(*s.Action)
	}
	r.Points = value(s.Points, 0)
	if s.Group.V != "" {
		index, known := c.groups[s.Group.V]
		if !known {
			c.report(s.Group.At, document.DidYouMean(s.Group.V, sortedKeys(c.groups)), "there is no group %q", s.Group.V)
		}
		r.Group = index
	}
	return r, ok
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (c *compiler) compileOverrides(p *Policy, f *file) {
	for i := range f.Overrides {
		s := &f.Overrides[i]
		o := override{guilds: s.For.Guild, channels: s.For.Channel, spec: s.placeSpec}
		if len(o.guilds) == 0 && len(o.channels) == 0 && s.For.Article == nil {
			c.report(s.At, "name a guild, a channel or an article under `for`, or move the settings to the top level", "this override fits everywhere")
		}
		c.checkGlobs(s.At, o.channels)
		if a := s.For.Article; a != nil {
			o.article = true
			domains, lists := c.article(a)
			o.domains = domains
			finder, err := newTopicFinder(lists)
			if err != nil {
				c.report(a.At, "", "%v", err)
			}
			o.topics = finder
		}
		c.checkPlace(&s.placeSpec)
		p.overrides = append(p.overrides, o)
	}
}
