package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// object is a JSON object. The shapes in this file are Discord's API v10
// (openapi.json: UserResponse, GuildMemberResponse, MessageResponse, ...).
type object map[string]any

// encode renders what this package built itself; failing would be a defect of
// this package, which the caller cannot mend, so it shows up as JSON.
func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(strconv.Quote("discordtest: cannot encode: " + err.Error()))
	}
	return data
}

func wireUser(u *User) object {
	user := object{
		"id": u.ID, "username": u.Name, "global_name": u.Name, "discriminator": "0",
		"avatar": nil, "public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if u.Bot {
		user["bot"] = true
		user["global_name"] = nil
	}
	return user
}

// wireMember is a member without the user, as in messages.
func wireMember(m *Member) object {
	roles := make([]string, 0, len(m.roles))
	for _, role := range m.roles {
		roles = append(roles, role.ID)
	}
	return object{
		"nick": nil, "avatar": nil, "banner": nil, "roles": roles, "joined_at": timestamp(m.joined),
		"premium_since": nil, "deaf": false, "mute": false, "flags": 0, "pending": false,
		"communication_disabled_until": optionalTimestamp(m.timeoutUntil),
	}
}

func wireMemberWithUser(m *Member) object {
	member := wireMember(m)
	member["user"] = wireUser(m.User)
	return member
}

func wireRole(r *Role) object {
	role := object{
		"id": r.ID, "name": r.Name, "permissions": formatID(uint64(r.permissions)), "position": r.position,
		"color": 0, "colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
		"hoist": false, "managed": r.managed, "mentionable": false, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
	if r.managed {
		role["tags"] = object{"bot_id": r.Guild.server.bot.ID}
	}
	return role
}

func wireRoles(g *Guild) []object {
	roles := make([]object, 0, len(g.roles))
	for _, role := range g.roles {
		roles = append(roles, wireRole(role))
	}
	return roles
}

func wireChannel(c *Channel) object {
	channel := object{"id": c.ID, "type": c.kind, "flags": 0, "last_message_id": nil}
	if n := len(c.messages); n > 0 {
		channel["last_message_id"] = c.messages[n-1].id()
	}
	switch {
	case c.kind == dmChannel:
		channel["recipients"] = []object{wireUser(c.recipient)}
		return channel
	case c.isThread():
		wireThreadInto(channel, c)
	default:
		channel["topic"] = nil
		channel["position"] = c.position
		channel["nsfw"] = false
		channel["parent_id"] = nil
		channel["permission_overwrites"] = wireOverwrites(c)
		if c.kind == forumChannel {
			channel["available_tags"] = []object{}
		}
	}
	channel["guild_id"] = c.Guild.ID
	channel["name"] = c.Name
	channel["rate_limit_per_user"] = 0
	return channel
}

func wireThreadInto(channel object, c *Channel) {
	channel["parent_id"] = c.parent.ID
	channel["owner_id"] = c.owner
	channel["message_count"] = len(c.messages)
	channel["total_message_sent"] = len(c.messages)
	channel["member_count"] = 1
	channel["thread_metadata"] = object{
		"archived": c.archived, "locked": c.locked, "auto_archive_duration": threadArchive,
		"archive_timestamp": timestamp(TimeOf(c.ID)), "create_timestamp": timestamp(TimeOf(c.ID)),
	}
}

func wireOverwrites(c *Channel) []object {
	list := make([]object, 0, len(c.overwrites))
	for id, o := range c.overwrites {
		kind := 0 // a role
		if c.Guild.members[id] != nil {
			kind = 1
		}
		list = append(list, object{"id": id, "type": kind,
			"allow": formatID(uint64(o.allow)), "deny": formatID(uint64(o.deny))})
	}
	slices.SortFunc(list, func(a, b object) int { return compareIDs(a["id"].(string), b["id"].(string)) })
	return list
}

// wireGuild is the guild as GET /guilds/{id} returns it.
func wireGuild(g *Guild) object {
	guild := object{
		"id": g.ID, "name": g.Name, "owner_id": g.owner.ID, "roles": wireRoles(g),
		"features": []string{"COMMUNITY"}, "emojis": []object{}, "stickers": []object{},
		"region": "deprecated", "afk_timeout": 300, "system_channel_flags": 0, "widget_enabled": false,
		"verification_level": 1, "default_message_notifications": 1, "mfa_level": 0,
		"explicit_content_filter": 2, "max_members": 500_000, "max_presences": nil,
		"max_stage_video_channel_users": 50, "max_video_channel_users": 25, "premium_tier": 0,
		"premium_subscription_count": 0, "preferred_locale": "en-US", "premium_progress_bar_enabled": false,
		"nsfw": false, "nsfw_level": 0, "incidents_data": nil,
	}
	for _, absent := range []string{
		"icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id",
		"afk_channel_id", "system_channel_id", "widget_channel_id", "vanity_url_code", "rules_channel_id",
		"safety_alerts_channel_id", "public_updates_channel_id",
	} {
		guild[absent] = nil
	}
	return guild
}

// wireGuildCreate is the guild as GUILD_CREATE brings it: with its channels,
// the active threads, and, without the privileged intent, only the bot itself
// among the members.
func wireGuildCreate(g *Guild, allMembers bool) object {
	guild := wireGuild(g)
	now := g.server.now()
	me := g.members[g.server.bot.ID]
	sees := func(c *Channel) bool { return me != nil && me.permissionsIn(c, now).Has(ViewChannel) }
	channels, threads := []object{}, []object{}
	for _, channel := range g.channels {
		if sees(channel) {
			channels = append(channels, wireChannel(channel))
		}
	}
	for _, thread := range g.threadsOf(nil) {
		if !thread.archived && sees(thread) {
			threads = append(threads, wireChannel(thread))
		}
	}
	members := []object{}
	for _, member := range g.members {
		if allMembers || member == me {
			members = append(members, wireMemberWithUser(member))
		}
	}
	guild["channels"], guild["threads"], guild["members"] = channels, threads, members
	guild["member_count"] = len(g.members)
	guild["joined_at"] = timestamp(TimeOf(g.ID))
	guild["large"], guild["unavailable"] = len(g.members) > 250, false
	guild["presences"], guild["voice_states"] = []object{}, []object{}
	guild["stage_instances"], guild["guild_scheduled_events"] = []object{}, []object{}
	guild["soundboard_sounds"] = []object{}
	return guild
}

func wireAttachments(list []Attachment) []object {
	out := make([]object, 0, len(list))
	for _, a := range list {
		url := fmt.Sprintf("https://cdn.discordapp.com/attachments/0/%s/%s", a.ID, a.Filename)
		one := object{"id": a.ID, "filename": a.Filename, "size": len(a.Data), "url": url, "proxy_url": url}
		if a.ContentType != "" {
			one["content_type"] = a.ContentType
		}
		out = append(out, one)
	}
	return out
}

// wireMessage is a message as REST returns it. withContent is false for an
// application without the message content intent (Discord then blanks what
// others wrote). The caller holds the lock.
func wireMessage(m *message, withContent bool) object {
	out := wireBareMessage(m, withContent)
	reference := m.body.reference
	if reference == nil {
		return out
	}
	out["message_reference"] = object{
		"type": 0, "channel_id": reference.channelID, "message_id": reference.messageID, "guild_id": guildID(m.channel),
	}
	out["referenced_message"] = nil
	if parent := m.channel.find(parseID(reference.messageID)); parent != nil {
		out["referenced_message"] = wireBareMessage(parent, withContent)
	}
	return out
}

// wireBareMessage is the message without the one it answers.
func wireBareMessage(m *message, withContent bool) object {
	body := m.body
	mentions := make([]object, 0, len(body.mentions))
	for _, user := range body.mentions {
		mentions = append(mentions, wireUser(user))
	}
	out := object{
		"id": m.id(), "channel_id": m.channel.ID, "type": body.kind, "author": wireUser(m.author),
		"content": body.content, "embeds": emptyNotNull(body.embeds), "attachments": wireAttachments(body.attachments),
		"components": json.RawMessage("[]"), "mentions": mentions, "mention_roles": emptyNotNull(body.roles),
		"mention_everyone": body.everyone, "timestamp": timestamp(timeOf(m.num)),
		"edited_timestamp": optionalTimestamp(m.edited), "flags": body.flags, "pinned": false, "tts": false,
	}
	if len(body.components) > 0 {
		out["components"] = body.components
	}
	if body.webhook {
		out["webhook_id"] = m.author.ID
	}
	if i := body.interaction; i != nil {
		out["application_id"], out["webhook_id"] = i.server.bot.ID, i.server.bot.ID
		out["interaction_metadata"] = object{
			"id": i.ID, "type": i.kind, "user": wireUser(i.user),
			"authorizing_integration_owners": object{"0": i.installedIn()},
		}
	}
	for field, value := range body.raw {
		out[field] = value
	}
	if !withContent && !m.contentIsForBotAnyway() {
		out["content"], out["embeds"], out["attachments"], out["components"] = "", []object{}, []object{}, []object{}
	}
	return out
}

// contentIsForBotAnyway is Discord's list of exceptions from the message
// content intent: its own messages, private ones, and those that mention it.
func (m *message) contentIsForBotAnyway() bool {
	bot := m.channel.server.bot
	return m.author == bot || m.channel.kind == dmChannel || slices.Contains(m.body.mentions, bot)
}

// wireMessageEvent is a message as the gateway brings it: with the guild and
// the author as a member.
func wireMessageEvent(m *message, withContent bool) object {
	out := wireMessage(m, withContent)
	if guild := m.channel.Guild; guild != nil {
		out["guild_id"] = guild.ID
		if member := guild.members[m.author.ID]; member != nil && !m.body.webhook {
			out["member"] = wireMember(member)
		}
	}
	return out
}

func guildID(c *Channel) any {
	if c.Guild == nil {
		return nil
	}
	return c.Guild.ID
}

func emptyNotNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
