package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"parley/moderation"
)

// shelf is where all processes keep their answers; a ledger.Memory is one.
type shelf interface {
	Hold(ctx context.Context, guild, key, holder string, ttl time.Duration) (bool, error)
	Recall(ctx context.Context, guild, key string) ([]byte, error)
	Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error
}

const (
	unknownFor   = 10 * time.Minute // how long it is remembered that a question has no answer
	askAgainSoon = 2 * time.Second  // when to look for an answer that another process is getting
	heldFor      = 10 * time.Second // how long a question stays with a process that gives no sign of life
	holdEvery    = heldFor / 3      // how often a process that is asking gives one
)

// cache answers each question once, however many comments, goroutines and processes raise
// it at the same time.
type cache struct {
	shelf    shelf
	keep     time.Duration
	longest  time.Duration // that asking may take
	self     string        // names this process to the others
	inFlight singleflight.Group
}

// entry is what is kept about a question.
type entry struct {
	Opinion *moderation.Opinion `json:"opinion,omitempty"`
}

// answer returns what is remembered of a question, or asks it, unless closed says that this
// is in vain. The opinion's Cached says that somebody else paid.
func (c *cache) answer(ctx context.Context, guild, key string, closed func() error, ask func(context.Context) (moderation.Opinion, error)) (moderation.Opinion, error) {
	known, err := c.recall(ctx, guild, key)
	if err != nil {
		return moderation.Opinion{}, err
	}
	if known.Opinion != nil {
		return *known.Opinion, nil
	}
	if err := closed(); err != nil {
		return moderation.Opinion{}, err
	}
	asked := false
	// The one who asks may leave while others wait for the same answer.
	detached := context.WithoutCancel(ctx)
	flight := c.inFlight.DoChan(guild+"/"+key, func() (any, error) {
		asked = true
		limited, cancel := context.WithTimeout(detached, c.longest)
		defer cancel()
		return c.ask(limited, guild, key, ask)
	})
	select {
	case <-ctx.Done():
		return moderation.Opinion{}, ctx.Err()
	case result := <-flight:
		if result.Err != nil {
			return moderation.Opinion{}, result.Err
		}
		opinion := result.Val.(moderation.Opinion)
		if !asked {
			opinion.Cached, opinion.Cost = true, 0
		}
		return opinion, nil
	}
}

// ask gets an answer unless another process is at it.
func (c *cache) ask(ctx context.Context, guild, key string, ask func(context.Context) (moderation.Opinion, error)) (moderation.Opinion, error) {
	mine, err := c.shelf.Hold(ctx, guild, key, c.self, heldFor)
	if err != nil {
		return moderation.Opinion{}, fmt.Errorf("claim the question: %w", err)
	}
	if !mine {
		return moderation.Opinion{}, &moderation.LaterError{At: time.Now().Add(askAgainSoon), Err: moderation.ErrBeingAsked}
	}
	defer c.holding(ctx, guild, key)()
	known, err := c.recall(ctx, guild, key) // it may have come since
	if err != nil {
		return moderation.Opinion{}, err
	}
	if known.Opinion != nil {
		return *known.Opinion, nil
	}
	opinion, err := ask(ctx)
	if err != nil {
		return moderation.Opinion{}, err
	}
	keep := c.keep
	if opinion.Unknown != "" {
		keep = min(keep, unknownFor)
	}
	if err := c.remember(ctx, guild, key, entry{Opinion: &opinion}, keep); err != nil {
		return moderation.Opinion{}, err
	}
	return opinion, nil
}

// holding keeps a question this process's own until done is called, which lets go of it. A
// sign of life that the ledger does not get costs no more than a second call, should another
// process ask the same.
func (c *cache) holding(ctx context.Context, guild, key string) (done func()) {
	ended, silent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(silent)
		again := time.NewTicker(holdEvery)
		defer again.Stop()
		for {
			select {
			case <-again.C:
				_, _ = c.shelf.Hold(ctx, guild, key, c.self, heldFor)
			case <-ended:
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-silent // or it might take what is let go
		_, _ = c.shelf.Hold(context.WithoutCancel(ctx), guild, key, c.self, 0)
	}
}

// recall reads what is kept. An opinion that comes from here costs nothing.
func (c *cache) recall(ctx context.Context, guild, key string) (entry, error) {
	raw, err := c.shelf.Recall(ctx, guild, key)
	if err != nil {
		return entry{}, fmt.Errorf("recall an answer: %w", err)
	}
	var e entry
	if raw == nil || json.Unmarshal(raw, &e) != nil { // of another version of Parley: as good as none
		return entry{}, nil
	}
	if e.Opinion != nil {
		e.Opinion.Cached, e.Opinion.Cost = true, 0
	}
	return e, nil
}

func (c *cache) remember(ctx context.Context, guild, key string, e entry, ttl time.Duration) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	if err := c.shelf.Remember(ctx, guild, key, raw, ttl); err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}
