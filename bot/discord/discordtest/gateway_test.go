package discordtest_test

import (
	"testing"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
)

// next receives the next value or fails the test.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-soon(t).Done():
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// hear delivers every event of one kind.
func hear[E any](session *discordgo.Session) <-chan E {
	heard := make(chan E, 64)
	session.AddHandler(func(_ *discordgo.Session, e E) { heard <- e })
	return heard
}

func TestAnUnmodifiedClientConnectsAndHearsTheGuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	guilds := hear[*discordgo.GuildCreate](session)
	w.connect(t, session)

	guild := next(t, guilds)
	if guild.ID != w.guild.ID || guild.Name != "News" || guild.Unavailable {
		t.Errorf("got guild %s %q", guild.ID, guild.Name)
	}
	if len(guild.Channels) != 1 || guild.Channels[0].ID != w.channel.ID {
		t.Errorf("got channels %v", guild.Channels)
	}
	if session.State.User.ID != w.BotUser().ID {
		t.Errorf("READY names %s as the bot", session.State.User.ID)
	}
}

func TestAMembersMessageReachesTheBotWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	messages := hear[*discordgo.MessageCreate](session)
	w.connect(t, session)

	ann := w.guild.NewMember("ann", w.guild.NewRole("readers", 0))
	article := must[discordtest.Message](t)(ann.PostArticle(w.channel, discordtest.Embed{Title: "A story", Description: "What happened", URL: "https://news.example/1"}))
	reply := must[discordtest.Message](t)(ann.Reply(article, "how sad"))

	first, second := next(t, messages), next(t, messages)
	if first.ID != article.ID || first.Embeds[0].Title != "A story" || first.Author.Username != "ann" || len(first.Member.Roles) != 1 {
		t.Errorf("article came as %+v", first.Message)
	}
	if second.ID != reply.ID || second.Content != "how sad" || second.ReferencedMessage == nil || second.ReferencedMessage.ID != article.ID {
		t.Errorf("reply came as %+v", second.Message)
	}
}

func TestTheBotPostsEditsAndDeletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	deletions := hear[*discordgo.MessageDelete](session)
	w.connect(t, session)
	ann := w.guild.NewMember("ann")
	bad := must[discordtest.Message](t)(ann.Post(w.channel, "something bad"))

	card, err := session.ChannelMessageSendComplex(w.channel.ID, &discordgo.MessageSend{
		Embeds: []*discordgo.MessageEmbed{{Title: "Case 1", Description: "something ||bad||"}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Uphold", CustomID: "uphold:1", Style: discordgo.DangerButton},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.ChannelMessageEdit(w.channel.ID, card.ID, "done"); err != nil {
		t.Fatal(err)
	}
	if err := session.ChannelMessageDelete(w.channel.ID, bad.ID, discordgo.WithAuditLogReason("rule 1")); err != nil {
		t.Fatal(err)
	}

	if got := next(t, deletions); got.ID != bad.ID {
		t.Errorf("heard of the deletion of %s, want %s", got.ID, bad.ID)
	}
	there := w.channel.Messages()
	if len(there) != 1 || there[0].Content != "done" || there[0].EditedAt.IsZero() || there[0].Buttons()[0].CustomID != "uphold:1" {
		t.Errorf("the channel holds %+v", there)
	}
	log := w.guild.AuditLog()
	if len(log) != 1 || log[0].Reason != "rule 1" || log[0].Target != ann.ID {
		t.Errorf("the audit log says %+v", log)
	}
}

func TestASlashCommandIsAnsweredPrivately(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	session.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		who := i.ApplicationCommandData().Options[0].Options[0].UserValue(nil)
		_ = s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: "no strikes for " + who.ID, Flags: discordgo.MessageFlagsEphemeral},
		})
	})
	w.connect(t, session)
	if _, err := session.ApplicationCommandBulkOverwrite(w.BotUser().ID, w.guild.ID, []*discordgo.ApplicationCommand{{
		Name: "strikes", Description: "Strikes of a member",
		Options: []*discordgo.ApplicationCommandOption{{
			Type: discordgo.ApplicationCommandOptionSubCommand, Name: "show", Description: "Show them",
			Options: []*discordgo.ApplicationCommandOption{{Type: discordgo.ApplicationCommandOptionUser, Name: "user", Description: "Who", Required: true}},
		}},
	}}); err != nil {
		t.Fatal(err)
	}
	ann, mod := w.guild.NewMember("ann"), w.guild.NewMember("mod")

	answer := must[*discordtest.Interaction](t)(mod.Slash(soon(t), w.channel, "strikes show", discordtest.Argument{Name: "user", Value: ann}))

	message, ok := answer.Message()
	if !ok || message.Content != "no strikes for "+ann.ID || !message.Ephemeral {
		t.Errorf("the answer is %+v", message)
	}
	if len(w.channel.Messages()) != 0 {
		t.Error("a private answer stands in the channel")
	}
}
