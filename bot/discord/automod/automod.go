// Package automod says how rules marked `prevent: true` are mirrored to Discord's own
// AutoMod, which stops a message before anybody sees it, and what has to change for Discord
// to have them so. It computes and sends nothing.
//
// AutoMod knows words and patterns and nothing of articles, quotations or disguises, so
// only rules that consist of words and patterns can be mirrored; Parley judges whatever
// passes as before. Discord's rules that Parley did not make are never touched.
package automod

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/moderation/rule"
	"parley/moderation/text"
)

// Discord's limits (developer reference, "Auto Moderation", trigger metadata).
const (
	maxRules       = 6 // of the keyword kind in a guild, everybody's together
	maxKeywords    = 1000
	maxKeyword     = 60
	maxPatterns    = 10
	maxPattern     = 260
	maxAllowed     = 100
	maxMessage     = 150 // shown to whose message was stopped
	maxName        = 100
	maxExemptRoles = 20
	maxExempt      = 50 // channels
)

const (
	eventMessage   = 1
	triggerKeyword = 1
	actionBlock    = 1
)

// mark begins the names of Parley's rules.
const mark = "Parley: "

// Rule is one of Discord's AutoMod rules, as its API has it.
type Rule struct {
	ID             string   `json:"id,omitempty"`
	Creator        string   `json:"creator_id,omitempty"`
	Name           string   `json:"name"`
	EventType      int      `json:"event_type"`
	TriggerType    int      `json:"trigger_type"`
	Trigger        Trigger  `json:"trigger_metadata"`
	Actions        []Action `json:"actions"`
	Enabled        bool     `json:"enabled"`
	ExemptRoles    []string `json:"exempt_roles"`
	ExemptChannels []string `json:"exempt_channels"`
}

// Trigger is what a rule looks for.
type Trigger struct {
	Keywords []string `json:"keyword_filter"`
	Patterns []string `json:"regex_patterns"`
	Allowed  []string `json:"allow_list"`
}

// Action is what follows.
type Action struct {
	Type     int      `json:"type"`
	Metadata Metadata `json:"metadata"`
}

// Metadata is what an action needs.
type Metadata struct {
	Message string `json:"custom_message,omitempty"`
}

// Exempt is where and for whom AutoMod shall keep out: channels that Parley does not
// moderate, and moderators' roles.
type Exempt struct {
	Channels []string
	Roles    []string
}

// Skipped says why a rule, or a part of it, is not mirrored.
type Skipped struct {
	Rule string
	Why  string
}

// Mirror writes rules as Discord's. free is how many rules Discord still has room for.
func Mirror(rules []rule.Rule, exempt Exempt, free int) ([]Rule, []Skipped) {
	var wanted []Rule
	var skipped []Skipped
	skip := func(id, why string, args ...any) { skipped = append(skipped, Skipped{id, fmt.Sprintf(why, args...)}) }
	if len(exempt.Channels) > maxExempt {
		for _, r := range rules {
			skip(r.ID, "AutoMod would also block in the %d channels that Parley does not moderate; it can leave out %d", len(exempt.Channels), maxExempt)
		}
		return nil, skipped
	}
	for _, r := range rules {
		if r.Unless != nil {
			skip(r.ID, "AutoMod knows no exceptions such as this rule's `unless`")
			continue
		}
		found := &expression{}
		if why := found.add(r.When); why != "" {
			skip(r.ID, "%s", why)
			continue
		}
		if len(found.allowed) > maxAllowed {
			skip(r.ID, "its word lists have %d exceptions, AutoMod takes %d", len(found.allowed), maxAllowed)
			continue
		}
		if found.left > 0 {
			skip(r.ID, "%d of its words or patterns are too long or have a star in the middle; the others are mirrored", found.left)
		}
		parts := found.rules(r, exempt)
		if len(wanted)+len(parts) > free {
			skip(r.ID, "Discord takes %d rules of this kind in a server and has no room left", maxRules)
			continue
		}
		wanted = append(wanted, parts...)
	}
	return wanted, skipped
}

// expression is what AutoMod can express of a condition.
type expression struct {
	keywords, patterns, allowed []string
	left                        int // words and patterns that it cannot
}

// add adds a condition, or says why AutoMod cannot express it.
func (e *expression) add(c rule.Condition) (why string) {
	switch c := c.(type) {
	case rule.Words:
		if c.Times > 1 {
			return "AutoMod cannot count words"
		}
		for _, list := range c.Lists {
			e.addList(list, c.Severity)
		}
		return ""
	case rule.Regex:
		if c.View != text.Raw {
			return "AutoMod matches patterns against the text as it is written only"
		}
		if utf8.RuneCountInString(c.Pattern) > maxPattern {
			e.left++
		} else {
			e.patterns = append(e.patterns, c.Pattern)
		}
		return ""
	case rule.Any:
		for _, part := range c {
			if why := e.add(part); why != "" {
				return why
			}
		}
		return ""
	case rule.All:
		if len(c) == 1 {
			return e.add(c[0])
		}
	}
	return "AutoMod knows words and patterns only, in any combination with `any`"
}

func (e *expression) addList(list *rule.List, severity float64) {
	for _, term := range list.Terms {
		if weight := term.Severity; weight != 0 && weight < severity {
			continue
		}
		if keyword, ok := keywordOf(term.Text); ok {
			e.keywords = append(e.keywords, keyword)
		} else {
			e.left++
		}
	}
	for _, term := range list.Exceptions {
		if keyword, ok := keywordOf(term.Text); ok {
			e.allowed = append(e.allowed, keyword)
		}
	}
}

// keywordOf writes a term as AutoMod does, where stars stand at the ends only. Of a word
// with inflections the word itself is stopped; Parley sees to the others.
func keywordOf(term string) (string, bool) {
	words := strings.Fields(term)
	for i, w := range words {
		words[i] = strings.TrimSuffix(w, "~")
	}
	keyword := strings.Join(words, " ")
	inner := strings.TrimSuffix(strings.TrimPrefix(keyword, "*"), "*")
	n := utf8.RuneCountInString(keyword)
	return keyword, inner != "" && !strings.Contains(inner, "*") && n <= maxKeyword
}

// rules splits the expression into as many rules as Discord's limits ask for.
func (e *expression) rules(r rule.Rule, exempt Exempt) []Rule {
	keywords, patterns := tidy(e.keywords), tidy(e.patterns)
	var parts []Rule
	for len(keywords) > 0 || len(patterns) > 0 {
		name := mark + r.ID
		if len(parts) > 0 {
			name += fmt.Sprintf(" (%d)", len(parts)+1)
		}
		k, p := min(len(keywords), maxKeywords), min(len(patterns), maxPatterns)
		parts = append(parts, Rule{
			Name: cut(name, maxName), EventType: eventMessage, TriggerType: triggerKeyword, Enabled: true,
			Trigger:     Trigger{Keywords: keywords[:k:k], Patterns: patterns[:p:p], Allowed: tidy(e.allowed)},
			Actions:     []Action{{Type: actionBlock, Metadata: Metadata{Message: cut(message(r), maxMessage)}}},
			ExemptRoles: tidy(exempt.Roles)[:min(len(tidy(exempt.Roles)), maxExemptRoles)], ExemptChannels: tidy(exempt.Channels),
		})
		keywords, patterns = keywords[k:], patterns[p:]
	}
	return parts
}

func message(r rule.Rule) string {
	if r.Why == "" {
		return "This is against the rules here (" + r.ID + ")."
	}
	return "This is against the rules here (" + r.ID + "): " + r.Why
}

// tidy is a sorted copy without repetitions, never nil.
func tidy(list []string) []string {
	list = append([]string{}, list...)
	slices.Sort(list)
	return slices.Compact(list)
}

func cut(text string, n int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// Own reports whether Parley made a rule: both its name and its maker must say so.
func (r Rule) Own(bot string) bool { return r.Creator == bot && strings.HasPrefix(r.Name, mark) }

// Free is how many rules Parley may have beside those of others.
func Free(known []Rule, bot string) int {
	free := maxRules
	for _, r := range known {
		if r.TriggerType == triggerKeyword && !r.Own(bot) {
			free--
		}
	}
	return max(free, 0)
}

// Changes are what to do for Discord to have the wanted rules and no other of Parley's.
type Changes struct {
	Delete []Rule
	Update []Rule // with the ID of the known rule
	Create []Rule
}

// Diff compares the rules that Discord has with those wanted, by name.
func Diff(known, wanted []Rule, bot string) Changes {
	var c Changes
	have := map[string]Rule{}
	for _, r := range known {
		if !r.Own(bot) {
			continue
		}
		if _, twice := have[r.Name]; twice || !slices.ContainsFunc(wanted, func(w Rule) bool { return w.Name == r.Name }) {
			c.Delete = append(c.Delete, r)
			continue
		}
		have[r.Name] = r
	}
	for _, w := range wanted {
		old, known := have[w.Name]
		switch {
		case !known:
			c.Create = append(c.Create, w)
		case !same(old, w):
			w.ID = old.ID
			c.Update = append(c.Update, w)
		}
	}
	return c
}

func same(a, b Rule) bool {
	sameList := func(x, y []string) bool { return slices.Equal(tidy(x), tidy(y)) }
	return a.Enabled == b.Enabled && a.EventType == b.EventType && slices.Equal(a.Actions, b.Actions) &&
		sameList(a.Trigger.Keywords, b.Trigger.Keywords) && sameList(a.Trigger.Patterns, b.Trigger.Patterns) &&
		sameList(a.Trigger.Allowed, b.Trigger.Allowed) && sameList(a.ExemptRoles, b.ExemptRoles) && sameList(a.ExemptChannels, b.ExemptChannels)
}
