package card

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"parley/moderation"
	"parley/moderation/ledger"
)

// Rule is a rule as people look at it.
type Rule struct {
	ID      string
	Why     string // what it is for, in the policy's words
	Mode    string // "on", "shadow" or "off"
	Gives   string // what it contributes, such as "threat 0.9" or "action remove"
	Source  string // its YAML
	Line    int    // in the configuration file
	Prevent bool   // mirrored to Discord's AutoMod
}

// Rules lists rules with their modes.
func Rules(rules []Rule) *discordgo.MessageEmbed {
	var lines []string
	for _, r := range rules {
		line := modeMark(r.Mode) + " " + code(r.ID) + " " + escape(oneLine(r.Why, 80))
		if r.Prevent {
			line += " (AutoMod, too)"
		}
		lines = append(lines, line)
	}
	return &discordgo.MessageEmbed{
		Title:       count(len(rules), "rule"),
		Description: whole(lines, descriptionLimit),
		Color:       colourNeutral,
		Footer:      &discordgo.MessageEmbedFooter{Text: "● on   ◐ shadow: watches only   ○ off"},
	}
}

// whole joins as many lines as fit in n units, and says how many did not.
func whole(lines []string, n int) string {
	const room = 24 // for the last line
	used := 0
	for i, line := range lines {
		used += units(line) + 1
		if used > n-room {
			return strings.Join(lines[:i], "\n") + fmt.Sprintf("\n… and %d more", len(lines)-i)
		}
	}
	return strings.Join(lines, "\n")
}

func modeMark(mode string) string {
	switch mode {
	case "shadow":
		return "◐"
	case "off":
		return "○"
	}
	return "●"
}

// OneRule shows a rule.
func OneRule(r Rule) *discordgo.MessageEmbed {
	lines := []string{escape(oneLine(r.Why, 500)), fmt.Sprintf("%s %s", modeMark(r.Mode), r.Mode)}
	if r.Gives != "" {
		lines = append(lines, "Gives "+escape(oneLine(r.Gives, 200)))
	}
	if r.Prevent {
		lines = append(lines, "Mirrored to Discord's AutoMod, which stops such comments before anyone sees them")
	}
	if r.Source != "" {
		lines = append(lines, "```yaml\n"+cut(strings.ReplaceAll(r.Source, "```", "'''"), 2500)+"\n```")
	}
	e := &discordgo.MessageEmbed{Title: cut("Rule "+oneLine(r.ID, 100), titleLimit), Description: cut(strings.Join(lines, "\n"), descriptionLimit), Color: colourNeutral}
	if r.Line > 0 {
		e.Footer = &discordgo.MessageEmbedFooter{Text: fmt.Sprintf("line %d of the configuration", r.Line)}
	}
	return e
}

// Trial shows what a rule finds in a text.
func Trial(r Rule, c moderation.Comment, reasons []moderation.Reason) *discordgo.MessageEmbed {
	v := moderation.Verdict{Reasons: reasons}
	title := "Rule " + oneLine(r.ID, 100) + " matches"
	if len(reasons) == 0 {
		title = "Rule " + oneLine(r.ID, 100) + " does not match"
	}
	e := &discordgo.MessageEmbed{
		Title: cut(title, titleLimit), Description: marked(c.Text, spans(v), descriptionRoom), Color: colourNeutral,
		Footer: &discordgo.MessageEmbedFooter{Text: "Nothing was posted or counted."},
	}
	if text := why(v); text != "" {
		e.Fields = []*discordgo.MessageEmbedField{{Name: "Why", Value: cut(text, fieldLimit)}}
	}
	return e
}

// Shadow shows what a rule in shadow would have done.
func Shadow(r Rule, guild string, hits []ledger.ShadowHit, total int) *discordgo.MessageEmbed {
	lines := []string{fmt.Sprintf("%s would have matched since it was put in shadow.", count(total, "comment"))}
	for _, h := range hits {
		lines = append(lines, fmt.Sprintf("• %s [comment](https://discord.com/channels/%s/%s/%s): %s “%s”",
			moment(h.At), guild, h.Channel, h.Comment, h.Would, escape(oneLine(h.Quote, 80))))
	}
	return &discordgo.MessageEmbed{Title: cut("Rule "+oneLine(r.ID, 100)+" in shadow", titleLimit),
		Description: whole(lines, descriptionLimit), Color: colourNeutral}
}

// Policies lists the policies that were in force, the newest first.
func Policies(policies []ledger.PolicyVersion) *discordgo.MessageEmbed {
	var lines []string
	for i, v := range policies {
		line := fmt.Sprintf("%s %s", code(short(v.Hash)), moment(v.At))
		if v.By != "" {
			line += " by " + by(v.By)
		}
		if i == 0 {
			line += " (in force)"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{"No policy is remembered yet."}
	}
	return &discordgo.MessageEmbed{Title: "Policies", Description: whole(lines, descriptionLimit), Color: colourNeutral}
}

// by names who put a policy in force: a moderator, or how else it came.
func by(who string) string {
	if strings.Trim(who, "0123456789") == "" {
		return "<@" + who + ">"
	}
	return escape(oneLine(who, 40))
}

// PolicyLine is a policy in one line, for lists to choose from.
func PolicyLine(v ledger.PolicyVersion) string {
	return short(v.Hash) + " · " + v.At.UTC().Format("2 Jan 2006, 15:04 UTC")
}

// Cut makes text valid UTF-8 of at most n characters, with an ellipsis where it was longer.
func Cut(text string, n int) string { return cut(text, n) }
