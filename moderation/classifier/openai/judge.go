package openai

import (
	"context"
	"fmt"
	"strings"

	goopenai "github.com/sashabaranov/go-openai"

	"parley/moderation"
)

// judgeStage is the chat model as the adviser uses it.
type judgeStage struct {
	*caller
	client       *goopenai.Client
	answerTokens int
	dialect      dialect
}

func newJudgeStage(cfg Config, p purse, t *tally) *judgeStage {
	j := &judgeStage{
		caller:       newCaller(judgeName, cfg.Judge.Stage, p, t, cfg.Changed),
		answerTokens: cfg.Judge.AnswerTokens,
	}
	client := goopenai.DefaultConfig(cfg.APIKey)
	client.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	client.HTTPClient = watch(cfg.HTTP, &j.pace)
	j.client = goopenai.NewClientWithConfig(client)
	return j
}

// ask has the comment judged. checked is what the scoring model said, zero if nothing. What
// was used is reported with an error, too: failed attempts cost as much as good ones.
func (j *judgeStage) ask(ctx context.Context, q *question, checked moderation.Opinion) (moderation.Opinion, Spending, error) {
	var used Spending
	reserved := j.tokens(q)
	opinion, err := call(ctx, j.caller, reserved, func(ctx context.Context) (moderation.Opinion, error) {
		p, err := newPrompt(q, checked)
		if err != nil {
			return moderation.Opinion{}, err
		}
		resp, err := j.complete(ctx, p)
		if err != nil {
			return moderation.Opinion{}, err
		}
		once := j.count(p, resp)
		used = used.add(once)
		if err := j.overspend(ctx, once.Tokens-reserved); err != nil {
			return moderation.Opinion{}, err
		}
		return j.read(resp, p, q)
	})
	opinion.Source, opinion.Model = "model:"+j.name, j.stage.Model
	opinion.Scores, opinion.Known, opinion.Native = checked.Scores, checked.Known, checked.Native
	return opinion, used, err
}

// tokens is what one call may use at most, as well as it can be told beforehand. The whole
// answer is reserved, as providers do, too: that way a day's limit is never overrun.
func (j *judgeStage) tokens(q *question) int64 {
	const perLine = 15 // of the earlier stages
	return estimateTokens(instructions) + estimateTokens(string(answerSchema())) + (mostEarlier+1)*perLine +
		estimateTokens(q.policy) + estimateTokens(q.words) + estimateTokens(q.title) +
		estimateTokens(q.summary) + estimateTokens(q.parent) + int64(j.answerTokens)
}

// count books what a call used, by the provider's count or, without one, by estimate.
func (j *judgeStage) count(p prompt, resp goopenai.ChatCompletionResponse) Spending {
	input, output := int64(resp.Usage.PromptTokens), int64(resp.Usage.CompletionTokens)
	if input == 0 {
		input = estimateTokens(p.system) + estimateTokens(p.user)
	}
	if output == 0 && len(resp.Choices) > 0 {
		output = estimateTokens(resp.Choices[0].Message.Content)
	}
	j.tally.tokens(j.name, input, output)
	return Spending{Tokens: input + output, Dollars: j.stage.Prices.cost(input, output)}
}

func (j *judgeStage) read(resp goopenai.ChatCompletionResponse, p prompt, q *question) (moderation.Opinion, error) {
	if len(resp.Choices) == 0 {
		return moderation.Opinion{}, fmt.Errorf("%w: it has no choices", errGarbled)
	}
	choice := resp.Choices[0]
	switch {
	case choice.Message.Refusal != "":
		return moderation.Opinion{}, fmt.Errorf("%w: the model declines to judge this", ErrNonsense)
	case choice.FinishReason == goopenai.FinishReasonLength:
		return moderation.Opinion{}, fmt.Errorf("%w: it was cut off at %d tokens; raise answer_tokens", ErrNonsense, j.answerTokens)
	case choice.FinishReason == goopenai.FinishReasonContentFilter:
		return moderation.Opinion{}, fmt.Errorf("%w: the provider's filter withheld it", ErrNonsense)
	}
	return readReply(choice.Message.Content, p.code, q)
}
