package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/bot/discord/discordtest"
	"parley/moderation"
)

// Bot is the bot on stage.
type Bot interface {
	// Ready reports why the bot is not moderating yet; nil when it is.
	Ready() error
	// Stop drains the bot and waits for it.
	Stop() error
}

// Setup is what a bot needs to appear on stage.
type Setup struct {
	API       string // where the stand-in for Discord answers
	Token     string
	OnVerdict func(c *moderation.Comment, v *moderation.Verdict, took time.Duration)
}

// Launch starts the real bot.
type Launch func(ctx context.Context, s Setup) (Bot, error)

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
	bot       Bot
}

// build sets the stage and starts the bot on it.
func build(ctx context.Context, members []string, launch Launch) (*stage, error) {
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
	s.bot, err = launch(ctx, Setup{API: server.URL(), Token: server.Token(), OnVerdict: s.heard.verdict})
	if err != nil {
		server.Close()
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// awaitReady asks the bot, as an orchestrator asks /readyz.
func (s *stage) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.bot.Ready()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("the bot did not get ready: %w", err)
		}
	}
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
