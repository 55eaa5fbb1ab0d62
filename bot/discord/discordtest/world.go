package discordtest

import (
	"slices"
	"time"
)

// User is a Discord account. Its fields never change.
type User struct {
	ID   string
	Name string
	Bot  bool

	server    *Server
	dm        *Channel
	dmsClosed bool
}

// Guild is a community: a Discord server.
type Guild struct {
	ID   string
	Name string

	server   *Server
	everyone *Role
	botRole  *Role
	owner    *Member
	roles    []*Role // in the order of their making
	channels []*Channel
	members  map[string]*Member // by user ID; those who left are gone
	bans     map[string]Ban     // by user ID
	audit    []AuditEntry
	automod  []*automodRule
}

// Ban says why a user may not come back. Reason is what the bot gave as the
// audit log reason.
type Ban struct {
	User                 *User
	Reason               string
	DeleteMessageSeconds int
}

// Role is a rank in a guild.
type Role struct {
	ID    string
	Name  string
	Guild *Guild

	position    int
	permissions Permission
	managed     bool
}

// Member is a user in a guild, and the hand through which a test or a demo
// acts as that person. All its methods may be called from any goroutine.
type Member struct {
	*User
	Guild *Guild

	roles        []*Role
	joined       time.Time
	timeoutUntil time.Time
}

// NewUser makes an account that belongs to no guild yet.
func (s *Server) NewUser(name string) *User {
	return &User{ID: formatID(s.ids.next(s.now())), Name: name, server: s}
}

// NewGuild makes a guild with an owner (named "owner"), @everyone, and the bot
// as a member with a managed role of its own that stands lowest. Roles made
// later stand above it until Raise moves it up.
func (s *Server) NewGuild(name string) *Guild {
	owner := s.NewUser("owner")
	s.mu.Lock()
	defer s.mu.Unlock()
	guild := &Guild{
		ID: s.newID(), Name: name, server: s,
		members: map[string]*Member{}, bans: map[string]Ban{},
	}
	guild.everyone = &Role{ID: guild.ID, Name: "@everyone", Guild: guild, permissions: MemberPermissions}
	guild.botRole = &Role{ID: s.newID(), Name: s.bot.Name, Guild: guild, position: 1,
		permissions: s.botPermissions, managed: true}
	guild.roles = []*Role{guild.everyone, guild.botRole}
	guild.owner = guild.admit(owner, nil)
	guild.admit(s.bot, []*Role{guild.botRole})
	s.guilds[guild.ID] = guild
	s.users[owner.ID] = owner
	s.emit(guildCreated(guild, false))
	return guild
}

// admit makes user a member. The caller holds the lock.
func (g *Guild) admit(user *User, roles []*Role) *Member {
	member := &Member{User: user, Guild: g, roles: roles, joined: g.server.now()}
	g.members[user.ID] = member
	g.server.users[user.ID] = user
	return member
}

// NewRole makes a role that stands above every role made before it.
func (g *Guild) NewRole(name string, permissions Permission) *Role {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	role := &Role{ID: g.server.newID(), Name: name, Guild: g, permissions: permissions}
	for _, other := range g.roles {
		role.position = max(role.position, other.position+1)
	}
	g.roles = append(g.roles, role)
	g.server.emit(roleEvent("GUILD_ROLE_CREATE", role))
	return role
}

// SetPermissions replaces what the role may do.
func (r *Role) SetPermissions(permissions Permission) {
	r.Guild.server.mu.Lock()
	defer r.Guild.server.mu.Unlock()
	r.permissions = permissions
	r.Guild.server.emit(roleEvent("GUILD_ROLE_UPDATE", r))
}

// Permissions returns what the role may do.
func (r *Role) Permissions() Permission {
	r.Guild.server.mu.Lock()
	defer r.Guild.server.mu.Unlock()
	return r.permissions
}

// Raise moves the role above every other role of its guild.
func (r *Role) Raise() {
	r.Guild.server.mu.Lock()
	defer r.Guild.server.mu.Unlock()
	for _, other := range r.Guild.roles {
		if other != r {
			r.position = max(r.position, other.position+1)
		}
	}
	r.Guild.server.emit(roleEvent("GUILD_ROLE_UPDATE", r))
}

// Everyone returns the role that every member has.
func (g *Guild) Everyone() *Role { return g.everyone }

// BotRole returns the bot's own managed role.
func (g *Guild) BotRole() *Role { return g.botRole }

// Owner returns the guild's owner.
func (g *Guild) Owner() *Member { return g.owner }

// Bot returns the bot as a member of the guild, or nil when it was removed.
func (g *Guild) Bot() *Member { return g.Member(g.server.bot.ID) }

// Member returns the member with the user ID, or nil when that user is not in
// the guild (any more).
func (g *Guild) Member(userID string) *Member {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	return g.members[userID]
}

// NewMember makes a new account and lets it join.
func (g *Guild) NewMember(name string, roles ...*Role) *Member {
	return g.Join(g.server.NewUser(name), roles...)
}

// NewBot makes another bot's account and lets it join.
func (g *Guild) NewBot(name string, roles ...*Role) *Member {
	user := g.server.NewUser(name)
	user.Bot = true
	return g.Join(user, roles...)
}

// Join lets an existing account into the guild; a former member comes back
// without the time-out and roles of before.
func (g *Guild) Join(user *User, roles ...*Role) *Member {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	member := g.admit(user, slices.Clone(roles))
	g.server.emit(memberEvent("GUILD_MEMBER_ADD", member))
	return member
}

// Leave takes the member out of the guild by their own wish.
func (m *Member) Leave() {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.Guild.remove(m)
}

// remove takes a member out. The caller holds the lock.
func (g *Guild) remove(m *Member) {
	if g.members[m.ID] != m {
		return
	}
	delete(g.members, m.ID)
	g.server.emit(memberLeft(m))
}

// Give adds roles to the member.
func (m *Member) Give(roles ...*Role) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	for _, role := range roles {
		if !slices.Contains(m.roles, role) {
			m.roles = append(m.roles, role)
		}
	}
	m.server.emit(memberEvent("GUILD_MEMBER_UPDATE", m))
}

// TimeoutUntil returns when the member's time-out ends; the zero time when
// there is none. A time-out that has run out is still returned, as Discord does.
func (m *Member) TimeoutUntil() time.Time {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.timeoutUntil
}

// InGuild reports whether the member has neither left nor been kicked or banned.
func (m *Member) InGuild() bool { return m.Guild.Member(m.ID) == m }

// CloseDMs makes the user refuse private messages, as many do.
func (u *User) CloseDMs() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.dmsClosed = true
}

// DMs returns the messages of the private conversation between the bot and the
// user, oldest first.
func (u *User) DMs() []Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	if u.dm == nil {
		return nil
	}
	return u.dm.snapshot()
}

// Ban returns the ban of the user, and whether there is one.
func (g *Guild) Ban(userID string) (Ban, bool) {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	ban, ok := g.bans[userID]
	return ban, ok
}
