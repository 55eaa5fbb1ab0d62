package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"parley/bot"
	"parley/bot/discord/card"
	"parley/moderation"
	"parley/moderation/ledger"
)

// press does what a card's button says.
func (p *Platform) press(ctx context.Context, x *exchange) error {
	pressed, ok := card.ParsePress(x.i.Data.CustomID)
	if !ok {
		return refuse("This button belongs to another version of Parley. /case shows the case with buttons that work.")
	}
	if pressed.Kind == moderation.BanAuthor && !pressed.Confirmed {
		return p.askToConfirm(ctx, x, pressed)
	}
	c, err := p.desk.Cases.Decide(ctx, bot.Ruling{
		Guild: x.i.GuildID, Case: pressed.Case, Version: pressed.Version, Kind: pressed.Kind, By: x.i.Who().ID,
	})
	if errors.Is(err, ledger.ErrStale) {
		return p.explainStale(ctx, x, pressed.Case)
	}
	if err != nil {
		return err
	}
	if pressed.Confirmed { // the question was asked privately; the card itself follows by its effect
		return x.update(ctx, fmt.Sprintf("<@%s> is being banned. The card shows it in a moment.", c.Comment.Author.ID), card.Card{})
	}
	shown, err := p.renderCard(ctx, c)
	if err != nil {
		return err
	}
	return x.update(ctx, "", shown)
}

// askToConfirm asks before a ban whether it is meant.
func (p *Platform) askToConfirm(ctx context.Context, x *exchange, pressed card.Press) error {
	c, err := p.desk.Cases.Case(ctx, x.i.GuildID, pressed.Case)
	if err != nil {
		return err
	}
	if c.Version != pressed.Version {
		return p.explainStale(ctx, x, pressed.Case)
	}
	return x.whisper(ctx, "", card.Confirm(c))
}

// explainStale says kindly that a card showed a case as it no longer is, and brings the
// card up to date.
func (p *Platform) explainStale(ctx context.Context, x *exchange, caseID string) error {
	c, err := p.desk.Cases.Case(ctx, x.i.GuildID, caseID)
	if err != nil {
		return err
	}
	shown, err := p.renderCard(ctx, c)
	if err != nil {
		return err
	}
	if c.Card.Message != "" {
		if err := p.editCard(ctx, c.Card, shown); err != nil {
			p.log.Warn("card not brought up to date", "case", c.ID, "guild", c.Guild, "error", err)
		}
	}
	return x.whisper(ctx, "Something has happened to this case since the card was shown, so nothing was done. "+
		"This is how it stands now; please decide again if you still want to.", shown)
}

// showCase shows a case privately, with buttons that work.
func (p *Platform) showCase(ctx context.Context, x *exchange, id string) error {
	c, err := p.desk.Cases.Case(ctx, x.i.GuildID, id)
	if err != nil {
		return err
	}
	shown, err := p.renderCard(ctx, c)
	if err != nil {
		return err
	}
	if c.Card.Message != "" {
		link := fmt.Sprintf("https://discord.com/channels/%s/%s/%s", c.Guild, c.Card.Channel, c.Card.Message)
		shown.Embeds[0].URL = link
	}
	return x.whisper(ctx, "", shown)
}

// embeds is a card of one embed.
func embeds(e *discordgo.MessageEmbed) card.Card {
	return card.Card{Embeds: []*discordgo.MessageEmbed{e}}
}
