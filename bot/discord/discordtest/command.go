package discordtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kinds of application commands and of their options (developer reference,
// "Application Command Types" and "Application Command Option Type").
const (
	chatCommand    = 1
	userCommand    = 2
	messageCommand = 3

	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBoolean    = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionMention    = 9
	optionNumber     = 10
)

const (
	maxCommandsPerKind = 100
	maxOptions         = 25
	maxName            = 32
	maxDescription     = 100
)

// command is a command that the bot registered.
type command struct {
	ID                 string          `json:"id"`
	Name               string          `json:"name"`
	Description        string          `json:"description"`
	Type               int             `json:"type"`
	Options            []commandOption `json:"options"`
	DefaultPermissions *string         `json:"default_member_permissions"`

	raw map[string]any // as registered, with the IDs filled in
}

type commandOption struct {
	Type         int             `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Required     bool            `json:"required"`
	Autocomplete bool            `json:"autocomplete"`
	Options      []commandOption `json:"options"`
	Choices      []Choice        `json:"choices"`
}

// Choice is one of the values offered for a command's option.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Argument is one option of a slash command as a moderator fills it in. Value
// is a string, int, float64, bool, *Member, *User, *Channel or *Role.
type Argument struct {
	Name  string
	Value any
}

func (s *Server) getCommands(c *call) (any, error) {
	if err := s.ownApplication(c); err != nil {
		return nil, err
	}
	list := []any{}
	for _, one := range s.commands[c.path("guild_id")] {
		list = append(list, one.raw)
	}
	return list, nil
}

func (s *Server) ownApplication(c *call) error {
	if c.path("application_id") != s.bot.ID {
		return unknown("Application", 10002)
	}
	if id := c.path("guild_id"); id != "" {
		_, _, err := s.guildOf(c)
		return err
	}
	return nil
}

// putCommands replaces all commands of a scope, global or one guild's.
func (s *Server) putCommands(c *call) (any, error) {
	if err := s.ownApplication(c); err != nil {
		return nil, err
	}
	var raws []map[string]any
	if err := c.decode(&raws); err != nil {
		return nil, err
	}
	var parsed []command
	if err := c.decode(&parsed); err != nil {
		return nil, err
	}
	count := map[string]int{}
	for i := range parsed {
		one := &parsed[i]
		one.Type = max(one.Type, chatCommand)
		if err := one.check(); err != nil {
			return nil, err
		}
		kind := strconv.Itoa(one.Type)
		count[kind]++
		count[kind+one.Name]++
		switch {
		case count[kind] > maxCommandsPerKind:
			return nil, badRequest(30032, "Maximum number of application commands reached (100)")
		case count[kind+one.Name] > 1:
			return nil, badForm("name", "Application command names must be unique")
		}
		one.ID = s.commandID(c.path("guild_id"), one)
		one.raw = raws[i]
		s.completeCommand(one, c.path("guild_id"))
	}
	s.commands[c.path("guild_id")] = parsed
	list := []any{}
	for _, one := range parsed {
		list = append(list, one.raw)
	}
	return list, nil
}

// commandID keeps the ID of a command that is registered again.
func (s *Server) commandID(guildID string, wanted *command) string {
	for _, old := range s.commands[guildID] {
		if old.Type == wanted.Type && old.Name == wanted.Name {
			return old.ID
		}
	}
	return s.newID()
}

func (s *Server) completeCommand(c *command, guildID string) {
	dropNulls(c.raw)
	c.raw["id"], c.raw["application_id"], c.raw["version"] = c.ID, s.bot.ID, s.newID()
	c.raw["type"], c.raw["description"] = c.Type, c.Description
	c.raw["default_member_permissions"] = c.DefaultPermissions
	if guildID != "" {
		c.raw["guild_id"] = guildID
	}
}

// dropNulls takes out the fields that a library sent as null: Discord does not
// give those back.
func dropNulls(value any) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	case map[string]any:
		for name, field := range v {
			if field == nil {
				delete(v, name)
			}
			dropNulls(field)
		}
	}
}

func (c *command) check() error {
	switch {
	case c.Name == "" || len([]rune(c.Name)) > maxName:
		return badForm("name", "Must be between 1 and 32 in length.")
	case c.Type == chatCommand && (strings.ToLower(c.Name) != c.Name || strings.Contains(c.Name, " ")):
		return badForm("name", "Command name is invalid")
	case c.Type == chatCommand && c.Description == "":
		return badForm("description", "This field is required")
	case len([]rune(c.Description)) > maxDescription:
		return badForm("description", "Must be between 1 and 100 in length.")
	case c.Type != chatCommand && (c.Description != "" || len(c.Options) > 0):
		return badForm("description", "Context menu commands cannot have description or options")
	}
	return checkOptions(c.Options)
}

func checkOptions(options []commandOption) error {
	if len(options) > maxOptions {
		return badForm("options", "Must be 25 or fewer in length.")
	}
	optional := false
	for _, o := range options {
		switch {
		case o.Name == "" || len([]rune(o.Name)) > maxName || strings.ToLower(o.Name) != o.Name:
			return badForm("options", "name: Command name is invalid")
		case o.Description == "" || len([]rune(o.Description)) > maxDescription:
			return badForm("options", "description: Must be between 1 and 100 in length.")
		case o.Required && optional:
			return badForm("options", "Required options must be placed before non-required options")
		case len(o.Choices) > maxOptions:
			return badForm("options", "choices: Must be 25 or fewer in length.")
		case o.Autocomplete && len(o.Choices) > 0:
			return badForm("options", "autocomplete: Options with choices cannot autocomplete")
		}
		optional = optional || !o.Required
		if err := checkOptions(o.Options); err != nil {
			return err
		}
	}
	return nil
}

// findCommand looks a command up as Discord's client does: the guild's own
// ahead of the global one. The caller holds the lock.
func (s *Server) findCommand(guildID string, kind int, name string) (command, error) {
	for _, scope := range []string{guildID, ""} {
		for _, one := range s.commands[scope] {
			if one.Type == kind && one.Name == name {
				return one, nil
			}
		}
	}
	return command{}, fmt.Errorf("discordtest: the bot has not registered a command %q: %w", name, ErrUnknownCommand)
}

// visibleTo reports whether a member with these permissions is shown the command.
func (c command) visibleTo(granted Permission) bool {
	if c.DefaultPermissions == nil || granted.Has(Administrator) {
		return true
	}
	need := Permission(parseID(*c.DefaultPermissions))
	return need != 0 && granted.Has(need)
}

// arguments turns what a moderator filled in into the options of an
// interaction. words are the subcommand group and subcommand, if any.
func (s *Server) arguments(options []commandOption, words []string, given []Argument, focused string, resolved *resolution) ([]object, error) {
	if len(words) > 0 {
		i := slices.IndexFunc(options, func(o commandOption) bool {
			return o.Name == words[0] && (o.Type == optionSubcommand || o.Type == optionGroup)
		})
		if i < 0 {
			return nil, fmt.Errorf("discordtest: there is no subcommand %q", words[0])
		}
		nested, err := s.arguments(options[i].Options, words[1:], given, focused, resolved)
		if err != nil {
			return nil, err
		}
		return []object{{"type": options[i].Type, "name": words[0], "options": nested}}, nil
	}
	for _, argument := range given {
		if !slices.ContainsFunc(options, func(o commandOption) bool { return o.Name == argument.Name }) {
			return nil, fmt.Errorf("discordtest: there is no option %q", argument.Name)
		}
	}
	filled := []object{}
	for _, option := range options {
		if option.Type == optionSubcommand || option.Type == optionGroup {
			return nil, fmt.Errorf("discordtest: choose a subcommand, for example %q", option.Name)
		}
		i := slices.IndexFunc(given, func(a Argument) bool { return a.Name == option.Name })
		if i < 0 {
			if option.Required && focused == "" {
				return nil, fmt.Errorf("discordtest: the option %q is required", option.Name)
			}
			continue
		}
		value, err := option.value(given[i].Value, resolved, option.Name == focused)
		if err != nil {
			return nil, fmt.Errorf("discordtest: option %q: %w", option.Name, err)
		}
		one := object{"type": option.Type, "name": option.Name, "value": value}
		if option.Name == focused {
			one["focused"] = true
		}
		filled = append(filled, one)
	}
	return filled, nil
}

// value checks a value against the option's kind. While an option is being
// typed (autocomplete) any text will do.
func (o commandOption) value(given any, resolved *resolution, typing bool) (any, error) {
	if len(o.Choices) > 0 && !slices.ContainsFunc(o.Choices, func(c Choice) bool { return fmt.Sprint(c.Value) == fmt.Sprint(given) }) {
		return nil, fmt.Errorf("%v is not one of the choices", given)
	}
	switch v := given.(type) {
	case string:
		if o.Type == optionString || typing {
			return v, nil
		}
	case int:
		if o.Type == optionInteger || o.Type == optionNumber {
			return v, nil
		}
	case float64:
		if o.Type == optionNumber {
			return v, nil
		}
	case bool:
		if o.Type == optionBoolean {
			return v, nil
		}
	case *Member:
		return o.value(v.User, resolved, typing)
	case *User:
		if o.Type == optionUser || o.Type == optionMention {
			resolved.user(v)
			return v.ID, nil
		}
	case *Channel:
		if o.Type == optionChannel {
			resolved.add("channels", v.ID, wireChannel(v))
			return v.ID, nil
		}
	case *Role:
		if o.Type == optionRole || o.Type == optionMention {
			resolved.add("roles", v.ID, wireRole(v))
			return v.ID, nil
		}
	}
	return nil, fmt.Errorf("a %T does not fit an option of type %d", given, o.Type)
}

// resolution collects what the IDs in an interaction stand for.
type resolution struct {
	guild *Guild
	data  map[string]object
}

func (r *resolution) add(kind, id string, what object) {
	if r.data == nil {
		r.data = map[string]object{}
	}
	if r.data[kind] == nil {
		r.data[kind] = object{}
	}
	r.data[kind][id] = what
}

func (r *resolution) user(u *User) {
	r.add("users", u.ID, wireUser(u))
	if r.guild == nil {
		return
	}
	if member := r.guild.members[u.ID]; member != nil {
		data := wireMember(member)
		data["permissions"] = formatID(uint64(member.basePermissions()))
		delete(data, "deaf")
		delete(data, "mute")
		r.add("members", u.ID, data)
	}
}
