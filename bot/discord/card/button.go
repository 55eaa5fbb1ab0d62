package card

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"parley/moderation"
)

// Press is what a card's button means: a decision on a case as the moderator saw it.
type Press struct {
	Case      string
	Version   int64
	Kind      moderation.DecisionKind
	Confirmed bool // the moderator was asked whether they mean it
}

// maxCustomID is the longest that Discord allows.
const maxCustomID = 100

// CustomID is how a press is written on its button; "" for a case whose ID does not fit.
func (p Press) CustomID() string {
	sure := ""
	if p.Confirmed {
		sure = "!"
	}
	id := fmt.Sprintf("case/%s%s/%d/%s", p.Kind, sure, p.Version, p.Case)
	if len(id) > maxCustomID {
		return ""
	}
	return id
}

// ParsePress reads a button's custom ID; ok is false when it is none of a card's.
func ParsePress(customID string) (p Press, ok bool) {
	parts := strings.SplitN(customID, "/", 4)
	if len(parts) != 4 || parts[0] != "case" || parts[3] == "" {
		return Press{}, false
	}
	version, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return Press{}, false
	}
	kind, sure := strings.CutSuffix(parts[1], "!")
	p = Press{Case: parts[3], Version: version, Kind: moderation.DecisionKind(kind), Confirmed: sure}
	switch p.Kind {
	case moderation.Uphold, moderation.Dismiss, moderation.BanAuthor:
		return p, true
	}
	return Press{}, false
}

// buttons are those of a card. What no longer can be decided is shown, but cannot be pressed.
func buttons(c moderation.Case) []discordgo.MessageComponent {
	if (Press{Case: c.ID, Version: c.Version, Kind: moderation.Dismiss}).CustomID() == "" {
		return nil
	}
	button := func(kind moderation.DecisionKind, label string, style discordgo.ButtonStyle, disabled bool) discordgo.MessageComponent {
		press := Press{Case: c.ID, Version: c.Version, Kind: kind}
		return discordgo.Button{Label: label, Style: style, Disabled: disabled, CustomID: press.CustomID()}
	}
	closed := c.State == moderation.CaseDismissed || c.State == moderation.CaseCleared
	upheld := c.State == moderation.CaseUpheld
	spared := c.Comment.Author.Exempt != ""
	uphold, dismiss := "Uphold", "Dismiss and undo"
	if c.Verdict.Action == moderation.Review && !upheld {
		uphold, dismiss = "Take it down", "Leave it up"
	}
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		button(moderation.Uphold, uphold, discordgo.SuccessButton, closed || upheld || spared),
		button(moderation.Dismiss, dismiss, discordgo.SecondaryButton, closed),
		button(moderation.BanAuthor, "Ban…", discordgo.DangerButton, closed || spared || banned(c)),
	}}}
}

// legend says what each button that can be pressed would do.
func legend(c moderation.Case) string {
	if c.State == moderation.CaseDismissed || c.State == moderation.CaseCleared {
		return ""
	}
	var lines []string
	spared := c.Comment.Author.Exempt != ""
	review := c.Verdict.Action == moderation.Review
	switch {
	case c.State == moderation.CaseUpheld:
		lines = append(lines, "**Dismiss and undo**: change your mind; strike, timeout and ban of this case end and the text is given back")
	case review && spared:
		lines = append(lines, "**Leave it up**: close this case; nothing changes")
	case review:
		lines = append(lines, "**Take it down**: you agree that this is abuse; it is taken down and its author told",
			"**Leave it up**: close this case; nothing changes")
	default:
		lines = append(lines, "**Uphold**: you agree; everything stays as it is",
			"**Dismiss and undo**: you disagree; strike and timeout end, the text is given back")
	}
	if !spared && !banned(c) {
		lines = append(lines, "**Ban…**: ban the author; you are asked once more")
	}
	return strings.Join(lines, "\n")
}

// Confirm asks whether a ban is meant.
func Confirm(c moderation.Case) Card {
	press := Press{Case: c.ID, Version: c.Version, Kind: moderation.BanAuthor, Confirmed: true}
	return Card{
		Embeds: []*discordgo.MessageEmbed{{
			Title:       "Ban this person?",
			Description: fmt.Sprintf("<@%s> is banned from this server until somebody lifts it. Their earlier messages stay. Dismissing the case later lifts the ban, too.", c.Comment.Author.ID),
			Color:       colourActed,
		}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Yes, ban", Style: discordgo.DangerButton, CustomID: press.CustomID()},
		}}},
	}
}

// asksBan reports whether the ladder has reached a ban that only a moderator may order.
func asksBan(c moderation.Case) bool {
	return c.Sanction != nil && c.Sanction.Ask && c.Sanction.Kind == moderation.Ban && !banned(c)
}

func banned(c moderation.Case) bool {
	if c.Sanction != nil && c.Sanction.Kind == moderation.Ban && !c.Sanction.Ask {
		return true
	}
	for _, e := range c.Events {
		if e.Kind == string(moderation.BanAuthor) || e.Kind == "banned" {
			return true
		}
	}
	return false
}
