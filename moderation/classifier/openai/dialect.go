package openai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"sync"

	goopenai "github.com/sashabaranov/go-openai"
)

// form says which parts of the chat API a request uses. Compatible servers and reasoning
// models each refuse some of them.
type form struct {
	format    format
	plainHeat bool // leave temperature to the server
	oldLimit  bool // max_tokens instead of max_completion_tokens
}

type format int

const (
	bySchema format = iota // the answer is held to its schema
	byJSON                 // held to be JSON
	byWord                 // only asked to be
)

func (f form) request(model string, answerTokens int, p prompt) goopenai.ChatCompletionRequest {
	r := goopenai.ChatCompletionRequest{
		Model: model,
		Messages: []goopenai.ChatCompletionMessage{
			{Role: goopenai.ChatMessageRoleSystem, Content: p.system},
			{Role: goopenai.ChatMessageRoleUser, Content: p.user},
		},
	}
	if !f.plainHeat {
		r.Temperature = math.SmallestNonzeroFloat32 // the steadiest answer; a plain 0 would be left out
	}
	if f.oldLimit {
		//lint:ignore SA1019 older compatible servers know no other
		r.MaxTokens = answerTokens
	} else {
		r.MaxCompletionTokens = answerTokens
	}
	switch f.format {
	case bySchema:
		r.ResponseFormat = &goopenai.ChatCompletionResponseFormat{
			Type: goopenai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &goopenai.ChatCompletionResponseFormatJSONSchema{
				Name: "judgement", Strict: true, Schema: answerSchema(),
			},
		}
	case byJSON:
		r.ResponseFormat = &goopenai.ChatCompletionResponseFormat{Type: goopenai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return r
}

// simpler returns the form without the part that a refusal names, or, when it names none,
// with a plainer answer format; ok is false when the refusal is about something else or
// nothing is left to give up.
func (f form) simpler(err error) (next form, ok bool) {
	named := ""
	var status *statusError
	switch {
	case errors.Is(err, goopenai.ErrReasoningModelLimitationsOther), errors.Is(err, goopenai.ErrReasoningSamplingUnsupported):
		named = "temperature" // refused by the library, which knows such models by name
	case errors.As(err, &status) && status.question():
		named = status.param
	default:
		return f, false
	}
	next = f
	switch {
	case named == "temperature":
		next.plainHeat = true
	case named == "max_completion_tokens":
		next.oldLimit = true
	case named == "" || strings.HasPrefix(named, "response_format"):
		next.format = min(f.format+1, byWord)
	}
	return next, next != f
}

// dialect remembers the form that a server took last. The zero value begins with every part
// in use.
type dialect struct {
	mu    sync.Mutex
	taken form
}

func (d *dialect) current() form {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.taken
}

func (d *dialect) remember(f form) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken = f
}

// complete makes one chat call in a form that the server takes. A plainer form is
// remembered only once it has been answered: a question that is refused in every form must
// not spoil the form for the others.
func (j *judgeStage) complete(ctx context.Context, p prompt) (goopenai.ChatCompletionResponse, error) {
	first := j.dialect.current()
	for form := first; ; {
		resp, err := j.client.CreateChatCompletion(ctx, form.request(j.stage.Model, j.answerTokens, p))
		if err == nil {
			if form != first {
				j.dialect.remember(form)
			}
			return resp, nil
		}
		err = plainFailure(err)
		next, ok := form.simpler(err)
		if !ok {
			return resp, err
		}
		form = next
	}
}

// plainFailure turns the library's errors into ours, leaving out the server's words, which
// may repeat the comment.
func plainFailure(err error) error {
	var api *goopenai.APIError
	if errors.As(err, &api) {
		failure := &statusError{status: api.HTTPStatusCode, code: identifier(api.Code)}
		if api.Param != nil {
			failure.param = identifier(*api.Param)
		}
		if failure.param == "" {
			failure.param = parameterIn(api.Message)
		}
		return failure
	}
	var request *goopenai.RequestError
	if errors.As(err, &request) {
		return &statusError{status: request.HTTPStatusCode, param: parameterIn(string(request.Body))}
	}
	var transport *url.Error
	if errors.As(err, &transport) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("cannot reach the server: %w", err)
	}
	if errors.Is(err, goopenai.ErrReasoningModelLimitationsOther) || errors.Is(err, goopenai.ErrReasoningSamplingUnsupported) {
		return err
	}
	return fmt.Errorf("%w: %w", errGarbled, err)
}

// parameterIn looks in a server's message for the parameter that it complains about. Many
// compatible servers name it nowhere else.
func parameterIn(message string) string {
	for _, name := range []string{"response_format", "max_completion_tokens", "temperature"} {
		if strings.Contains(message, name) {
			return name
		}
	}
	if strings.Contains(message, "json_schema") {
		return "response_format"
	}
	return ""
}
