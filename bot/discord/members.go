package discord

import (
	"sync"
	"time"

	"parley/bot/discord/wire"
)

// knownMembers is how many members are remembered, the oldest forgotten first.
const knownMembers = 16384

// memberBook remembers the members whose comments went by, because messages read over REST
// say nothing of their author's roles. It may be used from any number of goroutines.
type memberBook struct {
	mu      sync.Mutex
	members map[memberKey]knownMember
	order   [knownMembers]memberKey
	next    int
}

type memberKey struct{ guild, user uint64 }

// knownMember is what comments need of a member.
type knownMember struct {
	nick   string
	roles  []string
	joined time.Time
}

func newMemberBook() *memberBook { return &memberBook{members: map[memberKey]knownMember{}} }

func keyOf(guild, user string) memberKey {
	return memberKey{wire.Snowflake(guild), wire.Snowflake(user)}
}

// note remembers a member.
func (b *memberBook) note(guild, user string, m wire.Member) {
	key := keyOf(guild, user)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.members[key]; !known {
		delete(b.members, b.order[b.next])
		b.order[b.next] = key
		b.next = (b.next + 1) % knownMembers
	}
	b.members[key] = knownMember{m.Nick, m.Roles, m.Joined.Time}
}

// find returns a member's name, roles and when they joined, if they are remembered.
func (b *memberBook) find(guild, user string) (wire.Member, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.members[keyOf(guild, user)]
	return wire.Member{Nick: m.nick, Roles: m.roles, Joined: wire.Time{Time: m.joined}}, ok
}

// gone forgets a member who left.
func (b *memberBook) gone(guild, user string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.members, keyOf(guild, user))
}
