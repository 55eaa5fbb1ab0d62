// Package card writes what moderators and members read on Discord about a case: the card in
// the review channel with its buttons, the notice to an author, the comment that is given
// back. It computes and sends nothing.
//
// Cards are written for a tired moderator at three in the morning: what was said, which
// words mattered, what was done, and what each button would do.
package card

import (
	"fmt"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/moderation"
)

// Card is a message about a case.
type Card struct {
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
}

// Colours of a card's edge.
const (
	colourOpen      = 0xE67E22 // somebody should look
	colourActed     = 0xC0392B // acted, not looked at
	colourUpheld    = 0x7F8C8D
	colourDismissed = 0x27AE60
	colourNeutral   = 0x3498DB
)

// Render writes a case's card. record is the author's; now says which strikes count. The
// result lies within Discord's limits whatever the case holds.
func Render(c moderation.Case, record moderation.Record, now time.Time) Card {
	embed := &discordgo.MessageEmbed{
		Title:       cut(title(c), titleLimit),
		Description: marked(c.Comment.Text, spans(c.Verdict), descriptionRoom),
		Color:       colour(c),
		Footer:      &discordgo.MessageEmbedFooter{Text: cut(footer(c), footerRoom)},
	}
	if !c.Opened.IsZero() {
		embed.Timestamp = c.Opened.UTC().Format(time.RFC3339)
	}
	if embed.Description == "" {
		embed.Description = "*(no text)*"
	}
	add := func(name, value string) {
		if value != "" {
			embed.Fields = append(embed.Fields, &discordgo.MessageEmbedField{Name: name, Value: cut(value, fieldLimit)})
		}
	}
	add("Where", where(c))
	add("Came with it", passages(c.Comment))
	add("Score", score(c.Verdict))
	add("Why", why(c.Verdict))
	add("Author", author(c, record, now))
	add("What was done", done(c))
	add("History", history(c))
	add("What the buttons do", legend(c))
	fit(embed)
	return Card{Embeds: []*discordgo.MessageEmbed{embed}, Components: buttons(c)}
}

// title says at a glance where the case stands.
func title(c moderation.Case) string {
	switch c.State {
	case moderation.CaseUpheld:
		return "✔ Upheld: " + what(c)
	case moderation.CaseDismissed:
		return "↩ Dismissed: everything was undone"
	case moderation.CaseCleared:
		return "○ Cleared: nothing left to do"
	case moderation.CasePending:
		return "… Waiting for a second opinion"
	}
	switch {
	case asksBan(c):
		return "❗ A ban is due: please decide"
	case c.Verdict.Action == moderation.Remove:
		return "✖ Removed: " + what(c)
	case c.Verdict.Action == moderation.Hold:
		return "⏸ Held back until you decide: " + what(c)
	case c.Comment.Author.Exempt != "":
		return "👁 Please look: by somebody Parley never punishes"
	}
	return "👁 Please look: " + what(c)
}

func what(c moderation.Case) string {
	if c.Comment.Channel.ID == "" {
		return "strike by a moderator"
	}
	return plain(c.Verdict.Category)
}

func colour(c moderation.Case) int {
	switch c.State {
	case moderation.CaseUpheld:
		return colourUpheld
	case moderation.CaseDismissed, moderation.CaseCleared:
		return colourDismissed
	case moderation.CaseActed:
		return colourActed
	}
	return colourOpen
}

// ShowsCase reports whether the footer of an embed is that of a case's card, whatever the
// case's version then was.
func ShowsCase(footer, caseID string) bool {
	return strings.HasPrefix(footer, cut("Case "+caseID+" ·", footerRoom))
}

func footer(c moderation.Case) string {
	text := fmt.Sprintf("Case %s · version %d", c.ID, c.Version)
	if c.Verdict.Policy != "" {
		text += " · policy " + short(c.Verdict.Policy)
	}
	if c.Comment.Revision != 0 {
		text += " · edited comment"
	}
	return text
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

// where links the place and names the article and the comment that was answered.
func where(c moderation.Case) string {
	m := c.Comment
	if m.Channel.ID == "" {
		return ""
	}
	lines := []string{fmt.Sprintf("<#%s> · [go there](https://discord.com/channels/%s/%s/%s)", m.Channel.ID, c.Guild, m.Channel.ID, m.ID)}
	if m.Article.Title != "" {
		lines = append(lines, "Under the article “"+escape(oneLine(m.Article.Title, 200))+"”")
	}
	if m.Parent.Text != "" {
		answered := "In answer to"
		if m.Parent.AuthorID != "" {
			answered += " <@" + m.Parent.AuthorID + ">"
		}
		lines = append(lines, answered+": “"+escape(oneLine(m.Parent.Text, 200))+"”")
	}
	return strings.Join(lines, "\n")
}

// passages quotes what came with the comment beside its text.
func passages(m moderation.Comment) string {
	var lines []string
	for _, p := range m.Passages {
		if len(lines) == 6 {
			lines = append(lines, fmt.Sprintf("and %d more", len(m.Passages)-6))
			break
		}
		lines = append(lines, strings.ReplaceAll(string(p.Kind), "_", " ")+": "+escape(oneLine(p.Text, 120)))
	}
	return strings.Join(lines, "\n")
}

// author tells what is known of who wrote it.
func author(c moderation.Case, record moderation.Record, now time.Time) string {
	a := c.Comment.Author
	name := a.Display
	if name == "" {
		name = a.Name
	}
	lines := []string{strings.TrimSpace(fmt.Sprintf("<@%s> %s", a.ID, escape(oneLine(name, 64))))}
	if a.Exempt != "" {
		lines = append(lines, "Never punished by Parley: "+exempt(a.Exempt))
	}
	var since []string
	if !a.Joined.IsZero() {
		since = append(since, "here since "+day(a.Joined))
	}
	if !a.Created.IsZero() {
		since = append(since, "on Discord since "+day(a.Created))
	}
	if len(since) > 0 {
		lines = append(lines, strings.Join(since, ", "))
	}
	active := moderation.ActivePoints(record.Strikes, now)
	lines = append(lines, fmt.Sprintf("%s that %s, %s in all; %d of %s taken down",
		count(active, "point"), agree(active, "counts", "count"), count(len(record.Strikes), "strike"),
		record.Rejected, count(record.Comments, "comment")))
	return strings.Join(lines, "\n")
}

// done tells what Parley and moderators have done.
func done(c moderation.Case) string {
	var lines []string
	switch {
	case c.Comment.Channel.ID == "":
	case c.State == moderation.CaseDismissed:
		lines = append(lines, "Given back, if it had been taken down")
	case c.State == moderation.CaseUpheld, c.State != moderation.CaseCleared && c.Verdict.Action >= moderation.Hold:
		lines = append(lines, "The comment was taken down; its text is kept here")
	default:
		lines = append(lines, "Nothing: the comment is still up")
	}
	if s := c.Strike; s != nil {
		text := count(s.Points, "strike point")
		switch {
		case !s.Pardoned.IsZero():
			text += ", pardoned"
		case !s.Expires.IsZero():
			text += ", until " + moment(s.Expires)
		}
		lines = append(lines, text)
	}
	if s := c.Sanction; s != nil {
		lines = append(lines, sanction(c, *s))
	}
	return strings.Join(lines, "\n")
}

func sanction(c moderation.Case, s moderation.Sanction) string {
	switch {
	case s.Ask:
		return fmt.Sprintf("The ladder asks for a %s; only you can order it", s.Kind)
	case s.Kind == moderation.Timeout && !c.Until.IsZero():
		return "Timed out until " + moment(c.Until)
	case s.Kind == moderation.Timeout:
		return fmt.Sprintf("Timed out for %s", s.For)
	case s.Kind == moderation.Kick:
		return "Kicked"
	case s.Kind == moderation.Ban:
		return "Banned"
	}
	return "Warned"
}

// historyLines is how many of a case's latest events are shown.
const historyLines = 6

func history(c moderation.Case) string {
	events := c.Events
	var lines []string
	if len(events) > historyLines {
		lines = append(lines, fmt.Sprintf("… %d earlier", len(events)-historyLines))
		events = events[len(events)-historyLines:]
	}
	for _, e := range events {
		line := fmt.Sprintf("<t:%d:R> %s", e.At.Unix(), e.Kind)
		if e.By != "" {
			line += " by <@" + e.By + ">"
		}
		if e.Note != "" {
			line += ": " + escape(oneLine(e.Note, 120))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Alert writes a sentence to moderators.
func Alert(text string) *discordgo.MessageEmbed {
	return &discordgo.MessageEmbed{Title: "Parley needs you to know", Description: cut(text, descriptionLimit), Color: colourOpen}
}

// Notice writes to a member about their comment.
func Notice(guild, text, caseID string) *discordgo.MessageEmbed {
	heading := "About your comment"
	if guild != "" {
		heading += " in " + oneLine(guild, 100)
	}
	e := &discordgo.MessageEmbed{Title: cut(heading, titleLimit), Description: cut(text, descriptionLimit), Color: colourNeutral}
	if caseID != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: cut("Case "+caseID, footerRoom)}
	}
	return e
}

// GivenBack writes a comment that was taken down by mistake, in its author's name.
func GivenBack(c moderation.Case) *discordgo.MessageEmbed {
	name := c.Comment.Author.Display
	if name == "" {
		name = c.Comment.Author.Name
	}
	e := &discordgo.MessageEmbed{
		Description: cut(fmt.Sprintf("<@%s> wrote:\n%s", c.Comment.Author.ID, strings.ToValidUTF8(c.Comment.Text, "\uFFFD")), descriptionLimit),
		Color:       colourDismissed,
		Footer:      &discordgo.MessageEmbedFooter{Text: cut("Taken down by mistake and given back by a moderator · case "+c.ID, footerRoom)},
	}
	if name = oneLine(name, 100); name != "" {
		e.Author = &discordgo.MessageEmbedAuthor{Name: name}
	}
	if !c.Comment.Time.IsZero() {
		e.Timestamp = c.Comment.Time.UTC().Format(time.RFC3339)
	}
	return e
}
