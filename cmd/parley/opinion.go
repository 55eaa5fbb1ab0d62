package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"parley/cmd/parley/advice"
	"parley/moderation"
	"parley/moderation/engine"
)

// opinionFlag lets a command ask remote models.
type opinionFlag struct {
	Opinion bool `help:"Ask the policy's remote models about comments that it leaves undecided, as the bot would; the cost is printed at the end. OPENAI_API_KEY is the key."`
}

// judgement says what becomes of a comment. Its error is ctx's.
type judgement func(ctx context.Context, c *moderation.Comment) (moderation.Verdict, error)

// judgement judges by a policy, and by second opinions where they are wanted. done writes
// what these came to.
func (f opinionFlag) judgement(ctx context.Context, judge *engine.Engine, out io.Writer) (j judgement, done func(), err error) {
	if !f.Opinion {
		return func(_ context.Context, c *moderation.Comment) (moderation.Verdict, error) {
			return judge.Judge(c, nil), nil
		}, func() {}, nil
	}
	models, err := advice.Open(ctx, judge.Policy(), os.Getenv("OPENAI_API_KEY"))
	if errors.Is(err, advice.ErrOff) {
		return nil, nil, fmt.Errorf("%w; --opinion needs classifiers.openai in the policy", err)
	}
	if err != nil {
		return nil, nil, err
	}
	weighed := func(ctx context.Context, c *moderation.Comment) (moderation.Verdict, error) {
		return models.Weigh(ctx, c, judge.Judge(c, nil))
	}
	return weighed, func() {
		fmt.Fprintln(out, models.Count())
		if err := models.Close(); err != nil {
			fmt.Fprintln(out, "parley:", err)
		}
	}, nil
}
