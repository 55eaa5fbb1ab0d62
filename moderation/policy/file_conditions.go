package policy

import (
	"reflect"
	"time"

	"parley/moderation/policy/document"
)

// conditionSpec is a condition as it is written. Several keys in one mapping must all hold.
type conditionSpec struct {
	At document.Position `yaml:"-"`

	All  []conditionSpec `yaml:"all" help:"All of these hold."`
	Any  []conditionSpec `yaml:"any" help:"At least one of these holds."`
	None []conditionSpec `yaml:"none" help:"None of these holds."`

	Words    *wordsSpec    `yaml:"words" help:"A listed word or phrase stands in the comment."`
	Regex    *regexSpec    `yaml:"regex" help:"A regular expression (RE2) matches."`
	Near     *nearSpec     `yaml:"near" help:"A word of one kind stands near one of another."`
	Aimed    *aimedSpec    `yaml:"aimed" help:"The comment speaks to or at a person."`
	Quotes   *quotesSpec   `yaml:"quotes" help:"A share of the comment is taken from the article or the comment replied to."`
	Language *languageSpec `yaml:"language" help:"The language that the comment is written in."`
	Length   *lengthSpec   `yaml:"length" help:"How long the comment is."`
	Shouting *shoutingSpec `yaml:"shouting" help:"Capitals, repetition, stacked marks, walls of emoji."`

	Links       *linksSpec       `yaml:"links" help:"Links of a kind."`
	Mentions    *mentionsSpec    `yaml:"mentions" help:"Many mentions, or everyone."`
	Attachments *attachmentsSpec `yaml:"attachments" help:"Files that came with the comment."`

	Rate          *rateSpec      `yaml:"rate" help:"Too many comments in a window."`
	Duplicate     *duplicateSpec `yaml:"duplicate" help:"The comment repeats earlier ones."`
	NewAccount    *time.Duration `yaml:"new_account" help:"The author's account is younger than this."`
	NewMember     *time.Duration `yaml:"new_member" help:"The author joined less than this ago."`
	FirstComments *int           `yaml:"first_comment" min:"1" help:"It is among the author's first so many comments."`
	Strikes       *int           `yaml:"strikes" min:"1" help:"The author has at least so many active strike points."`
	RejectedShare *rejectedSpec  `yaml:"rejected_share" help:"More than this share of the author's comments was taken down."`
	Raid          *raidSpec      `yaml:"raid" help:"Many people join, or many authors write the same."`
	Heat          *heatSpec      `yaml:"heat" help:"The article's thread is souring."`
	Target        *targetSpec    `yaml:"target" help:"Many authors go for one person."`

	Channel []string     `yaml:"channel" help:"The channel's name or ID, or its parent's; globs."`
	Role    []string     `yaml:"role" help:"The author has one of these roles (name or ID)."`
	Article *articleSpec `yaml:"article" help:"The article's site or topic."`
	Time    *timeSpec    `yaml:"time" help:"Time of day and days of the week."`

	Model *modelSpec               `yaml:"model" help:"A classifier gives a category more than a probability."`
	Score *scoreSpec               `yaml:"score" help:"Everything together gives a category more than a score."`
	Rule  []document.Value[string] `yaml:"rule" help:"One of these rules holds."`

	Expr *document.Value[string] `yaml:"expr" help:"An expression (expr-lang.org) that is true."`
}

type wordsSpec struct {
	At       document.Position        `yaml:"-"`
	Terms    []document.Value[string] `yaml:"terms,short" help:"Words: 'word', 'word~' with its inflections, 'word*', phrases; 'word = 0.5' gives a severity."`
	List     []document.Value[string] `yaml:"list" help:"Names of word lists, or 'builtin:NAME'."`
	In       []document.Value[string] `yaml:"in" help:"Where to look: text, embed, poll, forward, sticker, file_name, alt_text, file, display_name."`
	Severity float64                  `yaml:"severity" min:"0" max:"1" help:"Count only words at least so grave."`
	Quoted   bool                     `yaml:"quoted" help:"Count words quoted from the article or the comment replied to, too."`
	Times    int                      `yaml:"times" min:"1" max:"50" help:"How many words must be found."`
}

type regexSpec struct {
	At      document.Position        `yaml:"-"`
	Pattern document.Value[string]   `yaml:"pattern,short" help:"The expression. Case makes no difference, except in the raw view."`
	View    string                   `yaml:"view" enum:"raw|plain|folded|leet|squashed" help:"What it looks at: raw (as written), plain (as displayed), folded (lower case, look-alikes resolved; the default), leet, squashed."`
	In      []document.Value[string] `yaml:"in" help:"Where to look; see words."`
	Quoted  bool                     `yaml:"quoted" help:"Count matches within quotations, too."`
}

type nearSpec struct {
	At      document.Position `yaml:"-"`
	A       *wordsSpec        `yaml:"a" help:"Words of one kind."`
	B       *wordsSpec        `yaml:"b" help:"Words of the other kind."`
	Within  int               `yaml:"within" min:"0" max:"50" help:"At most so many words between them."`
	Ordered bool              `yaml:"ordered" help:"The first kind comes first."`
	Across  bool              `yaml:"across_sentences" help:"They may stand in different sentences."`
}

type aimedSpec struct {
	At document.Position `yaml:"-"`
	By []string          `yaml:"by,short" enum:"second_person|reply|mention" help:"What makes it aimed: 'you' and the like, a reply, a mention."`
}

type quotesSpec struct {
	Over  float64 `yaml:"over,short" min:"0" max:"1" help:"More than this share of its words."`
	Under float64 `yaml:"under" min:"0" max:"1" help:"Less than this share."`
}

type languageSpec struct {
	At  document.Position `yaml:"-"`
	Is  []string          `yaml:"is,short" help:"One of these languages (two-letter codes such as en)."`
	Not []string          `yaml:"not" help:"None of these; a comment whose language is unclear does not count."`
}

type lengthSpec struct {
	At         document.Position `yaml:"-"`
	Over       int               `yaml:"over" min:"0" help:"More than so many characters."`
	Under      int               `yaml:"under" min:"0" help:"Fewer than so many characters."`
	OverWords  int               `yaml:"over_words" min:"0" help:"More than so many words."`
	UnderWords int               `yaml:"under_words" min:"0" help:"Fewer than so many words."`
}

type shoutingSpec struct {
	At         document.Position `yaml:"-"`
	Capitals   float64           `yaml:"capitals" min:"0" max:"1" help:"At least this share of letters is capital."`
	MinLetters int               `yaml:"min_letters" min:"1" help:"Shorter texts may be in capitals; 12 unless set."`
	Repeats    int               `yaml:"repeats" min:"2" help:"One character so many times in a row."`
	Marks      float64           `yaml:"marks" min:"0" help:"So many combining marks per letter on average, as in zalgo text."`
	Emoji      int               `yaml:"emoji" min:"1" help:"So many emoji."`
	EmojiOnly  int               `yaml:"emoji_only" min:"1" help:"So many emoji and nothing else."`
	Lines      int               `yaml:"lines" min:"1" help:"So many lines."`
}

type linksSpec struct {
	At         document.Position        `yaml:"-"`
	Domains    []document.Value[string] `yaml:"domains" help:"To one of these domains; names of domain lists count, too."`
	Except     []document.Value[string] `yaml:"except" help:"To none of these."`
	Invites    bool                     `yaml:"invites" help:"Invitations to a community."`
	Shorteners bool                     `yaml:"shorteners" help:"Addresses that hide where they lead."`
	Mismatched bool                     `yaml:"mismatched" help:"The text names another site than the link leads to."`
	Disguised  bool                     `yaml:"disguised" help:"Written so as to escape filters, such as hxxp or [.]"`
	Punycode   bool                     `yaml:"punycode" help:"Hosts with letters beyond ASCII."`
	LookAlikes []document.Value[string] `yaml:"look_alikes" help:"Hosts that look like one of these without being it."`
	MoreThan   int                      `yaml:"more_than" min:"0" help:"More than so many such links."`
	Article    bool                     `yaml:"article" help:"Count links to the article's own site, too."`
}

type mentionsSpec struct {
	At       document.Position `yaml:"-"`
	People   int               `yaml:"people" min:"0" help:"More than so many people."`
	Roles    int               `yaml:"roles" min:"0" help:"More than so many roles."`
	Everyone bool              `yaml:"everyone" help:"Everyone, or everyone who is here."`
	Any      bool              `yaml:"any" help:"Anybody at all."`
}

type attachmentsSpec struct {
	At       document.Position `yaml:"-"`
	Kinds    []string          `yaml:"kinds" help:"Content types or their beginnings, such as image or application/zip."`
	Names    []string          `yaml:"names" help:"Globs for file names, such as '*.exe'."`
	MoreThan int               `yaml:"more_than" min:"0" help:"More than so many such files."`
}

type rateSpec struct {
	At       document.Position `yaml:"-"`
	By       string            `yaml:"by" enum:"author|channel|article|guild" help:"Whose comments are counted: the author's (the default), or all in the channel, under the article, in the community."`
	MoreThan int               `yaml:"more_than" min:"1" help:"More than so many."`
	Within   time.Duration     `yaml:"within" help:"The window, such as 10s."`
}

type duplicateSpec struct {
	At       document.Position `yaml:"-"`
	Times    int               `yaml:"times" min:"0" help:"At least so many alike, this one included."`
	Authors  int               `yaml:"authors" min:"0" help:"By at least so many authors."`
	Channels int               `yaml:"channels" min:"0" help:"In at least so many channels."`
	Own      bool              `yaml:"own" help:"Look at the author's own comments only."`
	Exact    bool              `yaml:"exact" help:"Near-copies do not count."`
	MinWords int               `yaml:"min_words" min:"0" help:"Comments with fewer words do not count."`
	Within   time.Duration     `yaml:"within" help:"The window, such as 10m."`
}

type rejectedSpec struct {
	At       document.Position `yaml:"-"`
	Over     float64           `yaml:"over,short" min:"0" max:"1" help:"More than this share."`
	Comments int               `yaml:"min_comments" min:"1" help:"Of at least so many comments; 5 unless set."`
}

type raidSpec struct {
	At     document.Position `yaml:"-"`
	Joins  int               `yaml:"joins" min:"0" help:"At least so many people joined."`
	Alike  int               `yaml:"alike" min:"0" help:"At least so many authors wrote the same."`
	Within time.Duration     `yaml:"within" help:"The window, such as 5m."`
}

type heatSpec struct {
	At      document.Position `yaml:"-"`
	AtLeast int               `yaml:"at_least" min:"1" help:"At least so many abusive comments."`
	Over    float64           `yaml:"over" min:"0" max:"1" help:"And more than this share of all."`
	Within  time.Duration     `yaml:"within" help:"The window, such as 30m."`
}

type targetSpec struct {
	At      document.Position `yaml:"-"`
	Authors int               `yaml:"authors" min:"2" help:"At least so many authors."`
	Within  time.Duration     `yaml:"within" help:"The window, such as 15m."`
}

type timeSpec struct {
	At   document.Position      `yaml:"-"`
	From string                 `yaml:"from" help:"Time of day such as 22:00."`
	To   string                 `yaml:"to" help:"Time of day; before 'from' it means the next day."`
	Days []string               `yaml:"days" enum:"mon|tue|wed|thu|fri|sat|sun" help:"Days of the week; all when left out."`
	Zone document.Value[string] `yaml:"zone" help:"Time zone such as Europe/Berlin; UTC when left out."`
}

type modelSpec struct {
	At       document.Position `yaml:"-"`
	Name     string            `yaml:"name" help:"The classifier; any when left out."`
	Category *categoryName     `yaml:"category" help:"The category."`
	Above    float64           `yaml:"above" min:"0" max:"1" help:"More than this probability."`
	Below    float64           `yaml:"below" min:"0" max:"1" help:"Less than this probability."`
}

type scoreSpec struct {
	At       document.Position `yaml:"-"`
	Category *categoryName     `yaml:"category" help:"The category."`
	Above    float64           `yaml:"above" min:"0" max:"1" help:"More than this score."`
}

// empty reports whether the condition says nothing.
func (s conditionSpec) empty() bool {
	s.At = document.Position{}
	return reflect.ValueOf(s).IsZero()
}

// Conditions lists the keys of a condition, in the order in which they are documented.
func Conditions() []string { return document.Keys(conditionSpec{}) }
