package policy

import (
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
)

// Diagnostics are all mistakes and doubts about a policy; see Err.
type Diagnostics = document.Diagnostics

// Policy is a configuration made executable. It is immutable and may be used from several
// goroutines at once.
type Policy struct {
	Discord     Discord
	Store       Store
	Server      Server
	Classifiers Classifiers

	Rules    *rule.Set
	Origins  []document.Position // by rule: where it is written
	Examples []Example           // of all rules; they hold, or the policy would not have been made
	Groups   []Group
	Combine  Combine
	Ranking  moderation.Scores // how much each category counts in the overall abuse score

	hash      string
	source    []byte
	files     []string
	base      place
	overrides []override

	mu       sync.Mutex
	settings map[string]*Settings          // by the overrides that fit; filled as places turn up
	topical  map[moderation.Article][]bool // by article: the overrides that it fits; bounded
}

// Discord says how Discord is reached.
type Discord struct {
	APIBase string // "" for Discord itself
}

// Store says where the embedded store lives. Redis is configured by the environment alone.
type Store struct {
	DataDir string
}

// Server says where health and metrics are served.
type Server struct {
	Listen string // "" for nowhere
}

// Classifiers configures the models.
type Classifiers struct {
	Embedded Embedded
	OpenAI   OpenAI
}

// Embedded configures the model inside the program.
type Embedded struct {
	Enabled   bool
	OnUnknown moderation.Action // what a comment that it cannot read gets at least
}

// OpenAI configures second opinions. A stage without a model is off.
type OpenAI struct {
	BaseURL    string
	CacheTTL   time.Duration
	Patience   time.Duration // how long a comment may wait before OnError speaks
	Margin     float64       // a disagreement beyond it goes to a human
	Moderation Stage
	Judge      Stage

	Offsets      [moderation.NumCategories]float64 // log-odds, of the moderation model
	Batch        int                               // most comments in one call of the moderation model
	Wait         time.Duration                     // how long the first of a batch waits for company
	AnswerTokens int                               // bound on the judge's answer
}

// Stage is one remote model.
type Stage struct {
	Model   string
	Timeout time.Duration
	OnError moderation.Action // Allow: open, Review, or Hold
	Limits  Limits
	Prices  Prices
}

// Limits bound what all processes together may use; 0 is no limit.
type Limits struct {
	RequestsPerMinute, RequestsPerDay int64
	TokensPerMinute, TokensPerDay     int64
}

// Prices are in US dollars for a million tokens.
type Prices struct{ Input, Output float64 }

// Group is rules whose contributions to one category count together only up to Cap.
type Group struct {
	Name string
	Cap  float64
}

// Combine says how contributions to a category become its score.
type Combine uint8

// The ways to combine.
const (
	ByChance Combine = iota // the chance that at least one is right, were they independent
	BySum                   // their sum, within 0 and 1
)

// String is one sentence that says how scores are made.
func (c Combine) String() string {
	if c == BySum {
		return "A category's score is the sum of what speaks for it, each group up to its cap, less the share that rules take off, within 0 and 1."
	}
	return "A category's score is the chance that at least one of what speaks for it is right, each group up to its cap, less the share that rules take off."
}

// Hash names the policy: equal hashes mean the same files and built-in lists.
func (p *Policy) Hash() string { return p.hash }

// Source is the configuration with every file it includes, in a form that Parse reads again.
func (p *Policy) Source() []byte { return p.source }

// Files lists the files that the configuration includes, lists of words and domains too,
// beside itself: a change to one of them is a change of the policy.
func (p *Policy) Files() []string { return p.files }

// Preventable lists the rules marked `prevent: true` that are on in a community, in the order
// of Rules.
func (p *Policy) Preventable(guild string) []rule.Rule {
	here := p.Settings(guild, moderation.Channel{}, moderation.Article{})
	var out []rule.Rule
	for i, r := range p.Rules.Rules {
		if r.Prevent && here.Rules[i].Mode == rule.On {
			out = append(out, r)
		}
	}
	return out
}
