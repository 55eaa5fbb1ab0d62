package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"parley/moderation/ledger"
)

// guild is one community that the bot has heard of since it started.
type guild struct {
	bot      *Bot
	id       string
	effects  *pump
	opinions *pump // nil without an adviser

	beginnings beginnings
	beginning  sync.Mutex // one trip for them at a time

	switching sync.Mutex // one change of the policy at a time
	switches  switches
	book      atomic.Pointer[Rulebook] // nil until it is known what is switched here
}

// guild returns a community and starts working through its queues when it is new.
func (b *Bot) guild(id string) *guild {
	if g, known := b.guilds.Load(id); known {
		return g.(*guild)
	}
	g := &guild{bot: b, id: id}
	g.effects = newPump(b, id, ledger.Effects, b.carryEffect)
	if b.Adviser != nil {
		g.opinions = newPump(b, id, ledger.Opinions, b.carryOpinion)
	}
	if known, loaded := b.guilds.LoadOrStore(id, g); loaded {
		return known.(*guild)
	}
	if b.isStopping() {
		return g // its queues wait for the next start
	}
	b.pumping.Go(func() { g.effects.run(b.work, b.draining) })
	if g.opinions != nil {
		b.pumping.Go(func() { g.opinions.run(b.work, b.stopping) })
	}
	return g
}

// eachGuild calls do for every community heard of so far.
func (b *Bot) eachGuild(do func(*guild)) {
	b.guilds.Range(func(_, g any) bool {
		do(g.(*guild))
		return true
	})
}

// keepLater writes a policy to the community's log once the store lets it, in the background.
func (g *guild) keepLater(v ledger.PolicyVersion) {
	if g.bot.isStopping() {
		return
	}
	g.bot.pumping.Go(func() {
		for attempt := 1; ; attempt++ {
			wait, cancel := until(g.bot.work, g.bot.draining)
			stopped := sleep(wait, backoff(attempt, time.Second, time.Minute))
			cancel()
			if stopped != nil {
				return
			}
			err := g.keepVersion(g.bot.work, v)
			if err == nil {
				return
			}
			g.bot.store.failed("keep policy", err)
		}
	})
}

// keptLast is what the hash of the newest policy in the log is remembered under, so that a
// start need not read the whole log.
const keptLast = "policy kept last"

// keepVersion writes a policy to the community's log, unless it is there since before a start.
// A process may have ended between writing it and remembering that: then the log itself knows.
func (g *guild) keepVersion(ctx context.Context, v ledger.PolicyVersion) error {
	store := g.bot.Store
	last, err := store.Recall(ctx, g.id, keptLast)
	if err != nil {
		return err
	}
	kept := false
	if v.By == byStart {
		if string(last) == v.Hash {
			return nil
		}
		if kept, err = g.isNewest(ctx, v.Hash); err != nil {
			return err
		}
	}
	if !kept {
		if err := store.KeepPolicy(ctx, g.id, v); err != nil {
			return err
		}
	}
	return store.Remember(ctx, g.id, keptLast, []byte(v.Hash), switchesFor)
}

// isNewest reports whether a policy is the newest in the community's log.
func (g *guild) isNewest(ctx context.Context, hash string) (bool, error) {
	kept, err := g.bot.Store.Policies(ctx, g.id)
	return len(kept) > 0 && kept[0].Hash == hash, err
}
