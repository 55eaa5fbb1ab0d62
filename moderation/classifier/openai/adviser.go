package openai

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// The stages' names, as they stand in status, metrics, budgets and reasons.
const (
	moderationStage = "openai.moderation"
	judgeName       = "openai.judge"
)

// Adviser gives second opinions. It may be used by many goroutines; several processes that
// share a ledger share its budgets and answers.
type Adviser struct {
	cfg     Config
	memory  ledger.Memory
	scoring *scoreStage // nil when off
	judging *judgeStage // nil when off
	answers cache
	models  string // what the answers in the cache depend on
	tally   *tally
	off     string // why nothing is ever asked, "" when something is
}

// New prepares an adviser. Without any model, or without a key for OpenAI itself, it is off:
// it can be asked, and says so.
func New(cfg Config, memory ledger.Memory) (*Adviser, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &Adviser{cfg: cfg, memory: memory, tally: newTally()}
	longest := time.Duration(0)
	if a.off = cfg.whyOff(); a.off != "" {
		cfg.Log.Info("second opinions are off", slog.String("why", a.off))
		return a, nil
	}
	if cfg.Moderation.Model != "" {
		a.scoring = newScoreStage(cfg, memory, a.tally)
		longest += longestCall(cfg.Moderation.Timeout) * time.Duration(1+mostPictures)
	}
	if cfg.Judge.Model != "" {
		a.judging = newJudgeStage(cfg, memory, a.tally)
		longest += longestCall(cfg.Judge.Timeout)
	}
	a.answers = cache{shelf: memory, keep: cfg.CacheFor, longest: longest, self: rand.Text()}
	a.models = fmt.Sprintf("%s|%s|%s|%v", cfg.BaseURL, cfg.Moderation.Model, cfg.Judge.Model, cfg.Moderation.Offsets)
	return a, nil
}

// longestCall is how long all attempts of one question take at most.
func longestCall(timeout time.Duration) time.Duration {
	return attempts*(timeout+shortWait) + (1<<attempts)*firstDelay
}

// On reports whether comments of a community are sent anywhere at all.
func (a *Adviser) On(guild string) bool {
	return a.whyOff(guild) == ""
}

// whyOff says why a community's comments are not sent, "" when they are.
func (a *Adviser) whyOff(guild string) string {
	if a.off == "" && a.cfg.Community(guild).OptOut {
		return "this community has opted out"
	}
	return a.off
}

// Opinion asks about a case's comment. It returns an opinion, which may be Unknown when no
// answer will come, or a *moderation.LaterError that says when to ask again, or the context's
// error. It may take as long as the configured timeouts allow.
func (a *Adviser) Opinion(ctx context.Context, c moderation.Case) (moderation.Opinion, error) {
	if why := a.whyOff(c.Guild); why != "" {
		return moderation.Opinion{Source: "model:openai", Unknown: "second opinions are off: " + why}, nil
	}
	q := newQuestion(c, a.cfg.Community(c.Guild))
	if q.words == "" && (len(q.pictures) == 0 || a.scoring == nil) {
		return moderation.Opinion{Source: "model:openai", Action: a.failMode(nil), Unknown: "the comment has nothing that can be sent"}, nil
	}
	opinion, err := a.answers.answer(ctx, c.Guild, q.key(a.models), a.closed, func(ctx context.Context) (moderation.Opinion, error) {
		return a.ask(ctx, c.Guild, q)
	})
	if err != nil {
		return a.later(ctx, c, err)
	}
	if opinion.Cached {
		a.tally.answer("cached")
	}
	return q.place(opinion), nil
}

// closed returns an error when a stage that cannot be done without takes no calls now.
func (a *Adviser) closed() error {
	now := time.Now()
	if a.scoring != nil && (a.judging == nil || a.cfg.Moderation.OnError != moderation.Allow) {
		if err := a.scoring.closed(now); err != nil {
			return stageError{moderationStage, a.cfg.Moderation.OnError, err}
		}
	}
	if a.judging != nil {
		if err := a.judging.closed(now); err != nil {
			return stageError{judgeName, a.cfg.Judge.OnError, err}
		}
	}
	return nil
}

// ask puts the question to the stages that are on.
func (a *Adviser) ask(ctx context.Context, guild string, q *question) (moderation.Opinion, error) {
	total := Spending{Questions: 1}
	defer func() { a.book(ctx, guild, total) }()
	var checked moderation.Opinion
	if a.scoring != nil {
		scored, used, err := a.scoring.score(ctx, q)
		total = total.add(used)
		if err != nil && (a.judging == nil || a.cfg.Moderation.OnError != moderation.Allow) {
			return a.settle(total, stageError{moderationStage, a.cfg.Moderation.OnError, err})
		}
		if a.judging == nil || q.words == "" {
			a.tally.answer("asked")
			return scored, nil
		}
		checked = scored
	}
	opinion, used, err := a.judging.ask(ctx, q, checked)
	total = total.add(used)
	if err != nil {
		return a.settle(total, stageError{judgeName, a.cfg.Judge.OnError, err})
	}
	a.tally.answer("asked")
	opinion.Cost = total.Dollars
	return opinion, nil
}

// stageError is a stage's failure with what it asks for.
type stageError struct {
	stage string
	mode  moderation.Action
	error
}

func (e stageError) Unwrap() error { return e.error }

// settle turns a failure that asking again cannot mend into an unknown opinion; any other
// stays an error.
func (a *Adviser) settle(total Spending, failure stageError) (moderation.Opinion, error) {
	var status *statusError
	hopeless := errors.Is(failure, ErrNonsense) || (errors.As(failure, &status) && status.question())
	if !hopeless {
		return moderation.Opinion{}, failure
	}
	a.tally.answer("unknown")
	return moderation.Opinion{
		Source: "model:" + failure.stage, Action: failure.mode, Unknown: failure.Error(), Cost: total.Dollars,
	}, nil
}

// askAgainAfter is when a question comes back that failed for no reason that names a time.
const askAgainAfter = 15 * time.Second

// later answers for a question that cannot be answered now: with the time to come back, or,
// once the comment has waited long enough, with the failure mode.
func (a *Adviser) later(ctx context.Context, c moderation.Case, err error) (moderation.Opinion, error) {
	if ctx.Err() != nil {
		return moderation.Opinion{}, ctx.Err()
	}
	var later *moderation.LaterError
	if !errors.As(err, &later) {
		a.cfg.Log.WarnContext(ctx, "no second opinion", slog.String("guild", c.Guild), slog.String("case", c.ID), slog.Any("error", err))
		later = &moderation.LaterError{At: time.Now().Add(askAgainAfter), Err: fmt.Errorf("%w: %w", moderation.ErrUnavailable, err)}
	}
	if waiting := waitingSince(c); !waiting.IsZero() && later.At.Sub(waiting) > a.cfg.Patience {
		a.tally.answer("gave up")
		return moderation.Opinion{
			Source: "model:openai", Action: a.failMode(err),
			Unknown: fmt.Sprintf("waited %s in vain: %v", a.cfg.Patience, later.Err),
		}, nil
	}
	a.tally.answer("later")
	return moderation.Opinion{}, later
}

// waitingSince is when the question was first raised.
func waitingSince(c moderation.Case) time.Time {
	if c.Opened.After(c.Comment.Time) {
		return c.Opened
	}
	return c.Comment.Time
}

// failMode is what the stage that failed asks for; the harsher of both when no stage is named.
func (a *Adviser) failMode(err error) moderation.Action {
	var failed stageError
	if errors.As(err, &failed) {
		return failed.mode
	}
	mode := moderation.Allow
	if a.scoring != nil {
		mode = a.cfg.Moderation.OnError
	}
	if a.judging != nil {
		mode = max(mode, a.cfg.Judge.OnError)
	}
	return mode
}

// book counts what a community's question used. A ledger that is away costs the count, not
// the answer.
func (a *Adviser) book(ctx context.Context, guild string, used Spending) {
	if used.Tokens == 0 {
		return // nothing was sent
	}
	a.tally.spent(guild, used.Dollars)
	if _, _, err := a.memory.Spend(ctx, guild, time.Now(), spending(used)); err != nil {
		a.cfg.Log.WarnContext(ctx, "spending not counted", slog.String("guild", guild), slog.Any("error", err))
	}
}

// place relates an answer, which may have been given to a copy of this comment, to this
// comment's own text.
func (q *question) place(o moderation.Opinion) moderation.Opinion {
	if o.Unknown != "" {
		return o
	}
	o.Span = locate(o.Quote, q.comment.Text)
	if words := o.Span.In(q.comment.Text); words != "" {
		o.Quote = words
	}
	o.Doubt = q.doubt(o.Action)
	return o
}

// doubt says why an answer may not be the model's own. A comment that speaks to the model
// wants an allow; words around it that do may want anything.
func (q *question) doubt(answer moderation.Action) string {
	switch {
	case answer == moderation.Review:
		return "" // already the careful answer
	case addressesTheJudge(q.parent), addressesTheJudge(q.title), addressesTheJudge(q.summary):
		return "the words around the comment speak to the model"
	case answer == moderation.Allow && addressesTheJudge(q.words):
		return "the comment speaks to the model"
	case answer == moderation.Allow && q.cut:
		return "the comment was too long to be read whole"
	}
	return ""
}

// strongest names the highest native scores, for people.
func strongest(native map[string]float64) string {
	labels := make([]string, 0, len(native))
	for label := range native {
		labels = append(labels, label)
	}
	slices.SortFunc(labels, func(x, y string) int {
		switch {
		case native[x] > native[y]:
			return -1
		case native[x] < native[y]:
			return 1
		}
		return strings.Compare(x, y)
	})
	var parts []string
	for _, label := range labels[:min(3, len(labels))] {
		parts = append(parts, fmt.Sprintf("%s %.2f", label, native[label]))
	}
	return strings.Join(parts, ", ")
}
