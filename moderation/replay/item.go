package replay

import (
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/engine"
	"parley/moderation/ledger"
)

// item is one line on its way through both policies.
type item struct {
	raw      []byte
	at       place
	err      error // why it cannot be judged
	repeated bool
	comment  moderation.Comment
	views    [2]view // before, after
}

// view is how one policy sees a comment.
type view struct {
	reading  *engine.Reading // nil: the policy does not look at such comments
	sighting moderation.Sighting
	seen     moderation.Observation
	author   *standing
	verdict  moderation.Verdict
}

func (it *item) decode() {
	if it.err == nil {
		it.comment, it.err = decode(it.raw, it.at.number)
	}
}

func (it *item) judged() bool { return it.err == nil && !it.repeated }
func (it *item) timed() bool  { return !it.comment.Time.IsZero() }

// look reads the comment for both policies.
func (it *item) look(sides [2]*side) {
	c := &it.comment
	for s := range it.views {
		v := &it.views[s]
		judge := sides[s].engine
		if c.Author.Exempt == moderation.ExemptBot && !judge.Policy().Settings(c.Guild, c.Channel, c.Article).JudgeBots {
			continue
		}
		v.reading = judge.Read(c)
		if it.timed() {
			v.sighting = v.reading.Sighting()
		}
	}
}

// decide judges the comment and lets its author's record learn of it. Those of one author
// are decided in order.
func (it *item) decide() {
	for s := range it.views {
		v := &it.views[s]
		if v.reading == nil {
			continue
		}
		var seen *moderation.Observation
		if it.timed() {
			v.seen.Record = v.author.see(&it.comment)
			seen = &v.seen
		}
		v.verdict = v.reading.Judge(seen)
		it.follow(v)
		v.reading.Release()
		v.reading = nil
	}
}

// follow works out what the bot would do, without remote models and without its hourly cap.
func (it *item) follow(v *view) {
	v.verdict.Settle()
	if v.verdict.Action == moderation.Allow {
		return
	}
	commit, flagged := consequence.Of(v.reading.Settings(), consequence.Finding{
		Comment: &it.comment, Verdict: v.verdict, Record: v.seen.Record,
	})
	if !flagged {
		return
	}
	v.verdict.Action = commit.Case.Verdict.Action // milder for those who are never punished
	if v.author != nil {
		v.author.learn(&commit.Case)
	}
}

// authorKey names an author in one community.
type authorKey struct{ guild, author string }

// standing is what one policy remembers of an author.
type standing struct {
	record  moderation.Record
	comment string // the latest, for its revisions
	down    string // the latest that was taken down
}

// standing returns what is known of a comment's author, from now on something.
func (s *side) standing(c *moderation.Comment) *standing {
	key := authorKey{c.Guild, c.Author.ID}
	known := s.authors[key]
	if known == nil {
		known = new(standing)
		if key.author != "" { // nobody is the same nobody twice
			s.authors[key] = known
		}
	}
	return known
}

// see counts a comment, once however often it is edited, and returns the record with it.
func (a *standing) see(c *moderation.Comment) moderation.Record {
	if a.comment != c.ID {
		a.comment = c.ID
		a.record.Comments++
	}
	if a.record.First.IsZero() {
		a.record.First = c.Time.UTC().Truncate(time.Millisecond)
	}
	return a.record
}

// learn notes what a flagged comment leaves in its author's record.
func (a *standing) learn(c *moderation.Case) {
	if c.Verdict.Action >= moderation.Hold && a.down != c.ID {
		a.down = c.ID
		a.record.Rejected++
	}
	if c.Strike == nil || slices.ContainsFunc(a.record.Strikes, func(s moderation.Strike) bool { return s.Case == c.ID }) {
		return
	}
	a.record.Version++
	a.record.Strikes = slices.DeleteFunc(a.record.Strikes, func(s moderation.Strike) bool { return !s.Active(c.Comment.Time) }) // time only moves on
	a.record.Strikes = append(a.record.Strikes, *c.Strike)
	if surplus := len(a.record.Strikes) - ledger.StrikesAtMost; surplus > 0 {
		a.record.Strikes = slices.Clone(a.record.Strikes[surplus:])
	}
}
