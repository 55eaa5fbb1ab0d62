package wire

import "encoding/json"

// Interaction is a command, a button press, a form or a half-typed option.
type Interaction struct {
	ID            string   `json:"id"`
	ApplicationID string   `json:"application_id"`
	Token         string   `json:"token"`
	Type          int      `json:"type"`
	GuildID       string   `json:"guild_id"`
	ChannelID     string   `json:"channel_id"`
	Member        *Member  `json:"member"` // in guilds
	User          *User    `json:"user"`   // in private conversations
	Message       *Message `json:"message"`
	Data          Command  `json:"data"`
}

// Interaction types (developer reference, "Interaction Type").
const (
	InteractionCommand      = 2
	InteractionComponent    = 3
	InteractionAutocomplete = 4
)

// Command is what was asked for: a command with options, or the custom ID of what was
// pressed.
type Command struct {
	Name     string   `json:"name"`
	Target   string   `json:"target_id"` // of a command in a menu
	CustomID string   `json:"custom_id"`
	Options  []Option `json:"options"`
	Resolved struct {
		Users    map[string]User    `json:"users"`
		Messages map[string]Message `json:"messages"`
	} `json:"resolved"`
}

// Option is a subcommand or one of its values.
type Option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"` // 1 subcommand, 2 group of them, others are values
	Value   json.RawMessage `json:"value"`
	Options []Option        `json:"options"`
	Focused bool            `json:"focused"`
}

// Text is the option's value as text, "" when it has none.
func (o Option) Text() string {
	var text string
	if json.Unmarshal(o.Value, &text) == nil {
		return text
	}
	return string(o.Value)
}

// Whole is the option's value as a whole number, 0 when it is none.
func (o Option) Whole() int {
	var n float64
	if json.Unmarshal(o.Value, &n) != nil || n > 1e9 || n < -1e9 {
		return 0
	}
	return int(n)
}

// Who is the account that acted; never nil.
func (i *Interaction) Who() *User {
	switch {
	case i.Member != nil && i.Member.User != nil:
		return i.Member.User
	case i.User != nil:
		return i.User
	default:
		return &User{}
	}
}

// AutomodExecution tells that Discord's AutoMod acted on what a member wrote.
type AutomodExecution struct {
	GuildID   string `json:"guild_id"`
	RuleID    string `json:"rule_id"`
	UserID    string `json:"user_id"`
	ChannelID string `json:"channel_id"`
	Content   string `json:"content"`
	Action    struct {
		Type int `json:"type"` // 1 block, 2 alert, 3 timeout
	} `json:"action"`
}
