package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

const (
	queueLength    = 16                     // comments that may wait for one worker before the reader is slowed
	parkingLength  = 160                    // comments that one worker keeps while the store is away
	parkedRetry    = 500 * time.Millisecond // how often a parked comment is tried, give or take half
	refusalsAtMost = 6                      // attempts at a comment that the store refuses although it answers
)

// shard judges the comments of its share of the authors, one at a time and in order.
type shard struct {
	bot    *Bot
	turn   *sync.Mutex // held while reading; workers that share it take turns
	queue  chan job
	parked []job // wait, in order, for the store to come back

	now job                    // the comment being judged
	obs moderation.Observation // what the ledger knows around it
}

func newShard(b *Bot, turn *sync.Mutex) *shard {
	return &shard{bot: b, turn: turn, queue: make(chan job, queueLength)}
}

// run judges until no more comments are taken in and all are done, or ctx ends.
func (s *shard) run(ctx context.Context) {
	retry := time.NewTimer(0)
	<-retry.C
	for {
		queue := s.queue
		if len(s.parked) >= parkingLength {
			queue = nil // now the reader has to wait
		}
		select {
		case s.now = <-queue:
			s.handle(ctx, retry)
		case <-retry.C:
			s.retryParked(ctx, retry)
		case <-s.bot.stopping:
			s.finish(ctx, retry)
			return
		case <-ctx.Done():
			return
		}
	}
}

// finish judges what is left in the queue and waits for the store as long as ctx allows.
func (s *shard) finish(ctx context.Context, retry *time.Timer) {
	for {
		select {
		case s.now = <-s.queue:
			s.handle(ctx, retry)
			continue
		default:
		}
		if len(s.parked) == 0 {
			return
		}
		select {
		case <-retry.C:
			s.retryParked(ctx, retry)
		case <-ctx.Done():
			return
		}
	}
}

// handle judges the comment in s.now. While the store is away it is judged by its text
// alone, for the metrics, and parked behind those before it, to be judged and written in
// full once the store is back.
func (s *shard) handle(ctx context.Context, retry *time.Timer) {
	if len(s.parked) > 0 {
		s.park(s.now)
		return
	}
	err := s.judge(ctx)
	if err == nil {
		s.done()
		return
	}
	if ctx.Err() != nil {
		return // cut short by shutting down; it is read again after the next start
	}
	s.bot.store.failed("judge", err)
	s.park(s.now)
	retry.Reset(jitter(parkedRetry))
}

func (s *shard) park(j job) {
	s.bot.metrics.parked.Inc()
	s.judgeAlone(&j)
	s.parked = append(s.parked, j)
}

// judgeAlone reaches a provisional verdict without the store, so that it is known what
// waits. Nothing follows from it.
func (s *shard) judgeAlone(j *job) {
	defer func() { _ = recover() }() // judge says what is wrong when its turn comes
	s.turn.Lock()
	defer s.turn.Unlock()
	reading := s.bot.In(j.comment.Guild).Read(&j.comment)
	defer reading.Release()
	if v := reading.Judge(nil); v.Action > moderation.Allow {
		s.bot.Log.Warn("the store is away; a comment waits to be acted on",
			"comment", j.comment.ID, "guild", j.comment.Guild, "action", v.Action.String(), "category", v.Category.String())
	}
}

// retryParked works through the parked comments until one fails again.
func (s *shard) retryParked(ctx context.Context, retry *time.Timer) {
	for len(s.parked) > 0 && ctx.Err() == nil {
		s.now = s.parked[0]
		if err := s.judge(ctx); err != nil {
			s.bot.store.failed("judge", err)
			s.parked[0] = s.now
			if !s.giveUp(err) {
				retry.Reset(jitter(parkedRetry))
				return
			}
		}
		s.done()
		s.bot.metrics.parked.Dec()
		s.parked = s.parked[1:]
	}
	if len(s.parked) == 0 {
		s.parked = nil
	}
}

// giveUp reports whether the first parked comment is refused for good by a store that
// answers; moderators are asked to look at it themselves.
func (s *shard) giveUp(err error) bool {
	if errors.Is(err, ledger.ErrAway) || errors.Is(err, context.Canceled) {
		return false
	}
	s.parked[0].attempts++
	if s.parked[0].attempts < refusalsAtMost {
		return false
	}
	c := &s.parked[0].comment
	s.bot.metrics.abandoned.Inc()
	s.bot.Log.Error("a comment cannot be judged; it is left to moderators",
		"comment", c.ID, "guild", c.Guild, "channel", c.Channel.ID, "error", err)
	s.bot.alerts.say(c.Guild, "alert/abandoned/"+c.ID,
		"Parley could not judge the comment "+c.ID+" in this community. Please look at it yourself; the log says more.")
	return true
}

// done lets the watermark pass the comment in s.now.
func (s *shard) done() {
	s.bot.marks.finish(s.now.ticket)
	if s.now.page != nil {
		s.now.page.done()
	}
	s.now = job{}
}

// judge takes the comment in s.now all the way: counted, judged, and what follows written.
// A clean comment costs one round trip to the store. It may be repeated after an error. A
// defect that one comment brings to light must not silence the bot for everybody else, so
// a panic becomes an error, and the comment ends up with moderators.
func (s *shard) judge(ctx context.Context) (err error) {
	b, c := s.bot, &s.now.comment
	defer func() {
		if defect := recover(); defect != nil {
			err = fmt.Errorf("judging panicked: %v\n%s", defect, debug.Stack())
		}
	}()
	g := b.guild(c.Guild)
	book, err := g.rules(ctx)
	if err != nil {
		return err
	}
	if err := g.begin(ctx); err != nil {
		return err
	}
	if c.Author.Exempt == moderation.ExemptBot && !book.Settings(c.Guild, c.Channel, c.Article).JudgeBots {
		b.metrics.skipped.Inc()
		return nil
	}
	reading, sighting := s.read(book, c)
	defer reading.Release()
	if s.obs, err = b.Store.Observe(ctx, sighting); err != nil {
		return err
	}
	b.store.answered()
	v := reading.Judge(&s.obs)
	if v.WantsOpinion() && !b.advised(c.Guild) {
		v.Settle()
	}
	if len(v.Shadow) > 0 {
		b.shadows.note(c, &v)
	}
	s.announce(&v)
	if v.Action == moderation.Allow && !v.WantsOpinion() && c.Revision == 0 {
		return nil
	}
	_, err = b.write(ctx, book, consequence.Finding{
		Comment: c, Verdict: v, Record: s.obs.Record, Actions: s.obs.Actions,
	})
	return err
}

// read reads a comment when it is this worker's turn, which includes asking the classifier.
func (s *shard) read(book *Rulebook, c *moderation.Comment) (Reading, moderation.Sighting) {
	s.turn.Lock()
	defer s.turn.Unlock()
	reading := book.Read(c)
	return reading, reading.Sighting()
}

// announce counts a verdict and tells whoever listens, once however often it is reached.
func (s *shard) announce(v *moderation.Verdict) {
	if s.now.announced {
		return
	}
	s.now.announced = true
	took := s.bot.metrics.countVerdict(v, s.now.received)
	if s.bot.OnVerdict != nil {
		s.bot.OnVerdict(&s.now.comment, v, took)
	}
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }
