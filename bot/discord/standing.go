package discord

import (
	"slices"
	"strings"

	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
)

// standing is what somebody's roles amount to in a guild.
type standing struct {
	permissions wire.Permissions
	top         int // position of the highest role
}

// standing adds up roles. The caller holds the book's lock.
func (g *guild) standing(roles []string) standing {
	everyone := g.roles[g.id] // the role of everyone has the guild's own ID
	s := standing{permissions: everyone.Permissions, top: everyone.Position}
	for _, id := range roles {
		if role, ok := g.roles[id]; ok {
			s.permissions |= role.Permissions
			s.top = max(s.top, role.Position)
		}
	}
	return s
}

// exemption says why a member is never punished, "" when they may be. Bots are the
// caller's matter. An unknown guild exempts nobody.
func (b *guildBook) exemption(guildID, user string, roles []string, s *policy.Settings) moderation.Exemption {
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	if g == nil {
		return ""
	}
	if user == g.owner {
		return moderation.ExemptOwner
	}
	them := g.standing(roles)
	switch {
	case them.permissions.Has(permAdministrator), g.moderates(them.permissions, roles, s):
		return moderation.ExemptModerator
	case them.top > 0 && them.top >= g.standing(g.own).top:
		return moderation.ExemptAbove
	}
	return ""
}

// moderates reports whether permissions or a role make somebody a moderator. The caller
// holds the book's lock.
func (g *guild) moderates(p wire.Permissions, roles []string, s *policy.Settings) bool {
	if p.Has(permAdministrator) {
		return true
	}
	if wanted := permissionNamed(s.ModeratorPermission); wanted != 0 && p.Has(wanted) {
		return true
	}
	for _, name := range s.ModeratorRoles {
		if slices.Contains(roles, name) {
			return true
		}
		for _, id := range roles {
			if role, ok := g.roles[id]; ok && strings.EqualFold(role.Name, strings.TrimPrefix(name, "@")) {
				return true
			}
		}
	}
	return false
}

// isModerator reports whether the member who acts in an interaction moderates the guild.
// Discord has added up their permissions in that channel.
func (b *guildBook) isModerator(guildID string, m *wire.Member, s *policy.Settings) bool {
	if m == nil || m.User == nil {
		return false
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	if g == nil {
		return m.Permissions.Has(permAdministrator)
	}
	return m.User.ID == g.owner || g.moderates(m.Permissions, m.Roles, s)
}

// isAdmin reports whether the member may change rules.
func (b *guildBook) isAdmin(guildID string, m *wire.Member, s *policy.Settings) bool {
	if m == nil || m.User == nil {
		return false
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if g := b.guilds[guildID]; g != nil && m.User.ID == g.owner {
		return true
	}
	wanted := permissionNamed(s.AdminPermission)
	return m.Permissions.Has(permAdministrator) || wanted != 0 && m.Permissions.Has(wanted)
}

// ownPermissions is what the bot may do in a channel (developer reference, "Permission
// Overwrites"). For a thread, parent is the channel it belongs to.
func (b *guildBook) ownPermissions(guildID, bot string, channel, parent wire.Channel) wire.Permissions {
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	if g == nil {
		return 0
	}
	p := g.standing(g.own).permissions
	if p.Has(permAdministrator) || bot == g.owner {
		return ^wire.Permissions(0)
	}
	overwrites := channel.Overwrites
	if channel.IsThread() {
		overwrites = parent.Overwrites
	}
	return overwritten(p, overwrites, g.id, bot, g.own)
}

func overwritten(p wire.Permissions, overwrites []wire.Overwrite, everyone, bot string, roles []string) wire.Permissions {
	var allow, deny wire.Permissions
	for _, o := range overwrites {
		if o.ID == everyone {
			p = p&^o.Deny | o.Allow
		}
	}
	for _, o := range overwrites {
		if o.ID != everyone && slices.Contains(roles, o.ID) {
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range overwrites {
		if o.ID == bot {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}
