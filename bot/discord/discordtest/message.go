package discordtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Embed is a link preview or a bot's card, as Discord writes it in JSON.
type Embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Footer      *EmbedText   `json:"footer,omitempty"`
	Author      *EmbedText   `json:"author,omitempty"`
	Provider    *EmbedText   `json:"provider,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedText is an embed's footer (Text), author or provider (Name).
type EmbedText struct {
	Text string `json:"text,omitempty"`
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

// EmbedField is one named part of an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Attachment is a file on a message. Data is what the bot uploaded.
type Attachment struct {
	ID          string
	Filename    string
	ContentType string
	Data        []byte
}

// Draft is a message about to be sent by a member or a webhook.
type Draft struct {
	Content     string
	Embeds      []Embed
	Attachments []Attachment
	// ReplyTo makes the message a reply.
	ReplyTo Message
	// At is the time that the message's ID carries; the zero value means now.
	At time.Time
	// Raw replaces or adds fields of the message's JSON as it stands, without
	// any check: unknown component types, over-long content, newer features.
	Raw map[string]any
}

// Message is a message as it was when asked for.
type Message struct {
	ID        string
	ChannelID string
	Author    User
	Content   string
	Embeds    []Embed
	// Components is the JSON array as it was sent; nil when there are none.
	Components  json.RawMessage
	Attachments []Attachment
	// ReplyTo is the ID of the message that this one answers, or empty.
	ReplyTo string
	// Ephemeral messages are seen only by the person whose command they answer.
	Ephemeral bool
	Deleted   bool
	SentAt    time.Time
	// EditedAt is the zero time for a message never edited.
	EditedAt time.Time
}

// Button is something in a message that can be pressed or chosen from.
type Button struct {
	CustomID string
	Label    string
	Disabled bool
	// Kind is Discord's component type: 2 button, 3 and 5 to 8 select menus.
	Kind int
}

// Buttons lists everything in the message that a person can press, in the
// order of reading, however deeply it is nested.
func (m Message) Buttons() []Button {
	var root any
	if json.Unmarshal(m.Components, &root) != nil {
		return nil
	}
	var found []Button
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				walk(child)
			}
		case map[string]any:
			if id, ok := node["custom_id"].(string); ok {
				label, _ := node["label"].(string)
				disabled, _ := node["disabled"].(bool)
				kind, _ := node["type"].(float64)
				found = append(found, Button{CustomID: id, Label: label, Disabled: disabled, Kind: int(kind)})
			}
			walk(node["components"])
			walk(node["component"])
			walk(node["accessory"])
		}
	}
	walk(root)
	return found
}

// Button returns the first button whose label contains the text, whatever the
// case, and whether there is one.
func (m Message) Button(label string) (Button, bool) {
	for _, button := range m.Buttons() {
		if strings.Contains(strings.ToLower(button.Label), strings.ToLower(label)) {
			return button, true
		}
	}
	return Button{}, false
}

// message is a message in its channel. It is small, because a flood makes
// hundreds of thousands; what many share is in the body.
type message struct {
	num     uint64 // the ID
	channel *Channel
	author  *User
	body    *messageBody // replaced as a whole by an edit
	edited  time.Time
	deleted bool
}

type messageBody struct {
	kind        int
	content     string
	embeds      []Embed
	components  json.RawMessage
	attachments []Attachment
	mentions    []*User
	roles       []string // mentioned roles' IDs
	everyone    bool
	flags       int
	reference   *messageReference
	webhook     bool
	interaction *Interaction
	raw         map[string]any
}

type messageReference struct {
	channelID string
	messageID string
}

// Discord's message types and flags that matter here.
const (
	messageDefault        = 0
	messageReply          = 19
	messageCommandAnswer  = 20
	flagEphemeral         = 1 << 6
	flagLoading           = 1 << 7
	flagComponentsV2      = 1 << 15
	flagSuppressEmbeds    = 1 << 2
	flagsAllowedOnSending = flagEphemeral | flagSuppressEmbeds | 1<<12 | flagComponentsV2
)

func (m *message) id() string { return formatID(m.num) }

func (m *message) snapshot() Message {
	body := m.body
	shown := Message{
		ID: m.id(), ChannelID: m.channel.ID,
		Author:  User{ID: m.author.ID, Name: m.author.Name, Bot: m.author.Bot},
		Content: body.content, Embeds: slices.Clone(body.embeds), Components: body.components,
		Attachments: slices.Clone(body.attachments), Ephemeral: body.flags&flagEphemeral != 0,
		Deleted: m.deleted, SentAt: timeOf(m.num), EditedAt: m.edited,
	}
	if body.reference != nil {
		shown.ReplyTo = body.reference.messageID
	}
	return shown
}

// mentionSyntax is how a mention of a user (<@1>, <@!1>) or a role (<@&1>) is
// written in a message's text.
var mentionSyntax = regexp.MustCompile(`<@([!&]?)(\d{1,20})>`)

// mentionsIn fills in whom the content mentions. The caller holds the lock.
func (s *Server) mentionsIn(body *messageBody, mayMentionEveryone bool) {
	body.mentions, body.roles = nil, nil
	for _, found := range mentionSyntax.FindAllStringSubmatch(body.content, -1) {
		switch user := s.users[found[2]]; {
		case found[1] == "&":
			if !slices.Contains(body.roles, found[2]) {
				body.roles = append(body.roles, found[2])
			}
		case user != nil:
			body.mention(user)
		}
	}
	body.everyone = mayMentionEveryone &&
		(strings.Contains(body.content, "@everyone") || strings.Contains(body.content, "@here"))
}

// mention adds a user to those that the message mentions.
func (b *messageBody) mention(user *User) {
	if !slices.Contains(b.mentions, user) {
		b.mentions = append(b.mentions, user)
	}
}
