package wire

// User is an account.
type User struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
}

// Member is a user in a guild. In message events User is missing.
type Member struct {
	User   *User    `json:"user"`
	Nick   string   `json:"nick"`
	Roles  []string `json:"roles"`
	Joined Time     `json:"joined_at"`
	Until  Time     `json:"communication_disabled_until"` // end of a timeout
	// Permissions are set in interactions only: all that the member may do there.
	Permissions Permissions `json:"permissions"`
}

// Role is a rank in a guild.
type Role struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Position    int         `json:"position"`
	Permissions Permissions `json:"permissions"`
}

// Permissions is a set of permission bits, written as a number in a string.
type Permissions uint64

// UnmarshalJSON never fails: what cannot be read permits nothing.
func (p *Permissions) UnmarshalJSON(b []byte) error {
	if len(b) >= 2 && b[0] == '"' {
		b = b[1 : len(b)-1]
	}
	*p = Permissions(Snowflake(string(b)))
	return nil
}

// Has reports whether all the wanted bits are set.
func (p Permissions) Has(wanted Permissions) bool { return p&wanted == wanted }

// Overwrite changes what a role or member may do in one channel.
type Overwrite struct {
	ID    string      `json:"id"`
	Type  int         `json:"type"` // 0 role, 1 member
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// Channel is a place for messages.
type Channel struct {
	ID         string      `json:"id"`
	GuildID    string      `json:"guild_id"`
	ParentID   string      `json:"parent_id"` // of a thread its channel, of a channel its category
	Name       string      `json:"name"`
	Type       int         `json:"type"`
	Overwrites []Overwrite `json:"permission_overwrites"`
	// LastMessage is the newest message when the channel was told of, "" when there was none.
	// It is not told of when it changes.
	LastMessage string `json:"last_message_id"`
	JustCreated bool   `json:"newly_created"` // told of a thread that has just been created
}

// Channel types (developer reference, "Channel Types").
const (
	ChannelCategory    = 4
	ThreadAnnouncement = 10
	ThreadPublic       = 11
	ThreadPrivate      = 12
	ChannelForum       = 15
	ChannelMedia       = 16
)

// IsThread reports whether the channel is a thread; a forum's post is one.
func (c *Channel) IsThread() bool { return c.Type >= ThreadAnnouncement && c.Type <= ThreadPrivate }

// IsForum reports whether the channel's messages are all in its posts.
func (c *Channel) IsForum() bool { return c.Type == ChannelForum || c.Type == ChannelMedia }

// HoldsMessages reports whether messages can stand in the channel itself.
func (c *Channel) HoldsMessages() bool { return c.Type != ChannelCategory && !c.IsForum() }

// Guild is a community.
type Guild struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	OwnerID     string    `json:"owner_id"`
	Unavailable bool      `json:"unavailable"`
	Roles       []Role    `json:"roles"`
	Channels    []Channel `json:"channels"`
	Threads     []Channel `json:"threads"`
	Members     []Member  `json:"members"` // without the members intent: those few that matter, the bot among them
}

// ThreadList tells the active threads of some of a guild's channels.
type ThreadList struct {
	GuildID string    `json:"guild_id"`
	Threads []Channel `json:"threads"`
}

// RoleEvent tells of a role that is new, changed or (by its ID alone) gone.
type RoleEvent struct {
	GuildID string `json:"guild_id"`
	Role    Role   `json:"role"`
	RoleID  string `json:"role_id"`
}

// MemberEvent tells of a member who joined or changed.
type MemberEvent struct {
	GuildID string `json:"guild_id"`
	Member
}

// Ready begins a session.
type Ready struct {
	User        User    `json:"user"`
	Guilds      []Guild `json:"guilds"`
	Application struct{ ID string }
}
