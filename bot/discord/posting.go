package discord

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot"
	"parley/bot/discord/card"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
)

// outgoing is a message to be sent. Mentions in it reach nobody.
type outgoing struct {
	Content    string                       `json:"content,omitempty"`
	Embeds     []*discordgo.MessageEmbed    `json:"embeds,omitempty"`
	Components []discordgo.MessageComponent `json:"components,omitempty"`
	Mentions   noMentions                   `json:"allowed_mentions"`
	Nonce      string                       `json:"nonce,omitempty"`
	Enforce    bool                         `json:"enforce_nonce,omitempty"`
}

// noMentions is the allowed_mentions that lets nobody be pinged.
type noMentions struct{}

func (noMentions) MarshalJSON() ([]byte, error) { return []byte(`{"parse":[]}`), nil }

// nonceMemory is for how long Discord certainly refuses to post the same nonce twice. It
// speaks of "the past few minutes".
const nonceMemory = 90 * time.Second

// searchedAtMost is how many pages of a channel are searched for a message that may have been
// posted before.
const searchedAtMost = 20

// postOnce posts what an effect wants said, unless that was done before. Shortly after the
// effect was decided on, Discord itself sees to that, by the nonce; later, unless nobody has
// tried yet, the channel is searched for a message of the bot's own whose embed is the same.
func (p *Platform) postOnce(ctx context.Context, e moderation.Effect, channel string, m outgoing, same func(wire.Embed) bool) (moderation.Receipt, error) {
	if !e.Fresh && time.Since(e.Created) > nonceMemory {
		ref, found, err := p.findPosted(ctx, e, channel, same)
		if err != nil || found {
			return moderation.Receipt{Message: ref}, err
		}
	}
	m.Nonce, m.Enforce = nonce(e.ID), true
	var posted wire.Message
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/channels/" + channel + "/messages", Body: m}, &posted); err != nil {
		return moderation.Receipt{}, err
	}
	return moderation.Receipt{Message: moderation.MessageRef{Channel: channel, Message: posted.ID}}, nil
}

// findPosted looks among what was posted since the effect was decided on, latest first: who
// died before they could tell did so a moment ago.
func (p *Platform) findPosted(ctx context.Context, e moderation.Effect, channel string, same func(wire.Embed) bool) (moderation.MessageRef, bool, error) {
	const page = 100
	since, query := wire.IDAt(e.Created.Add(-time.Minute)), ""
	for range searchedAtMost {
		messages, err := p.fetchMessages(ctx, channel, query, page)
		if err != nil {
			return moderation.MessageRef{}, false, err
		}
		for _, m := range slices.Backward(messages) {
			if m.Author != nil && m.Author.ID == p.me() && len(m.Embeds) == 1 && same(m.Embeds[0]) {
				return moderation.MessageRef{Channel: channel, Message: m.ID}, true, nil
			}
		}
		if len(messages) < page || compareIDs(messages[0].ID, since) < 0 {
			break
		}
		query = "before=" + messages[0].ID
	}
	return moderation.MessageRef{}, false, nil
}

// saying recognizes an embed by what it says. Discord trims it.
func saying(e *discordgo.MessageEmbed) func(wire.Embed) bool {
	return func(got wire.Embed) bool {
		return strings.TrimSpace(got.Title) == strings.TrimSpace(e.Title) &&
			strings.TrimSpace(got.Description) == strings.TrimSpace(e.Description)
	}
}

// nonce is an effect's ID within the 25 characters that Discord allows.
func nonce(effect string) string {
	h := fnv.New64a()
	h.Write([]byte(effect))
	return "parley-" + strconv.FormatUint(h.Sum64(), 36)
}

// showCard posts a case's card in the review channel, or brings the posted one up to date.
func (p *Platform) showCard(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	shown, err := p.renderCard(ctx, c)
	if err != nil {
		return moderation.Receipt{}, err
	}
	if c.Card.Message != "" {
		err := p.editCard(ctx, c.Card, shown)
		if !rest.HasCode(err, rest.CodeUnknownMessage, rest.CodeUnknownChannel) {
			return moderation.Receipt{Message: c.Card}, err
		}
	}
	review, ok := p.reviewChannel(e.Guild)
	if !ok {
		return moderation.Receipt{}, p.noReviewChannel(e.Guild)
	}
	return p.postOnce(ctx, e, review.ID, outgoing{Embeds: shown.Embeds, Components: shown.Components},
		func(got wire.Embed) bool { return card.ShowsCase(got.Footer.Text, c.ID) })
}

func (p *Platform) renderCard(ctx context.Context, c moderation.Case) (card.Card, error) {
	record, err := p.ledger.Record(ctx, c.Guild, c.Comment.Author.ID)
	if err != nil {
		return card.Card{}, fmt.Errorf("read the author's record: %w", err)
	}
	return card.Render(c, record, time.Now()), nil
}

func (p *Platform) editCard(ctx context.Context, at moderation.MessageRef, shown card.Card) error {
	body := struct {
		Embeds     []*discordgo.MessageEmbed    `json:"embeds"`
		Components []discordgo.MessageComponent `json:"components"`
		Mentions   noMentions                   `json:"allowed_mentions"`
	}{shown.Embeds, shown.Components, noMentions{}}
	return p.api.Do(ctx, rest.Call{Method: http.MethodPatch,
		Path: "/channels/" + at.Channel + "/messages/" + at.Message, Body: body}, nil)
}

func (p *Platform) noReviewChannel(guild string) error {
	name := p.settings(guild, moderation.Channel{}).ReviewChannel
	return fmt.Errorf("%w: there is no review channel %q that the bot can see; create it, or name another in config.yaml", bot.ErrForbidden, name)
}

// alert says a sentence in the review channel.
func (p *Platform) alert(ctx context.Context, e moderation.Effect) (moderation.Receipt, error) {
	review, ok := p.reviewChannel(e.Guild)
	if !ok {
		return moderation.Receipt{}, p.noReviewChannel(e.Guild)
	}
	said := card.Alert(e.Text)
	return p.postOnce(ctx, e, review.ID, outgoing{Embeds: []*discordgo.MessageEmbed{said}}, saying(said))
}

// notify tells a member something privately, or not at all: never where others read.
func (p *Platform) notify(ctx context.Context, e moderation.Effect) (moderation.Receipt, error) {
	var conversation wire.Channel
	err := p.api.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/users/@me/channels",
		Body: struct {
			Recipient string `json:"recipient_id"`
		}{e.User}}, &conversation)
	if err == nil {
		said := card.Notice(p.guilds.name(e.Guild), e.Text, e.Case)
		_, err = p.postOnce(ctx, e, conversation.ID, outgoing{Embeds: []*discordgo.MessageEmbed{said}}, saying(said))
	}
	switch {
	case rest.HasCode(err, rest.CodeCannotMessageUser, rest.CodeCannotMessageShared), rest.Status(err) == http.StatusForbidden:
		return moderation.Receipt{Note: "not told: direct messages are closed"}, nil
	case rest.Status(err) == http.StatusNotFound:
		return moderation.Receipt{Note: "not told: the account cannot be written to"}, nil
	}
	return moderation.Receipt{}, err // the message is private: its place is nobody's business
}

// giveBack posts again what was taken down by mistake, in its author's name and where it
// stood.
func (p *Platform) giveBack(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	said := card.GivenBack(c)
	return p.postOnce(ctx, e, e.Target.Channel, outgoing{Embeds: []*discordgo.MessageEmbed{said}}, func(got wire.Embed) bool {
		return got.Footer.Text == said.Footer.Text
	})
}
