package card

import (
	"fmt"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot"
	"parley/moderation"
)

// shownStrikes is how many of somebody's strikes are listed, the newest first.
const shownStrikes = 10

// Strikes writes somebody's record. next is what one more point would bring, nil for nothing.
func Strikes(user string, record moderation.Record, next *moderation.Sanction, now time.Time) *discordgo.MessageEmbed {
	active := moderation.ActivePoints(record.Strikes, now)
	lines := []string{fmt.Sprintf("<@%s> has **%s** that %s, from %s in all.", user,
		count(active, "point"), agree(active, "counts", "count"), count(len(record.Strikes), "strike"))}
	if record.Comments > 0 {
		lines = append(lines, fmt.Sprintf("%d of %s taken down.", record.Rejected, count(record.Comments, "comment")))
	}
	if next != nil {
		lines = append(lines, "One more point would bring: "+next.String()+".")
	}
	for i := len(record.Strikes) - 1; i >= 0; i-- {
		if len(record.Strikes)-i > shownStrikes {
			lines = append(lines, fmt.Sprintf("… and %d older", i+1))
			break
		}
		lines = append(lines, strikeLine(record.Strikes[i], now))
	}
	return &discordgo.MessageEmbed{Title: "Strikes", Description: cut(strings.Join(lines, "\n"), descriptionLimit), Color: colourNeutral}
}

func strikeLine(s moderation.Strike, now time.Time) string {
	line := fmt.Sprintf("• %s %s, %s", day(s.At), count(s.Points, "point"), escape(oneLine(s.Reason, 120)))
	if s.By != "" {
		line += ", by <@" + s.By + ">"
	}
	switch {
	case !s.Pardoned.IsZero():
		line = "~~" + line + "~~ pardoned"
		if s.PardonBy != "" {
			line += " by <@" + s.PardonBy + ">"
		}
	case !s.Active(now):
		line = "~~" + line + "~~ expired"
	case !s.Expires.IsZero():
		line += ", until " + day(s.Expires)
	}
	return line + " (case " + code(s.Case) + ")"
}

// Score writes what a policy says to a text that nobody posted.
func Score(c moderation.Comment, v moderation.Verdict) *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{
		Title:       "Parley would " + would(v.Action),
		Description: marked(c.Text, spans(v), descriptionRoom),
		Color:       colourNeutral,
		Footer:      &discordgo.MessageEmbedFooter{Text: "Nothing was posted or counted. Rules about rates and repeats see this text as the first of its kind."},
	}
	add := func(name, value string) {
		if value != "" {
			e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: name, Value: cut(value, fieldLimit)})
		}
	}
	scored := score(v)
	if scored == "" {
		scored = "nothing speaks against it"
	}
	add("Score", scored)
	add("Why", why(v))
	if len(v.Shadow) > 0 {
		add("Rules in shadow would add", why(moderation.Verdict{Reasons: v.Shadow}))
	}
	fit(e)
	return e
}

func would(a moderation.Action) string {
	switch a {
	case moderation.Review:
		return "leave it up and show it to moderators"
	case moderation.Hold:
		return "hold it back until a moderator decides"
	case moderation.Remove:
		return "remove it"
	}
	return "leave it up"
}

// Status writes how the bot is doing. missing lists what it may not do.
func Status(s bot.Status, channels int, missing []string) *discordgo.MessageEmbed {
	title, colour := "Parley is moderating", colourDismissed
	lines := []string{
		fmt.Sprintf("%s watched, %s waiting for a moderator", count(channels, "channel"), count(s.Open, "case")),
		fmt.Sprintf("%s still to be carried out, %s waited for", count(s.Effects, "effect"), count(s.Opinions, "second opinion")),
		fmt.Sprintf("policy %s, memory in %s", code(short(s.Policy)), s.Store),
	}
	for _, line := range s.Advice {
		lines = append(lines, escape(line))
	}
	if len(missing) > 0 {
		title, colour = "Parley is moderating, but lacks permissions", colourOpen
		lines = append(lines, "**Missing permissions**\n• "+strings.Join(missing, "\n• "))
	}
	if s.Problem != "" {
		title, colour = "Parley is not moderating at the moment", colourActed
		lines = append([]string{"**" + escape(s.Problem) + "**"}, lines...)
	}
	return &discordgo.MessageEmbed{Title: title, Description: cut(strings.Join(lines, "\n"), descriptionLimit), Color: colour}
}

// Line is a case in one line of at most n characters, for lists to choose from.
func Line(c moderation.Case, n int) string {
	name := c.Comment.Author.Display
	if name == "" {
		name = c.Comment.Author.Name
	}
	return cut(fmt.Sprintf("%s · %s · %s · %s", c.State, plain(c.Verdict.Category), oneLine(name, 32), c.ID), n)
}
