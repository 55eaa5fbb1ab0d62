package policy

import (
	"path"
	"strconv"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// condition compiles a condition; nil when it cannot be used, after reporting why.
func (c *compiler) condition(s *conditionSpec) rule.Condition {
	before := len(c.found)
	var all rule.All
	add := func(condition rule.Condition) { all = append(all, condition) }
	c.composed(s, add)
	c.textConditions(s, add)
	c.contentConditions(s, add)
	c.historyConditions(s, add)
	c.placeConditions(s, add)
	c.modelConditions(s, add)
	if len(all) == 0 {
		if len(c.found) == before {
			c.missing(s.At, "", "this condition says nothing")
		}
		return nil
	}
	return all
}

func (c *compiler) each(specs []conditionSpec) []rule.Condition {
	var out []rule.Condition
	for i := range specs {
		if condition := c.condition(&specs[i]); condition != nil {
			out = append(out, condition)
		}
	}
	return out
}

func (c *compiler) composed(s *conditionSpec, add func(rule.Condition)) {
	if s.All != nil {
		add(rule.All(c.each(s.All)))
	}
	if s.Any != nil {
		add(rule.Any(c.each(s.Any)))
	}
	if s.None != nil {
		add(rule.None(c.each(s.None)))
	}
}

func (c *compiler) textConditions(s *conditionSpec, add func(rule.Condition)) {
	if s.Words != nil {
		add(c.words(s.Words))
	}
	if s.Regex != nil {
		add(c.regex(s.Regex))
	}
	if n := s.Near; n != nil {
		if n.A == nil || n.B == nil {
			c.missing(n.At, "", "`near` needs the words `a` and `b`")
		} else {
			add(rule.Near{A: c.words(n.A), B: c.words(n.B), Within: n.Within, Ordered: n.Ordered, Crosses: n.Across})
		}
	}
	if s.Aimed != nil {
		add(c.aimed(s.Aimed))
	}
	if q := s.Quotes; q != nil {
		add(rule.Quoting{Over: q.Over, Under: q.Under})
	}
	if l := s.Language; l != nil {
		add(rule.Language{Is: l.Is, Not: l.Not})
	}
	if l := s.Length; l != nil {
		if l.Under > 0 && l.Over >= l.Under-1 || l.UnderWords > 0 && l.OverWords >= l.UnderWords-1 {
			c.report(l.At, "", "no comment can have this length")
		}
		add(rule.Length{Over: l.Over, Under: l.Under, OverWords: l.OverWords, UnderWords: l.UnderWords})
	}
	if l := s.Shouting; l != nil {
		if *l == (shoutingSpec{At: l.At, MinLetters: l.MinLetters}) {
			c.missing(l.At, "", "`shouting` needs one of capitals, repeats, marks, emoji, emoji_only, lines")
		}
		add(rule.Shouting{Capitals: l.Capitals, MinLetters: l.MinLetters, Repeats: l.Repeats, Marks: l.Marks, Emoji: l.Emoji, EmojiOnly: l.EmojiOnly, Lines: l.Lines})
	}
}

func (c *compiler) words(s *wordsSpec) rule.Words {
	w := rule.Words{In: c.places(s.In), Severity: s.Severity, Quoted: s.Quoted, Times: s.Times}
	if len(s.Terms) > 0 {
		w.Lists = append(w.Lists, &rule.List{Name: "words", Terms: c.terms(s.Terms)})
	}
	for _, name := range s.List {
		if list := c.named(name); list != nil {
			w.Lists = append(w.Lists, list)
		}
	}
	if len(s.Terms) == 0 && len(s.List) == 0 {
		c.missing(s.At, "list the words, or name a list under `list`", "these words are empty")
	}
	return w
}

func (c *compiler) places(values []document.Value[string]) rule.Places {
	var places rule.Places
	for _, v := range values {
		switch place := rule.PlaceOf(moderation.PassageKind(v.V)); {
		case v.V == "text":
			places |= rule.InText
		case place != 0:
			places |= place
		default:
			c.report(v.At, document.DidYouMean(v.V, rule.PlaceNames()), "there is no place %q in a comment", v.V)
		}
	}
	return places
}

var views = map[string]text.Kind{
	"": text.Folded, "raw": text.Raw, "plain": text.Plain, "folded": text.Folded, "leet": text.Leet, "squashed": text.Squashed,
}

func (c *compiler) regex(s *regexSpec) rule.Regex {
	r := rule.Regex{Pattern: s.Pattern.V, View: views[s.View], In: c.places(s.In), Quoted: s.Quoted}
	switch err := r.Check(); {
	case s.Pattern.V == "":
		c.missing(s.At, "", "`regex` needs a `pattern`")
	case err != nil:
		c.report(s.Pattern.At, "", "%v", err)
	case r.MatchesNothing():
		c.report(s.Pattern.At, "make at least one part of it obligatory", "the expression matches the empty text, and so every comment")
	default:
		c.foreignLetters(s.Pattern.At, r.Pattern, r.View)
	}
	return r
}

func (c *compiler) aimed(s *aimedSpec) rule.Aimed {
	var a rule.Aimed
	for _, by := range s.By {
		switch by {
		case "second_person":
			a.SecondPerson = c.readList(document.Value[string]{V: secondPerson, At: s.At})
		case "reply":
			a.Reply = true
		case "mention":
			a.Mention = true
		}
	}
	return a
}

func (c *compiler) contentConditions(s *conditionSpec, add func(rule.Condition)) {
	if l := s.Links; l != nil {
		links := rule.Links{
			Domains: c.domainSet(l.Domains), Except: c.domainSet(l.Except), Invites: l.Invites, Mismatched: l.Mismatched,
			Disguised: l.Disguised, Punycode: l.Punycode, LookAlikes: c.domainSet(l.LookAlikes), MoreThan: l.MoreThan, Article: l.Article,
		}
		if l.Shorteners {
			links.Domains = c.domainSet(append(l.Domains, document.Value[string]{V: shorteners, At: l.At}))
		}
		add(links)
	}
	if m := s.Mentions; m != nil {
		if *m == (mentionsSpec{At: m.At}) {
			c.missing(m.At, "", "`mentions` needs one of people, roles, everyone, any")
		}
		add(rule.Mentions{People: m.People, Roles: m.Roles, Everyone: m.Everyone, Any: m.Any})
	}
	if a := s.Attachments; a != nil {
		c.checkGlobs(a.At, a.Names)
		add(rule.Attachments{Kinds: a.Kinds, Names: a.Names, MoreThan: a.MoreThan})
	}
}

func (c *compiler) checkGlobs(at document.Position, globs []string) {
	for _, g := range globs {
		if _, err := path.Match(g, ""); err != nil {
			c.report(at, "close its brackets", "%q is no pattern for names", g)
		}
	}
}

// longestWindow bounds what stores keep counts for.
const longestWindow = 24 * time.Hour

func (c *compiler) window(at document.Position, d time.Duration, what string) {
	switch {
	case d <= 0:
		c.missing(at, "add `within: 10m`, for example", "`%s` needs a window", what)
	case d > longestWindow:
		c.report(at, "", "`%s` looks back %v; at most %v are remembered", what, d, longestWindow)
	}
}

func (c *compiler) historyConditions(s *conditionSpec, add func(rule.Condition)) {
	if r := s.Rate; r != nil {
		c.window(r.At, r.Within, "rate")
		if r.MoreThan == 0 {
			c.missing(r.At, "", "`rate` needs `more_than`")
		}
		scopes := map[string]rule.Scope{"": rule.OfAuthor, "author": rule.OfAuthor, "channel": rule.OfChannel, "article": rule.OfArticle, "guild": rule.OfGuild}
		add(rule.Rate{Of: scopes[r.By], MoreThan: r.MoreThan, Within: r.Within})
	}
	if d := s.Duplicate; d != nil {
		c.window(d.At, d.Within, "duplicate")
		if max(d.Times, d.Authors, d.Channels) < 2 {
			c.missing(d.At, "add `times: 3`, for example", "`duplicate` needs times, authors or channels of at least 2")
		}
		add(rule.Duplicate{Times: d.Times, Authors: d.Authors, Channels: d.Channels, Own: d.Own, Exact: d.Exact, MinWords: d.MinWords, Within: d.Within})
	}
	if s.NewAccount != nil {
		add(rule.NewAccount{Within: *s.NewAccount})
	}
	if s.NewMember != nil {
		add(rule.NewMember{Within: *s.NewMember})
	}
	if s.FirstComments != nil {
		add(rule.Record{FirstComments: *s.FirstComments})
	}
	if s.Strikes != nil {
		add(rule.Record{Points: *s.Strikes})
	}
	if r := s.RejectedShare; r != nil {
		least := r.Comments
		if least == 0 {
			least = 5
		}
		add(rule.Record{Rejected: max(r.Over, 0.001), MinComments: least})
	}
	if r := s.Raid; r != nil {
		c.window(r.At, r.Within, "raid")
		if r.Joins == 0 && r.Alike == 0 {
			c.missing(r.At, "", "`raid` needs `joins` or `alike`")
		}
		add(rule.Raid{Joins: r.Joins, Alike: r.Alike, Within: r.Within})
	}
	if h := s.Heat; h != nil {
		c.window(h.At, h.Within, "heat")
		add(rule.Heat{AtLeast: max(h.AtLeast, 1), Over: h.Over, Within: h.Within})
	}
	if t := s.Target; t != nil {
		c.window(t.At, t.Within, "target")
		if t.Authors < 2 {
			c.missing(t.At, "", "`target` needs `authors`")
		}
		add(rule.Target{Authors: t.Authors, Within: t.Within})
	}
}

func (c *compiler) placeConditions(s *conditionSpec, add func(rule.Condition)) {
	if s.Channel != nil {
		c.checkGlobs(s.At, s.Channel)
		add(rule.Channel{Globs: s.Channel})
	}
	if s.Role != nil {
		add(rule.Role{Roles: s.Role})
	}
	if s.Article != nil {
		domains, lists := c.article(s.Article)
		add(rule.Article{Domains: domains, Words: lists})
	}
	if s.Time != nil {
		add(c.clock(s.Time))
	}
}

func (c *compiler) clock(s *timeSpec) rule.Clock {
	clock := rule.Clock{From: c.timeOfDay(s.At, s.From), To: c.timeOfDay(s.At, s.To)}
	days := map[string]time.Weekday{
		"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
	}
	for _, d := range s.Days {
		clock.Days = append(clock.Days, days[d])
	}
	if s.Zone.V != "" {
		zone, err := time.LoadLocation(s.Zone.V)
		if err != nil {
			c.report(s.Zone.At, "write it like Europe/Berlin", "there is no time zone %q", s.Zone.V)
		}
		clock.Zone = zone
	}
	return clock
}

func (c *compiler) timeOfDay(at document.Position, s string) time.Duration {
	if s == "" {
		return 0
	}
	hour, minute, ok := strings.Cut(s, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if !ok || err != nil || err2 != nil || h < 0 || h > 24 || m < 0 || m > 59 {
		c.report(at, "write it like 22:00", "%q is no time of day", s)
		return 0
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

func (c *compiler) modelConditions(s *conditionSpec, add func(rule.Condition)) {
	if m := s.Model; m != nil {
		if m.Category == nil {
			c.missing(m.At, "", "`model` needs a `category`")
		} else {
			add(rule.Probability{Classifier: m.Name, Category: moderation.Category(*m.Category), Above: m.Above, Below: m.Below})
		}
	}
	if m := s.Score; m != nil {
		if m.Category == nil {
			c.missing(m.At, "", "`score` needs a `category`")
		} else {
			add(rule.Score{Category: moderation.Category(*m.Category), Above: m.Above})
		}
	}
	if s.Rule != nil {
		for _, id := range s.Rule {
			if !contains(c.ruleIDs, id.V) {
				c.report(id.At, document.DidYouMean(id.V, c.ruleIDs), "there is no rule %q", id.V)
			}
		}
		add(rule.Matched{Rules: texts(s.Rule)})
	}
	if s.Expr != nil {
		e := rule.Expression{Source: s.Expr.V}
		if err := e.Check(); err != nil {
			c.report(s.Expr.At, "", "%v", err)
		}
		add(e)
	}
}
