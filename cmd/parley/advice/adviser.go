// Package advice asks remote models for second opinions as a policy describes them: for the
// running bot, and for commands, which have no queue that a question could wait in.
package advice

import (
	"fmt"

	"parley/moderation/classifier/openai"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// NewAdviser makes an adviser that asks the models which a policy names. What policies do
// not say comes from rest. Where nothing can be asked it is off, and its log says why.
func NewAdviser(c policy.OpenAI, rest openai.Config, memory ledger.Memory) (*openai.Adviser, error) {
	rest.BaseURL, rest.CacheFor, rest.Patience = c.BaseURL, c.CacheTTL, c.Patience
	rest.Moderation = openai.Moderation{Stage: stage(c.Moderation), Offsets: c.Offsets, Batch: c.Batch, Wait: c.Wait}
	rest.Judge = openai.Judge{Stage: stage(c.Judge), AnswerTokens: c.AnswerTokens}
	adviser, err := openai.New(rest, memory)
	if err != nil {
		return nil, fmt.Errorf("set up second opinions: %w", err)
	}
	return adviser, nil
}

func stage(s policy.Stage) openai.Stage {
	return openai.Stage{
		Model: s.Model, Timeout: s.Timeout, OnError: s.OnError,
		Limits: openai.Limits(s.Limits), Prices: openai.Prices(s.Prices),
	}
}
