package rule

import (
	"path"
	"strings"
	"time"

	"parley/moderation"
)

// Channel holds when the comment stands in a channel, or a thread below one, whose name or
// ID fits one of the globs.
type Channel struct{ Globs []string }

func (c Channel) bind(*binder) bound { return &boundChannel{c} }

type boundChannel struct{ Channel }

func (c *boundChannel) trigger() trigger { return anyComment }

func (c *boundChannel) ask(s *Subject) Answer {
	return answer(FitsChannel(c.Globs, s.Comment.Channel))
}

// FitsChannel reports whether a channel's name, ID or parent fits one of the globs.
func FitsChannel(globs []string, ch moderation.Channel) bool {
	return fitsGlob(globs, ch.Name) || fitsGlob(globs, ch.ID) || fitsGlob(globs, ch.Parent)
}

func fitsGlob(globs []string, name string) bool {
	if name == "" {
		return false
	}
	for _, g := range globs {
		if ok, err := path.Match(strings.TrimPrefix(g, "#"), name); ok && err == nil {
			return true
		}
	}
	return false
}

// Role holds when the author has a role whose name or ID is listed.
type Role struct{ Roles []string }

func (c Role) bind(*binder) bound { return &boundRole{c} }

type boundRole struct{ Role }

func (c *boundRole) trigger() trigger { return anyComment }

func (c *boundRole) ask(s *Subject) Answer {
	for _, have := range s.Comment.Author.Roles {
		for _, want := range c.Roles {
			if strings.EqualFold(have, want) {
				return Yes
			}
		}
	}
	return No
}

// Article holds when the article stands on one of the sites, or its title or summary has a
// word of one of the lists.
type Article struct {
	Domains *Domains
	Words   []*List
}

func (c Article) bind(b *binder) bound {
	a := &boundArticle{Article: c}
	for _, l := range c.Words {
		a.signals = append(a.signals, b.list(l))
	}
	return a
}

type boundArticle struct {
	Article
	signals []signal
}

func (c *boundArticle) trigger() trigger { return anyComment }

func (c *boundArticle) ask(s *Subject) Answer {
	if c.Domains.Len() > 0 && c.Domains.Has(s.articleDomain()) {
		return Yes
	}
	for _, sig := range c.signals {
		if s.Topics.has(sig) {
			return Yes
		}
	}
	return No
}

// Topics are the word lists that an article's title and summary touch. They belong to the
// Set that surveyed the article.
type Topics struct{ lists map[signal]bool }

func (t *Topics) has(sig signal) bool { return t != nil && t.lists[sig] }

// Survey finds which lists of the set an article touches.
func (s *Set) Survey(a moderation.Article) *Topics {
	t := &Topics{lists: make(map[signal]bool)}
	var subject Subject
	for _, words := range []string{a.Title, a.Summary} {
		subject.Reset(s, &moderation.Comment{Text: words}, Context{}, nil)
		for i := range subject.hits {
			if h := &subject.hits[i]; !h.void && h.term >= 0 {
				t.lists[h.list] = true
			}
		}
	}
	return t
}

// Clock holds between two times of day in a time zone, on the days that are set (all when
// none is). A span past midnight belongs to the day on which it began.
type Clock struct {
	From, To time.Duration // since midnight
	Days     []time.Weekday
	Zone     *time.Location // nil: UTC
}

func (c Clock) bind(*binder) bound { return &boundClock{c} }

type boundClock struct{ Clock }

func (c *boundClock) trigger() trigger { return anyComment }

func (c *boundClock) ask(s *Subject) Answer {
	if s.now().IsZero() {
		return Unknown
	}
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	now := s.now().In(zone)
	hour, minute, second := now.Clock()
	sinceMidnight := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	day := now.Weekday()
	switch {
	case c.From == c.To:
	case c.From < c.To:
		if sinceMidnight < c.From || sinceMidnight >= c.To {
			return No
		}
	case sinceMidnight < c.To:
		day = (day + 6) % 7
	case sinceMidnight < c.From:
		return No
	}
	if len(c.Days) == 0 {
		return Yes
	}
	for _, d := range c.Days {
		if d == day {
			return Yes
		}
	}
	return No
}

// Any reports whether the article touches any list.
func (t *Topics) Any() bool { return t != nil && len(t.lists) > 0 }
