package discord

import (
	"path"
	"slices"
	"strings"

	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
)

// channelOf is a channel in the vocabulary of moderation.
func channelOf(channel wire.Channel) moderation.Channel {
	c := moderation.Channel{ID: channel.ID, Name: channel.Name}
	if channel.IsThread() {
		c.Parent = channel.ParentID
	}
	return c
}

// watches reports whether the policy wants a channel's comments: when the channel, or the
// one that a thread belongs to, is named by it. The review channel never is.
func watches(s *policy.Settings, channel, parent wire.Channel) bool {
	if isReview(s, channel) || channel.IsThread() && isReview(s, parent) {
		return false
	}
	if slices.ContainsFunc(s.Channels, func(pattern string) bool { return names(pattern, channel) }) {
		return true
	}
	return channel.IsThread() && slices.ContainsFunc(s.Channels, func(pattern string) bool { return names(pattern, parent) })
}

func isReview(s *policy.Settings, channel wire.Channel) bool {
	return s.ReviewChannel != "" && channel.ID != "" && names(s.ReviewChannel, channel)
}

// names reports whether a pattern means a channel: by its ID, its name or a glob such as
// "news-*", with or without "#".
func names(pattern string, channel wire.Channel) bool {
	if channel.ID == "" {
		return false
	}
	pattern = strings.TrimPrefix(pattern, "#")
	if pattern == channel.ID || strings.EqualFold(pattern, channel.Name) {
		return true
	}
	matched, err := path.Match(strings.ToLower(pattern), strings.ToLower(channel.Name))
	return err == nil && matched
}

// watched lists the channels of a guild whose comments the policy wants, threads included.
func (p *Platform) watched(guildID string) []wire.Channel {
	all := p.guilds.channels(guildID)
	byID := make(map[string]wire.Channel, len(all))
	for _, channel := range all {
		byID[channel.ID] = channel
	}
	return slices.DeleteFunc(all, func(channel wire.Channel) bool {
		return !channel.HoldsMessages() ||
			!watches(p.settings(guildID, channelOf(channel)), channel, byID[channel.ParentID])
	})
}

// reviewChannel finds the channel where moderators see cards.
func (p *Platform) reviewChannel(guildID string) (wire.Channel, bool) {
	for _, channel := range p.guilds.channels(guildID) {
		if channel.HoldsMessages() && !channel.IsThread() && isReview(p.settings(guildID, channelOf(channel)), channel) {
			return channel, true
		}
	}
	return wire.Channel{}, false
}
