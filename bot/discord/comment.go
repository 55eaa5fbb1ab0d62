package discord

import (
	"strings"

	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
)

// fromBot reports whether a message was written by a bot or a webhook.
func fromBot(m *wire.Message) bool {
	return m.WebhookID != "" || m.Author != nil && m.Author.Bot
}

// place is where a message stands.
type place struct {
	guild    string
	channel  wire.Channel
	parent   wire.Channel // of a thread the channel it belongs to
	settings *policy.Settings
}

// comment makes a comment of a message whose author is known. revision is 0 as posted.
func (p *Platform) comment(at place, m *wire.Message, member wire.Member, article moderation.Article) moderation.Comment {
	c := moderation.Comment{
		ID:               m.ID,
		Time:             wire.TimeOf(m.ID),
		Guild:            at.guild,
		Channel:          channelOf(at.channel),
		Author:           p.author(at, m, member),
		Text:             m.Text(),
		Article:          article,
		RoleMentions:     len(m.MentionRoles),
		MentionsEveryone: m.MentionsEveryone,
	}
	if !m.Edited.IsZero() {
		c.Revision, c.Time = m.Edited.UnixMilli(), m.Edited.Time
	}
	for _, user := range m.Mentions {
		c.Mentions = append(c.Mentions, user.ID)
	}
	for _, a := range m.Attachments {
		c.Attachments = append(c.Attachments, moderation.Attachment{
			ID: a.ID, Name: a.Name, ContentType: a.ContentType, URL: a.URL, Size: a.Size,
		})
	}
	if ref := m.Referenced; ref != nil && m.Type == wire.TypeReply {
		c.Parent = moderation.Parent{ID: ref.ID, Text: ref.Text()}
		if ref.Author != nil {
			c.Parent.AuthorID = ref.Author.ID
		}
	}
	c.Passages = passages(m, article.ID == m.ID)
	if at.channel.IsThread() && m.ID == at.channel.ID && at.parent.IsForum() {
		c.Passages = append(c.Passages, moderation.Passage{Kind: moderation.PassageTitle, Text: at.channel.Name})
	}
	return c
}

func (p *Platform) author(at place, m *wire.Message, member wire.Member) moderation.Author {
	a := moderation.Author{
		ID: m.Author.ID, Name: m.Author.Username, Roles: member.Roles,
		Created: wire.TimeOf(m.Author.ID), Joined: member.Joined.Time,
	}
	for _, name := range []string{member.Nick, m.Author.GlobalName, m.Author.Username} {
		if a.Display == "" {
			a.Display = name
		}
	}
	if fromBot(m) {
		a.Exempt = moderation.ExemptBot
	} else {
		a.Exempt = p.guilds.exemption(at.guild, a.ID, member.Roles, at.settings)
	}
	return a
}

// passages collects the words that came with a message beside its content. The preview of
// an article that the message itself shares is left out: those are the paper's words.
func passages(m *wire.Message, sharesArticle bool) []moderation.Passage {
	var found []moderation.Passage
	add := func(kind moderation.PassageKind, texts ...string) {
		if text := joined(texts...); text != "" {
			found = append(found, moderation.Passage{Kind: kind, Text: text})
		}
	}
	files := func(list []wire.Attachment) {
		for _, a := range list {
			name := a.Name
			if a.Title != "" {
				name = a.Title
			}
			add(moderation.PassageFileName, name)
			add(moderation.PassageAltText, a.Description)
			if a.Contents != nil {
				add(moderation.PassageFile, *a.Contents)
			}
		}
	}
	stickers := func(list []wire.Named) {
		for _, s := range list {
			add(moderation.PassageSticker, s.Name)
		}
	}
	if !sharesArticle {
		for _, e := range m.Embeds {
			add(moderation.PassageEmbed, embedText(e))
		}
	}
	if m.Poll != nil {
		add(moderation.PassagePoll, m.Poll.Question.Text)
		for _, answer := range m.Poll.Answers {
			add(moderation.PassagePoll, answer.Text.Text)
		}
	}
	for _, s := range m.Snapshots {
		add(moderation.PassageForward, s.Message.Content)
		for _, e := range s.Message.Embeds {
			add(moderation.PassageForward, embedText(e))
		}
		files(s.Message.Attachments)
		stickers(s.Message.Stickers)
	}
	stickers(m.Stickers)
	files(m.Attachments)
	add(moderation.PassageEmbed, wire.ComponentTexts(m.Components)...)
	return found
}

func embedText(e wire.Embed) string {
	texts := []string{e.Author.Name, e.Title, e.Description}
	for _, f := range e.Fields {
		texts = append(texts, f.Name, f.Value)
	}
	return joined(append(texts, e.Footer.Text)...)
}

func joined(texts ...string) string {
	var b strings.Builder
	for _, text := range texts {
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(text)
	}
	return b.String()
}
