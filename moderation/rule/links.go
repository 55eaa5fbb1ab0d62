package rule

import (
	"strings"

	"parley/moderation/text"
)

// Links holds when the comment has links of a kind. Every field that is set must hold for
// one and the same link, except MoreThan, which counts those that fit.
type Links struct {
	Domains    *Domains // one of these, or below one of these
	Except     *Domains // none of these
	Invites    bool     // an invitation to a community
	Mismatched bool     // its text names another site than it leads to
	Disguised  bool     // written so as to escape filters: hxxp, [.], (dot)
	Punycode   bool     // a host with letters beyond ASCII
	LookAlikes *Domains // looks like one of these without being it
	MoreThan   int      // holds when more than so many links fit
	Article    bool     // count links to the article itself, too
}

func (c Links) bind(*binder) bound { return &boundLinks{c} }

type boundLinks struct{ Links }

func (c *boundLinks) trigger() trigger { return anyComment }

func (c *boundLinks) ask(s *Subject) Answer {
	links := s.links()
	if len(links) <= c.MoreThan {
		return No
	}
	start := len(s.evidence)
	for i := range links {
		if c.fits(s, &links[i]) {
			s.evidence = append(s.evidence, Evidence{Span: links[i].Span})
		}
	}
	if len(s.evidence)-start > c.MoreThan {
		return Yes
	}
	s.evidence = s.evidence[:start]
	return No
}

func (c *boundLinks) fits(s *Subject, l *text.Link) bool {
	switch {
	case !c.Article && s.toArticle(l),
		c.Domains != nil && !c.Domains.Has(l.Host),
		c.Except.Has(l.Host),
		c.Invites && l.Invite == "",
		c.Mismatched && !l.Misleads(),
		c.Disguised && !l.Defanged,
		c.Punycode && !strings.Contains(l.Host, "xn--"),
		c.LookAlikes != nil && !c.LookAlikes.imitatedBy(l):
		return false
	}
	return true
}

// toArticle reports whether a link leads to the site of the article being discussed.
func (s *Subject) toArticle(l *text.Link) bool {
	return s.Comment.Article.URL != "" && s.articleDomain() == l.Domain
}

// Domains is a set of host names. A name covers the hosts below it. The zero value and nil
// are empty.
type Domains struct {
	names     map[string]bool
	skeletons map[string]string // look-alike form → the name that has it
}

// NewDomains makes a set of names such as "example.com".
func NewDomains(names []string) *Domains {
	d := &Domains{names: make(map[string]bool, len(names)), skeletons: make(map[string]string, len(names))}
	for _, n := range names {
		n = strings.ToLower(strings.Trim(strings.TrimPrefix(n, "*."), ". "))
		if n != "" {
			d.names[n] = true
			d.skeletons[text.HostSkeleton(n)] = n
		}
	}
	return d
}

// Len is how many names are in the set.
func (d *Domains) Len() int {
	if d == nil {
		return 0
	}
	return len(d.names)
}

// Has reports whether host or a name above it is in the set.
func (d *Domains) Has(host string) bool {
	if d == nil {
		return false
	}
	for host != "" {
		if d.names[host] {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

// imitatedBy reports whether a link's site looks like one of the set without being it, or
// carries such a name in front of its own ("example.com.evil.test").
func (d *Domains) imitatedBy(l *text.Link) bool {
	if d.Has(l.Host) {
		return false
	}
	if _, ok := d.skeletons[text.HostSkeleton(l.Domain)]; ok {
		return true
	}
	for rest := l.Skeleton; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		if _, ok := d.skeletons[rest]; ok {
			return true
		}
	}
	front := strings.TrimSuffix(strings.TrimSuffix(l.Host, l.Domain), ".")
	return front != "" && d.Has(front)
}
