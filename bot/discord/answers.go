package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/bot/discord/card"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// showStrikes answers /strikes show.
func (p *Platform) showStrikes(ctx context.Context, x *exchange, user string) error {
	if wire.Snowflake(user) == 0 {
		return refuse("Please choose a member.")
	}
	standing, err := p.desk.Strikes.Standing(ctx, x.i.GuildID, user)
	if err != nil {
		return err
	}
	return x.whisper(ctx, "", embeds(card.Strikes(user, standing.Record, standing.Next, time.Now())))
}

// addStrike answers /strikes add.
func (p *Platform) addStrike(ctx context.Context, x *exchange, s *policy.Settings, options map[string]wire.Option) error {
	user := options["user"].Text()
	points := 1
	if o, given := options["points"]; given {
		points = o.Whole()
	}
	author, err := p.authorOf(ctx, x, s, user)
	if err != nil {
		return err
	}
	c, err := p.desk.Strikes.AddStrike(ctx, consequence.HandStrike{
		ID: x.i.ID, Guild: x.i.GuildID, Author: author, Points: points,
		Reason: options["reason"].Text(), By: x.i.Who().ID, At: wire.TimeOf(x.i.ID),
	})
	if err != nil {
		return err
	}
	shown, err := p.renderCard(ctx, c)
	if err != nil {
		return err
	}
	return x.whisper(ctx, "The strike is on the record.", shown)
}

// authorOf finds out who somebody is before they are given a strike.
func (p *Platform) authorOf(ctx context.Context, x *exchange, s *policy.Settings, id string) (moderation.Author, error) {
	user, known := x.i.Data.Resolved.Users[id]
	if !known {
		return moderation.Author{}, refuse("Please choose a member.")
	}
	member, err := p.fetchMember(ctx, x.i.GuildID, id)
	if err != nil && rest.Status(err) != http.StatusNotFound { // who has left can still be given a strike
		return moderation.Author{}, err
	}
	m := wire.Message{Author: &user}
	return p.author(place{guild: x.i.GuildID, settings: s}, &m, member), nil
}

// pardonStrike answers /strikes pardon.
func (p *Platform) pardonStrike(ctx context.Context, x *exchange, options map[string]wire.Option) error {
	c, err := p.desk.Strikes.Pardon(ctx, x.i.GuildID, options["case"].Text(), x.i.Who().ID, options["note"].Text())
	if err != nil {
		return err
	}
	return x.whisper(ctx, fmt.Sprintf("The strike of case %s no longer counts for <@%s>.", c.ID, c.Comment.Author.ID), card.Card{})
}

// showScore answers /score: what the policy in force would say to a text.
func (p *Platform) showScore(ctx context.Context, x *exchange, options map[string]wire.Option) error {
	channel, _, _ := p.guilds.channel(x.i.GuildID, x.i.ChannelID)
	c := moderation.Comment{
		ID: x.i.ID, Guild: x.i.GuildID, Time: wire.TimeOf(x.i.ID), Channel: channelOf(channel),
		Text:    options["text"].Text(),
		Article: moderation.Article{Title: options["article"].Text()},
		Parent:  moderation.Parent{Text: options["parent"].Text()},
	}
	return x.whisper(ctx, "", embeds(card.Score(c, p.desk.Score(&c))))
}

// scoreMessage answers the command in a message's menu: what the policy in force says to a
// comment as it stands, with its article and the comment it answers.
func (p *Platform) scoreMessage(ctx context.Context, x *exchange, s *policy.Settings) error {
	m, given := x.i.Data.Resolved.Messages[x.i.Data.Target]
	if !given || m.Author == nil {
		return refuse("Discord did not say which message is meant. Please try once more.")
	}
	at, known := p.place(x.i.GuildID, m.ChannelID)
	if !known {
		at.place = place{guild: x.i.GuildID, settings: s}
	}
	article := p.articles.articleOf(&m, at.channel.IsThread(), at.settings.Window)
	c := p.comment(at.place, &m, p.memberOf(x.i.GuildID, &m), article)
	return x.whisper(ctx, "", embeds(card.Score(c, p.desk.Score(&c))))
}

// showStatus answers /parley status.
func (p *Platform) showStatus(ctx context.Context, x *exchange) error {
	return x.whisper(ctx, "", embeds(card.Status(p.desk.Status(ctx, x.i.GuildID), len(p.watched(x.i.GuildID)), p.missing(x.i.GuildID))))
}

// complete suggests what a half-typed option may become.
func (p *Platform) complete(ctx context.Context, x *exchange) error {
	path, options := x.i.Data.Name, x.i.Data.Options
	if sub := subcommand(options); sub != nil {
		path, options = path+" "+sub.Name, sub.Options
	}
	for _, o := range options {
		if !o.Focused {
			continue
		}
		if path == "case" || path == "strikes pardon" {
			return p.suggestCases(ctx, x, o.Text(), path == "strikes pardon")
		}
		if x.i.Data.Name == "rules" && p.desk.Rules != nil {
			return p.suggestRules(ctx, x, o)
		}
	}
	return x.suggest(ctx, nil)
}

// suggestCases suggests the latest cases, those waiting for somebody first.
func (p *Platform) suggestCases(ctx context.Context, x *exchange, typed string, withStrike bool) error {
	cases, err := p.desk.Cases.Find(ctx, x.i.GuildID, ledger.Filter{})
	if err != nil {
		return err
	}
	typed = strings.ToLower(typed)
	now := time.Now()
	var waiting, others []suggestion
	for _, c := range cases {
		if withStrike && (c.Strike == nil || !c.Strike.Active(now)) {
			continue
		}
		label := card.Line(c, maxSuggestionLength)
		if !strings.Contains(strings.ToLower(label), typed) || len(c.ID) > maxSuggestionLength {
			continue
		}
		s := suggestion{Name: label, Value: c.ID}
		if c.State == moderation.CaseOpen {
			waiting = append(waiting, s)
		} else {
			others = append(others, s)
		}
	}
	return x.suggest(ctx, append(waiting, others...))
}
