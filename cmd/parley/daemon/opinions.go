package daemon

import (
	"fmt"
	"log/slog"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// opinions are the remote models, where the policy names any and there is a way to ask them.
type opinions struct{ adviser *openai.Adviser }

// openOpinions returns nil where second opinions are off, and says so in the log.
func openOpinions(p *policy.Policy, rules *rulebooks, key string, memory ledger.Memory, log *slog.Logger) (*opinions, error) {
	c := p.Classifiers.OpenAI
	if c.Moderation.Model == "" && c.Judge.Model == "" {
		log.Info("second opinions are off: the policy names no remote model")
		return nil, nil
	}
	if key == "" && c.BaseURL == "" {
		log.Info("second opinions are off: set OPENAI_API_KEY, or classifiers.openai.base_url for a server of your own")
		return nil, nil
	}
	adviser, err := openai.New(openai.Config{
		BaseURL: c.BaseURL, APIKey: key,
		Moderation: openai.Moderation{Stage: stage(c.Moderation), Offsets: c.Offsets, Batch: c.Batch, Wait: c.Wait},
		Judge:      openai.Judge{Stage: stage(c.Judge), AnswerTokens: c.AnswerTokens},
		CacheFor:   c.CacheTTL, Patience: c.Patience, Log: log,
		Community: func(guild string) openai.Community {
			s := rules.policy().Settings(guild, moderation.Channel{}, moderation.Article{})
			return openai.Community{Policy: s.Opinions.Policy, OptOut: s.Opinions.OptOut}
		},
	}, memory)
	if err != nil {
		return nil, fmt.Errorf("set up second opinions: %w", err)
	}
	return &opinions{adviser}, nil
}

func stage(s policy.Stage) openai.Stage {
	return openai.Stage{
		Model: s.Model, Timeout: s.Timeout, OnError: s.OnError,
		Limits: openai.Limits(s.Limits), Prices: openai.Prices(s.Prices),
	}
}
