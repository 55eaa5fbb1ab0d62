package rule

import (
	"slices"
	"unicode/utf8"

	"parley/moderation"
	"parley/moderation/text"
)

// Shouting holds when the comment is loud in one of the ways that are set.
type Shouting struct {
	Capitals   float64 // share of capital letters, from MinLetters letters on
	Repeats    int     // a character so many times in a row
	Marks      float64 // combining marks per letter, as in zalgo text
	Emoji      int     // so many emoji
	EmojiOnly  int     // so many emoji and nothing else
	Lines      int     // so many lines
	MinLetters int     // letters below which capitals do not count; 0 means 12
}

func (c Shouting) bind(*binder) bound {
	if c.MinLetters == 0 {
		c.MinLetters = 12
	}
	return &boundShouting{c}
}

type boundShouting struct{ Shouting }

func (c *boundShouting) trigger() trigger { return anyComment }

func (c *boundShouting) ask(s *Subject) Answer {
	l := s.loudness()
	loud := c.Capitals > 0 && l.Letters >= c.MinLetters && l.CapitalShare() >= c.Capitals ||
		c.Repeats > 0 && l.LongestRun >= c.Repeats ||
		c.Marks > 0 && l.MarksPerLetter() >= c.Marks ||
		c.Emoji > 0 && l.Emoji >= c.Emoji ||
		c.EmojiOnly > 0 && l.Emoji >= c.EmojiOnly && l.Emoji == l.Visible ||
		c.Lines > 0 && l.Lines >= c.Lines
	if loud {
		s.evidence = append(s.evidence, Evidence{Span: s.whole()})
	}
	return answer(loud)
}

// whole is the span of all of the comment's text.
func (s *Subject) whole() moderation.Span { return moderation.Span{To: len(s.Comment.Text)} }

// Length holds when the comment's text has a number of characters. A bound of 0 is none.
type Length struct {
	Over, Under           int // characters
	OverWords, UnderWords int
}

func (c Length) bind(*binder) bound { return &boundLength{c} }

type boundLength struct{ Length }

func (c *boundLength) trigger() trigger { return anyComment }

func (c *boundLength) ask(s *Subject) Answer {
	if c.Over > 0 && len(s.Comment.Text) <= c.Over {
		return No
	}
	n := utf8.RuneCountInString(s.Comment.Text)
	if c.Over > 0 && n <= c.Over || c.Under > 0 && n >= c.Under {
		return No
	}
	if c.OverWords == 0 && c.UnderWords == 0 {
		return Yes
	}
	words := len(s.Views().Tokens(text.Folded))
	return answer((c.OverWords == 0 || words > c.OverWords) && (c.UnderWords == 0 || words < c.UnderWords))
}

// Quoting holds when more than a share of the comment's words is taken from the article or
// the comment replied to.
type Quoting struct {
	Over  float64 // share of the words, in [0,1)
	Under float64 // less than this share; 0: no bound
}

func (c Quoting) bind(*binder) bound { return &boundQuoting{c} }

type boundQuoting struct{ Quoting }

func (c *boundQuoting) trigger() trigger { return anyComment }

func (c *boundQuoting) ask(s *Subject) Answer {
	if s.Quotes.Share <= c.Over || c.Under > 0 && s.Quotes.Share >= c.Under {
		return No
	}
	for _, q := range s.Quotes.Spans {
		s.evidence = append(s.evidence, Evidence{Span: q})
	}
	return Yes
}

// Aimed holds when the comment speaks to or at a person, in one of the ways that are set.
type Aimed struct {
	SecondPerson *List // words such as "you"; nil: they do not count
	Reply        bool  // it answers somebody's comment
	Mention      bool  // it mentions somebody
}

func (c Aimed) bind(b *binder) bound {
	a := &boundAimed{Aimed: c}
	if c.SecondPerson != nil {
		a.words = Words{Lists: []*List{c.SecondPerson}}.bind(b).(*boundWords)
	}
	return a
}

type boundAimed struct {
	Aimed
	words *boundWords
}

func (c *boundAimed) trigger() trigger {
	if c.Reply || c.Mention {
		return anyComment
	}
	if c.words == nil {
		return trigger{limited: true} // nothing makes it aimed
	}
	return c.words.trigger()
}

func (c *boundAimed) ask(s *Subject) Answer {
	start := len(s.evidence)
	if c.words != nil && c.words.ask(s) == Yes {
		for i := range s.evidence[start:] {
			s.evidence[start+i].Severity = 0 // "you" has none
		}
		return Yes
	}
	return answer(c.Reply && s.Comment.Parent.ID != "" || c.Mention && len(s.Comment.Mentions) > 0)
}

// Mentions holds when the comment mentions more than so many people, roles, or everyone.
// What is zero does not count; Everyone holds by itself.
type Mentions struct {
	People   int  // more than so many people
	Roles    int  // more than so many roles
	Everyone bool // everyone who is here
	Any      bool // at least one of all that
}

func (c Mentions) bind(*binder) bound { return &boundMentions{c} }

type boundMentions struct{ Mentions }

func (c *boundMentions) trigger() trigger { return anyComment }

func (c *boundMentions) ask(s *Subject) Answer {
	m := s.Comment
	if len(m.Mentions) == 0 && m.RoleMentions == 0 && !m.MentionsEveryone {
		return No
	}
	return answer(c.People > 0 && len(m.Mentions) > c.People ||
		c.Roles > 0 && m.RoleMentions > c.Roles ||
		c.Everyone && m.MentionsEveryone ||
		c.Any)
}

// Language holds when the comment is, or is not, in one of some languages. A comment whose
// language is unclear is in none, and not in another one either.
type Language struct {
	Is, Not []string // two-letter codes
}

func (c Language) bind(*binder) bound { return &boundLanguage{c} }

type boundLanguage struct{ Language }

func (c *boundLanguage) trigger() trigger { return anyComment }

func (c *boundLanguage) ask(s *Subject) Answer {
	code := s.language()
	if code == "" {
		return No
	}
	return answer((len(c.Is) == 0 || slices.Contains(c.Is, code)) && !slices.Contains(c.Not, code))
}
