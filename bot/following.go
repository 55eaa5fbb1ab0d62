package bot

import (
	"context"
	"crypto/rand"
	"time"
)

const (
	everywhere  = "bot"           // what is not any one community's is remembered under this name
	switchedKey = "switched last" // names the latest change by command, in any community
	followEvery = 5 * time.Second
)

// announceSwitch lets other processes know that something was switched. When that fails they
// find out with the next change, or their next start.
func (b *Bot) announceSwitch(ctx context.Context) {
	if err := b.Store.Remember(ctx, everywhere, switchedKey, []byte(rand.Text()), switchesFor); err != nil {
		b.store.failed("announce switch", err)
	}
}

// followSwitches puts in force what other processes have been told to switch. It costs one
// trip to the store now and then, however many communities there are.
func (b *Bot) followSwitches(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	seen := ""
	for first := true; ; first = false {
		if latest, err := b.Store.Recall(ctx, everywhere, switchedKey); err == nil && string(latest) != seen {
			seen = string(latest)
			if !first {
				b.eachGuild(func(g *guild) { g.refresh(ctx) })
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// refresh reads the community's switches again.
func (g *guild) refresh(ctx context.Context) {
	g.switching.Lock()
	defer g.switching.Unlock()
	if err := g.recall(ctx); err != nil {
		g.bot.store.failed("recall switches", err)
	}
}
