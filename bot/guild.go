package bot

import (
	"time"

	"parley/moderation/ledger"
)

// guild is one community that the bot has heard of since it started.
type guild struct {
	bot      *Bot
	id       string
	effects  *pump
	opinions *pump // nil without an adviser
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
	g.keepPolicy(b.rulebook.Load(), "start")
	return g
}

// eachGuild calls do for every community heard of so far.
func (b *Bot) eachGuild(do func(*guild)) {
	b.guilds.Range(func(_, g any) bool {
		do(g.(*guild))
		return true
	})
}

// keepPolicy writes a policy to the community's log, in the background.
func (g *guild) keepPolicy(r *Rulebook, by string) {
	if g.bot.isStopping() {
		return
	}
	version := ledger.PolicyVersion{Hash: r.Hash, At: time.Now(), By: by, Source: r.Source}
	g.bot.pumping.Go(func() {
		for attempt := 1; ; attempt++ {
			err := g.bot.Store.KeepPolicy(g.bot.work, g.id, version)
			if err == nil {
				return
			}
			g.bot.store.failed("keep policy", err)
			wait, cancel := until(g.bot.work, g.bot.draining)
			stopped := sleep(wait, backoff(attempt, time.Second, time.Minute))
			cancel()
			if stopped != nil {
				return
			}
		}
	})
}
