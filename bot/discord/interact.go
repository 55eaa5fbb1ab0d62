package discord

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"parley/bot/discord/card"
	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// interact answers an interaction in a goroutine of its own. One that began is finished
// even when the bot is told to stop.
func (p *Platform) interact(ctx context.Context, i wire.Interaction) {
	p.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handlingTime)
		defer cancel()
		x := p.beginExchange(ctx, i)
		defer x.end()
		err := p.answer(ctx, x)
		if err != nil {
			p.log.Warn("interaction failed", "guild", i.GuildID, "command", i.Data.Name, "by", i.Who().ID, "error", err)
		}
		if x.isAnswered() {
			return
		}
		if i.Type == wire.InteractionAutocomplete {
			err = x.suggest(ctx, nil)
		} else {
			err = x.whisper(ctx, regret(err), card.Card{})
		}
		if err != nil {
			p.log.Error("interaction not answered", "guild", i.GuildID, "by", i.Who().ID, "error", err)
		}
	})
}

// errDefect stands for a panic. What it was is in the log.
var errDefect = errors.New("a defect in Parley")

// answer does what was asked. A panic becomes an error.
func (p *Platform) answer(ctx context.Context, x *exchange) (err error) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("a defect in Parley was survived; please report it", "doing", "interaction", "panic", r, "stack", string(debug.Stack()))
			err = errDefect
		}
	}()
	settings := p.settings(x.i.GuildID, moderation.Channel{})
	switch {
	case x.i.GuildID == "" || p.desk == nil:
		return x.whisper(ctx, "Parley works in servers only, in the channels that it moderates.", card.Card{})
	case !p.guilds.isModerator(x.i.GuildID, x.i.Member, settings):
		if x.i.Type == wire.InteractionAutocomplete {
			return x.suggest(ctx, nil)
		}
		return x.whisper(ctx, "Only moderators of this server can do that.", card.Card{})
	case x.i.Type == wire.InteractionComponent:
		return p.press(ctx, x)
	case x.i.Type == wire.InteractionAutocomplete:
		return p.complete(ctx, x)
	case x.i.Type == wire.InteractionCommand:
		return p.command(ctx, x, settings)
	}
	return x.whisper(ctx, "Parley does not know what to do with that.", card.Card{})
}

// regret says to a moderator what went wrong.
func regret(err error) string {
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return "There is no such case here. The number is at the foot of its card."
	case errors.Is(err, ledger.ErrStale):
		return "Somebody else changed this at the same moment, and nothing was done. Please look again."
	case errors.Is(err, ledger.ErrAway):
		return "Parley cannot reach its memory at the moment, so nothing was changed. Please try again in a minute."
	case errors.Is(err, consequence.ErrDecided):
		return "This case has already been decided."
	case errors.Is(err, consequence.ErrExempt):
		return "That person is never punished by Parley: a bot, a moderator, the owner, or somebody above Parley's role."
	case errors.Is(err, consequence.ErrNoStrike):
		return "That case has no strike that still counts."
	case errors.Is(err, consequence.ErrPoints):
		return "A strike needs at least one point."
	case errors.Is(err, errDefect):
		return "Something went wrong inside Parley. It is in the log; please tell whoever runs the bot."
	case errors.Is(err, context.DeadlineExceeded):
		return "That took too long. Please look whether it was done before you try again."
	}
	if told, ok := errors.AsType[*refusal](err); ok {
		return told.text
	}
	return "That did not work. Why is in the log; please tell whoever runs the bot."
}

// refusal is an error that is meant for the person who asked.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

// command runs a command.
func (p *Platform) command(ctx context.Context, x *exchange, s *policy.Settings) error {
	path, options := x.i.Data.Name, values(x.i.Data.Options)
	if sub := subcommand(x.i.Data.Options); sub != nil {
		path, options = path+" "+sub.Name, values(sub.Options)
	}
	switch path {
	case "strikes show":
		return p.showStrikes(ctx, x, options["user"].Text())
	case "strikes add":
		return p.addStrike(ctx, x, s, options)
	case "strikes pardon":
		return p.pardonStrike(ctx, x, options)
	case "case":
		return p.showCase(ctx, x, options["id"].Text())
	case "score":
		return p.showScore(ctx, x, options)
	case "parley status":
		return p.showStatus(ctx, x)
	case scoreThis:
		return p.scoreMessage(ctx, x, s)
	}
	if x.i.Data.Name == "rules" && p.desk.Rules != nil {
		return p.rules(ctx, x, s, path, options)
	}
	return refuse("This version of Parley does not know /%s. Discord will show the current commands in a minute.", path)
}

// subcommand is the subcommand that was chosen, nil for a command that has none.
func subcommand(options []wire.Option) *wire.Option {
	for i := range options {
		if options[i].Type == optionSubcommand {
			return &options[i]
		}
	}
	return nil
}

// values are a command's options by name.
func values(options []wire.Option) map[string]wire.Option {
	byName := make(map[string]wire.Option, len(options))
	for _, o := range options {
		byName[o.Name] = o
	}
	return byName
}
