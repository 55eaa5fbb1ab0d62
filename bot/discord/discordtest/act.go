package discordtest

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// errNotThere is for acting in a guild that one has left or been put out of.
var errNotThere = errors.New("is not a member of the guild any more")

// in finds the member's permissions in a channel, or says why there are none.
// The caller holds the lock.
func (m *Member) in(channel *Channel) (Permission, error) {
	if m.Guild.members[m.ID] != m {
		return 0, fmt.Errorf("discordtest: %s %w", m.Name, errNotThere)
	}
	if channel.deleted {
		return 0, ErrUnknownChannel
	}
	granted := m.permissionsIn(channel, m.server.now())
	if !granted.Has(ViewChannel) {
		return 0, ErrMissingAccess
	}
	return granted, nil
}

// Post sends a text message.
func (m *Member) Post(channel *Channel, text string) (Message, error) {
	return m.Send(channel, Draft{Content: text})
}

// Reply answers a message in its channel.
func (m *Member) Reply(to Message, text string) (Message, error) {
	channel, err := m.server.channelByID(to.ChannelID)
	if err != nil {
		return Message{}, err
	}
	return m.Send(channel, Draft{Content: text, ReplyTo: to})
}

// PostArticle sends what sharing a link gives: the address, with the preview
// of the article as an embed.
func (m *Member) PostArticle(channel *Channel, article Embed) (Message, error) {
	article.Type = "article"
	return m.Send(channel, Draft{Content: article.URL, Embeds: []Embed{article}})
}

// Unfurl adds link previews to a message a moment after it was sent, which is
// how Discord treats a bare link: the bot hears of a message without embeds,
// and then of an update that is no edit.
func (s *Server) Unfurl(message Message, previews ...Embed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.messageByID(message)
	if err != nil {
		return err
	}
	body := *there.body
	body.embeds = slices.Clone(previews)
	there.body = &body
	s.emit(messageEvent("MESSAGE_UPDATE", there))
	return nil
}

// Send sends a message. It is refused, with an [APIError], where Discord would
// refuse it: the channel is hidden or read-only, the member is timed out, the
// text is over 2,000 characters (what is in Draft.Raw is not checked).
func (m *Member) Send(channel *Channel, draft Draft) (Message, error) {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	granted, err := m.in(channel)
	if err != nil {
		return Message{}, err
	}
	switch {
	case channel.kind == forumChannel:
		return Message{}, ErrNotATextChannel
	case !channel.maySend(granted), channel.locked && !granted.Has(ManageThreads):
		return Message{}, ErrMissingPermissions
	case utf8.RuneCountInString(draft.Content) > maxContent:
		return Message{}, badForm("content", fmt.Sprintf("Must be %d or fewer in length.", maxContent))
	}
	body := s.compose(draft, granted)
	if body.isEmpty() {
		return Message{}, ErrEmptyMessage
	}
	if blocked := s.autoModerate(m, channel, granted, body.content); blocked {
		return Message{}, ErrBlockedByAutoMod
	}
	return s.post(channel, m.User, body, draft.At).snapshot(), nil
}

// compose makes a message out of a draft. The caller holds the lock.
func (s *Server) compose(draft Draft, granted Permission) *messageBody {
	body := &messageBody{content: draft.Content, embeds: slices.Clone(draft.Embeds), raw: draft.Raw}
	if text, ok := draft.Raw["content"].(string); ok {
		body.content = text
	}
	for _, file := range draft.Attachments {
		file.ID = s.newID()
		body.attachments = append(body.attachments, file)
	}
	if draft.ReplyTo.ID != "" {
		body.kind = messageReply
		body.reference = &messageReference{channelID: draft.ReplyTo.ChannelID, messageID: draft.ReplyTo.ID}
	}
	s.mentionsIn(body, granted.Has(MentionEveryone))
	if answered, err := s.messageByID(draft.ReplyTo); err == nil {
		body.mention(answered.author) // Discord's client pings whom one answers
	}
	return body
}

// PostAsWebhook sends a message as a webhook of the channel, which is how news
// feeds often post. The author is not a member.
func (c *Channel) PostAsWebhook(name string, draft Draft) Message {
	webhook := c.server.NewUser(name)
	webhook.Bot = true
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	body := c.server.compose(draft, Everything)
	body.webhook = true
	return c.server.post(c, webhook, body, draft.At).snapshot()
}

// PostInForum opens a post in a forum: a thread whose first message, the
// starter, has the thread's ID.
func (m *Member) PostInForum(forum *Channel, title string, starter Draft) (*Channel, Message, error) {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	granted, err := m.in(forum)
	if err != nil {
		return nil, Message{}, err
	}
	if forum.kind != forumChannel || !granted.Has(SendMessages) {
		return nil, Message{}, ErrMissingPermissions
	}
	num := s.messageID(starter.At)
	thread := s.openThread(forum, formatID(num), title, m.User)
	first := &message{num: num, channel: thread, author: m.User, body: s.compose(starter, granted)}
	thread.insert(first)
	s.emit(messageEvent("MESSAGE_CREATE", first))
	return thread, first.snapshot(), nil
}

// StartThread opens a thread under a message.
func (m *Member) StartThread(from Message, name string) (*Channel, error) {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	starter, err := s.messageByID(from)
	if err != nil {
		return nil, err
	}
	granted, err := m.in(starter.channel)
	if err != nil {
		return nil, err
	}
	if !granted.Has(CreateThreads) {
		return nil, ErrMissingPermissions
	}
	return s.threadFrom(starter, name, m.User)
}

// Edit changes the member's own message.
func (m *Member) Edit(message Message, text string) (Message, error) {
	return m.EditRaw(message, Draft{Content: text})
}

// EditRaw changes the member's own message into the draft, of which ReplyTo
// and At do not matter: a message keeps its parent and its time.
func (m *Member) EditRaw(message Message, draft Draft) (Message, error) {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	own, err := s.messageByID(message)
	if err != nil {
		return Message{}, err
	}
	granted, err := m.in(own.channel)
	if err != nil {
		return Message{}, err
	}
	if own.author != m.User {
		return Message{}, ErrNotAuthor
	}
	if m.timedOutAt(s.now()) {
		return Message{}, ErrMissingPermissions
	}
	body := s.compose(draft, granted)
	body.kind, body.reference = own.body.kind, own.body.reference
	if parent := body.reference; parent != nil {
		if answered := own.channel.find(parseID(parent.messageID)); answered != nil {
			body.mention(answered.author)
		}
	}
	own.edit(body)
	return own.snapshot(), nil
}

// Delete deletes a message: the member's own, or, as a moderator, another's.
func (m *Member) Delete(message Message) error {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.messageByID(message)
	if err != nil {
		return err
	}
	granted, err := m.in(there.channel)
	switch {
	case err != nil:
		return err
	case there.author == m.User:
		there.delete()
		return nil
	case !granted.Has(ManageMessages):
		return ErrMissingPermissions
	}
	there.delete()
	there.logDeletion(m.ID, "")
	return nil
}

// TimeOut silences another member for so long, as a moderator does by hand; a
// duration of 0 ends the time-out.
func (m *Member) TimeOut(other *Member, length time.Duration, reason string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	until := time.Time{}
	if length > 0 {
		until = m.server.now().Add(length)
	}
	return m.timeOut(other, until, reason)
}

// RemoveBot takes the bot out of the guild, as an administrator may.
func (g *Guild) RemoveBot() {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	me := g.members[g.server.bot.ID]
	if me == nil {
		return
	}
	g.server.emit(event{name: "GUILD_DELETE", intent: IntentGuilds, data: fixed(object{"id": g.ID})})
	delete(g.members, me.ID)
}

// messageByID finds the message that a snapshot was taken of. The caller holds
// the lock.
func (s *Server) messageByID(snapshot Message) (*message, error) {
	channel := s.channels[snapshot.ChannelID]
	if channel == nil {
		return nil, ErrUnknownChannel
	}
	id := parseID(snapshot.ID)
	if m := channel.find(id); m != nil {
		return m, nil
	}
	if m := s.ephemeral[id]; m != nil && !m.deleted {
		return m, nil
	}
	return nil, ErrUnknownMessage
}
