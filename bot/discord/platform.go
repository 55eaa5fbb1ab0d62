// Package discord is everything that Parley knows of Discord: it turns gateway events into
// comments, carries effects out over the REST API, and gives moderators their slash
// commands, cards and buttons.
//
// What a message looks like on the wire is in package wire, how requests are paced in
// package rest, and what moderators see of a case in package card.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"parley/bot"
	"parley/bot/discord/rest"
	"parley/moderation"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

// Config is what a platform needs. Token, Settings and Ledger must be set.
type Config struct {
	Token   string // the bot's token, without "Bot "
	APIBase string // where the API is; empty for Discord itself
	// Settings says what the policy in force wants in a channel of a guild. It is asked for
	// every message and must be quick; it may answer differently after the policy changed.
	Settings func(guild string, at moderation.Channel) *policy.Settings
	Ledger   Ledger
	// Joins asks Discord to tell who joins a guild. It needs the privileged members intent.
	Joins bool
	// Prevent lists the rules of the policy in force in a guild that are to be mirrored to
	// Discord's AutoMod; nil: AutoMod is none of Parley's business. It takes PreventPermissions.
	Prevent func(guild string) []rule.Rule
	Log     *slog.Logger // nil discards
}

// Ledger is what the platform reads and notes itself: an author's record, for cards, and
// what has been said once.
type Ledger interface {
	Record(ctx context.Context, guild, author string) (moderation.Record, error)
	Once(ctx context.Context, guild, key string, ttl time.Duration) (bool, error)
}

// Platform is a bot's presence on Discord. It is a bot.Source and a bot.Enforcer. Its
// methods may be called concurrently; Run only once.
type Platform struct {
	token    string
	settings func(guild string, at moderation.Channel) *policy.Settings
	ledger   Ledger
	joins    bool
	prevent  func(guild string) []rule.Rule
	log      *slog.Logger
	api      *rest.Client
	files    *http.Client // for what members upload; follows no redirects

	guilds    *guildBook
	articles  *tracker
	authors   *memberBook
	mirroring sync.Mutex  // one reconciliation with AutoMod at a time
	settledBy sync.Map    // guild → *policy.Settings that settleIn last went by
	desk      *Moderators // nil without commands and buttons

	intake bot.Intake
	parked *parking
	work   sync.WaitGroup // goroutines that Run waits for

	self    sync.Mutex
	botID   string
	appID   string
	started chan struct{} // closed when botID and appID are known
	timing  timing
}

var (
	_ bot.Source   = (*Platform)(nil)
	_ bot.Enforcer = (*Platform)(nil)
)

// New makes a platform. Nothing is sent before Run, Since or Carry.
func New(c Config) (*Platform, error) {
	if c.Token == "" {
		return nil, errors.New("no Discord token; set DISCORD_TOKEN to the token from the Bot page of https://discord.com/developers/applications")
	}
	if c.Settings == nil || c.Ledger == nil {
		return nil, errors.New("discord: Config.Settings and Config.Ledger must be set")
	}
	api, err := rest.NewClient(c.Token, c.APIBase)
	if err != nil {
		return nil, fmt.Errorf("connect to Discord: %w", err)
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Platform{
		token: c.Token, settings: c.Settings, ledger: c.Ledger, joins: c.Joins, prevent: c.Prevent, log: log, api: api,
		guilds: newGuildBook(), articles: newTracker(), authors: newMemberBook(),
		files:  &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		parked: newParking(), started: make(chan struct{}), timing: usualTiming,
	}, nil
}

// me is the bot's user ID once Discord has told it, "" before.
func (p *Platform) me() string {
	p.self.Lock()
	defer p.self.Unlock()
	return p.botID
}
