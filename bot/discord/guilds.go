package discord

import (
	"slices"
	"sync"

	"parley/bot/discord/wire"
)

// guildBook is what is known of the guilds that the bot is in: roles, channels, threads and
// the bot's own roles. It replaces discordgo's state, which keeps far more and costs a
// comment far more. It may be used from any number of goroutines.
type guildBook struct {
	mu     sync.RWMutex
	guilds map[string]*guild
}

// guild is one community. Its fields are guarded by the book's lock.
type guild struct {
	id       string
	name     string
	owner    string
	roles    map[string]wire.Role
	channels map[string]wire.Channel // threads included
	own      []string                // the bot's roles
	mirrored map[string]bool         // AutoMod rules by ID, and whether Parley made them
}

func newGuildBook() *guildBook { return &guildBook{guilds: map[string]*guild{}} }

// arrive notes a whole guild, as told when a session starts or the bot is invited.
func (b *guildBook) arrive(g wire.Guild, bot string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := &guild{id: g.ID, name: g.Name, owner: g.OwnerID,
		roles: map[string]wire.Role{}, channels: map[string]wire.Channel{}}
	for _, role := range g.Roles {
		known.roles[role.ID] = role
	}
	for _, list := range [][]wire.Channel{g.Channels, g.Threads} {
		for _, channel := range list {
			channel.GuildID = g.ID
			known.channels[channel.ID] = channel
		}
	}
	for _, member := range g.Members {
		if member.User != nil && member.User.ID == bot {
			known.own = member.Roles
		}
	}
	b.guilds[g.ID] = known
}

func (b *guildBook) leave(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.guilds, id)
}

// change edits a guild that is known; others are left alone.
func (b *guildBook) change(id string, edit func(*guild)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.guilds[id]; g != nil {
		edit(g)
	}
}

// ids lists the known guilds.
func (b *guildBook) ids() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	ids := make([]string, 0, len(b.guilds))
	for id := range b.guilds {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// channel finds a channel and, for a thread, the channel it belongs to.
func (b *guildBook) channel(guildID, id string) (channel, parent wire.Channel, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	if g == nil {
		return wire.Channel{}, wire.Channel{}, false
	}
	channel, ok = g.channels[id]
	if ok && channel.IsThread() {
		parent = g.channels[channel.ParentID]
	}
	return channel, parent, ok
}

// channels lists a guild's channels and threads, oldest first.
func (b *guildBook) channels(guildID string) []wire.Channel {
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	if g == nil {
		return nil
	}
	list := make([]wire.Channel, 0, len(g.channels))
	for _, channel := range g.channels {
		list = append(list, channel)
	}
	slices.SortFunc(list, func(a, b wire.Channel) int { return compareIDs(a.ID, b.ID) })
	return list
}

// isMirrored reports whether an AutoMod rule is one of Parley's.
func (b *guildBook) isMirrored(guildID, rule string) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	g := b.guilds[guildID]
	return g != nil && g.mirrored[rule]
}

// name is a guild's name, "" when it is not known.
func (b *guildBook) name(guildID string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if g := b.guilds[guildID]; g != nil {
		return g.name
	}
	return ""
}

// compareIDs orders snowflakes by age.
func compareIDs(a, b string) int {
	switch m, n := wire.Snowflake(a), wire.Snowflake(b); {
	case m < n:
		return -1
	case m > n:
		return 1
	}
	return 0
}
