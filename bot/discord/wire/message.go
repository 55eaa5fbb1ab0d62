// Package wire reads what Discord sends: events from the gateway and answers from the API.
// It is tolerant on purpose. Whatever Discord adds or leaves out (component types nobody
// knows yet, missing authors, partial updates), what is left is still read, because a
// message that cannot be read is a message that nobody moderates.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Message is a message as far as moderation needs it. In an update every field but the IDs
// may be missing.
type Message struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	GuildID   string `json:"guild_id"` // set in events only
	Type      int    `json:"type"`
	Flags     int    `json:"flags"`
	WebhookID string `json:"webhook_id"`

	Author  *User   `json:"author"`
	Member  *Member `json:"member"`  // set in events only; without its user
	Content *string `json:"content"` // nil when an update leaves it out
	Edited  Time    `json:"edited_timestamp"`

	Mentions         []User   `json:"mentions"`
	MentionRoles     []string `json:"mention_roles"`
	MentionsEveryone bool     `json:"mention_everyone"`

	Embeds      []Embed         `json:"embeds"`
	Attachments []Attachment    `json:"attachments"`
	Stickers    []Named         `json:"sticker_items"`
	Poll        *Poll           `json:"poll"`
	Components  json.RawMessage `json:"components"`
	Snapshots   []Snapshot      `json:"message_snapshots"`

	Reference  *Reference `json:"message_reference"`
	Referenced *Message   `json:"referenced_message"`
}

// Message types (developer reference, "Message Types").
const (
	TypeDefault = 0
	TypeReply   = 19
)

// Event is something that Discord tells of. Data is a part of what the event was read from.
type Event struct {
	Type     string
	Sequence int64
	Data     []byte
}

// Types of events that bring messages.
const (
	MessageCreate = "MESSAGE_CREATE"
	MessageUpdate = "MESSAGE_UPDATE"
)

// ReadEvent reads what came over the gateway; false when that is no event.
func ReadEvent(raw []byte) (Event, bool) {
	e, dispatch := Event{}, false
	whole := fields(raw, func(key, value []byte) {
		switch string(key) {
		case "t":
			e.Type = text(value)
		case "s":
			e.Sequence = int64(number(value))
		case "op":
			dispatch = string(value) == "0"
		case "d":
			e.Data = value
		}
	})
	return e, whole && dispatch && e.Type != "" && len(e.Data) > 0
}

// ReadMessage reads a message. The error says that there is none to be read at all.
func ReadMessage(raw []byte) (Message, error) {
	var m Message
	if !scanMessage(raw, &m, false) || m.ID == "" || m.ChannelID == "" {
		return Message{}, errors.New("a message without ID or channel")
	}
	return m, nil
}

// Read reads JSON into one of this package's types. Fields of an unexpected type are left
// out; only what is no JSON at all is an error.
func Read(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	var mismatch *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &mismatch) {
		return fmt.Errorf("unreadable event: %w", err)
	}
	return nil
}

// Text is the content, "" when there is none.
func (m *Message) Text() string {
	if m.Content == nil {
		return ""
	}
	return *m.Content
}

// Time is a time that may be absent, null or unreadable: then it is zero.
type Time struct{ time.Time }

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	t.Time = time.Time{}
	if len(b) < 2 || b[0] != '"' {
		return nil
	}
	if at, err := time.Parse(time.RFC3339, string(b[1:len(b)-1])); err == nil {
		t.Time = at.UTC()
	}
	return nil
}

// Reference points to another message.
type Reference struct {
	Type      int    `json:"type"` // 0 reply, 1 forward
	MessageID string `json:"message_id"`
	ChannelID string `json:"channel_id"`
}

// Snapshot is a forwarded message as it was when it was forwarded; it has no author.
type Snapshot struct {
	Message struct {
		Content     string       `json:"content"`
		Embeds      []Embed      `json:"embeds"`
		Attachments []Attachment `json:"attachments"`
		Stickers    []Named      `json:"sticker_items"`
	} `json:"message"`
}

// Embed is a link's preview, or a bot's card.
type Embed struct {
	Type        string `json:"type"`
	URL         string `json:"url"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Author      Named  `json:"author"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Fields []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// Named is anything of which only the name matters.
type Named struct {
	Name string `json:"name"`
}

// Attachment is a file on a message.
type Attachment struct {
	ID          string `json:"id"`
	Name        string `json:"filename"`
	Title       string `json:"title"` // the name before Discord simplified it
	Description string `json:"description"`
	ContentType string `json:"content_type"`
	URL         string `json:"url"`
	Size        int64  `json:"size"`

	Contents *string `json:"-"` // of a text file once somebody has read it; never part of an event
}

// Poll is a question with answers.
type Poll struct {
	Question PollText `json:"question"`
	Answers  []struct {
		Text PollText `json:"poll_media"`
	} `json:"answers"`
}

// PollText is a question or an answer of a poll.
type PollText struct {
	Text string `json:"text"`
}

// maxDepth bounds how deep components are followed.
const maxDepth = 16

// ComponentTexts collects the words of a message's components, whatever their types:
// everything under the keys that hold text for people.
func ComponentTexts(raw json.RawMessage) []string {
	if len(raw) <= len("[]") {
		return nil
	}
	var tree any
	if json.Unmarshal(raw, &tree) != nil {
		return nil
	}
	return componentTexts(nil, tree, maxDepth)
}

func componentTexts(found []string, node any, depth int) []string {
	if depth == 0 {
		return found
	}
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			found = componentTexts(found, child, depth-1)
		}
	case map[string]any:
		for _, key := range []string{"content", "label", "placeholder", "description"} {
			if text, ok := node[key].(string); ok && text != "" {
				found = append(found, text)
			}
		}
		for _, key := range []string{"components", "component", "accessory", "items", "options"} {
			found = componentTexts(found, node[key], depth-1)
		}
	}
	return found
}

// discordEpoch is the first millisecond of 2015, at which snowflakes begin.
const discordEpoch = 1420070400000

// Snowflake reads an ID as the number it is; 0 when it is none.
func Snowflake(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// TimeOf is when an ID was made; the zero time when it is no snowflake.
func TimeOf(id string) time.Time {
	n := Snowflake(id)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + discordEpoch).UTC()
}

// IDAt is the smallest ID that something made at a time can have.
func IDAt(t time.Time) string {
	ms := max(t.UnixMilli()-discordEpoch, 0)
	return strconv.FormatInt(ms<<22, 10)
}
