package discordtest

import (
	"bytes"
	"encoding/json"
)

// channelOf finds the channel of the path and checks that the bot sees it and
// has the permissions there. In a private conversation it has them all.
func (s *Server) channelOf(c *call, need Permission) (*Channel, Permission, error) {
	channel := s.channels[c.path("channel_id")]
	if channel == nil || channel.deleted {
		return nil, 0, ErrUnknownChannel
	}
	if channel.Guild == nil {
		return channel, Everything, nil
	}
	me := channel.Guild.members[s.bot.ID]
	if me == nil {
		return nil, 0, ErrMissingAccess
	}
	granted := me.permissionsIn(channel, s.now())
	switch {
	case !granted.Has(ViewChannel):
		return nil, 0, ErrMissingAccess
	case !granted.Has(need):
		return nil, 0, ErrMissingPermissions
	}
	return channel, granted, nil
}

func (s *Server) getChannel(c *call) (any, error) {
	channel, _, err := s.channelOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	return wireChannel(channel), nil
}

// patchChannel locks and archives threads, or opens them again.
func (s *Server) patchChannel(c *call) (any, error) {
	channel, granted, err := s.channelOf(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if !channel.isThread() {
		return nil, badRequest(50024, "Cannot execute action on this channel type")
	}
	if !granted.Has(ManageThreads) {
		return nil, ErrMissingPermissions
	}
	var body struct {
		Archived *bool `json:"archived"`
		Locked   *bool `json:"locked"`
	}
	strict := json.NewDecoder(bytes.NewReader(c.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&body); err != nil {
		return nil, badForm("thread", "the stand-in for Discord only changes archived and locked: "+err.Error())
	}
	if body.Archived != nil {
		channel.archived = *body.Archived
	}
	if body.Locked != nil {
		channel.locked = *body.Locked
	}
	s.emit(threadEvent("THREAD_UPDATE", channel))
	return wireChannel(channel), nil
}

func (s *Server) getArchivedThreads(c *call) (any, error) {
	channel, _, err := s.channelOf(c, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return s.threadList(channel.Guild, channel, channel.Guild.members[s.bot.ID], true), nil
}

func (s *Server) startThread(c *call) (any, error) {
	m, _, err := s.messageOf(c, CreateThreads)
	if err != nil {
		return nil, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	thread, err := s.threadFrom(m, body.Name, s.bot)
	if err != nil {
		return nil, err
	}
	return wireChannel(thread), nil
}

// threadFrom opens the thread of a message, which has the message's ID. The
// caller holds the lock.
func (s *Server) threadFrom(m *message, name string, owner *User) (*Channel, error) {
	if s.channels[m.id()] != nil {
		return nil, badRequest(160004, "A thread has already been created for this message")
	}
	return s.openThread(m.channel, m.id(), name, owner), nil
}

func (s *Server) openThread(parent *Channel, id, name string, owner *User) *Channel {
	thread := s.addChannel(&Channel{ID: id, Name: name, Guild: parent.Guild, kind: publicThread, parent: parent, owner: owner.ID})
	s.emit(threadEvent("THREAD_CREATE", thread))
	return thread
}
