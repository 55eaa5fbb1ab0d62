package bot

import (
	"context"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

const (
	booksEvery    = time.Second      // how often watermarks and shadow hits are stored
	booksTimeout  = 10 * time.Second // for storing them one last time
	shadowHitsMax = 10_000           // kept in memory at most; more are counted as lost in the log
)

// shadowLog collects what shadow rules would have done until it is stored.
type shadowLog struct {
	mu   sync.Mutex
	hits map[string][]ledger.ShadowHit // by guild
	held int
	lost int
}

func (l *shadowLog) note(c *moderation.Comment, v *moderation.Verdict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range v.Shadow {
		if l.held >= shadowHitsMax {
			l.lost++
			continue
		}
		if l.hits == nil {
			l.hits = make(map[string][]ledger.ShadowHit)
		}
		l.held++
		l.hits[c.Guild] = append(l.hits[c.Guild], ledger.ShadowHit{
			Rule: r.Rule(), Comment: c.ID, Channel: c.Channel.ID, At: c.Time, Quote: r.Quote, Would: v.ShadowAct,
		})
	}
}

// take empties the log.
func (l *shadowLog) take() (hits map[string][]ledger.ShadowHit, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hits, lost = l.hits, l.lost
	l.hits, l.held, l.lost = nil, 0, 0
	return hits, lost
}

// keepBooks stores watermarks and shadow hits every second until ctx ends.
func (b *Bot) keepBooks(ctx context.Context) {
	tick := time.NewTicker(booksEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			b.saveBooks(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// saveBooks stores what shadow rules would have done, and then the watermarks: a restart
// reads again whatever was not stored. Stores ignore a hit that they know.
func (b *Bot) saveBooks(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, booksTimeout)
	defer cancel()
	due := b.marks.due() // before the hits are taken, so that these include all of its comments
	hits, lost := b.shadows.take()
	if lost > 0 {
		b.Log.Warn("more shadow hits than could be kept", "lost", lost)
	}
	for guild, of := range hits {
		if err := b.Store.NoteShadow(ctx, guild, of); err != nil {
			b.store.failed("shadow", err)
			delete(due, guild)
		}
	}
	for guild, ids := range due {
		if err := b.Store.Advance(ctx, guild, ids); err != nil {
			b.store.failed("advance", err)
			continue
		}
		b.store.answered()
		b.marks.stored(guild, ids)
	}
}
