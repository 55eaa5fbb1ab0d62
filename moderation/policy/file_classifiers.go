package policy

import (
	"time"

	"parley/moderation/policy/document"
)

type classifiersSpec struct {
	Embedded embeddedSpec `yaml:"embedded" help:"The model inside the program."`
	OpenAI   openAISpec   `yaml:"openai" help:"Second opinions from OpenAI or any compatible server. OPENAI_API_KEY comes from the environment."`
}

type embeddedSpec struct {
	Enabled   *bool       `yaml:"enabled" help:"Use it."`
	OnUnknown *actionName `yaml:"on_unknown" help:"What happens to comments that it cannot read, such as those in another language: allow, review or hold."`
}

type openAISpec struct {
	BaseURL    *string        `yaml:"base_url" help:"Address of the server, such as https://api.openai.com/v1."`
	CacheTTL   *time.Duration `yaml:"cache_ttl" help:"How long an answer is used again for the same words under the same article."`
	Patience   *time.Duration `yaml:"patience" help:"How long a comment may wait for an answer before on_error decides."`
	Moderation moderationSpec `yaml:"moderation" help:"A moderation model (/v1/moderations)."`
	Judge      judgeSpec      `yaml:"judge" help:"A chat model that judges by the community's own policy."`
	Margin     *float64       `yaml:"margin" min:"0" max:"1" help:"A second opinion that is further than this from the first goes to a human."`
}

type stageSpec struct {
	Model   *string        `yaml:"model" help:"The model's name; empty turns it off."`
	Timeout *time.Duration `yaml:"timeout" help:"Of one call."`
	OnError *string        `yaml:"on_error" enum:"open|review|hold" help:"What a missing answer means: open leaves the first verdict, review shows it to moderators, hold takes it down."`
	Limits  *limitsSpec    `yaml:"limits" help:"What all processes together may use. 0: no limit."`
	Prices  *pricesSpec    `yaml:"prices" help:"In US dollars for a million tokens, for the estimate of what it costs."`
}

type moderationSpec struct {
	At document.Position `yaml:"-"`
	stageSpec
	Offsets map[categoryName]float64 `yaml:"offsets" min:"-10" max:"10" help:"Added to the log-odds of a category's score; above 0 makes it more suspicious."`
	Batch   *int                     `yaml:"batch" min:"1" max:"32" help:"Most comments in one call."`
	Wait    *time.Duration           `yaml:"wait" help:"How long the first comment of a batch waits for company."`
}

type judgeSpec struct {
	At document.Position `yaml:"-"`
	stageSpec
	AnswerTokens *int `yaml:"answer_tokens" min:"16" max:"32000" help:"Bound on the answer's length."`
}

type limitsSpec struct {
	RequestsPerMinute int64 `yaml:"requests_per_minute" min:"0" help:"Requests a minute."`
	RequestsPerDay    int64 `yaml:"requests_per_day" min:"0" help:"Requests a day."`
	TokensPerMinute   int64 `yaml:"tokens_per_minute" min:"0" help:"Tokens a minute."`
	TokensPerDay      int64 `yaml:"tokens_per_day" min:"0" help:"Tokens a day."`
}

type pricesSpec struct {
	Input  float64 `yaml:"input" min:"0" help:"For what is sent."`
	Output float64 `yaml:"output" min:"0" help:"For what is answered."`
}
