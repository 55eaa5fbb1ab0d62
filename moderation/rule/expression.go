package rule

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"parley/moderation"
	"parley/moderation/text"
)

// Expression holds when an expression of the expr language (https://expr-lang.org) is true.
// It is the way out for what the other conditions cannot say. It sees Facts.
type Expression struct{ Source string }

// Facts is what an expression can use.
type Facts struct {
	Text    string   `expr:"text"`    // as written
	Folded  string   `expr:"folded"`  // lower case, look-alikes resolved
	Words   []string `expr:"words"`   // of folded
	Title   string   `expr:"title"`   // of the article
	Summary string   `expr:"summary"` // of the article
	Parent  string   `expr:"parent"`  // the comment replied to
	Channel string   `expr:"channel"` // its name
	Author  string   `expr:"author"`  // display name
	Roles   []string `expr:"roles"`
	Hosts   []string `expr:"hosts"` // of links
	Files   []string `expr:"files"` // names of attachments

	Mentions     int     `expr:"mentions"`
	Capitals     float64 `expr:"capitals"`      // share of letters, in [0,1]
	Emoji        int     `expr:"emoji"`         // how many
	Quoted       float64 `expr:"quoted"`        // share of words, in [0,1]
	Language     string  `expr:"language"`      // two letters, "" when unclear
	AccountHours float64 `expr:"account_hours"` // age of the account, 0 when unknown
	MemberHours  float64 `expr:"member_hours"`  // since joining, 0 when unknown
	Points       int     `expr:"points"`        // active strike points, 0 when unknown
	Comments     int     `expr:"comments"`      // comments seen of the author, 0 when unknown
	Hour         int     `expr:"hour"`          // of the day in UTC

	Matched func(id string) bool          `expr:"matched"` // whether another rule holds
	Model   func(category string) float64 `expr:"model"`   // a classifier's probability, -1 when unknown
}

// functions are what an expression may call. Anything that could build large values is left out.
var functions = []string{"len", "lower", "upper", "trim", "hasPrefix", "hasSuffix", "any", "all", "none", "one", "count", "filter", "map", "abs", "min", "max", "indexOf"}

// longestExpression bounds an expression's source.
const longestExpression = 2000

// Check reports what is wrong with the expression, types included, or nil.
func (c Expression) Check() error {
	_, err := c.compile()
	return err
}

func (c Expression) compile() (*vm.Program, error) {
	if len(c.Source) > longestExpression {
		return nil, fmt.Errorf("an expression may have at most %d characters, this one has %d", longestExpression, len(c.Source))
	}
	options := []expr.Option{expr.Env(Facts{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(200)}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	program, err := expr.Compile(c.Source, options...)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("%s", message)
	}
	return program, nil
}

func (c Expression) bind(b *binder) bound {
	program, err := c.compile()
	if err != nil {
		b.fail(err)
	}
	b.varies = true // it may ask about any rule
	return &boundExpression{set: b.set, program: program}
}

type boundExpression struct {
	set     *Set
	program *vm.Program
}

func (c *boundExpression) trigger() trigger { return anyComment }

func (c *boundExpression) ask(s *Subject) Answer {
	result, err := expr.Run(c.program, s.exprFacts(c.set))
	if err != nil {
		return Unknown // such as an index beyond a list's end
	}
	yes, _ := result.(bool)
	return answer(yes)
}

func (s *Subject) exprFacts(set *Set) Facts {
	c := s.Comment
	folded := s.Views().View(text.Folded)
	f := Facts{
		Text: c.Text, Folded: folded.String(), Title: c.Article.Title, Summary: c.Article.Summary,
		Parent: c.Parent.Text, Channel: c.Channel.Name, Author: c.Author.Display, Roles: c.Author.Roles,
		Mentions: len(c.Mentions), Capitals: s.loudness().CapitalShare(), Emoji: s.loudness().Emoji,
		Quoted: s.Quotes.Share, Language: s.language(), Hour: s.now().UTC().Hour(),
	}
	for _, t := range s.Views().Tokens(text.Folded) {
		f.Words = append(f.Words, string(folded.Word(t)))
	}
	for _, l := range s.links() {
		f.Hosts = append(f.Hosts, l.Host)
	}
	for _, a := range c.Attachments {
		f.Files = append(f.Files, a.Name)
	}
	if !c.Author.Created.IsZero() {
		f.AccountHours = s.now().Sub(c.Author.Created).Hours()
	}
	if !c.Author.Joined.IsZero() {
		f.MemberHours = s.now().Sub(c.Author.Joined).Hours()
	}
	if s.History != nil {
		f.Points = moderation.ActivePoints(s.History.Record.Strikes, s.now())
		f.Comments = s.History.Record.Comments
	}
	f.Matched = func(id string) bool {
		i, ok := set.Find(id)
		return ok && set.decide(s, i).Answer == Yes
	}
	f.Model = func(category string) float64 {
		c, ok := moderation.ParseCategory(category)
		if !ok || s.Models == nil {
			return -1
		}
		if p, known := s.Models.Probability("", c); known {
			return p
		}
		return -1
	}
	return f
}
