package rule

import (
	"time"

	"parley/moderation"
	"parley/moderation/text"
)

// Rate holds when more than so many comments came within a window: by the author, in the
// channel, under the article or in the whole community.
type Rate struct {
	Of       Scope
	MoreThan int
	Within   time.Duration
}

func (c Rate) bind(b *binder) bound {
	b.varies = true
	return &counted{index: b.meter(meter{scope: c.Of, window: c.Within}), atLeast: c.MoreThan + 1}
}

// Target holds when comments of many authors are aimed at one person within a window: at
// whom the comment answers or else mentions first.
type Target struct {
	Authors int // at least so many
	Within  time.Duration
}

func (c Target) bind(b *binder) bound {
	b.varies = true
	return &counted{index: b.meter(meter{scope: OfTarget, window: c.Within, distinct: true}), atLeast: c.Authors}
}

// counted holds when a meter shows at least so many.
type counted struct {
	index   int
	atLeast int
}

func (c *counted) trigger() trigger { return anyComment }

func (c *counted) ask(s *Subject) Answer {
	n, known := s.count(c.index)
	if !known {
		return Unknown
	}
	return answer(n >= c.atLeast)
}

// count reads a meter from the history.
func (s *Subject) count(index int) (n int, known bool) {
	if s.History == nil || index >= len(s.History.Counts) {
		return 0, false
	}
	return s.History.Counts[index], true
}

// Heat holds when an article's thread is souring: within a window, at least so many comments
// were abusive by themselves, and they were more than a share of all.
type Heat struct {
	AtLeast int     // abusive comments
	Over    float64 // share of all comments under the article
	Within  time.Duration
}

func (c Heat) bind(b *binder) bound {
	b.set.heat, b.varies = true, true
	return &boundHeat{
		Heat: c,
		hot:  b.meter(meter{scope: OfHeat, window: c.Within}),
		all:  b.meter(meter{scope: OfArticle, window: c.Within}),
	}
}

type boundHeat struct {
	Heat
	hot, all int
}

func (c *boundHeat) trigger() trigger { return anyComment }

func (c *boundHeat) ask(s *Subject) Answer {
	hot, known := s.count(c.hot)
	all, knownToo := s.count(c.all)
	if !known || !knownToo {
		return Unknown
	}
	return answer(hot >= c.AtLeast && float64(hot) > c.Over*float64(max(all, 1)))
}

// Raid holds when many people joined within a window, or many authors wrote look-alike
// comments in it. A bound of 0 does not count.
type Raid struct {
	Joins  int // at least so many joined
	Alike  int // at least so many authors wrote look-alikes of this comment, its own included
	Within time.Duration
}

func (c Raid) bind(b *binder) bound {
	b.varies = true
	r := &boundRaid{Raid: c, joins: -1}
	if c.Joins > 0 {
		r.joins = b.meter(meter{scope: OfJoins, window: c.Within})
	}
	if c.Alike > 0 {
		b.set.lookback.extend(c.Within)
	}
	return r
}

type boundRaid struct {
	Raid
	joins int
}

func (c *boundRaid) trigger() trigger { return anyComment }

func (c *boundRaid) ask(s *Subject) Answer {
	if s.History == nil {
		return Unknown
	}
	if c.joins >= 0 {
		if n, known := s.count(c.joins); known && n >= c.Joins {
			return Yes
		}
	}
	if c.Alike == 0 {
		return No
	}
	authors := Duplicate{Authors: c.Alike, Within: c.Within}
	return (&boundDuplicate{authors}).ask(s)
}

// Duplicate holds when a comment repeats earlier ones within a window. Every bound that is
// set must be met.
type Duplicate struct {
	Times    int  // at least so many alike, this one included
	Authors  int  // by at least so many authors, this one included
	Channels int  // in at least so many channels, this one included
	Own      bool // look at the author's own comments only
	Exact    bool // near-copies do not count
	MinWords int  // comments of fewer words repeat each other without meaning it
	Within   time.Duration
}

func (c Duplicate) bind(b *binder) bound {
	b.varies = true
	b.set.lookback.extend(c.Within)
	return &boundDuplicate{c}
}

type boundDuplicate struct{ Duplicate }

func (c *boundDuplicate) trigger() trigger { return anyComment }

func (c *boundDuplicate) ask(s *Subject) Answer {
	if s.History == nil {
		return Unknown
	}
	alike := s.History.Lookalikes
	if len(alike)+1 < max(c.Times, c.Authors, c.Channels) || len(alike) == 0 {
		return No
	}
	if c.MinWords > 0 && len(s.Views().Tokens(text.Folded)) < c.MinWords {
		return No
	}
	times, since := 1, s.now().Add(-c.Within)
	for i := range alike {
		if c.counts(s, &alike[i], since) {
			times++
		}
	}
	if times < c.Times {
		return No
	}
	authors := 1 + s.distinct(c, since, s.Comment.Author.ID, func(l *moderation.Lookalike) string { return l.Author })
	channels := 1 + s.distinct(c, since, s.Comment.Channel.ID, func(l *moderation.Lookalike) string { return l.Channel })
	return answer(authors >= c.Authors && channels >= c.Channels)
}

func (c *boundDuplicate) counts(s *Subject, l *moderation.Lookalike, since time.Time) bool {
	return l.Comment != s.Comment.ID && !l.Time.Before(since) &&
		(!c.Exact || l.Exact) && (!c.Own || l.Author == s.Comment.Author.ID)
}

// distinct counts the different values among the look-alikes that count, own not included.
// The ledger bounds the list, so that comparing all pairs is cheap.
func (s *Subject) distinct(c *boundDuplicate, since time.Time, own string, value func(*moderation.Lookalike) string) int {
	alike, n := s.History.Lookalikes, 0
	for i := range alike {
		v := value(&alike[i])
		if v == own || !c.counts(s, &alike[i], since) {
			continue
		}
		seen := false
		for j := 0; j < i && !seen; j++ {
			seen = value(&alike[j]) == v && c.counts(s, &alike[j], since)
		}
		if !seen {
			n++
		}
	}
	return n
}

// NewAccount holds when the author's account was made less than so long before the comment.
type NewAccount struct{ Within time.Duration }

// NewMember holds when the author joined the community less than so long before the comment.
type NewMember struct{ Within time.Duration }

func (c NewAccount) bind(*binder) bound { return &boundAge{c.Within, false} }
func (c NewMember) bind(*binder) bound  { return &boundAge{c.Within, true} }

type boundAge struct {
	within time.Duration
	member bool
}

func (c *boundAge) trigger() trigger { return anyComment }

func (c *boundAge) ask(s *Subject) Answer {
	since := s.Comment.Author.Created
	if c.member {
		since = s.Comment.Author.Joined
	}
	if since.IsZero() || s.now().IsZero() {
		return Unknown
	}
	return answer(s.now().Sub(since) < c.within)
}

// Record holds for what is remembered of the author. Every bound that is set must be met.
type Record struct {
	FirstComments int     // the comment is among the author's first so many
	Points        int     // at least so many active strike points
	Rejected      float64 // more than this share of the author's comments was taken down
	MinComments   int     // with Rejected: of at least so many comments
}

func (c Record) bind(b *binder) bound {
	b.varies = true
	return &boundRecord{c}
}

type boundRecord struct{ Record }

func (c *boundRecord) trigger() trigger { return anyComment }

func (c *boundRecord) ask(s *Subject) Answer {
	if s.History == nil {
		return Unknown
	}
	r := &s.History.Record
	return answer((c.FirstComments == 0 || r.Comments <= c.FirstComments) &&
		(c.Points == 0 || moderation.ActivePoints(r.Strikes, s.now()) >= c.Points) &&
		(c.Rejected == 0 || r.Comments >= c.MinComments && float64(r.Rejected) > c.Rejected*float64(max(r.Comments, 1))))
}
