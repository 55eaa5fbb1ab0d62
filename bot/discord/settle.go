package discord

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/card"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
)

// sayAgain is after how long moderators are told once more of what is still missing.
const sayAgain = 7 * 24 * time.Hour

// keepSettled brings what Discord itself holds up to date whenever another policy is in
// force: commands, and rules mirrored to AutoMod.
func (p *Platform) keepSettled(ctx context.Context) {
	for sleep(ctx, p.timing.policy) {
		for _, guild := range p.guilds.ids() {
			if by, known := p.settledBy.Load(guild); known && by != p.settings(guild, moderation.Channel{}) {
				p.guarded("settling in", func() { p.settleIn(ctx, guild) })
			}
		}
	}
}

// settleIn does what a guild needs once the bot has arrived there: its commands, and a
// word about permissions that are missing.
func (p *Platform) settleIn(ctx context.Context, guild string) {
	p.settledBy.Store(guild, p.settings(guild, moderation.Channel{}))
	if p.desk != nil {
		if err := p.register(ctx, guild); err != nil && ctx.Err() == nil {
			p.log.Error("moderators' commands not registered; invite the bot again with the scope applications.commands",
				"guild", guild, "invite", InviteLink(p.application(), Permissions), "error", err)
		}
	}
	if err := p.mirror(ctx, guild); err != nil && ctx.Err() == nil {
		p.log.Error("rules not mirrored to AutoMod; Parley itself judges by them as before", "guild", guild, "error", err)
	}
	if missing := p.missing(guild); len(missing) > 0 {
		p.log.Warn("permissions are missing", "guild", guild, "missing", missing)
		if err := p.sayMissing(ctx, guild, missing); err != nil && ctx.Err() == nil {
			p.log.Warn("moderators not told of missing permissions", "guild", guild, "error", err)
		}
	}
}

// missing lists what the bot may not do but would need to, in sentences.
func (p *Platform) missing(guild string) []string {
	var found []string
	say := func(place string, lacks wire.Permissions) {
		if lacks != 0 {
			found = append(found, fmt.Sprintf("%s: %s", place, shownNames(lacks)))
		}
	}
	all := p.guilds.channels(guild)
	byID := make(map[string]wire.Channel, len(all))
	for _, channel := range all {
		byID[channel.ID] = channel
	}
	needed := permViewChannel | permReadHistory | permManageMessages | permEmbedLinks
	for _, channel := range all {
		at := p.settings(guild, channelOf(channel))
		if channel.IsThread() || channel.Type == wire.ChannelCategory || !watches(at, channel, wire.Channel{}) {
			continue
		}
		wanted := needed | permSendMessages
		if channel.IsForum() {
			wanted = needed | permSendInThreads
		}
		say("<#"+channel.ID+">", wanted&^p.guilds.ownPermissions(guild, p.me(), channel, wire.Channel{}))
	}
	s := p.settings(guild, moderation.Channel{})
	if review, ok := p.reviewChannel(guild); ok {
		wanted := permViewChannel | permReadHistory | permSendMessages | permEmbedLinks
		say("<#"+review.ID+"> (review channel)", wanted&^p.guilds.ownPermissions(guild, p.me(), review, wire.Channel{}))
	} else if s.ReviewChannel != "" {
		found = append(found, fmt.Sprintf("a channel named %q for moderators' cards: create it and let Parley see it, or name another in config.yaml", s.ReviewChannel))
	}
	needed = ladderNeeds(s.Ladder)
	if p.prevent != nil && len(p.prevent(guild)) > 0 {
		needed |= PreventPermissions
	}
	say("whole server", needed&^p.guilds.ownPermissions(guild, p.me(), wire.Channel{}, wire.Channel{}))
	return found
}

// ladderNeeds is what the sanctions of a ladder take.
func ladderNeeds(l moderation.Ladder) wire.Permissions {
	var needs wire.Permissions
	for _, rung := range l {
		switch rung.Sanction.Kind {
		case moderation.Timeout:
			needs |= permModerateMembers
		case moderation.Kick:
			needs |= permKickMembers
		case moderation.Ban:
			needs |= permBanMembers
		}
	}
	return needs
}

// sayMissing tells moderators once what is missing.
func (p *Platform) sayMissing(ctx context.Context, guild string, missing []string) error {
	review, ok := p.reviewChannel(guild)
	if !ok {
		return nil // there is nobody to tell; it is in the log
	}
	text := "Parley lacks permissions here and cannot do everything config.yaml asks for; the rest goes on.\n• " +
		strings.Join(missing, "\n• ") + "\nGive them to Parley's role in the server's settings, or in those of the channel."
	h := fnv.New64a()
	h.Write([]byte(text))
	first, err := p.ledger.Once(ctx, guild, fmt.Sprintf("discord/missing/%x", h.Sum64()), sayAgain)
	if err != nil || !first {
		return err
	}
	return p.api.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/channels/" + review.ID + "/messages",
		Body: outgoing{Embeds: []*discordgo.MessageEmbed{card.Alert(text)}}}, nil)
}

// application is the ID of the bot's application.
func (p *Platform) application() string {
	p.self.Lock()
	defer p.self.Unlock()
	return p.appID
}
