package demo

import (
	"context"
	"fmt"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
	"parley/moderation/classifier/openai/openaitest"
	"parley/moderation/policy"
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
	model     *openaitest.Server // nil where nobody is asked for a second opinion
	bot       *daemon.Running
}

// build sets the stage and starts the bot on it. With opinions, a scripted model stands in
// for OpenAI.
func build(ctx context.Context, members []string, opinions bool, bot daemon.Options) (*stage, error) {
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
	bot.APIBase, bot.Token = server.URL(), server.Token()
	bot.OnVerdict, bot.OnOpinion = s.heard.verdict, s.heard.opinion
	source := house
	if opinions {
		if s.model, err = startModel(); err != nil {
			s.leave()
			return nil, err
		}
		source = asking(s.model.URL())
	}
	bot.Load = func() (*policy.Policy, policy.Diagnostics) { return policy.Parse("demo.yaml", source, nil) }
	if s.bot, err = daemon.Start(ctx, bot); err != nil {
		s.leave()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() error {
	err := s.bot.Stop()
	s.leave()
	return err
}

func (s *stage) leave() {
	s.server.Close()
	if s.model != nil {
		s.model.Close()
	}
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
