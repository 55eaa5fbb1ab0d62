package replay

import (
	"context"
	"errors"
	"runtime"
	"time"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/ledger/recent"
	"parley/moderation/policy"
)

// Candidate is a policy to judge by, under the name that reports call it by.
type Candidate struct {
	Name   string
	Policy *policy.Policy
}

// Options say what is compared and how. Before and After are needed.
type Options struct {
	Before, After Candidate
	Model         engine.Model       // the embedded classifier; nil: rules judge alone
	Workers       int                // comments judged at a time; 0: one for each processor
	Progress      func(done, of int) // called now and then from one goroutine; nil: nobody is told
}

// Run judges every comment of the input by both policies and says what differs. The report
// is the same however many workers there are. It stops when ctx ends.
func Run(ctx context.Context, in *Input, o Options) (Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	model := remembering(o.Model)
	r := &comparison{
		workers: o.Workers, tally: newTally(o, in),
		sides: [2]*side{newSide(o.Before.Policy, model), newSide(o.After.Policy, model)},
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches, reading := read(ctx, in, o.Workers)
	done := 0
	for b := range batches.full {
		r.judge(b)
		if done += len(b.items); o.Progress != nil {
			o.Progress(min(done, in.comments), in.comments)
		}
		batches.empty <- b
	}
	if err := <-reading; err != nil {
		return Report{}, err
	}
	if r.tally.report.Comments == 0 {
		return Report{}, errors.Join(errors.New("no line is a comment"), r.tally.broken)
	}
	return r.tally.finish(), nil
}

// comparison is a replay under way.
type comparison struct {
	workers int
	sides   [2]*side
	tally   *tally
	present present
}

// side is one policy with all that is remembered for it.
type side struct {
	engine  *engine.Engine
	guilds  map[string]*recent.Memory
	authors map[authorKey]*standing
}

func newSide(p *policy.Policy, model engine.Model) *side {
	return &side{engine: engine.New(p, model), guilds: map[string]*recent.Memory{}, authors: map[authorKey]*standing{}}
}

// judge takes a batch all the way, as the bot takes each comment: read, counted, judged. What
// depends on one comment alone, or on one author's past, is done for many at a time; counting
// is done in order.
func (r *comparison) judge(b *batch) {
	spread(r.workers, len(b.items), func(i int) { b.items[i].decode() })
	for i := range b.items {
		b.items[i].repeated = r.present.before(&b.items[i])
	}
	spread(r.workers, len(b.items), func(i int) {
		if it := &b.items[i]; it.judged() {
			it.look(r.sides)
		}
	})
	spread(r.workers, len(r.sides), func(s int) {
		for i := range b.items {
			if it := &b.items[i]; it.judged() && it.timed() {
				r.sides[s].count(&it.comment, &it.views[s])
			}
		}
	})
	people := b.people()
	spread(r.workers, len(people), func(p int) {
		for _, i := range people[p] {
			b.items[i].decide()
		}
	})
	for i := range b.items {
		r.tally.add(&b.items[i])
	}
}

// count tells the side's memory of a comment and keeps what it answers.
func (s *side) count(c *moderation.Comment, v *view) {
	if v.reading == nil {
		return
	}
	guild := s.guilds[c.Guild]
	if guild == nil {
		guild = new(recent.Memory)
		s.guilds[c.Guild] = guild
	}
	v.seen = guild.Observe(&v.sighting)
	v.author = s.standing(c)
}

// present remembers which revisions stood at the newest time, because a bot that was
// restarted may have noted some of them twice.
type present struct {
	at   time.Time
	seen map[revision]struct{}
}

type revision struct {
	id     string
	number int64
}

func (p *present) before(it *item) bool {
	if it.err != nil || !it.timed() {
		return false
	}
	if !it.comment.Time.Equal(p.at) || p.seen == nil {
		p.at, p.seen = it.comment.Time, make(map[revision]struct{})
	}
	own := revision{it.comment.ID, it.comment.Revision}
	_, known := p.seen[own]
	p.seen[own] = struct{}{}
	return known
}
