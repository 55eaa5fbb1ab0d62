package discord

import (
	"context"
	"fmt"
	"strings"

	"parley/bot/discord/card"
	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// Rules is what /rules works with. All parts must be set.
type Rules struct {
	Book   RuleBook
	Switch RuleSwitch
	Log    RuleLog
}

// RuleBook is the rules of the policies in force.
type RuleBook interface {
	// Rules lists the rules that hold in a guild, in the order of the policy.
	Rules(guild string) []card.Rule
	// Try says what one rule of the comment's guild, on or in shadow, finds in a comment; no reasons when it does
	// not match.
	Try(rule string, c *moderation.Comment) ([]moderation.Reason, error)
}

// RuleSwitch changes the policy in force in one guild, with the author's ID for the record.
// Errors are shown to the person who asked. *bot.Desk is one.
type RuleSwitch interface {
	// SetMode turns a rule "on", to "shadow" or "off".
	SetMode(ctx context.Context, guild, rule, mode, by string) error
	// Rollback puts an earlier policy in force, named by the start of its hash.
	Rollback(ctx context.Context, guild, hash, by string) error
}

// RuleLog is what is remembered about policies. A ledger.Store is one.
type RuleLog interface {
	ShadowHits(ctx context.Context, guild, rule string, n int) ([]ledger.ShadowHit, int, error)
	Policies(ctx context.Context, guild string) ([]ledger.PolicyVersion, error)
}

// rulesCommand is /rules.
func rulesCommand() command {
	rule := option{Type: optionText, Name: "rule", Description: "which rule", Required: true, Autocomplete: true, MaxLength: 100}
	sub := func(name, description string, options ...option) option {
		return option{Type: optionSubcommand, Name: name, Description: description, Options: options}
	}
	return command{Name: "rules", Description: "The rules that Parley judges by", Options: []option{
		sub("list", "List the rules and which of them are on"),
		sub("show", "Show one rule: what it is for and what it gives", rule),
		sub("test", "See what a rule finds in a text", rule,
			option{Type: optionText, Name: "text", Description: "the comment", Required: true, MaxLength: 4000}),
		sub("shadow", "See what a rule in shadow would have done", rule),
		sub("enable", "Turn a rule on (admins)", rule),
		sub("disable", "Turn a rule off, or let it only watch (admins)", rule,
			option{Type: optionText, Name: "to", Description: "off, or shadow to go on watching", Autocomplete: true, MaxLength: 10}),
		sub("history", "List the policies that were in force"),
		sub("rollback", "Put an earlier policy in force again (admins)",
			option{Type: optionText, Name: "policy", Description: "start of its hash, as /rules history shows it", Required: true, Autocomplete: true, MaxLength: 64}),
	}}
}

// rules answers /rules. Moderators may look and test; only admins may change anything.
func (p *Platform) rules(ctx context.Context, x *exchange, s *policy.Settings, path string, options map[string]wire.Option) error {
	guild, by := x.i.GuildID, x.i.Who().ID
	id := options["rule"].Text()
	switch _, sub, _ := strings.Cut(path, " "); sub {
	case "list":
		return x.whisper(ctx, "", embeds(card.Rules(p.desk.Rules.Book.Rules(guild))))
	case "history":
		policies, err := p.desk.Rules.Log.Policies(ctx, guild)
		if err != nil {
			return err
		}
		return x.whisper(ctx, "", embeds(card.Policies(policies)))
	case "show", "test", "shadow":
		rule, err := p.ruleNamed(guild, id)
		if err != nil {
			return err
		}
		return p.lookAtRule(ctx, x, sub, rule, options)
	case "enable", "disable", "rollback":
		if !p.guilds.isAdmin(guild, x.i.Member, s) {
			return refuse("Only admins of this server can change rules. You can look at them and test them.")
		}
		if sub == "rollback" {
			return p.rollBack(ctx, x, options["policy"].Text(), by)
		}
		rule, err := p.ruleNamed(guild, id)
		if err != nil {
			return err
		}
		mode := "on"
		if sub == "disable" {
			mode = "off"
			if options["to"].Text() == "shadow" {
				mode = "shadow"
			}
		}
		if err := p.desk.Rules.Switch.SetMode(ctx, guild, rule.ID, mode, by); err != nil {
			return refuse("Rule %s was left as it is: %v", rule.ID, err)
		}
		return x.whisper(ctx, fmt.Sprintf("Rule %s is now %s in this server, from the next comment on. It stays so until somebody switches it again.", rule.ID, mode), card.Card{})
	}
	return refuse("This version of Parley does not know /%s.", path)
}

func (p *Platform) ruleNamed(guild, id string) (card.Rule, error) {
	for _, rule := range p.desk.Rules.Book.Rules(guild) {
		if rule.ID == id {
			return rule, nil
		}
	}
	return card.Rule{}, refuse("There is no rule called %q. /rules list shows them.", id)
}

func (p *Platform) lookAtRule(ctx context.Context, x *exchange, sub string, rule card.Rule, options map[string]wire.Option) error {
	switch sub {
	case "show":
		return x.whisper(ctx, "", embeds(card.OneRule(rule)))
	case "shadow":
		hits, total, err := p.desk.Rules.Log.ShadowHits(ctx, x.i.GuildID, rule.ID, 10)
		if err != nil {
			return err
		}
		return x.whisper(ctx, "", embeds(card.Shadow(rule, x.i.GuildID, hits, total)))
	default:
		channel, _, _ := p.guilds.channel(x.i.GuildID, x.i.ChannelID)
		c := moderation.Comment{ID: x.i.ID, Guild: x.i.GuildID, Time: wire.TimeOf(x.i.ID), Channel: channelOf(channel), Text: options["text"].Text()}
		reasons, err := p.desk.Rules.Book.Try(rule.ID, &c)
		if err != nil {
			return err
		}
		return x.whisper(ctx, "", embeds(card.Trial(rule, c, reasons)))
	}
}

func (p *Platform) rollBack(ctx context.Context, x *exchange, hash, by string) error {
	if err := p.desk.Rules.Switch.Rollback(ctx, x.i.GuildID, hash, by); err != nil {
		return refuse("The policy was left as it is: %v", err)
	}
	return x.whisper(ctx, fmt.Sprintf("Policy %s is in force again in this server, from the next comment on, with the rules as they were switched then. When the configuration file is edited, the file holds again.", hash), card.Card{})
}

// suggestRules suggests rules, modes and policies for the options of /rules.
func (p *Platform) suggestRules(ctx context.Context, x *exchange, o wire.Option) error {
	typed := strings.ToLower(o.Text())
	var choices []suggestion
	add := func(label, value string) {
		if strings.Contains(strings.ToLower(label), typed) && value != "" && len(value) <= maxSuggestionLength {
			choices = append(choices, suggestion{Name: card.Cut(label, maxSuggestionLength), Value: value})
		}
	}
	switch o.Name {
	case "rule":
		for _, rule := range p.desk.Rules.Book.Rules(x.i.GuildID) {
			add(rule.ID+" ("+rule.Mode+")", rule.ID)
		}
	case "to":
		add("off", "off")
		add("shadow", "shadow")
	case "policy":
		policies, err := p.desk.Rules.Log.Policies(ctx, x.i.GuildID)
		if err != nil {
			return err
		}
		for _, v := range policies {
			add(card.PolicyLine(v), v.Hash)
		}
	}
	return x.suggest(ctx, choices)
}
