package discordtest

import "encoding/json"

// Intent is a set of gateway intents: which events a client wants to hear of.
type Intent uint32

// Gateway intents, with Discord's bit positions.
const (
	IntentGuilds           Intent = 1 << 0
	IntentGuildMembers     Intent = 1 << 1
	IntentGuildModeration  Intent = 1 << 2
	IntentPresences        Intent = 1 << 8
	IntentGuildMessages    Intent = 1 << 9
	IntentDirectMessages   Intent = 1 << 12
	IntentMessageContent   Intent = 1 << 15
	IntentAutoModConfig    Intent = 1 << 20
	IntentAutoModExecution Intent = 1 << 21

	// PrivilegedIntents are those that Discord grants an application only when
	// its owner asks.
	PrivilegedIntents = IntentGuildMembers | IntentPresences | IntentMessageContent

	noIntentNeeded Intent = 0
	// knownIntents goes up to DIRECT_MESSAGE_POLLS, the highest there is.
	knownIntents Intent = 1<<26 - 1
)

// event is something that happened, before it is decided which sessions hear of it.
type event struct {
	name   string
	intent Intent // any one of these lets a session hear of it; none: everyone does
	// where limits the event to bots that have the permission there; nil: no limit.
	where *Channel
	guild *Guild // with need, limits the event to bots with that guild permission
	need  Permission
	// data renders the payload; withContent says whether the session has the
	// message content intent.
	data func(withContent bool) any
}

// fixed is an event payload that is the same for every session.
func fixed(data object) func(bool) any { return func(bool) any { return data } }

// emit sends an event to every session that may hear of it and wakes those who
// wait for a change. The caller holds the lock.
func (s *Server) emit(e event) {
	defer s.notify()
	s.record.event(e.name, s.now())
	if !s.botMayHear(e) {
		return
	}
	var rendered [2]json.RawMessage // without and with content
	for _, session := range s.sessions {
		if e.intent != noIntentNeeded && session.intents&e.intent == 0 {
			continue
		}
		withContent := session.intents&IntentMessageContent != 0
		which := 0
		if withContent {
			which = 1
		}
		if rendered[which] == nil {
			rendered[which] = encode(e.data(withContent))
		}
		session.dispatch(e.name, rendered[which])
	}
}

func (s *Server) botMayHear(e event) bool {
	guild, need := e.guild, e.need
	if e.where != nil {
		guild, need = e.where.Guild, ViewChannel
	}
	if guild == nil || need == 0 {
		return true
	}
	me := guild.members[s.bot.ID]
	if me == nil {
		return false
	}
	if e.where != nil {
		return me.permissionsIn(e.where, s.now()).Has(ViewChannel)
	}
	return me.basePermissions().Has(need)
}

func guildCreated(g *Guild, allMembers bool) event {
	return event{name: "GUILD_CREATE", intent: IntentGuilds,
		data: func(bool) any { return wireGuildCreate(g, allMembers) }}
}

func roleEvent(name string, r *Role) event {
	return event{name: name, intent: IntentGuilds, data: fixed(object{"guild_id": r.Guild.ID, "role": wireRole(r)})}
}

func channelEvent(name string, c *Channel) event {
	return event{name: name, intent: IntentGuilds, where: c, data: fixed(wireChannel(c))}
}

func threadEvent(name string, c *Channel) event {
	thread := wireChannel(c)
	if name == "THREAD_CREATE" {
		thread["newly_created"] = true
	}
	return event{name: name, intent: IntentGuilds, where: c, data: fixed(thread)}
}

func memberEvent(name string, m *Member) event {
	member := wireMemberWithUser(m)
	member["guild_id"] = m.Guild.ID
	return event{name: name, intent: IntentGuildMembers, data: fixed(member)}
}

func memberLeft(m *Member) event {
	return event{name: "GUILD_MEMBER_REMOVE", intent: IntentGuildMembers,
		data: fixed(object{"guild_id": m.Guild.ID, "user": wireUser(m.User)})}
}

func banEvent(name string, g *Guild, u *User) event {
	return event{name: name, intent: IntentGuildModeration, guild: g, need: BanMembers,
		data: fixed(object{"guild_id": g.ID, "user": wireUser(u)})}
}

func messageEvent(name string, m *message) event {
	return event{name: name, intent: messageIntent(m.channel), where: m.channel,
		data: func(withContent bool) any { return wireMessageEvent(m, withContent) }}
}

func messageDeleted(m *message) event {
	gone := object{"id": m.id(), "channel_id": m.channel.ID}
	if m.channel.Guild != nil {
		gone["guild_id"] = m.channel.Guild.ID
	}
	return event{name: "MESSAGE_DELETE", intent: messageIntent(m.channel), where: m.channel, data: fixed(gone)}
}

func messagesDeleted(c *Channel, ids []string) event {
	return event{name: "MESSAGE_DELETE_BULK", intent: messageIntent(c), where: c,
		data: fixed(object{"ids": ids, "channel_id": c.ID, "guild_id": guildID(c)})}
}

func messageIntent(c *Channel) Intent {
	if c.Guild == nil {
		return IntentDirectMessages
	}
	return IntentGuildMessages
}
