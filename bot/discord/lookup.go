package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"parley/bot"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
)

func (p *Platform) fetchMessage(ctx context.Context, channel, id string) (wire.Message, error) {
	var raw json.RawMessage
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/" + channel + "/messages/" + id}, &raw); err != nil {
		return wire.Message{}, err
	}
	return wire.ReadMessage(raw)
}

// fetchMessages reads up to 100 messages of a channel, oldest first. query is such as
// "after=1" or "before=2".
func (p *Platform) fetchMessages(ctx context.Context, channel, query string, limit int) ([]wire.Message, error) {
	path := fmt.Sprintf("/channels/%s/messages?limit=%d", channel, limit)
	if query != "" {
		path += "&" + query
	}
	var raw []json.RawMessage
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: path}, &raw); err != nil {
		return nil, err
	}
	messages := make([]wire.Message, 0, len(raw))
	for _, one := range raw {
		if m, err := wire.ReadMessage(one); err == nil {
			messages = append(messages, m)
		}
	}
	slices.SortFunc(messages, func(a, b wire.Message) int { return compareIDs(a.ID, b.ID) })
	return messages, nil
}

func (p *Platform) fetchMember(ctx context.Context, guild, user string) (wire.Member, error) {
	var m wire.Member
	err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/guilds/" + guild + "/members/" + user}, &m)
	return m, err
}

// lookUpChannel asks Discord for a channel that no event has told of, such as a thread that
// comes back from the archive.
func (p *Platform) lookUpChannel(ctx context.Context, guildID, id string) (located, error) {
	if at, known := p.place(guildID, id); known {
		return at, nil
	}
	var channel wire.Channel
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/" + id}, &channel); err != nil {
		return located{}, err
	}
	p.guilds.change(guildID, func(g *guild) { g.channels[id] = channel })
	at, known := p.place(guildID, id)
	if !known {
		return located{}, fmt.Errorf("%w: the bot is not in guild %s", bot.ErrGone, guildID)
	}
	return at, nil
}

// readPast finds out what a channel is about when its first message comes by: for a thread
// the message that started it, otherwise the articles among the latest messages.
func (p *Platform) readPast(ctx context.Context, at place, before string) {
	defer p.articles.markLooked(at.channel.ID) // whatever came of it: do not ask for every message
	if at.channel.IsThread() {
		p.articles.start(at.channel, p.starter(ctx, at))
		return
	}
	past, err := p.fetchMessages(ctx, at.channel.ID, "before="+before, pastReadFor)
	if err != nil {
		p.log.Warn("earlier messages not read; comments are judged without their article until one is shared",
			"guild", at.guild, "channel", at.channel.ID, "error", err)
		return
	}
	for i := range past {
		p.articles.share(&past[i], false)
		if past[i].Author != nil {
			p.articles.remember(&past[i], p.articles.articleOf(&past[i], false, at.settings.Window))
		}
	}
}

// starter finds the message that started a thread; nil when there is none. It has the
// thread's ID and stands in the thread itself where that is a forum's post, otherwise in
// the channel that the thread belongs to.
func (p *Platform) starter(ctx context.Context, at place) *wire.Message {
	in := at.channel.ParentID
	if at.parent.IsForum() {
		in = at.channel.ID
	}
	m, err := p.fetchMessage(ctx, in, at.channel.ID)
	if err != nil {
		if rest.Status(err) != http.StatusNotFound {
			p.log.Warn("start of a thread not found", "guild", at.guild, "channel", at.channel.ID, "error", err)
		}
		return nil
	}
	return &m
}

// Since reads the comments of a channel after a watermark, oldest first, at most n. Like
// the gateway it leaves out what the bot itself and, unless the policy judges them, other
// bots have written. Errors: bot.ErrGone, bot.ErrForbidden, *bot.RetryError, or any other,
// which may pass.
func (p *Platform) Since(ctx context.Context, guildID, channelID, after string, n int) ([]moderation.Comment, error) {
	if err := p.awaitSelf(ctx); err != nil {
		return nil, err
	}
	at, err := p.lookUpChannel(ctx, guildID, channelID)
	if err != nil {
		return nil, fmt.Errorf("read missed comments: %w", effectError(err))
	}
	var found []moderation.Comment
	for len(found) < n {
		page := min(100, max(n-len(found), 1))
		messages, err := p.fetchMessages(ctx, channelID, "after="+after, page)
		if err != nil {
			return nil, fmt.Errorf("read missed comments: %w", effectError(err))
		}
		for i := range messages {
			if c, ok := p.missed(ctx, at.place, &messages[i]); ok {
				found = append(found, c)
			}
		}
		if len(messages) < page {
			break
		}
		after = messages[len(messages)-1].ID
	}
	return found, nil
}

// missed makes a comment of a message read over REST.
func (p *Platform) missed(ctx context.Context, at place, m *wire.Message) (moderation.Comment, bool) {
	if m.Author == nil || m.Author.ID == p.me() || m.Type != wire.TypeDefault && m.Type != wire.TypeReply {
		return moderation.Comment{}, false
	}
	if !p.lookUp(ctx, at, m) {
		return moderation.Comment{}, false
	}
	thread := at.channel.IsThread()
	p.articles.share(m, thread)
	article := p.articles.articleOf(m, thread, at.settings.Window)
	p.articles.remember(m, article)
	if fromBot(m) && !at.settings.JudgeBots {
		return moderation.Comment{}, false
	}
	return p.comment(at, m, p.memberOf(at.guild, m), article), true
}
