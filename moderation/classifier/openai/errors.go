package openai

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrNonsense says that a model answered, but not what it was asked: not the agreed form, a
// quote that is not in the comment, a refusal. It is never taken for an answer.
var ErrNonsense = errors.New("the model's answer makes no sense")

// errGarbled says that a server's answer is not what its API promises, which no comment can
// bring about: unlike nonsense it speaks against the server.
var errGarbled = errors.New("the server's answer cannot be read")

// statusError is an HTTP answer other than success. It holds nothing of the body but the
// provider's error code and parameter: bodies may repeat what was sent.
type statusError struct {
	status int
	code   string // such as "insufficient_quota"
	param  string // the request's parameter that the provider names, such as "temperature"
}

func (e *statusError) Error() string {
	hint := ""
	switch {
	case e.status == http.StatusUnauthorized || e.status == http.StatusForbidden:
		hint = "; check OPENAI_API_KEY and what it may use"
	case e.status == http.StatusNotFound:
		hint = "; check base_url and the model's name"
	case e.code == quotaUsedUp:
		hint = "; the account has no credit left"
	}
	if e.code != "" {
		return fmt.Sprintf("server answered %d (%s)%s", e.status, e.code, hint)
	}
	return fmt.Sprintf("server answered %d%s", e.status, hint)
}

// quotaUsedUp is the provider's code for an account without credit: waiting does not help.
const quotaUsedUp = "insufficient_quota"

// throttled reports whether the provider asks to slow down, which is no failure.
func (e *statusError) throttled() bool {
	return e.status == http.StatusTooManyRequests && e.code != quotaUsedUp
}

// question reports whether the fault lies with what was asked rather than with the server.
func (e *statusError) question() bool {
	switch e.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// bearing is what an error means for the circuit breaker.
type bearing int

const (
	countsAsSuccess bearing = iota
	countsAsFailure
	countsAsNothing
)

// blame decides whether an error speaks against the server. A question that the model
// cannot answer well must not: otherwise anybody could write comments that switch second
// opinions off for everybody.
func blame(err error) bearing {
	var status *statusError
	switch {
	case err == nil, errors.Is(err, ErrNonsense):
		return countsAsSuccess
	case errors.As(err, &status) && status.throttled():
		return countsAsNothing
	case errors.As(err, &status) && status.question():
		return countsAsSuccess
	}
	return countsAsFailure
}

// retryable reports whether asking again soon may help.
func retryable(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.throttled() || status.status >= 500
	}
	return true
}
