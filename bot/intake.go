package bot

import (
	"context"
	"hash/maphash"
	"time"

	"parley/moderation"
	"parley/moderation/rule"
)

// job is one revision of a comment on its way to a verdict.
type job struct {
	comment   moderation.Comment
	received  time.Time
	ticket    ticket
	page      *page // the part of a gap that the comment was read with, nil for one that came by itself
	announced bool  // its verdict has been counted
	attempts  int   // how often the store has refused it
}

// Comment takes a comment in. It returns once a worker has room for it, ErrStopping when
// the bot is shutting down, or ctx's error.
func (b *Bot) Comment(ctx context.Context, c moderation.Comment) error {
	b.connected.Store(true)
	j := job{comment: c, received: time.Now()}
	if c.Revision == 0 { // an edit says nothing about how far a channel has been read
		b.guild(c.Guild).beginnings.hearOf(&c)
		j.ticket = b.marks.begin(c.Guild, c.Channel.ID, c.ID)
	}
	return b.enqueue(ctx, j)
}

// enqueue hands a job to the worker of its author, so that what one person writes, and
// with it every revision of one comment, is judged in order.
func (b *Bot) enqueue(ctx context.Context, j job) error {
	b.guild(j.comment.Guild)
	queue := b.shards[maphash.String(b.seed, j.comment.Author.ID)%uint64(len(b.shards))].queue
	select {
	case queue <- j:
		return nil
	default:
	}
	b.metrics.slowed.Inc()
	select {
	case queue <- j:
		return nil
	case <-b.stopping:
		return ErrStopping
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Join counts that somebody joined, for rules that watch for raids.
func (b *Bot) Join(ctx context.Context, guild, user string, at time.Time) {
	b.connected.Store(true)
	b.guild(guild)
	_, err := b.Store.Observe(ctx, moderation.Sighting{Guild: guild, Time: at, Meters: []moderation.Meter{
		{Key: rule.JoinsKey, Member: user, Window: joinsWindow},
	}})
	if err != nil {
		b.store.failed("join", err)
	}
}

// joinsWindow is how far back joins are remembered.
const joinsWindow = 24 * time.Hour

// Gap reads what may have been missed in these channels and judges it like any other
// comment. It returns at once; until the gap is read, the channels' watermarks stand still.
func (b *Bot) Gap(_ context.Context, guild string, channels []Announced) {
	b.connected.Store(true)
	if guild == "" || b.isStopping() {
		return
	}
	g := b.guild(guild)
	firstHeard := make(map[string]bool)
	for _, channel := range channels {
		firstHeard[channel.ID] = g.beginnings.hear(channel)
		b.marks.hold(guild, channel.ID)
	}
	b.catching.Go(func() {
		ctx, cancel := until(b.work, b.stopping)
		defer cancel()
		if _, err := g.rules(ctx); err != nil {
			b.store.failed("rules", err) // read with the first comment
		}
		b.catchUp(ctx, g, channels, firstHeard)
	})
}
