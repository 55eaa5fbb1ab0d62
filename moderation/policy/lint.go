package policy

import (
	"fmt"
	"slices"
	"strings"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
	"parley/moderation/text"
)

// modelled are the categories that the embedded model speaks about.
var modelled = moderation.SetOf(moderation.Toxicity, moderation.Insult, moderation.IdentityAttack,
	moderation.Threat, moderation.Obscene, moderation.Sexual, moderation.Spam)

// lint warns about what is allowed but probably not meant.
func (c *compiler) lint(p *Policy, f *file, specs []*ruleSpec) {
	thresholds := c.lowest(f)
	for _, s := range specs {
		c.lintExamples(s)
		c.lintDead(s, specs, &thresholds)
	}
	c.lintCovered(specs)
	c.lintThresholds(p, f)
	c.lintUnused(f)
	c.lintSharedWords(f)
}

func (c *compiler) lintExamples(s *ruleSpec) {
	if len(s.Examples.Match) == 0 && len(s.Examples.Allow) == 0 {
		c.warn(s.ID.At, "add `examples: {match: […], allow: […]}`; they are checked whenever the policy is loaded", "rule %q has no examples", s.ID.V)
	}
}

// lowest is the mildest threshold of every category anywhere in the file, 0 for none.
func (c *compiler) lowest(f *file) [moderation.NumCategories]float64 {
	var lowest [moderation.NumCategories]float64
	take := func(place *placeSpec) {
		for name, t := range place.Thresholds {
			for _, v := range []*float64{t.Review, t.Hold, t.Remove} {
				if at := value(v, 0); at > 0 && (lowest[name] == 0 || at < lowest[name]) {
					lowest[name] = at
				}
			}
		}
	}
	take(&f.placeSpec)
	for i := range f.Overrides {
		take(&f.Overrides[i].placeSpec)
	}
	return lowest
}

// lintDead warns about a rule that gives only to categories nobody looks at.
func (c *compiler) lintDead(s *ruleSpec, specs []*ruleSpec, thresholds *[moderation.NumCategories]float64) {
	if s.Mode == rule.Off || s.Action != nil || s.Ask.V != "" || refersTo(specs, s.ID.V) {
		return
	}
	for name := range s.Score {
		if thresholds[name] > 0 {
			return
		}
	}
	c.warn(s.ID.At, "set a threshold for one of its categories, or give it an action",
		"rule %q can never lead to anything: none of the categories it gives to has a threshold", s.ID.V)
}

// refersTo reports whether some rule's condition names a rule.
func refersTo(specs []*ruleSpec, id string) bool {
	var names func(*conditionSpec) bool
	names = func(s *conditionSpec) bool {
		if s == nil {
			return false
		}
		for _, r := range s.Rule {
			if r.V == id {
				return true
			}
		}
		for _, list := range [][]conditionSpec{s.All, s.Any, s.None} {
			for i := range list {
				if names(&list[i]) {
					return true
				}
			}
		}
		return s.Expr != nil && strings.Contains(s.Expr.V, fmt.Sprintf("%q", id))
	}
	for _, s := range specs {
		if names(s.When) || names(s.Unless) {
			return true
		}
	}
	return false
}

// lintThresholds warns about thresholds that no rule and no model can reach.
func (c *compiler) lintThresholds(p *Policy, f *file) {
	for _, category := range moderation.Categories() {
		t, set := f.Thresholds[categoryName(category)]
		if !set || p.Classifiers.Embedded.Enabled && modelled.Has(category) {
			continue
		}
		most := c.most(p, category)
		for _, at := range []struct {
			name  string
			value float64
		}{{"review", value(t.Review, 0)}, {"hold", value(t.Hold, 0)}, {"remove", value(t.Remove, 0)}} {
			if at.value > most+1e-9 {
				c.warn(t.At, "lower it, or give the category more", "%s of %s can never be reached: all rules together give at most %.2f", at.name, category, most)
				break
			}
		}
	}
}

// most is what all rules together can give a category.
func (c *compiler) most(p *Policy, category moderation.Category) float64 {
	groups := make([]float64, len(p.Groups))
	total := 0.0
	join := func(a, b float64) float64 {
		if p.Combine == BySum {
			return min(1, a+b)
		}
		return 1 - (1-a)*(1-b)
	}
	for _, r := range p.Rules.Rules {
		for _, g := range r.Gives {
			switch {
			case g.Category != category || g.Score <= 0 || r.Mode == rule.Off:
			case r.Group >= 0:
				groups[r.Group] = min(p.Groups[r.Group].Cap, join(groups[r.Group], g.Score))
			default:
				total = join(total, g.Score)
			}
		}
	}
	for _, g := range groups {
		total = join(total, g)
	}
	return total
}

// lintCovered warns about rules of words alone whose words are all in another such rule that
// gives at least as much.
func (c *compiler) lintCovered(specs []*ruleSpec) {
	words := make([]map[string]bool, len(specs))
	having := make(map[string][]int) // by word: the rules that may cover others and have it
	for i, s := range specs {
		words[i] = c.plainWords(s)
		if s.Mode != rule.On || s.Unless != nil {
			continue
		}
		for word := range words[i] {
			having[word] = append(having[word], i)
		}
	}
	for i, s := range specs {
		if s.Action != nil || len(words[i]) == 0 {
			continue
		}
		for _, other := range having[anyOf(words[i])] {
			if other != i && len(words[other]) > len(words[i]) && givesAsMuch(specs[other], s) && containsAll(words[other], words[i]) {
				c.warn(s.ID.At, "drop it, or take its words out of the other", "rule %q is shadowed by %q, which has all of its words and gives as much", s.ID.V, specs[other].ID.V)
				break
			}
		}
	}
}

func anyOf(words map[string]bool) string {
	for word := range words {
		return word
	}
	return ""
}

// plainWords are a rule's words if it looks at nothing else; nil otherwise.
func (c *compiler) plainWords(s *ruleSpec) map[string]bool {
	w := s.When.Words
	if w == nil || w.Severity > 0 || w.Times > 1 || len(w.In) > 0 {
		return nil
	}
	rest := *s.When
	rest.Words = nil
	if !rest.empty() {
		return nil
	}
	words := make(map[string]bool)
	for _, t := range w.Terms {
		words[t.V] = true
	}
	for _, name := range w.List {
		list := c.lists[name.V]
		if list == nil {
			list = c.builtin[name.V]
		}
		if list != nil {
			for _, t := range list.Terms {
				words[t.Text] = true
			}
		}
	}
	return words
}

func givesAsMuch(a, b *ruleSpec) bool {
	for name, score := range b.Score {
		if a.Score[name] < score {
			return false
		}
	}
	return true
}

func containsAll(have, wanted map[string]bool) bool {
	for word := range wanted {
		if !have[word] {
			return false
		}
	}
	return true
}

// lintUnused warns about lists and groups that no rule uses.
func (c *compiler) lintUnused(f *file) {
	for _, name := range sortedKeys(f.Lists) {
		if !c.used[name] {
			c.warn(f.Lists[name].At, "use it in a rule or drop it", "no rule uses the word list %q", name)
		}
	}
	for _, name := range sortedKeys(f.Groups) {
		if !slices.ContainsFunc(f.Rules, func(r ruleSpec) bool { return r.Group.V == name }) {
			c.warn(f.Groups[name].At, "give it to a rule or drop it", "no rule belongs to the group %q", name)
		}
	}
}

// lintSharedWords warns about words that stand in two lists of the file, since both will count.
func (c *compiler) lintSharedWords(f *file) {
	type pair struct{ one, other string }
	first := make(map[string]string) // by word: the list that has it
	shared := make(map[pair][]string)
	for _, name := range sortedKeys(f.Lists) {
		for _, t := range c.lists[name].Terms {
			word := strings.ToLower(t.Text)
			if other, there := first[word]; !there {
				first[word] = name
			} else if other != name {
				shared[pair{other, name}] = append(shared[pair{other, name}], t.Text)
			}
		}
	}
	for p, words := range shared {
		c.warn(f.Lists[p.other].At, "keep each word in one of them", "the lists %q and %q share %s", p.one, p.other, someOf(words))
	}
}

// someOf names the first few of a list.
func someOf(words []string) string {
	const most = 3
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// foreignLetters warns about letters in an expression that its view never has.
func (c *compiler) foreignLetters(at document.Position, pattern string, view text.Kind) {
	if view == text.Raw || view == text.Plain {
		return
	}
	for _, r := range pattern {
		if folded := text.Fold(string(r)); r >= 0x80 && folded != "" && folded != string(r) && folded != strings.ToLower(string(r)) {
			c.warn(at, fmt.Sprintf("write %q, or look at the raw view", folded), "the %v view has no %q, so this cannot match", view, r)
			return
		}
	}
}
