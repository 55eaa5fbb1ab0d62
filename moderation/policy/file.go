package policy

import (
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
)

// file is a configuration file as it is written. What is a pointer, a list or a map may be
// left out and then inherits.
type file struct {
	Include []document.Value[string] `yaml:"include" help:"Files to read first; what stands here is laid over them. 'builtin:default' is Parley's own policy."`

	Discord     discordSpec     `yaml:"discord" help:"How Discord is reached."`
	Store       storeSpec       `yaml:"store" help:"Where Parley remembers things. Redis is configured by REDIS_URL in the environment."`
	Server      serverSpec      `yaml:"server" help:"Health checks and metrics."`
	Classifiers classifiersSpec `yaml:"classifiers" help:"The models that score comments."`

	placeSpec

	Scoring   scoringSpec          `yaml:"scoring" help:"How contributions add up to scores."`
	Groups    map[string]groupSpec `yaml:"groups" help:"Rules of one group count together only up to the group's cap."`
	Lists     map[string]listSpec  `yaml:"lists" help:"Word lists that rules use by name."`
	Domains   map[string]namesSpec `yaml:"domains" help:"Lists of internet domains that link conditions use by name."`
	Rules     []ruleSpec           `yaml:"rules" help:"The rules. A rule with the id of an included one replaces it."`
	Overrides []overrideSpec       `yaml:"overrides" help:"What is different in some communities, channels or under some articles. All that fit are laid over each other in this order."`
}

type discordSpec struct {
	APIBase *string `yaml:"api_base" help:"Address of a rate-limit proxy or any Discord-compatible server; empty for Discord itself. DISCORD_API_BASE overrides it."`
}

type storeSpec struct {
	DataDir *string `yaml:"data_dir" help:"Directory of the embedded store, used where no Redis is configured."`
}

type serverSpec struct {
	Listen *string `yaml:"listen" help:"Address for /healthz, /readyz and /metrics; 'off' for none."`
}

// placeSpec is what may differ from place to place.
type placeSpec struct {
	Channels       []document.Value[string]       `yaml:"channels" help:"Channels in which articles are shared: names, IDs or globs such as 'news-*'."`
	ReviewChannel  *string                        `yaml:"review_channel" help:"Name or ID of the channel in which moderators see cards."`
	Window         *time.Duration                 `yaml:"window" help:"For how long loose comments belong to a channel's latest article."`
	Moderators     *moderatorsSpec                `yaml:"moderators" help:"Who may decide cases and is never punished."`
	Admins         *adminsSpec                    `yaml:"admins" help:"Who may switch rules and roll back."`
	JudgeBots      *bool                          `yaml:"judge_bots" help:"Judge other bots' messages, too (they are never punished)."`
	Thresholds     map[categoryName]thresholdSpec `yaml:"thresholds" help:"From which score on what happens, by category. 0 or leaving it out means never."`
	Points         map[categoryName]int           `yaml:"points" min:"0" max:"1000" help:"Strike points of a removal, by the category that decided it."`
	Strikes        *strikesSpec                   `yaml:"strikes" help:"How long strikes count and what they lead to."`
	HourlyCap      *int                           `yaml:"hourly_cap" min:"0" help:"At most so many automatic actions an hour; past it everything goes to review. 0: no cap."`
	NotifyAuthors  *bool                          `yaml:"notify_authors" help:"Tell authors by direct message what was taken down and why."`
	Appeal         *string                        `yaml:"appeal" help:"How to appeal; members read it."`
	History        *bool                          `yaml:"history" help:"Keep recent comments under data_dir, for replay."`
	SecondOpinions *opinionsSpec                  `yaml:"second_opinions" help:"What a remote model is told and when it is asked."`
	RuleChanges    map[string]ruleChangeSpec      `yaml:"change_rules" help:"Rules that are different here, by their id."`
}

type moderatorsSpec struct {
	Roles      []string `yaml:"roles" help:"Names or IDs of roles."`
	Permission string   `yaml:"permission" enum:"moderate_members|manage_messages|kick_members|ban_members|manage_guild|administrator" help:"A Discord permission that makes a moderator."`
}

type adminsSpec struct {
	Permission string `yaml:"permission" enum:"manage_guild|administrator|manage_messages|moderate_members|ban_members" help:"A Discord permission that makes an admin."`
}

type thresholdSpec struct {
	At     document.Position `yaml:"-"`
	Review *float64          `yaml:"review" min:"0" max:"1" help:"From this score on moderators are shown the comment."`
	Hold   *float64          `yaml:"hold" min:"0" max:"1" help:"From this score on the comment is taken down until moderators decide."`
	Remove *float64          `yaml:"remove" min:"0" max:"1" help:"From this score on the comment is taken down and its author gets a strike."`
}

type strikesSpec struct {
	Expire *time.Duration `yaml:"expire" help:"How long a strike counts, such as 30d. 0s: for ever."`
	Ladder []rungSpec     `yaml:"ladder" help:"What so many active points lead to."`
}

type rungSpec struct {
	At     document.Position `yaml:"-"`
	Points int               `yaml:"points" min:"1" max:"100000" help:"From so many active points on."`
	Do     string            `yaml:"do" enum:"warn|timeout|kick|ban" help:"What happens."`
	For    time.Duration     `yaml:"for" help:"Length of a timeout, at most 28d."`
	Ask    bool              `yaml:"ask" help:"Only a moderator's press carries it out."`
}

type opinionsSpec struct {
	OptOut    *bool     `yaml:"opt_out" help:"Send nothing of this community to a remote model."`
	Policy    *string   `yaml:"policy" help:"The community's rules in its own words, for the remote judge."`
	Undecided *bandSpec `yaml:"undecided" help:"Ask about comments whose abuse score lies between these."`
}

type bandSpec struct {
	At   document.Position `yaml:"-"`
	From float64           `yaml:"from" min:"0" max:"1" help:"Lower end."`
	To   float64           `yaml:"to" min:"0" max:"1" help:"Upper end; equal to from: never ask by score."`
}

type ruleChangeSpec struct {
	At     document.Position        `yaml:"-"`
	Mode   *rule.Mode               `yaml:"mode,short" enum:"on|shadow|off" help:"on, shadow or off."`
	Points *int                     `yaml:"points" min:"0" max:"1000" help:"Strike points of a removal that this rule decides."`
	Score  map[categoryName]float64 `yaml:"score" min:"-1" max:"1" help:"What it gives instead."`
	Action *actionName              `yaml:"action" help:"What it does outright instead."`
}

type overrideSpec struct {
	At  document.Position `yaml:"-"`
	For selectorSpec      `yaml:"for" help:"Where this holds; all that is named must fit."`
	placeSpec
}

type selectorSpec struct {
	Guild   []string     `yaml:"guild" help:"IDs of communities."`
	Channel []string     `yaml:"channel" help:"Names, IDs or globs of channels."`
	Article *articleSpec `yaml:"article" help:"Articles by site or topic."`
}

type articleSpec struct {
	At      document.Position        `yaml:"-"`
	Domains []document.Value[string] `yaml:"domains" help:"Sites on which the article stands, or names of domain lists."`
	Words   []document.Value[string] `yaml:"words,short" help:"Words in its title or summary."`
	Lists   []document.Value[string] `yaml:"lists" help:"Word lists of which its title or summary has a word."`
}

type scoringSpec struct {
	Combine string                   `yaml:"combine" enum:"chance|sum" help:"chance: a score is the chance that at least one contribution is right, were they independent. sum: contributions are added up."`
	Ranking map[categoryName]float64 `yaml:"ranking" min:"0" max:"1" help:"How much a category counts in the overall abuse score, which is the highest of all scores so weighted."`
}

type groupSpec struct {
	At  document.Position `yaml:"-"`
	Cap float64           `yaml:"cap,short" min:"0" max:"1" help:"What its rules give together, at most, to one category."`
}

type listSpec struct {
	At     document.Position        `yaml:"-"`
	Terms  []document.Value[string] `yaml:"terms,short" help:"Words: 'word', 'word~' with its inflections, 'word*', phrases; 'word = 0.5' gives a severity."`
	From   []document.Value[string] `yaml:"from" help:"Files with one term a line, or 'builtin:NAME'."`
	Except []document.Value[string] `yaml:"except" help:"Words and phrases in which a term does not count."`
}

type namesSpec struct {
	At    document.Position        `yaml:"-"`
	Names []document.Value[string] `yaml:"names,short" help:"Domains; each covers the hosts below it."`
	From  []document.Value[string] `yaml:"from" help:"Files with one domain a line, or 'builtin:NAME'."`
}

type ruleSpec struct {
	At       document.Position        `yaml:"-"`
	ID       document.Value[string]   `yaml:"id" help:"The rule's name: lower case letters, digits and dashes."`
	Why      document.Value[string]   `yaml:"why" help:"What members and moderators are told."`
	When     *conditionSpec           `yaml:"when" help:"When the rule holds."`
	Unless   *conditionSpec           `yaml:"unless" help:"When it does not hold after all."`
	Score    map[categoryName]float64 `yaml:"score" min:"-1" max:"1" help:"What it adds to categories; below 0 it takes that share off what others gave."`
	Action   *actionName              `yaml:"action" help:"What it does outright, whatever the scores."`
	Points   *int                     `yaml:"points" min:"0" max:"1000" help:"Strike points of a removal that this rule decides."`
	Group    document.Value[string]   `yaml:"group" help:"The group whose cap holds for it."`
	Mode     rule.Mode                `yaml:"mode" enum:"on|shadow|off" help:"on, shadow (recorded, without any effect) or off."`
	Ask      document.Value[string]   `yaml:"ask" enum:"openai" help:"Ask this remote model for a second opinion."`
	Prevent  bool                     `yaml:"prevent" help:"Also block it in Discord's own AutoMod, before it appears, as far as that can express the rule."`
	Examples examplesSpec             `yaml:"examples" help:"Comments that the rule must and must not match; checked whenever the policy is loaded."`
}

type examplesSpec struct {
	Match []exampleSpec `yaml:"match" help:"Comments that the rule must match."`
	Allow []exampleSpec `yaml:"allow" help:"Comments that the rule must not match."`
}

type exampleSpec struct {
	At          document.Position        `yaml:"-"`
	Text        string                   `yaml:"text,short" help:"The comment."`
	Title       string                   `yaml:"title" help:"The article's title."`
	Summary     string                   `yaml:"summary" help:"The article's summary."`
	URL         string                   `yaml:"url" help:"The article's address."`
	Parent      string                   `yaml:"parent" help:"The comment that is replied to."`
	Channel     string                   `yaml:"channel" help:"The channel's name."`
	Roles       []string                 `yaml:"roles" help:"The author's roles."`
	Name        string                   `yaml:"name" help:"The author's display name."`
	Mentions    int                      `yaml:"mentions" min:"0" max:"10000" help:"How many people are mentioned."`
	Everyone    bool                     `yaml:"everyone" help:"Everyone is mentioned."`
	Files       []string                 `yaml:"files" help:"Names of attached files."`
	AccountAge  time.Duration            `yaml:"account_age" help:"How old the author's account is."`
	MemberSince time.Duration            `yaml:"member_since" help:"How long the author has been a member."`
	Scores      map[categoryName]float64 `yaml:"scores" min:"0" max:"1" help:"What the models say, as if they had."`
	History     *historySpec             `yaml:"history" help:"What came before, as if it had."`
}

type historySpec struct {
	Count    int `yaml:"count" min:"0" help:"What every rate, target, heat and join count shows."`
	Alike    int `yaml:"alike" min:"0" max:"100" help:"Earlier look-alikes, each by another author in another channel."`
	OwnAlike int `yaml:"own_alike" min:"0" max:"100" help:"Earlier look-alikes by the author."`
	Points   int `yaml:"points" min:"0" help:"The author's active strike points."`
	Comments int `yaml:"comments" min:"0" help:"How many comments the author wrote, this one included."`
	Rejected int `yaml:"rejected" min:"0" help:"How many of them were taken down."`
}

// categoryName is a category as it is written.
type categoryName moderation.Category

// Choices are the names of all categories.
func (categoryName) Choices() []string {
	var names []string
	for _, c := range moderation.Categories() {
		names = append(names, c.String())
	}
	return names
}

// UnmarshalText reads a category's name.
func (c *categoryName) UnmarshalText(b []byte) error {
	return (*moderation.Category)(c).UnmarshalText(b)
}

// actionName is an action as it is written.
type actionName moderation.Action

// Choices are the names of all actions.
func (actionName) Choices() []string { return []string{"allow", "review", "hold", "remove"} }

// UnmarshalText reads an action's name.
func (a *actionName) UnmarshalText(b []byte) error { return (*moderation.Action)(a).UnmarshalText(b) }
