package discord

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"parley/bot/discord/automod"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
)

// mirror makes AutoMod hold the rules that are to prevent comments, and no longer those
// that once were.
func (p *Platform) mirror(ctx context.Context, guildID string) error {
	if p.prevent == nil {
		return nil
	}
	p.mirroring.Lock()
	defer p.mirroring.Unlock()
	rules := p.prevent(guildID)
	if !p.guilds.ownPermissions(guildID, p.me(), wire.Channel{}, wire.Channel{}).Has(permManageGuild) {
		if len(rules) == 0 {
			return nil
		}
		return fmt.Errorf("%d rules are to prevent comments, which needs the permission %s", len(rules), shownNames(permManageGuild))
	}
	path := "/guilds/" + guildID + "/auto-moderation/rules"
	var known []automod.Rule
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: path}, &known); err != nil {
		return fmt.Errorf("read AutoMod's rules: %w", err)
	}
	wanted, skipped := automod.Mirror(rules, p.exemptions(guildID), automod.Free(known, p.me()))
	for _, s := range skipped {
		p.log.Warn("rule not mirrored to AutoMod as a whole", "guild", guildID, "rule", s.Rule, "why", s.Why)
	}
	changes := automod.Diff(known, wanted, p.me())
	for _, r := range changes.Delete {
		if err := p.api.Do(ctx, rest.Call{Method: http.MethodDelete, Path: path + "/" + r.ID, Reason: "Parley: no longer in the policy"}, nil); err != nil && rest.Status(err) != http.StatusNotFound {
			return fmt.Errorf("delete AutoMod rule %q: %w", r.Name, err)
		}
	}
	for _, r := range changes.Update {
		id := r.ID
		r.ID, r.Creator = "", ""
		if err := p.api.Do(ctx, rest.Call{Method: http.MethodPatch, Path: path + "/" + id, Body: r, Reason: "Parley: the policy changed"}, nil); err != nil {
			return fmt.Errorf("change AutoMod rule %q: %w", r.Name, err)
		}
	}
	for _, r := range changes.Create {
		var made automod.Rule
		if err := p.api.Do(ctx, rest.Call{Method: http.MethodPost, Path: path, Body: r, Reason: "Parley: prevent: true"}, &made); err != nil {
			return fmt.Errorf("make AutoMod rule %q: %w", r.Name, err)
		}
		known = append(known, made)
	}
	p.guilds.change(guildID, func(g *guild) {
		g.mirrored = map[string]bool{}
		for _, r := range known {
			g.mirrored[r.ID] = r.Own(p.me())
		}
	})
	if n := len(changes.Delete) + len(changes.Update) + len(changes.Create); n > 0 {
		p.log.Info("AutoMod brought up to date", "guild", guildID, "rules", len(wanted), "changed", n)
	}
	return nil
}

// exemptions are the channels that the policy does not watch and the moderators' roles.
func (p *Platform) exemptions(guildID string) automod.Exempt {
	var e automod.Exempt
	for _, channel := range p.guilds.channels(guildID) {
		if channel.IsThread() || channel.Type == wire.ChannelCategory {
			continue
		}
		if !watches(p.settings(guildID, channelOf(channel)), channel, wire.Channel{}) {
			e.Channels = append(e.Channels, channel.ID)
		}
	}
	s := p.settings(guildID, moderation.Channel{})
	p.guilds.change(guildID, func(g *guild) {
		for id, role := range g.roles {
			if id != g.id && g.moderates(role.Permissions, []string{id}, s) {
				e.Roles = append(e.Roles, id)
			}
		}
	})
	return e
}

// preventedWithin is how far apart two reports of the same stopped comment may be.
const preventedWithin = 10 * time.Second

// prevented takes in a comment that AutoMod stopped, so that it is judged and becomes a case
// like any other. Nobody has seen it and it has no ID, so it gets one from its time and
// words: a report that comes twice is one comment. Other people's AutoMod rules are theirs.
func (p *Platform) prevented(ctx context.Context, x wire.AutomodExecution) {
	if x.Action.Type != 1 || x.Content == "" || x.GuildID == "" {
		return // an alert or a timeout beside the block
	}
	at, known := p.place(x.GuildID, x.ChannelID)
	if !known || !at.watched || !p.guilds.isMirrored(x.GuildID, x.RuleID) {
		return
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%s/%s", x.UserID, x.ChannelID, x.RuleID, x.Content)
	moment := wire.Snowflake(wire.IDAt(time.Now().Truncate(preventedWithin)))
	const lowBits = 1<<22 - 1
	m := wire.Message{
		ID: fmt.Sprint(moment | h.Sum64()&lowBits), ChannelID: x.ChannelID, GuildID: x.GuildID,
		Content: &x.Content, Author: &wire.User{ID: x.UserID},
	}
	p.take(ctx, message{guild: x.GuildID, body: m})
}
