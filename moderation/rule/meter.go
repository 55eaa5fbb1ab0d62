package rule

import (
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/text"
)

// Scope says whose comments a meter counts.
type Scope uint8

// The scopes.
const (
	OfAuthor  Scope = iota
	OfChannel       // in the comment's channel
	OfArticle       // under the comment's article
	OfGuild         // in the whole community
	OfTarget        // at the person whom the comment answers or mentions first
	OfHeat          // comments under the article that were abusive by themselves
	OfJoins         // people who joined the community
)

// JoinsKey is the key of the meter in which a platform counts people who join, with their ID
// as the member.
const JoinsKey = "joins"

// meter is one count that some condition needs.
type meter struct {
	scope    Scope
	window   time.Duration
	distinct bool
}

// meter registers a count, once however many conditions use it, and returns its index.
func (b *binder) meter(m meter) int {
	for i, known := range b.set.meters {
		if known == m {
			return i
		}
	}
	b.set.meters = append(b.set.meters, m)
	return len(b.set.meters) - 1
}

// lookback is how far back look-alikes are wanted.
type lookback time.Duration

func (l *lookback) extend(to time.Duration) { *l = max(*l, lookback(to)) }

// NeedsHeat reports whether some rule asks how heated a thread is, so that the comment must be
// judged by itself before it is counted.
func (s *Set) NeedsHeat() bool { return s.heat }

// NeedsJoins reports whether some rule asks how many people join, which the platform must
// then tell.
func (s *Set) NeedsJoins() bool {
	return slices.ContainsFunc(s.meters, func(m meter) bool { return m.scope == OfJoins })
}

// Sighting is what the ledger must be told of the subject's comment for the rules to have
// their history. hot says that the comment is abusive by itself. meters is appended to and
// becomes the sighting's.
func (s *Subject) Sighting(hot bool, meters []moderation.Meter) moderation.Sighting {
	c := s.Comment
	sighting := moderation.Sighting{
		Guild: c.Guild, Channel: c.Channel.ID, Comment: c.ID, Author: c.Author.ID, Time: c.Time,
		Lookalikes: time.Duration(s.set.lookback),
	}
	if s.set.lookback > 0 {
		sighting.Fingerprint = Fingerprint(s.Views())
	}
	for _, m := range s.set.meters {
		meters = append(meters, s.meter(m, hot))
	}
	sighting.Meters = meters
	return sighting
}

// Fingerprint identifies a comment's text up to disguise.
func Fingerprint(views *text.Views) moderation.Fingerprint {
	f := moderation.Fingerprint{Exact: views.Exact()}
	if near, ok := views.Near(); ok {
		f.Near = near
	}
	return f
}

// meter fills in whom a meter counts for this comment. What is not there (no article, nobody
// aimed at) is looked at under a key of its own, never counted.
func (s *Subject) meter(m meter, hot bool) moderation.Meter {
	c := s.Comment
	out := moderation.Meter{Window: m.window, Distinct: m.distinct, Member: c.ID}
	id := ""
	switch m.scope {
	case OfAuthor:
		out.Key, id = "author/", c.Author.ID
	case OfChannel:
		out.Key, id = "channel/", c.Channel.ID
	case OfArticle:
		out.Key, id = "article/", c.Article.ID
	case OfGuild:
		out.Key, id = "guild", " "
	case OfTarget:
		out.Key, id = "target/", s.target()
		out.Member = c.Author.ID + "/" + c.ID
	case OfHeat:
		out.Key, id = "heat/", c.Article.ID
		if !hot {
			out.Member = ""
		}
	case OfJoins:
		out.Key, out.Member = JoinsKey, ""
		return out
	}
	if id == "" {
		out.Member = ""
	}
	if id != " " {
		out.Key += id
	}
	return out
}

// target is whom the comment is aimed at: the author it answers, or else the first person
// it mentions, unless that is the commenter.
func (s *Subject) target() string {
	c := s.Comment
	switch {
	case c.Parent.AuthorID != "" && c.Parent.AuthorID != c.Author.ID:
		return c.Parent.AuthorID
	case len(c.Mentions) > 0 && c.Mentions[0] != c.Author.ID:
		return c.Mentions[0]
	}
	return ""
}
