package openai

import (
	"context"
	"strings"

	"parley/moderation"
)

// scoreStage is the moderation model as the adviser uses it.
type scoreStage struct {
	*caller
	scorer  *scorer
	batcher *batcher
	offsets [moderation.NumCategories]float64
}

func newScoreStage(cfg Config, p purse, t *tally) *scoreStage {
	m := cfg.Moderation
	s := &scoreStage{caller: newCaller(moderationStage, m.Stage, p, t, cfg.Changed), offsets: m.Offsets}
	s.scorer = &scorer{url: strings.TrimRight(cfg.BaseURL, "/") + "/moderations", key: cfg.APIKey, model: m.Model, client: watch(cfg.HTTP, &s.pace)}
	s.batcher = &batcher{size: m.Batch, wait: m.Wait, send: s.send}
	return s
}

func (s *scoreStage) send(ctx context.Context, texts []string) ([]map[string]float64, error) {
	var tokens int64
	for _, text := range texts {
		tokens += estimateTokens(text)
	}
	return call(ctx, s.caller, tokens, func(ctx context.Context) ([]map[string]float64, error) {
		return s.scorer.texts(ctx, texts)
	})
}

// pictureTokens is what a picture is reserved as; the provider does not say what it counts.
const pictureTokens = 800

// score asks about a comment: its words in a batch, its pictures one by one. The highest
// score of each label counts.
func (s *scoreStage) score(ctx context.Context, q *question) (moderation.Opinion, Spending, error) {
	native := make(map[string]float64)
	tokens := int64(0)
	merge := func(more map[string]float64) {
		for label, score := range more {
			native[label] = max(native[label], score)
		}
	}
	if q.words != "" {
		scores, err := s.batcher.score(ctx, q.words)
		if err != nil {
			return moderation.Opinion{}, Spending{}, err
		}
		merge(scores)
		tokens += estimateTokens(q.words)
	}
	for _, address := range q.pictures {
		scores, err := call(ctx, s.caller, pictureTokens, func(ctx context.Context) (map[string]float64, error) {
			return s.scorer.picture(ctx, address)
		})
		if err != nil {
			return moderation.Opinion{}, Spending{}, err
		}
		merge(scores)
		tokens += pictureTokens
	}
	used := Spending{Tokens: tokens, Dollars: s.stage.Prices.cost(tokens, 0)}
	s.tally.tokens(s.name, tokens, 0)
	return s.opinion(native, used.Dollars), used, nil
}

// opinion turns native scores into an answer: the likelier of abuse and no abuse.
func (s *scoreStage) opinion(native map[string]float64, dollars float64) moderation.Opinion {
	o := moderation.Opinion{Source: "model:" + s.name, Model: s.stage.Model, Native: native, Cost: dollars}
	o.Scores, o.Known = translateScores(native, &s.offsets)
	p, category := o.Scores.Max()
	o.Category = category
	if p >= 0.5 {
		o.Action, o.Confidence = moderation.Remove, p
	} else {
		o.Action, o.Confidence = moderation.Allow, 1-p
	}
	o.Reason = strongest(native)
	return o
}
