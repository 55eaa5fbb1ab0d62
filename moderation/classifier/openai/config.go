package openai

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/moderation"
)

// DefaultBaseURL is where OpenAI itself answers.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config says whom to ask and within which limits. A stage without a model is off.
type Config struct {
	BaseURL string       // "" means DefaultBaseURL
	APIKey  string       // from the environment only; "" is fine for a server that wants none
	HTTP    *http.Client // nil: a client of its own; its Timeout is not used

	Moderation Moderation
	Judge      Judge

	// Community says what one community wants; nil means that all want the zero Community.
	Community func(guild string) Community

	CacheFor time.Duration // how long an answer is reused; 0 means 24 hours
	Patience time.Duration // how long a comment may wait for an answer before OnError speaks; 0 means 30 minutes

	// Changed, if set, is told when a stage's circuit breaker opens or closes again, for one
	// note to the moderators. It is called by the goroutine whose call tipped it.
	Changed func(Change)
	Log     *slog.Logger // nil: silent
}

// Community is what one community says about second opinions.
type Community struct {
	Policy string // its rules in its own words, for the judge
	OptOut bool   // nothing of it is ever sent
}

// Stage is what both models have in common.
type Stage struct {
	Model   string        // "" turns the stage off
	Timeout time.Duration // of one call; 0 means 10 seconds
	// OnError is what a missing answer asks for: Allow leaves the provisional verdict alone
	// ("open"), Review shows the comment to moderators, Hold takes it down until they decide.
	OnError moderation.Action
	Limits  Limits
	Prices  Prices
}

// Limits bound what all processes together may use. A limit of 0 is none.
type Limits struct {
	RequestsPerMinute, RequestsPerDay int64
	TokensPerMinute, TokensPerDay     int64
}

// Prices are in US dollars for a million tokens. Zero prices make every estimate zero.
type Prices struct {
	Input, Output float64
}

// Moderation sets up the scoring model.
type Moderation struct {
	Stage
	// Offsets are added to the log-odds of a category's score: +1 makes the model about 2.7
	// times as suspicious, −1 as trusting. Scores of exactly 0 and 1 stay.
	Offsets [moderation.NumCategories]float64
	Batch   int           // most comments in one call; 0 means 32
	Wait    time.Duration // how long the first comment of a batch waits for company; 0 means 50 milliseconds
}

// Judge sets up the chat model.
type Judge struct {
	Stage
	// AnswerTokens bounds the answer. 0 means 400; models that think before they answer want
	// some thousands.
	AnswerTokens int
}

// Change tells that a stage stopped or started being asked.
type Change struct {
	Stage string // "openai.moderation" or "openai.judge"
	Open  bool   // true: it keeps failing and is left alone for a while; false: it answers again
	At    time.Time
}

// String is a sentence for moderators.
func (c Change) String() string {
	if c.Open {
		return "Second opinions from " + c.Stage + " keep failing and are paused; comments follow on_error until it answers again."
	}
	return "Second opinions from " + c.Stage + " work again."
}

func (c Config) withDefaults() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return c, fmt.Errorf("openai: base_url %q is not an http(s) address; write one such as %s", c.BaseURL, DefaultBaseURL)
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{}
	}
	if c.Community == nil {
		c.Community = func(string) Community { return Community{} }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Changed == nil {
		c.Changed = func(Change) {}
	}
	c.CacheFor = orDefault(c.CacheFor, 24*time.Hour)
	c.Patience = orDefault(c.Patience, 30*time.Minute)
	c.Moderation.Timeout = orDefault(c.Moderation.Timeout, 10*time.Second)
	c.Moderation.Batch = orDefault(c.Moderation.Batch, 32)
	c.Moderation.Wait = orDefault(c.Moderation.Wait, 50*time.Millisecond)
	c.Judge.Timeout = orDefault(c.Judge.Timeout, 10*time.Second)
	c.Judge.AnswerTokens = orDefault(c.Judge.AnswerTokens, 400)
	return c, nil
}

// whyOff says in a sentence for operators why nothing can be asked, "" when something can.
func (c Config) whyOff() string {
	switch {
	case c.Moderation.Model == "" && c.Judge.Model == "":
		return "the policy names no remote model"
	case c.APIKey == "" && strings.HasPrefix(c.BaseURL, "https://api.openai.com/"):
		return "OPENAI_API_KEY is not set; set it, or classifiers.openai.base_url for a server that needs no key"
	}
	return ""
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}
