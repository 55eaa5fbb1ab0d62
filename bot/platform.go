// Package bot is the running bot, for any platform that has comments: it takes comments
// in, keeps their order, has them judged, makes verdicts durable and carries out effects.
// Platforms live below it and fill the two interfaces of this file.
package bot

import (
	"context"
	"errors"
	"time"

	"parley/moderation"
)

// Source is where comments come from.
type Source interface {
	// Run delivers comments to in until ctx ends or nothing can be done any more. Calls of
	// in follow the platform's order and may block: that is how a full bot slows its reader.
	Run(ctx context.Context, in Intake) error
	// Since reads the comments of a channel after a watermark, oldest first, at most n.
	Since(ctx context.Context, guild, channel, after string, n int) ([]moderation.Comment, error)
}

// Intake is what a source delivers to. Comment blocks while the bot is full.
type Intake interface {
	Comment(ctx context.Context, c moderation.Comment) error
	// Join tells that somebody joined a community, for raid counting.
	Join(ctx context.Context, guild, user string, at time.Time)
	// Gap tells that events of these channels may have been missed; the bot catches up from
	// its watermarks. A channel is announced this way when the source first sees it. It must
	// be told before the first comment after the gap is delivered, and it returns at once.
	Gap(ctx context.Context, guild string, channels []Announced)
}

// Announced is a channel as its source sees it at that moment.
type Announced struct {
	ID string
	// Newest is the newest comment in it; where there is none, any ID before the first. In a
	// community that is new to the bot everything after it is the bot's to judge, even if the
	// process dies at once, and nothing up to it.
	Newest string
	// Thread says that it opens and closes within another channel.
	Thread bool
}

// Enforcer carries out effects on the platform.
type Enforcer interface {
	// Carry does one effect, for the case it belongs to (zero for alerts). Doing an effect
	// again must change nothing more. Errors: ErrGone, ErrForbidden, *RetryError, or any
	// other, which is tried again with back-off.
	Carry(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error)
}

// Errors of an Enforcer, to be checked with errors.Is.
var (
	ErrGone      = errors.New("what the effect is about no longer exists")      // counts as done
	ErrForbidden = errors.New("the platform does not let the bot do this here") // not tried again; moderators are told once
)

// RetryError says when to try again.
type RetryError struct {
	After time.Duration
	Err   error
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }
