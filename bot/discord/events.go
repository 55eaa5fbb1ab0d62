package discord

import (
	"context"
	"runtime/debug"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"parley/bot"
	"parley/bot/discord/wire"
)

// handle does what an event asks for. It is called by one goroutine at a time, in
// Discord's order, and blocks while the bot is full: that is how the reader is slowed.
// Whatever happens, one event never takes the others down.
func (p *Platform) handle(ctx context.Context, e *discordgo.Event) {
	p.guarded(e.Type, func() {
		if err := p.dispatch(ctx, e); err != nil {
			p.log.Error("event not understood", "event", e.Type, "sequence", e.Sequence, "error", err)
		}
	})
}

// guarded runs f and survives its panic.
func (p *Platform) guarded(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("a defect in Parley was survived; please report it", "doing", what, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	f()
}

func (p *Platform) dispatch(ctx context.Context, e *discordgo.Event) error {
	switch e.Type {
	case wire.MessageCreate, wire.MessageUpdate:
		m, err := wire.ReadMessage(e.RawData)
		if err != nil {
			return err
		}
		if m.GuildID == "" {
			return nil // a private conversation with the bot
		}
		p.take(ctx, message{guild: m.GuildID, body: m, updates: e.Type == wire.MessageUpdate})
		return nil
	case "INTERACTION_CREATE":
		return read(e, func(i wire.Interaction) { p.interact(ctx, i) })
	case "AUTO_MODERATION_ACTION_EXECUTION":
		return read(e, func(x wire.AutomodExecution) { p.prevented(ctx, x) })
	case "READY":
		return read(e, func(r wire.Ready) { // every guild is told anew, and with each that events may have been missed
			p.log.Info("connected to Discord", "bot", r.User.ID, "guilds", len(r.Guilds))
			if len(r.Guilds) == 0 {
				p.log.Warn("the bot is in no server yet; open the invitation in a browser", "invite", InviteLink(p.application(), Permissions))
			}
		})
	case "RESUMED":
		p.log.Info("connection resumed; nothing was missed")
		return nil
	case "GUILD_CREATE":
		return read(e, func(g wire.Guild) { p.arrive(ctx, g) })
	case "GUILD_DELETE":
		return read(e, p.leave)
	case "GUILD_MEMBER_ADD":
		return read(e, func(m wire.MemberEvent) { p.join(ctx, m) })
	case "GUILD_MEMBER_UPDATE":
		return read(e, p.memberChanged)
	case "GUILD_MEMBER_REMOVE":
		return read(e, func(m wire.MemberEvent) {
			if m.User != nil {
				p.authors.gone(m.GuildID, m.User.ID)
			}
		})
	}
	return p.dispatchGuildPart(ctx, e)
}

// dispatchGuildPart keeps the guild book up to date.
func (p *Platform) dispatchGuildPart(ctx context.Context, e *discordgo.Event) error {
	switch e.Type {
	case "GUILD_UPDATE":
		return read(e, func(g wire.Guild) {
			p.guilds.change(g.ID, func(known *guild) { known.name, known.owner = g.Name, g.OwnerID })
		})
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE":
		return read(e, func(r wire.RoleEvent) {
			p.guilds.change(r.GuildID, func(g *guild) { g.roles[r.Role.ID] = r.Role })
		})
	case "GUILD_ROLE_DELETE":
		return read(e, func(r wire.RoleEvent) {
			p.guilds.change(r.GuildID, func(g *guild) { delete(g.roles, r.RoleID) })
		})
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		return read(e, func(c wire.Channel) { p.channelSeen(ctx, c) })
	case "CHANNEL_DELETE", "THREAD_DELETE":
		return read(e, func(c wire.Channel) {
			p.guilds.change(c.GuildID, func(g *guild) { delete(g.channels, c.ID) })
			p.articles.forget(c.ID)
		})
	case "THREAD_LIST_SYNC":
		return read(e, func(list wire.ThreadList) {
			for _, thread := range list.Threads {
				thread.GuildID = list.GuildID
				p.channelSeen(ctx, thread)
			}
		})
	}
	return nil
}

// read decodes an event and hands it on.
func read[T any](e *discordgo.Event, then func(T)) error {
	var event T
	if err := wire.Read(e.RawData, &event); err != nil {
		return err
	}
	then(event)
	return nil
}

// arrive notes a guild. Comments may have been missed while the bot or the guild was away.
func (p *Platform) arrive(ctx context.Context, g wire.Guild) {
	if g.Unavailable || g.ID == "" {
		return
	}
	p.guilds.arrive(g, p.me())
	var gap []bot.Announced
	for _, channel := range p.watched(g.ID) {
		gap = append(gap, announced(channel))
		p.articles.lookAgain(channel.ID)
	}
	p.log.Info("guild", "guild", g.ID, "channels_watched", len(gap))
	if len(gap) == 0 {
		p.log.Warn("no channel of this guild is moderated; name some under channels in config.yaml, and let the bot see them", "guild", g.ID)
	}
	p.intake.Gap(ctx, g.ID, gap)
	p.work.Go(func() { p.guarded("settling in", func() { p.settleIn(ctx, g.ID) }) })
}

// leave forgets a guild that the bot was removed from; one that is only unavailable comes back.
func (p *Platform) leave(g wire.Guild) {
	if g.Unavailable {
		p.log.Warn("guild unavailable for the moment", "guild", g.ID)
		return
	}
	p.log.Info("the bot was removed from a guild", "guild", g.ID)
	p.guilds.leave(g.ID)
}

// channelSeen notes a channel or thread. One that was not known, or that the policy did not
// watch under its former name, is announced.
func (p *Platform) channelSeen(ctx context.Context, c wire.Channel) {
	before, knownBefore := p.place(c.GuildID, c.ID)
	p.guilds.change(c.GuildID, func(g *guild) { g.channels[c.ID] = c })
	now, known := p.place(c.GuildID, c.ID)
	if known && now.watched && c.HoldsMessages() && !(knownBefore && before.watched) {
		p.intake.Gap(ctx, c.GuildID, []bot.Announced{announced(c)})
	}
}

// announced is a channel with the newest message in it. In one that has just been created or
// is empty all will be newer than the channel itself, but for the first of a forum's post,
// which is just as old.
func announced(c wire.Channel) bot.Announced {
	newest := c.LastMessage
	if newest == "" || c.JustCreated {
		newest = strconv.FormatUint(wire.Snowflake(c.ID)-1, 10)
	}
	return bot.Announced{ID: c.ID, Newest: newest, Thread: c.IsThread()}
}

func (p *Platform) join(ctx context.Context, m wire.MemberEvent) {
	if m.User == nil {
		return
	}
	p.authors.note(m.GuildID, m.User.ID, m.Member)
	p.intake.Join(ctx, m.GuildID, m.User.ID, m.Joined.Time)
}

func (p *Platform) memberChanged(m wire.MemberEvent) {
	if m.User == nil {
		return
	}
	p.authors.note(m.GuildID, m.User.ID, m.Member)
	if m.User.ID == p.me() {
		p.guilds.change(m.GuildID, func(g *guild) { g.own = m.Roles })
	}
}
