package demo

import (
	"context"
	"fmt"
	"strings"

	"parley/bot/discord/card"
	"parley/bot/discord/discordtest"
	"parley/moderation"
)

// cardOf finds the card of a comment in the review channel: the one whose buttons name it.
func (p *play) cardOf(id string) (shown discordtest.Message, dismiss discordtest.Button, ok bool) {
	for _, m := range p.queue.Messages() {
		for _, b := range m.Buttons() {
			press, ok := card.ParsePress(b.CustomID)
			if ok && press.Case == id && press.Kind == moderation.Dismiss && !b.Disabled {
				return m, b, true
			}
		}
	}
	return discordtest.Message{}, discordtest.Button{}, false
}

// dismiss presses the button that undoes everything and waits until the words are back.
func (p *play) dismiss(ctx context.Context, m discordtest.Message, why string) error {
	if err := p.await(ctx, "the comment's card", func() bool { _, _, ok := p.cardOf(m.ID); return ok }); err != nil {
		return err
	}
	shown, button, _ := p.cardOf(m.ID)
	p.show(Happening{Who: moderatorName, Note: "opens the card and presses \"" + button.Label + "\": " + why})
	wasDown := p.isDown(m.ID)
	if _, err := p.moderator.Press(ctx, shown, button.CustomID); err != nil {
		return fmt.Errorf("press %q: %w", button.Label, err)
	}
	if !wasDown {
		return p.await(ctx, "the card to be closed", func() bool { _, _, open := p.cardOf(m.ID); return !open })
	}
	if err := p.await(ctx, "the comment to be given back", func() bool { return p.isBack(m) }); err != nil {
		return err
	}
	p.summary.GivenBack++
	p.show(Happening{Who: m.Author.Name, Text: m.Content, Outcome: Stays, Note: "is given back, strike and all"})
	return nil
}

// isBack reports whether the bot has posted a comment's words again.
func (p *play) isBack(m discordtest.Message) bool {
	for _, posted := range p.news.Messages() {
		if !posted.Author.Bot || posted.Deleted {
			continue
		}
		if strings.Contains(posted.Content, m.Content) {
			return true
		}
		for _, e := range posted.Embeds {
			if strings.Contains(e.Description, m.Content) {
				return true
			}
		}
	}
	return false
}

// enableRule switches the silent rule on, as an admin does.
func (p *play) enableRule(ctx context.Context) error {
	answer, err := p.moderator.Slash(ctx, p.queue, "rules enable", discordtest.Argument{Name: "rule", Value: shadowRule})
	if err != nil {
		return fmt.Errorf("/rules enable: %w", err)
	}
	if err := p.await(ctx, "an answer to /rules enable", func() bool { _, ok := answer.Message(); return ok }); err != nil {
		return err
	}
	said, _ := answer.Message()
	p.show(Happening{Who: moderatorName, Note: "/rules enable " + shadowRule + " → " + firstLine(said)})
	return nil
}

func firstLine(m discordtest.Message) string {
	text := m.Content
	if text == "" && len(m.Embeds) > 0 {
		text = m.Embeds[0].Title + " " + m.Embeds[0].Description
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
