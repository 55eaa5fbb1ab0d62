package discordtest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// guildOf finds the guild of the path and the bot in it. A guild without the
// bot is out of its sight.
func (s *Server) guildOf(c *call) (*Guild, *Member, error) {
	guild := s.guilds[c.path("guild_id")]
	if guild == nil {
		return nil, nil, ErrUnknownGuild
	}
	me := guild.members[s.bot.ID]
	if me == nil {
		return nil, nil, ErrMissingAccess
	}
	return guild, me, nil
}

// guildWith is guildOf for requests that need a permission in the guild.
func (s *Server) guildWith(c *call, need Permission) (*Guild, *Member, error) {
	guild, me, err := s.guildOf(c)
	if err == nil && !me.basePermissions().Has(need) {
		err = ErrMissingPermissions
	}
	return guild, me, err
}

func (s *Server) getGuild(c *call) (any, error) {
	guild, _, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	return wireGuild(guild), nil
}

func (s *Server) getGuildChannels(c *call) (any, error) {
	guild, me, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, channel := range guild.channels {
		if me.permissionsIn(channel, s.now()).Has(ViewChannel) {
			list = append(list, wireChannel(channel))
		}
	}
	return list, nil
}

func (s *Server) getActiveThreads(c *call) (any, error) {
	guild, me, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	return s.threadList(guild, nil, me, false), nil
}

// threadList lists the threads that the bot can see, newest first.
func (s *Server) threadList(guild *Guild, parent *Channel, me *Member, archived bool) object {
	list := []object{}
	for _, thread := range slices.Backward(guild.threadsOf(parent)) {
		if thread.archived == archived && me.permissionsIn(thread, s.now()).Has(ViewChannel) {
			list = append(list, wireChannel(thread))
		}
	}
	return object{"threads": list, "members": []object{}, "has_more": false}
}

func (s *Server) getRoles(c *call) (any, error) {
	guild, _, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	return wireRoles(guild), nil
}

func (s *Server) getMember(c *call) (any, error) {
	guild, _, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	member, err := s.memberOf(guild, c.path("user_id"))
	if err != nil {
		return nil, err
	}
	return wireMemberWithUser(member), nil
}

// memberOf finds a member, or says whether it is the user or the membership
// that does not exist.
func (s *Server) memberOf(guild *Guild, userID string) (*Member, error) {
	if member := guild.members[userID]; member != nil {
		return member, nil
	}
	if s.users[userID] == nil {
		return nil, ErrUnknownUser
	}
	return nil, ErrUnknownMember
}

// getMembers needs the members intent, as Discord asks of applications.
func (s *Server) getMembers(c *call) (any, error) {
	guild, _, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	if s.appIntents&IntentGuildMembers == 0 {
		return nil, ErrMissingAccess
	}
	limit, err := c.number("limit", 1, 1, 1000)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, id := range slices.SortedFunc(maps.Keys(guild.members), compareIDs) {
		if compareIDs(id, c.query.Get("after")) > 0 && len(list) < limit {
			list = append(list, wireMemberWithUser(guild.members[id]))
		}
	}
	return list, nil
}

// longestTimeout is how far ahead a time-out may end.
const longestTimeout = 28 * 24 * time.Hour

// patchMember silences a member or lets them speak again.
func (s *Server) patchMember(c *call) (any, error) {
	guild, me, err := s.guildOf(c)
	if err != nil {
		return nil, err
	}
	member, err := s.memberOf(guild, c.path("user_id"))
	if err != nil {
		return nil, err
	}
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	const field = "communication_disabled_until"
	for other := range body {
		if other != field {
			return nil, badForm(other, "the stand-in for Discord only changes "+field)
		}
	}
	if until, ok := body[field]; ok {
		if err := me.timeOutAs(member, until, c.reason); err != nil {
			return nil, err
		}
	}
	return wireMemberWithUser(member), nil
}

// timeOutAs is timeOut with the end as it was sent; null ends a time-out.
func (m *Member) timeOutAs(other *Member, end json.RawMessage, reason string) error {
	var until *time.Time
	if json.Unmarshal(end, &until) != nil {
		return badForm("communication_disabled_until", "Could not parse the value. Should be ISO8601.")
	}
	if until == nil {
		until = &time.Time{}
	}
	return m.timeOut(other, *until, reason)
}

// timeOut silences a member until then; the zero time ends a time-out. The
// caller holds the lock.
func (m *Member) timeOut(other *Member, until time.Time, reason string) error {
	s := m.server
	switch {
	case !m.basePermissions().Has(ModerateMembers), !m.outranks(other),
		other.basePermissions().Has(Administrator) && !until.IsZero():
		return ErrMissingPermissions
	case until.Sub(s.now()) > longestTimeout:
		return badForm("communication_disabled_until", "Must be less than 28 days in the future.")
	}
	before := other.timeoutUntil
	other.timeoutUntil = until
	m.Guild.log(AuditEntry{Action: AuditMemberUpdate, By: m.ID, Target: other.ID, Reason: reason,
		changes: []object{{"key": "communication_disabled_until",
			"old_value": optionalTimestamp(before), "new_value": optionalTimestamp(until)}}})
	s.emit(memberEvent("GUILD_MEMBER_UPDATE", other))
	return nil
}

func (s *Server) kickMember(c *call) (any, error) {
	guild, me, err := s.guildWith(c, KickMembers)
	if err != nil {
		return nil, err
	}
	member, err := s.memberOf(guild, c.path("user_id"))
	if err != nil {
		return nil, err
	}
	if !me.outranks(member) {
		return nil, ErrMissingPermissions
	}
	guild.log(AuditEntry{Action: AuditMemberKick, By: me.ID, Target: member.ID, Reason: c.reason})
	guild.remove(member)
	return nil, nil
}

func (s *Server) getBans(c *call) (any, error) {
	guild, _, err := s.guildWith(c, BanMembers)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, id := range slices.SortedFunc(maps.Keys(guild.bans), compareIDs) {
		list = append(list, wireBan(guild.bans[id]))
	}
	return list, nil
}

func wireBan(b Ban) object {
	var reason *string
	if b.Reason != "" {
		reason = &b.Reason
	}
	return object{"user": wireUser(b.User), "reason": reason}
}

func (s *Server) getBan(c *call) (any, error) {
	guild, _, err := s.guildWith(c, BanMembers)
	if err != nil {
		return nil, err
	}
	ban, ok := guild.bans[c.path("user_id")]
	if !ok {
		return nil, ErrUnknownBan
	}
	return wireBan(ban), nil
}

// longestBanSweep is how far back a ban can delete messages, in seconds.
const longestBanSweep = 7 * 24 * 60 * 60

func (s *Server) putBan(c *call) (any, error) {
	guild, me, err := s.guildWith(c, BanMembers)
	if err != nil {
		return nil, err
	}
	var body struct {
		DeleteMessageSeconds int `json:"delete_message_seconds"`
		DeleteMessageDays    int `json:"delete_message_days"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&body); err != nil {
			return nil, err
		}
	}
	seconds := max(body.DeleteMessageSeconds, body.DeleteMessageDays*24*60*60)
	if seconds < 0 || seconds > longestBanSweep {
		return nil, badForm("delete_message_seconds", "int value should be between 0 and 604800.")
	}
	user := s.users[c.path("user_id")]
	if user == nil {
		return nil, ErrUnknownUser
	}
	member := guild.members[user.ID]
	if member != nil && !me.outranks(member) {
		return nil, ErrMissingPermissions
	}
	if _, already := guild.bans[user.ID]; already {
		return nil, nil // as Discord does: nothing new, no audit entry
	}
	guild.bans[user.ID] = Ban{User: user, Reason: c.reason, DeleteMessageSeconds: seconds}
	guild.log(AuditEntry{Action: AuditMemberBan, By: me.ID, Target: user.ID, Reason: c.reason})
	if member != nil {
		guild.remove(member)
	}
	s.emit(banEvent("GUILD_BAN_ADD", guild, user))
	s.sweep(guild, user, time.Duration(seconds)*time.Second)
	return nil, nil
}

// sweep deletes what a banned user wrote lately.
func (s *Server) sweep(guild *Guild, user *User, back time.Duration) {
	if back == 0 {
		return
	}
	since := s.now().Add(-back)
	for _, channel := range s.channels {
		if channel.Guild != guild {
			continue
		}
		for _, m := range channel.messages {
			if m.author == user && !m.deleted && timeOf(m.num).After(since) {
				m.delete()
			}
		}
	}
}

func (s *Server) deleteBan(c *call) (any, error) {
	guild, me, err := s.guildWith(c, BanMembers)
	if err != nil {
		return nil, err
	}
	ban, ok := guild.bans[c.path("user_id")]
	if !ok {
		return nil, ErrUnknownBan
	}
	delete(guild.bans, ban.User.ID)
	guild.log(AuditEntry{Action: AuditMemberUnban, By: me.ID, Target: ban.User.ID, Reason: c.reason})
	s.emit(banEvent("GUILD_BAN_REMOVE", guild, ban.User))
	return nil, nil
}
