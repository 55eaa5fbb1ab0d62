package discordtest

import "time"

// Permission is a set of Discord permission bits.
type Permission uint64

// The permissions that matter to moderation. Bit positions are Discord's own
// (developer reference, "Permissions").
const (
	KickMembers        Permission = 1 << 1
	BanMembers         Permission = 1 << 2
	Administrator      Permission = 1 << 3
	ManageChannels     Permission = 1 << 4
	ManageGuild        Permission = 1 << 5
	AddReactions       Permission = 1 << 6
	ViewAuditLog       Permission = 1 << 7
	ViewChannel        Permission = 1 << 10
	SendMessages       Permission = 1 << 11
	ManageMessages     Permission = 1 << 13
	EmbedLinks         Permission = 1 << 14
	AttachFiles        Permission = 1 << 15
	ReadMessageHistory Permission = 1 << 16
	MentionEveryone    Permission = 1 << 17
	ManageRoles        Permission = 1 << 28
	UseCommands        Permission = 1 << 31
	ManageThreads      Permission = 1 << 34
	CreateThreads      Permission = 1 << 35
	SendInThreads      Permission = 1 << 38
	ModerateMembers    Permission = 1 << 40

	// Everything is every permission bit, what owners and administrators have.
	Everything Permission = 1<<53 - 1
)

// MemberPermissions is what @everyone may do in a new guild.
const MemberPermissions = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles |
	ReadMessageHistory | UseCommands | CreateThreads | SendInThreads

// BotPermissions is what the bot's own role may do in a new guild: enough for
// moderation, without being an administrator.
const BotPermissions = KickMembers | BanMembers | ManageGuild | ViewAuditLog | ViewChannel | SendMessages |
	ManageMessages | EmbedLinks | AttachFiles | ReadMessageHistory | ManageThreads | SendInThreads | ModerateMembers

// whileTimedOut is all that is left to a member in a time-out.
const whileTimedOut = ViewChannel | ReadMessageHistory

// Has reports whether every permission in want is in p.
func (p Permission) Has(want Permission) bool { return p&want == want }

// overwrite changes the permissions of one role or member in one channel.
type overwrite struct {
	allow, deny Permission
}

// basePermissions are a member's permissions in the guild as a whole.
// The caller holds the server's lock, as for everything below.
func (m *Member) basePermissions() Permission {
	if m.Guild.owner == m {
		return Everything
	}
	granted := m.Guild.everyone.permissions
	for _, role := range m.roles {
		granted |= role.permissions
	}
	if granted.Has(Administrator) {
		return Everything
	}
	return granted
}

// permissionsIn follows Discord's algorithm (developer reference, "Permission
// Overwrites"): guild, then @everyone's overwrite, then the roles' together,
// then the member's own. A thread has its parent's.
func (m *Member) permissionsIn(channel *Channel, now time.Time) Permission {
	granted := m.basePermissions()
	if granted == Everything {
		return granted
	}
	if channel.parent != nil {
		channel = channel.parent
	}
	apply := func(allow, deny Permission) { granted = granted&^deny | allow }
	everyone := channel.overwrites[m.Guild.ID]
	apply(everyone.allow, everyone.deny)
	var roles overwrite
	for _, role := range m.roles {
		one := channel.overwrites[role.ID]
		roles.allow |= one.allow
		roles.deny |= one.deny
	}
	apply(roles.allow, roles.deny)
	own := channel.overwrites[m.ID]
	apply(own.allow, own.deny)

	if m.timedOutAt(now) {
		granted &= whileTimedOut
	}
	if !granted.Has(ViewChannel) {
		return 0
	}
	return granted
}

// maySend reports whether permissions let someone write in the channel, which
// for a thread is a permission of its own.
func (c *Channel) maySend(granted Permission) bool {
	if c.isThread() {
		return granted.Has(SendInThreads)
	}
	return granted.Has(SendMessages)
}

// outranks reports whether m stands above other in the role hierarchy. Nobody
// outranks the owner, and equals do not outrank each other.
func (m *Member) outranks(other *Member) bool {
	switch m.Guild.owner {
	case other:
		return false
	case m:
		return true
	}
	return m.highestPosition() > other.highestPosition()
}

func (m *Member) highestPosition() int {
	highest := 0
	for _, role := range m.roles {
		highest = max(highest, role.position)
	}
	return highest
}

func (m *Member) timedOutAt(now time.Time) bool {
	return now.Before(m.timeoutUntil) && !m.basePermissions().Has(Administrator)
}
