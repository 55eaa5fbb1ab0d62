package discordtest

import (
	"encoding/json"
	"time"
)

// messageOf finds the message of the path.
func (s *Server) messageOf(c *call, need Permission) (*message, Permission, error) {
	channel, granted, err := s.channelOf(c, need)
	if err != nil {
		return nil, 0, err
	}
	if m := channel.find(parseID(c.path("message_id"))); m != nil {
		return m, granted, nil
	}
	return nil, 0, ErrUnknownMessage
}

func (s *Server) contentAllowed() bool { return s.appIntents&IntentMessageContent != 0 }

// getMessages pages newest first, as Discord does; without the permission to
// read the history the list is empty.
func (s *Server) getMessages(c *call) (any, error) {
	channel, granted, err := s.channelOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", 50, 1, 100)
	if err != nil {
		return nil, err
	}
	list := []object{}
	if !granted.Has(ReadMessageHistory) {
		return list, nil
	}
	for _, m := range channel.page(c, limit) {
		list = append(list, wireMessage(m, s.contentAllowed()))
	}
	return list, nil
}

// page picks messages by before, after or around; newest first.
func (c *Channel) page(call *call, limit int) []*message {
	from, to := 0, len(c.messages)
	before, after, around := call.query.Get("before"), call.query.Get("after"), call.query.Get("around")
	switch {
	case around != "":
		middle := c.positionOf(parseID(around))
		from, to = max(middle-limit/2, 0), min(middle+limit/2+1, to)
	case before != "":
		to = c.positionOf(parseID(before))
	case after != "":
		from = c.positionOf(parseID(after) + 1)
	}
	picked := make([]*message, 0, limit)
	if after != "" && before == "" && around == "" { // the oldest ones after it
		for i := from; i < to && len(picked) < limit; i++ {
			if m := c.messages[i]; !m.deleted {
				picked = append([]*message{m}, picked...)
			}
		}
		return picked
	}
	for i := to - 1; i >= from && len(picked) < limit; i-- {
		if m := c.messages[i]; !m.deleted {
			picked = append(picked, m)
		}
	}
	return picked
}

func (s *Server) getMessage(c *call) (any, error) {
	m, _, err := s.messageOf(c, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return wireMessage(m, s.contentAllowed()), nil
}

func (s *Server) createMessage(c *call) (any, error) {
	channel, granted, err := s.channelOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if err := s.maySendTo(channel, granted); err != nil {
		return nil, err
	}
	var form messageForm
	if err := c.decode(&form); err != nil {
		return nil, err
	}
	if err := form.check(); err != nil {
		return nil, err
	}
	if !granted.Has(EmbedLinks) && form.Embeds != nil && len(*form.Embeds) > 0 ||
		!granted.Has(AttachFiles) && len(c.files) > 0 {
		return nil, ErrMissingPermissions
	}
	body := s.apply(&form, messageBody{}, c.files, granted.Has(MentionEveryone))
	body.flags &^= flagEphemeral
	if body.isEmpty() {
		return nil, ErrEmptyMessage
	}
	ping := form.AllowedMentions == nil || form.AllowedMentions.RepliedUser
	if err := replyTo(channel, body, form.Reference, ping); err != nil {
		return nil, err
	}
	if earlier := channel.enforced(&form); earlier != nil {
		return wireMessage(earlier, true), nil
	}
	m := s.post(channel, s.bot, body, time.Time{})
	if nonce := unquote(form.Nonce); form.EnforceNonce && nonce != "" {
		channel.nonces[nonce] = m
	}
	return wireMessage(m, true), nil
}

// enforced is the message that the bot posted with the same nonce a moment ago, nil without
// one or where the form does not ask for that.
func (c *Channel) enforced(form *messageForm) *message {
	earlier := c.nonces[unquote(form.Nonce)]
	if !form.EnforceNonce || earlier == nil || earlier.deleted || c.server.now().Sub(timeOf(earlier.num)) > nonceWindow {
		return nil
	}
	return earlier
}

// maySendTo says why the bot may not write there, if so.
func (s *Server) maySendTo(channel *Channel, granted Permission) error {
	switch {
	case channel.kind == forumChannel:
		return ErrNotATextChannel
	case channel.kind == dmChannel:
		return s.mayReach(channel.recipient)
	case !channel.maySend(granted):
		return ErrMissingPermissions
	case channel.isThread() && channel.archived && channel.locked && !granted.Has(ManageThreads):
		return ErrArchivedThread
	}
	return nil
}

// mayReach says why the bot cannot write to a user privately, if so.
func (s *Server) mayReach(user *User) error {
	if user.dmsClosed {
		return ErrDMsClosed
	}
	for _, guild := range s.guilds {
		if guild.members[user.ID] != nil && guild.members[s.bot.ID] != nil {
			return nil
		}
	}
	return ErrNoMutualGuilds
}

// replyTo makes the body a reply, which mentions whom it answers when ping.
func replyTo(channel *Channel, body *messageBody, parent *messageFormParent, ping bool) error {
	if parent == nil {
		return nil
	}
	id := unquote(parent.MessageID)
	answered := channel.find(parseID(id))
	if answered == nil {
		if parent.FailIfNotExists != nil && !*parent.FailIfNotExists {
			return nil
		}
		return badForm("message_reference", "Unknown message")
	}
	body.kind, body.reference = messageReply, &messageReference{channelID: channel.ID, messageID: id}
	if ping {
		body.mention(answered.author)
	}
	return nil
}

// post puts a message into a channel and tells everybody. The caller holds the
// lock.
func (s *Server) post(channel *Channel, author *User, body *messageBody, at time.Time) *message {
	m := &message{num: s.messageID(at), channel: channel, author: author, body: body}
	channel.insert(m)
	if channel.isThread() {
		channel.archived = false
	}
	s.emit(messageEvent("MESSAGE_CREATE", m))
	return m
}

// messageID makes an ID for the given time; the zero time is now.
func (s *Server) messageID(at time.Time) uint64 {
	if at.IsZero() {
		return s.ids.next(s.now())
	}
	return s.ids.injected(at)
}

func (s *Server) patchMessage(c *call) (any, error) {
	m, granted, err := s.messageOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if m.author != s.bot || m.body.webhook {
		return nil, ErrNotAuthor
	}
	var form messageForm
	if err := c.decode(&form); err != nil {
		return nil, err
	}
	if err := form.check(); err != nil {
		return nil, err
	}
	body := s.apply(&form, *m.body, c.files, granted.Has(MentionEveryone))
	if body.isEmpty() {
		return nil, ErrEmptyMessage
	}
	m.edit(body)
	return wireMessage(m, true), nil
}

// edit replaces what the message says. The caller holds the lock.
func (m *message) edit(body *messageBody) {
	m.body, m.edited = body, m.channel.server.now()
	m.channel.server.emit(messageEvent("MESSAGE_UPDATE", m))
}

// delete takes the message away. The caller holds the lock.
func (m *message) delete() {
	m.deleted = true
	m.channel.server.emit(messageDeleted(m))
}

func (s *Server) deleteMessage(c *call) (any, error) {
	m, granted, err := s.messageOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if m.author == s.bot {
		m.delete()
		return nil, nil
	}
	if m.channel.Guild == nil || !granted.Has(ManageMessages) {
		return nil, ErrMissingPermissions
	}
	m.delete()
	m.logDeletion(s.bot.ID, c.reason)
	return nil, nil
}

// logDeletion notes that somebody deleted another's message.
func (m *message) logDeletion(by, reason string) {
	m.channel.Guild.log(AuditEntry{Action: AuditMessageDelete, By: by, Target: m.author.ID, Reason: reason,
		options: object{"channel_id": m.channel.ID, "count": "1"}})
}

// oldestBulkDelete is how old a message may be to be deleted in bulk.
const oldestBulkDelete = 14 * 24 * time.Hour

func (s *Server) bulkDelete(c *call) (any, error) {
	channel, _, err := s.channelOf(c, ManageMessages)
	if err != nil {
		return nil, err
	}
	var body struct {
		Messages []json.RawMessage `json:"messages"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if n := len(body.Messages); n < 2 || n > 100 || channel.Guild == nil {
		return nil, badForm("messages", "Must be between 2 and 100 in length.")
	}
	oldest := s.now().Add(-oldestBulkDelete)
	var gone []string
	for _, raw := range body.Messages {
		id := parseID(unquote(raw))
		if timeOf(id).Before(oldest) {
			return nil, ErrTooOldToBulkDelete
		}
		if m := channel.find(id); m != nil {
			gone = append(gone, m.id())
		}
	}
	for _, id := range gone {
		channel.find(parseID(id)).deleted = true
	}
	if len(gone) > 0 {
		s.emit(messagesDeleted(channel, gone))
		channel.Guild.log(AuditEntry{Action: AuditMessageBulkDelete, By: s.bot.ID, Target: channel.ID, Reason: c.reason,
			options: object{"count": formatID(uint64(len(gone)))}})
	}
	return nil, nil
}
