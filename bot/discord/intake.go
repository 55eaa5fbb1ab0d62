package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
)

const (
	maxParked   = 4096             // messages waiting for what they are about
	maxLookups  = 8                // at once
	lookupTime  = 20 * time.Second // for all that one message needs
	pastReadFor = 50               // messages of a channel that are read to find its article
)

// parking holds the messages of channels about which something must be looked up first.
// Messages of one channel leave in the order in which they came, all others pass by.
type parking struct {
	mu       sync.Mutex
	channels map[string][]message
	slots    chan struct{} // one per parked message: when full, the reader waits
	lookups  chan struct{}
}

// message is a message on its way in.
type message struct {
	guild   string
	body    wire.Message
	updates bool // tells of a change
}

func newParking() *parking {
	return &parking{channels: map[string][]message{},
		slots: make(chan struct{}, maxParked), lookups: make(chan struct{}, maxLookups)}
}

// take delivers a message, now or as soon as what it needs is known. It is called by one
// goroutine, in Discord's order, and blocks while the bot is full.
func (p *Platform) take(ctx context.Context, m message) {
	at, known := p.place(m.guild, m.body.ChannelID)
	if known && !at.watched {
		return
	}
	if m.body.Author != nil && m.body.Author.ID == p.me() {
		return
	}
	if m.updates && m.body.Content == nil {
		p.articles.share(&m.body, at.channel.IsThread()) // a preview without the rest
		return
	}
	if known && !p.isParked(m.body.ChannelID) && !p.needsLookup(at.place, &m.body) {
		p.deliver(ctx, at.place, m)
		return
	}
	select {
	case p.parked.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	p.parked.mu.Lock()
	defer p.parked.mu.Unlock()
	queue, waiting := p.parked.channels[m.body.ChannelID]
	p.parked.channels[m.body.ChannelID] = append(queue, m)
	if !waiting {
		p.work.Go(func() { p.unpark(ctx, m.body.ChannelID) })
	}
}

// isParked reports whether earlier messages of a channel still wait. Only the reader adds
// channels, so for it the answer "no" stays true.
func (p *Platform) isParked(channel string) bool {
	p.parked.mu.Lock()
	defer p.parked.mu.Unlock()
	_, waiting := p.parked.channels[channel]
	return waiting
}

// unpark delivers a channel's parked messages until there are none left.
func (p *Platform) unpark(ctx context.Context, channel string) {
	select {
	case p.parked.lookups <- struct{}{}:
		defer func() { <-p.parked.lookups }()
	case <-ctx.Done():
		return
	}
	for {
		p.parked.mu.Lock()
		queue := p.parked.channels[channel]
		if len(queue) == 0 || ctx.Err() != nil {
			delete(p.parked.channels, channel)
			p.parked.mu.Unlock()
			return
		}
		m := queue[0]
		p.parked.channels[channel] = queue[1:]
		p.parked.mu.Unlock()
		<-p.parked.slots
		p.guarded("message", func() { p.deliverLookedUp(ctx, m) })
	}
}

func (p *Platform) deliverLookedUp(ctx context.Context, m message) {
	looking, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	at, err := p.lookUpChannel(looking, m.guild, m.body.ChannelID)
	if err != nil {
		p.log.Warn("channel not found", "guild", m.guild, "channel", m.body.ChannelID, "error", err)
		return
	}
	if !at.watched {
		return
	}
	if !p.lookUp(looking, at.place, &m.body) {
		return
	}
	p.deliver(ctx, at.place, m)
}

// located is a place, and whether the policy wants what is said there.
type located struct {
	place
	watched bool
}

func (p *Platform) place(guild, channelID string) (at located, known bool) {
	channel, parent, ok := p.guilds.channel(guild, channelID)
	if !ok {
		return located{}, false
	}
	s := p.settings(guild, channelOf(channel))
	return located{place{guild, channel, parent, s}, watches(s, channel, parent)}, true
}

// deliver hands a message to the bot as a comment. Everything it needs is known.
func (p *Platform) deliver(ctx context.Context, at place, m message) {
	body := &m.body
	if body.Member != nil && body.Author != nil {
		p.authors.note(at.guild, body.Author.ID, *body.Member)
	}
	thread := at.channel.IsThread()
	p.articles.share(body, thread)
	article := p.articles.articleOf(body, thread, at.settings.Window)
	changed := p.articles.remember(body, article)
	switch {
	case fromBot(body) && !at.settings.JudgeBots:
		return
	case m.updates && (!changed || body.Edited.IsZero()):
		return // a preview arrived, somebody pinned it: the words are the same
	case body.Type != wire.TypeDefault && body.Type != wire.TypeReply:
		return // "joined the server", "pinned a message": nobody's words
	}
	comment := p.comment(at, body, p.memberOf(at.guild, body), article)
	if !m.updates {
		comment.Revision, comment.Time = 0, wire.TimeOf(body.ID)
	}
	if err := p.intake.Comment(ctx, comment); err != nil && ctx.Err() == nil {
		p.log.Error("comment not taken in", "guild", at.guild, "channel", at.channel.ID, "comment", comment.ID, "error", err)
	}
}

// memberOf is what is known of a message's author in the guild; zero when nothing is.
func (p *Platform) memberOf(guild string, m *wire.Message) wire.Member {
	if m.Member != nil {
		return *m.Member
	}
	member, _ := p.authors.find(guild, m.Author.ID)
	return member
}

// needsLookup reports whether something about a message has to be asked of Discord first.
func (p *Platform) needsLookup(at place, m *wire.Message) bool {
	return m.Author == nil || !p.articles.looked(m.ChannelID) || lacksParent(m) || p.lacksMember(at.guild, m) || lacksFiles(m)
}

func lacksParent(m *wire.Message) bool {
	return m.Type == wire.TypeReply && m.Referenced == nil && m.Reference != nil && m.Reference.MessageID != ""
}

func (p *Platform) lacksMember(guild string, m *wire.Message) bool {
	if m.Author.Username == "" {
		return true // told of by AutoMod, which gives the ID alone
	}
	if m.Member != nil || fromBot(m) {
		return false
	}
	_, known := p.authors.find(guild, m.Author.ID)
	return !known
}

// lookUp asks Discord for what is missing about a message. What cannot be had is done
// without; false means that there is no message to judge any more.
func (p *Platform) lookUp(ctx context.Context, at place, m *wire.Message) bool {
	if m.Author == nil {
		whole, err := p.fetchMessage(ctx, m.ChannelID, m.ID)
		if err != nil || whole.Author == nil {
			p.log.Warn("message without author left out", "guild", at.guild, "channel", m.ChannelID, "comment", m.ID, "error", err)
			return false
		}
		*m = whole
	}
	if !p.articles.looked(m.ChannelID) {
		p.readPast(ctx, at, m.ID)
	}
	p.readFiles(ctx, at, m)
	if lacksParent(m) {
		in := m.Reference.ChannelID
		if in == "" {
			in = m.ChannelID
		}
		parent, err := p.fetchMessage(ctx, in, m.Reference.MessageID)
		switch {
		case err == nil:
			m.Referenced = &parent
		case rest.Status(err) != http.StatusNotFound:
			p.log.Warn("parent comment not found", "guild", at.guild, "channel", m.ChannelID, "comment", m.ID, "error", err)
		}
	}
	if p.lacksMember(at.guild, m) {
		member, err := p.fetchMember(ctx, at.guild, m.Author.ID)
		if err == nil || rest.Status(err) == http.StatusNotFound {
			p.authors.note(at.guild, m.Author.ID, member) // the zero member for one who has left
		}
		if m.Author.Username == "" && member.User != nil {
			m.Author = member.User
		}
	}
	return true
}
