package discord

import (
	"context"

	"parley/bot"
	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

// Moderators is what moderators' commands and buttons work with. Cases, Strikes, Status and
// Score must be set.
type Moderators struct {
	Cases   Cases
	Strikes Strikes
	// Status says how the bot is doing in a guild.
	Status func(ctx context.Context, guild string) bot.Status
	// Score judges a text as the policy in force would, without counting it.
	Score func(c *moderation.Comment) moderation.Verdict
	Rules *Rules // nil: there is no /rules
}

// Cases are looked at and decided. *bot.Desk is one.
type Cases interface {
	Decide(ctx context.Context, r bot.Ruling) (moderation.Case, error)
	Case(ctx context.Context, guild, id string) (moderation.Case, error)
	Find(ctx context.Context, guild string, f ledger.Filter) ([]moderation.Case, error)
}

// Strikes are shown, given and taken back. *bot.Desk is one.
type Strikes interface {
	Standing(ctx context.Context, guild, user string) (bot.Standing, error)
	AddStrike(ctx context.Context, h consequence.HandStrike) (moderation.Case, error)
	Pardon(ctx context.Context, guild, caseID, by, note string) (moderation.Case, error)
}

// Serve lets moderators use commands and buttons. It is called before Run.
func (p *Platform) Serve(m Moderators) { p.desk = &m }
