package discordtest_test

import (
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// TestWhatTheLibrarySendsFitsTheDescription walks through what a moderation
// bot does with discordgo; requests and answers are checked on the way.
func TestWhatTheLibrarySendsFitsTheDescription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.client(t)
	defer s.Client.CloseIdleConnections()
	ann := w.guild.NewMember("ann")
	guild, channel, bot := w.guild.ID, w.channel.ID, w.BotUser().ID
	message, err := ann.Post(w.channel, "hello")
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Hour)
	rank := int64(discordgo.PermissionModerateMembers)
	on := true
	card := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.Button{Label: "Uphold", CustomID: "uphold", Style: discordgo.SuccessButton, Emoji: &discordgo.ComponentEmoji{Name: "✅"}},
		discordgo.Button{Label: "Article", URL: "https://news.example/1", Style: discordgo.LinkButton},
	}}}
	embeds := []*discordgo.MessageEmbed{{Title: "Case", Color: 0xff0000, Timestamp: time.Now().Format(time.RFC3339),
		Fields: []*discordgo.MessageEmbedField{{Name: "Score", Value: "0.9", Inline: true}}, Footer: &discordgo.MessageEmbedFooter{Text: "Parley"}}}
	var sent *discordgo.Message

	for name, do := range map[string]func() error{
		"who am I":    func() error { _, err := s.User("@me"); return err },
		"application": func() error { _, err := s.Application("@me"); return err },
		"guild":       func() error { _, err := s.Guild(guild); return err },
		"channels":    func() error { _, err := s.GuildChannels(guild); return err },
		"threads":     func() error { _, err := s.GuildThreadsActive(guild); return err },
		"roles":       func() error { _, err := s.GuildRoles(guild); return err },
		"member":      func() error { _, err := s.GuildMember(guild, ann.ID); return err },
		"history":     func() error { _, err := s.ChannelMessages(channel, 100, "", message.ID, ""); return err },
		"one message": func() error { _, err := s.ChannelMessage(channel, message.ID); return err },
		"audit log":   func() error { _, err := s.GuildAuditLog(guild, "", "", 0, 10); return err },
		"time-out": func() error {
			return s.GuildMemberTimeout(guild, ann.ID, &until, discordgo.WithAuditLogReason("rule 1"))
		},
		"end time-out":    func() error { return s.GuildMemberTimeout(guild, ann.ID, nil) },
		"conversation":    func() error { _, err := s.UserChannelCreate(ann.ID); return err },
		"automatic rules": func() error { _, err := s.AutoModerationRules(guild); return err },
		"new automatic rule": func() error {
			_, err := s.AutoModerationRuleCreate(guild, &discordgo.AutoModerationRule{
				Name: "words", EventType: discordgo.AutoModerationEventMessageSend, TriggerType: discordgo.AutoModerationEventTriggerKeyword,
				TriggerMetadata: &discordgo.AutoModerationTriggerMetadata{KeywordFilter: []string{"orc"}}, Enabled: &on,
				Actions: []discordgo.AutoModerationAction{{Type: discordgo.AutoModerationRuleActionBlockMessage}},
			})
			return err
		},
		"commands": func() error {
			_, err := s.ApplicationCommandBulkOverwrite(bot, guild, []*discordgo.ApplicationCommand{
				{Name: "score", Description: "Score a text", DefaultMemberPermissions: &rank, Options: []*discordgo.ApplicationCommandOption{
					{Type: discordgo.ApplicationCommandOptionString, Name: "text", Description: "The text", Required: true}}},
				{Name: "Report", Type: discordgo.MessageApplicationCommand},
			})
			return err
		},
		"card": func() error {
			var err error
			sent, err = s.ChannelMessageSendComplex(channel, &discordgo.MessageSend{Embeds: embeds, Components: card,
				AllowedMentions: &discordgo.MessageAllowedMentions{}, Reference: &discordgo.MessageReference{ChannelID: channel, MessageID: message.ID}})
			if err != nil {
				return err
			}
			none := []discordgo.MessageComponent{}
			_, err = s.ChannelMessageEditComplex(&discordgo.MessageEdit{Channel: channel, ID: sent.ID, Embeds: &embeds, Components: &none})
			return err
		},
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
