package discordtest

import (
	"slices"
	"sort"
	"strings"
)

// Kinds of channel, with Discord's numbers.
const (
	textChannel  = 0
	dmChannel    = 1
	publicThread = 11
	forumChannel = 15
)

// threadArchive is after how many minutes of silence threads are archived.
const threadArchive = 4320

// Channel is a place for messages: a text channel, a forum, a thread (also a
// forum post) or a private conversation with the bot.
type Channel struct {
	ID   string
	Name string
	// Guild is nil for a private conversation.
	Guild *Guild

	kind       int
	position   int
	parent     *Channel // of a thread
	owner      string   // user ID of a thread's maker
	archived   bool
	locked     bool
	deleted    bool
	recipient  *User // of a private conversation
	overwrites map[string]overwrite
	messages   []*message          // by ID, the deleted ones included
	nonces     map[string]*message // the bot's, by the nonces that they were enforced to be unique by
	server     *Server
}

func (c *Channel) isThread() bool { return c.kind == publicThread }

// NewTextChannel makes a text channel that everyone can see and write in.
func (g *Guild) NewTextChannel(name string) *Channel { return g.newChannel(name, textChannel) }

// NewForum makes a forum channel: all its messages are in posts, which are threads.
func (g *Guild) NewForum(name string) *Channel { return g.newChannel(name, forumChannel) }

func (g *Guild) newChannel(name string, kind int) *Channel {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	channel := g.server.addChannel(&Channel{
		ID: g.server.newID(), Name: strings.ToLower(name), Guild: g, kind: kind, position: len(g.channels),
	})
	g.channels = append(g.channels, channel)
	g.server.emit(channelEvent("CHANNEL_CREATE", channel))
	return channel
}

// addChannel makes the channel known to the server. The caller holds the lock.
func (s *Server) addChannel(channel *Channel) *Channel {
	channel.server = s
	channel.overwrites = map[string]overwrite{}
	channel.nonces = map[string]*message{}
	s.channels[channel.ID] = channel
	return channel
}

// Allow lets a role do things in this channel whatever its guild permissions.
func (c *Channel) Allow(role *Role, permissions Permission) {
	c.overwriteFor(role.ID, func(o overwrite) overwrite {
		return overwrite{allow: o.allow | permissions, deny: o.deny &^ permissions}
	})
}

// Deny keeps a role from doing things in this channel.
func (c *Channel) Deny(role *Role, permissions Permission) {
	c.overwriteFor(role.ID, func(o overwrite) overwrite {
		return overwrite{allow: o.allow &^ permissions, deny: o.deny | permissions}
	})
}

// DenyMember keeps one member, for example the bot, from doing things in this channel.
func (c *Channel) DenyMember(member *Member, permissions Permission) {
	c.overwriteFor(member.ID, func(o overwrite) overwrite {
		return overwrite{allow: o.allow &^ permissions, deny: o.deny | permissions}
	})
}

func (c *Channel) overwriteFor(id string, change func(overwrite) overwrite) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.overwrites[id] = change(c.overwrites[id])
	c.server.emit(channelEvent("CHANNEL_UPDATE", c))
}

// Messages returns the channel's messages that are still there, oldest first.
func (c *Channel) Messages() []Message {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.snapshot()
}

func (c *Channel) snapshot() []Message {
	var there []Message
	for _, m := range c.messages {
		if !m.deleted {
			there = append(there, m.snapshot())
		}
	}
	return there
}

// Locked reports whether the thread is locked: only moderators may write in it.
func (c *Channel) Locked() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.locked
}

// Threads returns the channel's threads, or the forum's posts, oldest first.
func (c *Channel) Threads() []*Channel {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.Guild.threadsOf(c)
}

// threadsOf lists the threads under parent, or all of them when it is nil. The
// caller holds the lock.
func (g *Guild) threadsOf(parent *Channel) []*Channel {
	var threads []*Channel
	for _, channel := range g.server.channels {
		if channel.isThread() && channel.Guild == g && (parent == nil || channel.parent == parent) {
			threads = append(threads, channel)
		}
	}
	slices.SortFunc(threads, func(a, b *Channel) int { return compareIDs(a.ID, b.ID) })
	return threads
}

func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// DeleteChannel takes a channel or thread away, with all that is in it.
func (c *Channel) DeleteChannel() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	name := "CHANNEL_DELETE"
	if c.isThread() {
		name = "THREAD_DELETE"
	}
	c.server.emit(channelEvent(name, c))
	c.deleted = true
	delete(c.server.channels, c.ID)
	if c.Guild != nil {
		c.Guild.channels = slices.DeleteFunc(c.Guild.channels, func(other *Channel) bool { return other == c })
	}
}

// Channel returns the channel or thread with the ID, or nil.
func (s *Server) Channel(id string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels[id]
}

func (s *Server) channelByID(id string) (*Channel, error) {
	if channel := s.Channel(id); channel != nil {
		return channel, nil
	}
	return nil, ErrUnknownChannel
}

// insert puts the message in its place by ID: at the end unless its time was
// injected.
func (c *Channel) insert(m *message) {
	if n := len(c.messages); n == 0 || c.messages[n-1].num < m.num {
		c.messages = append(c.messages, m)
		return
	}
	c.messages = slices.Insert(c.messages, c.positionOf(m.num), m)
}

// positionOf is the index of the first message whose ID is not below id.
func (c *Channel) positionOf(id uint64) int {
	return sort.Search(len(c.messages), func(i int) bool { return c.messages[i].num >= id })
}

// find returns the message unless it is deleted or never was.
func (c *Channel) find(id uint64) *message {
	if m := c.findDeletedToo(id); m != nil && !m.deleted {
		return m
	}
	return nil
}

func (c *Channel) findDeletedToo(id uint64) *message {
	if i := c.positionOf(id); i < len(c.messages) && c.messages[i].num == id {
		return c.messages[i]
	}
	return nil
}

// Message returns the message with the ID, also after its deletion, and
// whether there ever was one.
func (c *Channel) Message(id string) (Message, bool) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	m := c.findDeletedToo(parseID(id))
	if m == nil {
		return Message{}, false
	}
	return m.snapshot(), true
}
