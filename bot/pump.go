package bot

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

const (
	lease          = 10 * time.Second // for how long taken effects are this process's alone without a sign of life
	renewEvery     = lease / 3        // how often it gives one
	effectTimeout  = 30 * time.Second // for one attempt at an effect
	askTimeout     = 90 * time.Second // the same for a question, because models take their time
	pollEvery      = 5 * time.Second  // how often the queue is looked at without being told, give or take half
	pollWhenAway   = time.Second      // the same while the store does not answer
	handful        = 64               // effects taken at a time
	inHandAtMost   = 512              // effects taken and not settled
	urgentAtOnce   = 8                // take-downs carried out at a time in one community
	othersAtOnce   = 8                // everything else
	opinionsAtOnce = 64               // opinions asked for at a time
	settleTimeout  = 5 * time.Second  // for telling the store what became of an effect
)

// outcome is what became of a delivery: settled, with an event for its case's history, or
// to be tried again.
type outcome struct {
	again time.Time // zero: settled
	all   bool      // everything else in the queue has to wait until again, too
	event moderation.CaseEvent
	card  moderation.MessageRef
}

// pump takes one queue of one community from the store and has its effects carried out:
// several at a time, those of one case in order, take-downs before everything else. What it
// has in hand stays its own for as long as it says so; what a process had in hand that died
// is somebody else's a lease later. One goroutine owns all of its state but nudged and
// results.
type pump struct {
	bot   *Bot
	guild string
	queue ledger.Queue
	carry func(ctx context.Context, d ledger.Delivery) outcome
	slow  bool          // its effects are not waited for when the bot shuts down
	limit time.Duration // of one attempt

	nudged  chan struct{}
	results chan result
	doing   sync.WaitGroup

	limits  [2]int // how many may run at a time: urgent ones, others
	running [2]int
	inHand  int
	full    bool // the hand was full when the queue was last looked at
	paused  time.Time
	lanes   map[string]*lane
	ready   [2][]*lane // lanes whose first effect can be started
}

// lane holds the effects of one case in order.
type lane struct {
	key     string
	waiting []taken
	busy    bool
	doing   ledger.Delivery // while busy
	blocked time.Time       // until when nothing of this case is tried, because an earlier effect has to be
}

type taken struct {
	ledger.Delivery
	at time.Time // when it was taken or its lease began anew
}

type result struct {
	lane    *lane
	urgency int
	again   time.Time
	all     bool
}

// The two urgencies.
const (
	urgent = iota
	ordinary
)

func newPump(b *Bot, guild string, q ledger.Queue, carry func(context.Context, ledger.Delivery) outcome) *pump {
	p := &pump{
		bot: b, guild: guild, queue: q, carry: carry, limit: effectTimeout,
		nudged:  make(chan struct{}, 1),
		results: make(chan result),
		limits:  [2]int{urgentAtOnce, othersAtOnce},
		lanes:   make(map[string]*lane),
	}
	if q == ledger.Opinions {
		p.limits[ordinary], p.slow, p.limit = opinionsAtOnce, true, askTimeout
	}
	return p
}

// nudge tells the pump that the queue has something new.
func (p *pump) nudge() {
	select {
	case p.nudged <- struct{}{}:
	default:
	}
}

// run works until ctx ends, or until the channel is closed and the queue is empty, cannot
// be read, or is slow. Effects in hand that were not started are given back.
func (p *pump) run(ctx context.Context, finish <-chan struct{}) {
	defer p.doing.Wait()
	poll := time.NewTimer(0)
	defer poll.Stop()
	renew := time.NewTicker(renewEvery)
	defer renew.Stop()
	finishing := false
	for {
		look := false
		select {
		case r := <-p.results:
			look = p.finished(ctx, r)
		case <-p.nudged:
			look = true
		case <-poll.C:
			look = true
		case <-renew.C:
			p.renew(ctx)
		case <-finish:
			finish, finishing, look = nil, true, true
		case <-ctx.Done():
			p.giveBack(ctx, time.Now())
			return
		}
		switch {
		case finishing && p.slow:
			p.giveBack(ctx, time.Now())
		case look:
			poll.Reset(p.fill(ctx))
		}
		p.start(ctx)
		if finishing && p.inHand == 0 {
			return
		}
	}
}

// fill takes what is due and fits in hand, and returns when to look again.
func (p *pump) fill(ctx context.Context) time.Duration {
	if wait := time.Until(p.paused); wait > 0 {
		return wait
	}
	for room := inHandAtMost - p.inHand; room > 0; room = inHandAtMost - p.inHand {
		n := min(room, handful)
		deliveries, err := p.bot.Store.Take(ctx, p.guild, p.queue, p.bot.consumer, n, lease)
		if err != nil {
			p.bot.store.failed("take "+string(p.queue), err)
			return jitter(pollWhenAway)
		}
		p.bot.store.answered()
		now := time.Now()
		for _, d := range deliveries {
			p.add(ctx, taken{d, now})
		}
		if len(deliveries) < n {
			break
		}
	}
	p.full = p.inHand == inHandAtMost
	for _, l := range p.lanes {
		p.forget(l)
	}
	return jitter(pollEvery)
}

// renew has the leases of everything in hand begin anew. Where the store does not answer,
// what was not begun yet is let go in time; what was, may be done once more by another.
func (p *pump) renew(ctx context.Context) {
	held := make([]ledger.Delivery, 0, p.inHand)
	for _, l := range p.lanes {
		if l.busy {
			held = append(held, l.doing)
		}
		for _, t := range l.waiting {
			held = append(held, t.Delivery)
		}
	}
	if len(held) == 0 {
		return
	}
	now := time.Now()
	if err := p.bot.Store.Renew(ctx, p.guild, p.queue, p.bot.consumer, held, lease); err != nil {
		p.bot.store.failed("renew "+string(p.queue), err)
		return
	}
	for _, l := range p.lanes {
		for i := range l.waiting {
			l.waiting[i].at = now
		}
	}
}

// add puts a delivery into its lane, or gives it back at once when its case has to wait.
func (p *pump) add(ctx context.Context, t taken) {
	key := t.Effect.Case
	if t.Effect.Kind == moderation.Alert {
		key = t.Effect.ID
	}
	l := p.lanes[key]
	if l == nil {
		l = &lane{key: key}
		p.lanes[key] = l
	}
	if l.holds(t) {
		return
	}
	if l.blocked.After(t.at) {
		p.later(ctx, t.Delivery, l.blocked)
		return
	}
	p.inHand++
	l.waiting = append(l.waiting, t)
	if !l.busy && len(l.waiting) == 1 {
		p.makeReady(l)
	}
}

// holds reports whether a delivery is in hand already: its lease had ended for a moment, as
// when the store was away.
func (l *lane) holds(t taken) bool {
	if l.busy && l.doing.Token == t.Token {
		return true
	}
	i := slices.IndexFunc(l.waiting, func(w taken) bool { return w.Token == t.Token })
	if i >= 0 {
		l.waiting[i] = t
	}
	return i >= 0
}

func (p *pump) makeReady(l *lane) {
	u := urgencyOf(l.waiting[0].Effect)
	p.ready[u] = append(p.ready[u], l)
}

func urgencyOf(e moderation.Effect) int {
	if e.Kind == moderation.TakeDown {
		return urgent
	}
	return ordinary
}

// start begins as many effects as may run at a time.
func (p *pump) start(ctx context.Context) {
	for u := range p.ready {
		for len(p.ready[u]) > 0 && p.running[u] < p.limits[u] {
			l := p.ready[u][0]
			p.ready[u] = p.ready[u][1:]
			first := l.waiting[0]
			if time.Since(first.at) > lease/2 { // it may be somebody else's before it is done
				p.drop(l)
				continue
			}
			l.waiting = l.waiting[1:]
			l.busy, l.doing = true, first.Delivery
			p.running[u]++
			p.doing.Go(func() { p.do(ctx, l, u, first.Delivery) })
		}
	}
}

// do carries out one effect and tells the store what became of it.
func (p *pump) do(ctx context.Context, l *lane, urgency int, d ledger.Delivery) {
	o := p.attempt(ctx, d)
	r := result{lane: l, urgency: urgency, all: o.all}
	if o.again.IsZero() {
		r.again = p.settle(ctx, d, o)
	} else {
		p.later(ctx, d, o.again)
		r.again = o.again
	}
	select {
	case p.results <- r:
	case <-ctx.Done():
	}
}

// attempt carries out an effect. A defect that one effect brings to light must not end the
// bot: the effect is tried again later.
func (p *pump) attempt(ctx context.Context, d ledger.Delivery) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	defer func() {
		if defect := recover(); defect != nil {
			p.bot.Log.Error("carrying out an effect panicked", "effect", d.Effect.ID, "guild", p.guild,
				"defect", defect, "stack", string(debug.Stack()))
			o = outcome{again: time.Now().Add(backoff(d.Attempts, retryFirst, retryMost))}
		}
	}()
	return p.carry(ctx, d)
}

// settle removes a delivery from the queue. When the store cannot be told, the effect is
// handed out again after its lease; until then nothing else of its case is done here.
func (p *pump) settle(ctx context.Context, d ledger.Delivery, o outcome) (again time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := p.bot.Store.Settle(ctx, p.guild, p.queue, d, o.event, o.card); err != nil {
		p.bot.store.failed("settle", err)
		return time.Now().Add(lease)
	}
	return time.Time{}
}

func (p *pump) later(ctx context.Context, d ledger.Delivery, at time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := p.bot.Store.Later(ctx, p.guild, p.queue, d, at); err != nil {
		p.bot.store.failed("later", err) // its lease ends anyway
	}
}

// finished takes note of a result: the next effect of the case may start, or all of them
// have to wait with the one that is tried again. It reports whether to look at the queue.
func (p *pump) finished(ctx context.Context, r result) (look bool) {
	l := r.lane
	p.running[r.urgency]--
	p.inHand--
	l.busy = false
	if r.all && r.again.After(p.paused) {
		p.paused = r.again
		p.giveBack(ctx, r.again)
	}
	switch {
	case !r.again.IsZero():
		l.blocked = r.again
		for _, t := range l.waiting {
			p.later(ctx, t.Delivery, r.again)
		}
		p.drop(l)
		time.AfterFunc(time.Until(r.again), p.nudge)
	case len(l.waiting) > 0:
		p.makeReady(l)
	default:
		p.forget(l)
	}
	return p.full && p.inHand <= inHandAtMost/2
}

// drop lets go of what waits in a lane; the store hands it out again.
func (p *pump) drop(l *lane) {
	p.inHand -= len(l.waiting)
	l.waiting = nil
	p.forget(l)
}

// forget removes a lane in which nothing goes on.
func (p *pump) forget(l *lane) {
	if !l.busy && len(l.waiting) == 0 && !l.blocked.After(time.Now()) {
		delete(p.lanes, l.key)
	}
}

// giveBack makes what was not started available again, to others as well, from a time on.
func (p *pump) giveBack(ctx context.Context, from time.Time) {
	for _, l := range p.lanes {
		for _, t := range l.waiting {
			p.later(ctx, t.Delivery, from)
		}
		p.inHand -= len(l.waiting)
		l.waiting = nil
	}
	p.ready = [2][]*lane{}
}
