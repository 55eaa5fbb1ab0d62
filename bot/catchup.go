package bot

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"parley/moderation"
)

const (
	pageLength   = 100         // comments read at a time
	readAtOnce   = 4           // channels read at a time in one community
	readAgain    = time.Second // before a failed page is read again, doubling
	readAgainMax = time.Minute
)

// page is a part of a gap: comments that were read together.
type page struct {
	left     atomic.Int64
	finished chan struct{}
}

func newPage(n int) *page {
	p := &page{finished: make(chan struct{})}
	p.left.Store(int64(n))
	return p
}

func (p *page) done() {
	if p.left.Add(-1) == 0 {
		close(p.finished)
	}
}

// catchUp reads what was posted in the channels of a community since their watermarks and
// judges it. In channels that are new to Parley, and have been announced for the first time,
// nothing can have been missed. Each channel's own watermark may move on once its gap is closed.
func (b *Bot) catchUp(ctx context.Context, g *guild, channels []Announced, firstHeard map[string]bool) {
	known, err := b.watermarks(ctx, g)
	if err != nil {
		return // shutting down: the watermarks stay held, and the next start reads the gap
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	slots := make(chan struct{}, readAtOnce)
	for _, channel := range channels {
		after := known[channel.ID]
		if after == "" || firstHeard[channel.ID] && g.beginnings.isNew(channel.ID) { // "": its IDs are no numbers
			b.marks.release(g.id, channel.ID)
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		reading.Go(func() {
			defer func() { <-slots }()
			b.closeGap(ctx, g.id, channel.ID, after)
		})
	}
}

// watermarks asks the store until it answers or ctx ends. What it is asked then is not cut
// short: a channel that has been heard of gets its watermark also while the bot shuts down.
func (b *Bot) watermarks(ctx context.Context, g *guild) (map[string]string, error) {
	for attempt := 1; ; attempt++ {
		known, err := g.watermarks(b.work)
		if err == nil {
			return known, nil
		}
		b.store.failed("watermarks", err)
		if err := sleep(ctx, backoff(attempt, readAgain, readAgainMax)); err != nil {
			return nil, err
		}
	}
}

// closeGap reads one channel page by page. Its watermark follows page by page and is
// released at the end, whether the gap could be closed or the channel cannot be read.
func (b *Bot) closeGap(ctx context.Context, guild, channel, after string) {
	total := 0
	for {
		comments, err := b.since(ctx, guild, channel, after)
		switch {
		case errors.Is(err, ErrGone), errors.Is(err, ErrForbidden):
			b.Log.Warn("a channel's gap cannot be read", "guild", guild, "channel", channel, "after", after, "error", err)
			b.marks.release(guild, channel)
			return
		case err != nil:
			return
		}
		if !b.judgePage(ctx, comments) {
			return
		}
		total += len(comments)
		b.metrics.caughtUp.Add(float64(len(comments)))
		if len(comments) > 0 {
			after = comments[len(comments)-1].ID
			if err := b.Store.Advance(ctx, guild, map[string]string{channel: after}); err != nil {
				b.store.failed("advance", err) // the next one will do
			}
		}
		if len(comments) < pageLength {
			break
		}
	}
	b.marks.release(guild, channel)
	if total > 0 {
		b.Log.Info("caught up", "guild", guild, "channel", channel, "comments", total)
	}
}

// since reads one page, again and again until the platform answers or refuses.
func (b *Bot) since(ctx context.Context, guild, channel, after string) ([]moderation.Comment, error) {
	for attempt := 1; ; attempt++ {
		comments, err := b.Source.Since(ctx, guild, channel, after, pageLength)
		if err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrForbidden) {
			return comments, err
		}
		wait := backoff(attempt, readAgain, readAgainMax)
		if retry, ok := errors.AsType[*RetryError](err); ok {
			wait = retry.After
		}
		if ctx.Err() == nil {
			b.Log.Warn("reading a gap failed and is tried again", "guild", guild, "channel", channel, "again_in", wait, "error", err)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// judgePage has comments judged and waits until all are; false when it was cut short.
func (b *Bot) judgePage(ctx context.Context, comments []moderation.Comment) bool {
	if len(comments) == 0 {
		return true
	}
	p := newPage(len(comments))
	for _, c := range comments {
		j := job{comment: c, received: time.Now(), page: p}
		if err := b.enqueue(ctx, j); err != nil {
			return false
		}
	}
	select {
	case <-p.finished:
		return true
	case <-ctx.Done():
		return false
	}
}
