package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"parley/bot/discord/rest"
	"parley/moderation"
	"parley/moderation/policy"
)

// command is a command as Discord is told of it.
type command struct {
	Type        int      `json:"type"`
	Name        string   `json:"name"`
	Description string   `json:"description"` // empty for what is found in a message's menu
	Options     []option `json:"options,omitempty"`
	// Permissions says who sees the command; nil: everyone, and those who may not use it are
	// told so.
	Permissions *string `json:"default_member_permissions"`
}

// option is a subcommand or a value of a command.
type option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	MinValue     int      `json:"min_value,omitempty"`
	MaxValue     int      `json:"max_value,omitempty"`
	MaxLength    int      `json:"max_length,omitempty"`
	Options      []option `json:"options,omitempty"`
}

// Command types (developer reference, "Application Command Types").
const (
	commandSlash   = 1
	commandMessage = 3 // in the menu of a message
)

// scoreThis is the name of the command in a message's menu.
const scoreThis = "Score this"

// Option types (developer reference, "Application Command Option Type").
const (
	optionSubcommand = 1
	optionText       = 3
	optionWhole      = 4
	optionUser       = 6
)

// commands lists the commands for moderators.
func commands(withRules bool) []command {
	member := option{Type: optionUser, Name: "user", Description: "whose strikes", Required: true}
	all := []command{
		{Name: "strikes", Description: "Somebody's strikes: show them, give one, take one back", Options: []option{
			{Type: optionSubcommand, Name: "show", Description: "Show somebody's strikes and what the next one would bring", Options: []option{member}},
			{Type: optionSubcommand, Name: "add", Description: "Give somebody a strike; the ladder follows as for any other", Options: []option{
				member,
				{Type: optionText, Name: "reason", Description: "why, as the member will read it", Required: true, MaxLength: 300},
				{Type: optionWhole, Name: "points", Description: "how heavy, 1 if left out", MinValue: 1, MaxValue: 100},
			}},
			{Type: optionSubcommand, Name: "pardon", Description: "Take the strike of a case back", Options: []option{
				{Type: optionText, Name: "case", Description: "the case whose strike no longer counts", Required: true, Autocomplete: true, MaxLength: 100},
				{Type: optionText, Name: "note", Description: "why, for the case's history", MaxLength: 300},
			}},
		}},
		{Name: "case", Description: "Show a case privately, with buttons to decide it", Options: []option{
			{Type: optionText, Name: "id", Description: "the number at the foot of its card", Required: true, Autocomplete: true, MaxLength: 100},
		}},
		{Name: "score", Description: "See privately what Parley would say to a text, and why", Options: []option{
			{Type: optionText, Name: "text", Description: "the comment", Required: true, MaxLength: 4000},
			{Type: optionText, Name: "article", Description: "title of the article it would stand under", MaxLength: 300},
			{Type: optionText, Name: "parent", Description: "the comment it would answer", MaxLength: 2000},
		}},
		{Name: "parley", Description: "About the bot", Options: []option{
			{Type: optionSubcommand, Name: "status", Description: "How Parley is doing on this server"},
		}},
	}
	if withRules {
		all = append(all, rulesCommand())
	}
	for i := range all {
		all[i].Type = commandSlash
	}
	return append(all, command{Type: commandMessage, Name: scoreThis})
}

// register tells Discord the commands of a guild, unless it knows them as they are.
func (p *Platform) register(ctx context.Context, guild string) error {
	wanted := commands(p.desk.Rules != nil)
	seenBy := whoSees(p.settings(guild, moderation.Channel{}))
	for i := range wanted {
		wanted[i].Permissions = seenBy
	}
	path := "/applications/" + p.application() + "/guilds/" + guild + "/commands"
	var known []command
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: path}, &known); err != nil {
		return fmt.Errorf("read the commands that Discord knows: %w", err)
	}
	same, err := sameCommands(known, wanted)
	if err != nil || same {
		return err
	}
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodPut, Path: path, Body: wanted}, nil); err != nil {
		return fmt.Errorf("tell Discord the commands: %w", err)
	}
	p.log.Info("commands registered", "guild", guild)
	return nil
}

// whoSees hides the commands from members who lack the moderators' permission. Where roles
// make moderators it hides nothing, because Discord can hide by permission only.
func whoSees(s *policy.Settings) *string {
	bits := permissionNamed(s.ModeratorPermission)
	if len(s.ModeratorRoles) > 0 || bits == 0 {
		return nil
	}
	text := strconv.FormatUint(uint64(bits), 10)
	return &text
}

func sameCommands(known, wanted []command) (bool, error) {
	if len(known) != len(wanted) {
		return false, nil
	}
	byName := make(map[string]command, len(known))
	for _, c := range known {
		byName[c.Name] = c
	}
	for _, c := range wanted {
		a, err := json.Marshal(byName[c.Name])
		if err != nil {
			return false, fmt.Errorf("compare commands: %w", err)
		}
		b, err := json.Marshal(c)
		if err != nil {
			return false, fmt.Errorf("compare commands: %w", err)
		}
		if !bytes.Equal(a, b) {
			return false, nil
		}
	}
	return true, nil
}
