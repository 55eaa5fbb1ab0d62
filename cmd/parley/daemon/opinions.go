package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"parley/cmd/parley/advice"
	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// opinions asks the remote models that the policy names at the moment. It is the bot's
// adviser.
type opinions struct {
	key       string
	memory    ledger.Memory
	community func(guild string) openai.Community
	changed   func(openai.Change) // told when a model stops or starts answering
	log       *slog.Logger

	current atomic.Pointer[asked] // set by follow, which is called before anything else
}

// asked is an adviser with what it was made of.
type asked struct {
	settings policy.OpenAI
	adviser  *openai.Adviser
}

// follow has other models asked, or within other limits, where a policy says so. Where it
// says nothing new, everything stays as it is, breakers and pauses included. Calls that are
// under way are finished as they were begun.
func (o *opinions) follow(settings policy.OpenAI) error {
	if now := o.current.Load(); now != nil && now.settings == settings {
		return nil
	}
	adviser, err := advice.NewAdviser(settings, openai.Config{
		APIKey: o.key, Log: o.log, Community: o.community, Changed: o.changed,
	}, o.memory)
	if err != nil {
		return err
	}
	o.current.Store(&asked{settings, adviser})
	return nil
}

func (o *opinions) adviser() *openai.Adviser { return o.current.Load().adviser }

// On reports whether comments of a community are asked about.
func (o *opinions) On(guild string) bool { return o.adviser().On(guild) }

// Opinion asks about a case's comment.
func (o *opinions) Opinion(ctx context.Context, c moderation.Case) (moderation.Opinion, error) {
	return o.adviser().Opinion(ctx, c)
}

// Describe makes opinions a prometheus.Collector: of the models asked at the moment.
func (o *opinions) Describe(ch chan<- *prometheus.Desc) { o.adviser().Describe(ch) }

// Collect makes opinions a prometheus.Collector: of the models asked at the moment.
func (o *opinions) Collect(ch chan<- prometheus.Metric) { o.adviser().Collect(ch) }

// standing says in a few lines how second opinions stand in a community.
func (o *opinions) standing(ctx context.Context, guild string) []string {
	s, err := o.adviser().Status(ctx, guild)
	switch {
	case err != nil:
		return []string{"how second opinions stand cannot be read: " + err.Error()}
	case s.Off != "":
		return []string{"second opinions are off: " + s.Off}
	}
	lines := make([]string, 0, len(s.Stages)+1)
	for _, stage := range s.Stages {
		lines = append(lines, stageLine(stage))
	}
	return append(lines, fmt.Sprintf("asked for this server since midnight UTC: %d questions, %d tokens, about $%.4f",
		s.Today.Questions, s.Today.Tokens, s.Today.Dollars))
}

// stageLine is one model and what is used of its limits.
func stageLine(s openai.StageStatus) string {
	line := fmt.Sprintf("second opinions from %s (%s): ", s.Name, s.Model)
	switch {
	case s.Open:
		line += "it keeps failing and is left alone for a moment; " + s.Failure
	case !s.Paused.IsZero():
		line += "it asks not to be called before " + s.Paused.UTC().Format("15:04:05 UTC")
	default:
		line += "answering"
	}
	for _, b := range s.Budgets {
		line += fmt.Sprintf(", %d of %d %s", b.Used, b.Limit, b.Name)
	}
	return line
}
