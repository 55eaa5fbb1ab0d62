package policy

import (
	"bufio"
	"bytes"
	"strings"

	"parley/moderation/policy/document"
	"parley/moderation/rule"
)

// secondPerson is the built-in list behind `aimed`.
const secondPerson = builtin + "second-person"

// shorteners is the built-in list of domains behind `shorteners`.
const shorteners = builtin + "shorteners"

func (c *compiler) compileLists(f *file) {
	c.lists, c.used = make(map[string]*rule.List), make(map[string]bool)
	c.builtin = make(map[string]*rule.List)
	c.domains = make(map[string][]string)
	for _, name := range sortedKeys(f.Lists) {
		s := f.Lists[name]
		list, before := &rule.List{Name: name}, len(c.found)
		for _, from := range s.From {
			if read := c.readList(from); read != nil {
				list.Terms = append(list.Terms, read.Terms...)
				list.Exceptions = append(list.Exceptions, read.Exceptions...)
			}
		}
		list.Terms = append(list.Terms, c.terms(s.Terms)...)
		list.Exceptions = append(list.Exceptions, c.terms(s.Except)...)
		if len(list.Terms) == 0 && len(c.found) == before {
			c.missing(s.At, "add words under `terms`, or a file under `from`", "the word list %q is empty", name)
		}
		c.lists[name] = list
	}
	for _, name := range sortedKeys(f.Domains) {
		s := f.Domains[name]
		var names []string
		for _, from := range s.From {
			names = append(names, c.readNames(from)...)
		}
		names = append(names, texts(s.Names)...)
		if len(names) == 0 {
			c.missing(s.At, "", "the domain list %q is empty", name)
		}
		c.domains[name] = names
	}
}

// terms reads words written in the configuration itself.
func (c *compiler) terms(values []document.Value[string]) []rule.Term {
	var out []rule.Term
	for _, v := range values {
		term, err := rule.ParseTerm(v.V)
		if err != nil {
			c.report(v.At, "", "%v", err)
			continue
		}
		out = append(out, term)
	}
	return out
}

// readList reads a word list from a file; nil, after reporting, when it cannot.
func (c *compiler) readList(from document.Value[string]) *rule.List {
	if list, known := c.builtin[from.V]; known {
		return list
	}
	src, shown, err := c.files.open(from.V)
	if err != nil {
		c.report(from.At, builtinHint(from.V), "cannot read the word list %q: %s", from.V, readProblem(err))
		return nil
	}
	list, wrong := rule.ReadList(from.V, bytes.NewReader(src))
	lines := strings.Split(string(src), "\n")
	for _, w := range wrong {
		at := document.Position{File: shown, Line: w.Line, Col: 1}
		if w.Line >= 1 && w.Line <= len(lines) {
			at.Text = lines[w.Line-1]
			at.Size = len([]rune(at.Text))
		}
		c.report(at, "", "%s", w.Message)
	}
	if len(list.Terms) == 0 {
		c.report(from.At, "", "the word list %q is empty", from.V)
	}
	if strings.HasPrefix(from.V, builtin) {
		c.builtin[from.V] = list
	}
	return list
}

// readNames reads a file of domains, one a line.
func (c *compiler) readNames(from document.Value[string]) []string {
	src, _, err := c.files.open(from.V)
	if err != nil {
		c.report(from.At, builtinHint(from.V), "cannot read the domain list %q: %s", from.V, readProblem(err))
		return nil
	}
	var names []string
	for lines := bufio.NewScanner(bytes.NewReader(src)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			names = append(names, line)
		}
	}
	return names
}

// named finds a word list by what a rule calls it.
func (c *compiler) named(name document.Value[string]) *rule.List {
	if list, ok := c.lists[name.V]; ok {
		c.used[name.V] = true
		return list
	}
	if strings.HasPrefix(name.V, builtin) {
		return c.readList(name)
	}
	c.report(name.At, document.DidYouMean(name.V, append(sortedKeys(c.lists), builtinNames()...)), "there is no word list %q", name.V)
	return nil
}

// domainSet makes a set of domains out of domains and names of domain lists; nil when nothing
// is given.
func (c *compiler) domainSet(values []document.Value[string]) *rule.Domains {
	if len(values) == 0 {
		return nil
	}
	var names []string
	for _, v := range values {
		switch list, known := c.domains[v.V]; {
		case known:
			names = append(names, list...)
		case strings.HasPrefix(v.V, builtin):
			names = append(names, c.readNames(v)...)
		case strings.Contains(v.V, "."):
			names = append(names, v.V)
		default:
			c.report(v.At, document.DidYouMean(v.V, sortedKeys(c.domains)), "%q is no domain, and there is no domain list of that name", v.V)
		}
	}
	return rule.NewDomains(names)
}

// article compiles a choice of articles.
func (c *compiler) article(a *articleSpec) (*rule.Domains, []*rule.List) {
	if len(a.Domains) == 0 && len(a.Words) == 0 && len(a.Lists) == 0 {
		c.missing(a.At, "", "`article` needs `domains`, `words` or `lists`")
	}
	var lists []*rule.List
	if len(a.Words) > 0 {
		lists = append(lists, &rule.List{Name: "words", Terms: c.terms(a.Words)})
	}
	for _, name := range a.Lists {
		if list := c.named(name); list != nil {
			lists = append(lists, list)
		}
	}
	return c.domainSet(a.Domains), lists
}
