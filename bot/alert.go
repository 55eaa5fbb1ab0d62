package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/moderation"
)

const (
	alertsWaiting  = 256
	alertKept      = 24 * time.Hour   // for how long the same alert is not repeated
	alertClaim     = time.Minute      // for how long a process may be busy showing one
	alertAttempts  = 5                // for alerts that are not in the outbox
	alertTimeout   = 30 * time.Second // for one attempt
	alertRetryWait = 2 * time.Second
)

// alerter shows sentences to moderators that belong to no case. They are kept in memory
// only: each has a condition behind it that says it again if it lasts.
type alerter struct {
	bot   *Bot
	queue chan message
}

type message struct {
	effect   moderation.Effect
	useStore bool // ask the store whether it has been said, by this process or another
}

func newAlerter(b *Bot) *alerter {
	return &alerter{bot: b, queue: make(chan message, alertsWaiting)}
}

// say shows an alert once a day for each ID, whichever process comes first.
func (a *alerter) say(guild, id, text string) { a.add(guild, id, text, true) }

// sayWithoutStore shows an alert while the store cannot be asked.
func (a *alerter) sayWithoutStore(guild, id, text string) { a.add(guild, id, text, false) }

func (a *alerter) add(guild, id, text string, useStore bool) {
	e := moderation.Effect{ID: id, Kind: moderation.Alert, Guild: guild, Text: text, Created: time.Now()}
	select {
	case a.queue <- message{e, useStore}:
	default:
		a.bot.Log.Error("too many alerts at once; one was only logged", "guild", guild, "alert", id, "text", text)
	}
}

// Alert shows a sentence to the moderators of all communities that concern agrees to, once a
// day for each ID, whichever process comes first. It returns at once.
func (b *Bot) Alert(id, text string, concern func(guild string) bool) {
	b.eachGuild(func(g *guild) {
		if concern(g.id) {
			b.alerts.say(g.id, "alert/"+id, text)
		}
	})
}

// run shows alerts until ctx ends, each on its own so that one community's trouble does
// not hold up another's; then it tries what is left once.
func (a *alerter) run(ctx context.Context) {
	var showing sync.WaitGroup
	defer showing.Wait()
	for {
		select {
		case m := <-a.queue:
			showing.Go(func() { a.show(ctx, m) })
		case <-ctx.Done():
			a.showRest(context.WithoutCancel(ctx))
			return
		}
	}
}

func (a *alerter) showRest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, alertRetryWait)
	defer cancel()
	for {
		select {
		case m := <-a.queue:
			a.show(ctx, m)
		default:
			return
		}
	}
}

func (a *alerter) show(ctx context.Context, m message) {
	for attempt := 1; attempt <= alertAttempts; attempt++ {
		err := a.try(ctx, m)
		switch {
		case err == nil:
			return
		case errors.Is(err, ErrForbidden), errors.Is(err, ErrGone):
			a.bot.Log.Error("an alert cannot be shown; does the bot see the review channel, and may it write there?",
				"guild", m.effect.Guild, "alert", m.effect.ID, "text", m.effect.Text, "error", err)
			return
		}
		wait := backoff(attempt, alertRetryWait, alertClaim)
		if retry, ok := errors.AsType[*RetryError](err); ok {
			wait = retry.After
		}
		if sleep(ctx, wait) != nil {
			break
		}
	}
	a.bot.Log.Error("an alert could not be shown", "guild", m.effect.Guild, "alert", m.effect.ID, "text", m.effect.Text)
}

func (a *alerter) try(ctx context.Context, m message) error {
	if m.useStore {
		return a.bot.showOnce(ctx, m.effect, moderation.Case{})
	}
	ctx, cancel := context.WithTimeout(ctx, alertTimeout)
	defer cancel()
	_, err := a.bot.Enforcer.Carry(ctx, m.effect, moderation.Case{})
	if err == nil {
		a.bot.metrics.alerts.Inc()
	}
	return err
}

// showOnce shows an alert unless it has been shown within a day. Who is about to show it
// claims it first, for a minute: should they die before they have, somebody else will.
func (b *Bot) showOnce(ctx context.Context, e moderation.Effect, c moderation.Case) error {
	ctx, cancel := context.WithTimeout(ctx, alertTimeout)
	defer cancel()
	mine, err := b.Store.Once(ctx, e.Guild, "claim/"+e.ID, alertClaim)
	if err != nil {
		return err
	}
	shown, err := b.Store.Recall(ctx, e.Guild, "shown/"+e.ID)
	switch {
	case err != nil:
		return err
	case shown != nil:
		return nil
	case !mine:
		return &RetryError{After: alertClaim, Err: errors.New("another process is showing the same alert")}
	}
	if _, err := b.Enforcer.Carry(ctx, e, c); err != nil {
		return err
	}
	b.metrics.alerts.Inc()
	b.Log.Info("alert shown", "guild", e.Guild, "alert", e.ID)
	return b.Store.Remember(ctx, e.Guild, "shown/"+e.ID, []byte{1}, alertKept)
}
