package discordtest_test

import (
	"fmt"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
)

// A test acts as people do, lets the bot act, and asks what happened.
func Example() {
	srv := discordtest.NewServer()
	defer srv.Close()
	guild := srv.NewGuild("News")
	channel := guild.NewTextChannel("articles")
	ann := guild.NewMember("ann")
	comment, err := ann.Post(channel, "something nasty")
	if err != nil {
		fmt.Println(err)
		return
	}

	bot, err := discordgo.New("Bot " + srv.Token())
	if err != nil {
		fmt.Println(err)
		return
	}
	bot.Client.Transport = srv.Transport()
	err = bot.ChannelMessageDelete(channel.ID, comment.ID, discordgo.WithAuditLogReason("rule 1"))

	fmt.Println("error:", err)
	fmt.Println("messages left:", len(channel.Messages()))
	fmt.Println("audit log:", guild.AuditLog()[0].Reason)
	// Output:
	// error: <nil>
	// messages left: 0
	// audit log: rule 1
}
