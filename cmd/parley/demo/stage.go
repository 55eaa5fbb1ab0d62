package demo

import (
	"context"
	"fmt"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
)

// Names of the places that the script knows.
const (
	newsChannel   = "world-news"
	reviewChannel = "mod-queue"
	moderatorName = "Moderator"
)

// patience bounds every wait, so that a demo that goes wrong says so and ends.
const patience = 10 * time.Second

// stage is the community and everything that is heard of the bot.
type stage struct {
	server    *discordtest.Server
	news      *discordtest.Channel
	queue     *discordtest.Channel
	guild     *discordtest.Guild
	moderator *discordtest.Member
	cast      map[string]*discordtest.Member
	heard     *hearing
	bot       *daemon.Running
}

// build sets the stage and starts the bot on it.
func build(ctx context.Context, members []string, bot daemon.Options) (*stage, error) {
	server, err := discordtest.Start()
	if err != nil {
		return nil, fmt.Errorf("start the stand-in for Discord: %w", err)
	}
	s := &stage{server: server, cast: map[string]*discordtest.Member{}, heard: newHearing()}
	s.guild = server.NewGuild("The Daily Commons")
	s.guild.BotRole().Raise()
	moderators := s.guild.NewRole("Moderators", discordtest.ModerateMembers|discordtest.ManageMessages|discordtest.BanMembers|discordtest.ManageGuild)
	s.moderator = s.guild.NewMember(moderatorName, moderators)
	s.news = s.guild.NewTextChannel(newsChannel)
	s.queue = s.guild.NewTextChannel(reviewChannel)
	for _, name := range members {
		s.cast[name] = s.guild.NewMember(name)
	}
	bot.APIBase, bot.Token, bot.OnVerdict = server.URL(), server.Token(), s.heard.verdict
	if s.bot, err = daemon.Start(ctx, bot); err != nil {
		server.Close()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() error {
	err := s.bot.Stop()
	s.server.Close()
	return err
}

// await waits until cond holds, for as long as patience lasts.
func (s *stage) await(ctx context.Context, what string, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.server.Await(ctx, what, cond)
}

// isDown reports whether a comment has been taken down.
func (s *stage) isDown(id string) bool {
	m, ok := s.news.Message(id)
	return !ok || m.Deleted
}
