package advice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"parley/bot"
	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/ledger/embedded"
	"parley/moderation/policy"
)

// ErrOff is wrapped by Open when a policy's second opinions are off.
var ErrOff = errors.New("second opinions are off")

// longestWait is how long a question waits for a budget or a server before it counts as
// unanswered: over one refill of a budget by the minute.
const longestWait = 90 * time.Second

// Waiting asks for second opinions and waits for them. Budgets and answers are kept for as
// long as it is open. It may be used by several goroutines, which share both.
type Waiting struct {
	adviser *openai.Adviser
	margins moderation.Margins
	store   *embedded.Store
	dir     string

	mu    sync.Mutex
	count Count
}

// Count is what second opinions came to.
type Count struct {
	Asked      int // answers, those from the cache included
	Cached     int
	Unanswered int
	Dollars    float64 // estimate, from the policy's prices
}

// String is one line for people.
func (c Count) String() string {
	return fmt.Sprintf("second opinions: %d, of which %d from the cache; %d unanswered; about $%.4f", c.Asked, c.Cached, c.Unanswered, c.Dollars)
}

// Open prepares to ask the models that a policy names. key is the provider's. The error
// wraps ErrOff where nothing can be asked, and says why. Close must be called.
func Open(ctx context.Context, p *policy.Policy, key string) (*Waiting, error) {
	dir, err := os.MkdirTemp("", "parley-opinions-")
	if err != nil {
		return nil, fmt.Errorf("a place for second opinions: %w", err)
	}
	w := &Waiting{margins: bot.MarginsOf(p), dir: dir}
	if w.store, err = embedded.Open(ctx, dir, embedded.Options{}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	w.adviser, err = NewAdviser(p.Classifiers.OpenAI, openai.Config{
		APIKey: key,
		Community: func(guild string) openai.Community {
			s := p.Settings(guild, moderation.Channel{}, moderation.Article{})
			return openai.Community{Policy: s.Opinions.Policy, OptOut: s.Opinions.OptOut}
		},
	}, w.store)
	if err == nil && !w.adviser.On("") {
		err = w.whyOff(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *Waiting) whyOff(ctx context.Context) error {
	s, err := w.adviser.Status(ctx, "")
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrOff, s.Off)
}

// Weigh returns the verdict that comes of a second opinion, where the verdict wants one, and
// else the same. Its error is ctx's.
func (w *Waiting) Weigh(ctx context.Context, c *moderation.Comment, v moderation.Verdict) (moderation.Verdict, error) {
	if !v.WantsOpinion() {
		return v, nil
	}
	question := moderation.Case{ID: c.ID, Guild: c.Guild, Comment: *c, Verdict: v, Opened: time.Now()}
	opinion, err := w.ask(ctx, question)
	if err != nil {
		return v, err
	}
	w.note(opinion)
	return moderation.Weigh(v, opinion, w.margins), nil
}

// ask asks until there is an answer, or it takes too long.
func (w *Waiting) ask(ctx context.Context, c moderation.Case) (moderation.Opinion, error) {
	for {
		opinion, err := w.adviser.Opinion(ctx, c)
		if err == nil {
			return opinion, nil
		}
		later, ok := errors.AsType[*moderation.LaterError](err)
		if !ok {
			return moderation.Opinion{}, err
		}
		if later.At.Sub(c.Opened) > longestWait {
			return moderation.Opinion{Source: "model:openai", Unknown: err.Error()}, nil
		}
		select {
		case <-time.After(time.Until(later.At)):
		case <-ctx.Done():
			return moderation.Opinion{}, ctx.Err()
		}
	}
}

func (w *Waiting) note(o moderation.Opinion) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count.Dollars += o.Cost
	switch {
	case o.Unknown != "":
		w.count.Unanswered++
		return
	case o.Cached:
		w.count.Cached++
	}
	w.count.Asked++
}

// Count is what there was so far.
func (w *Waiting) Count() Count {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Close forgets budgets and answers.
func (w *Waiting) Close() error { return errors.Join(w.store.Close(), os.RemoveAll(w.dir)) }
