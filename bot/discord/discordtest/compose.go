package discordtest

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Discord's limits on messages, in characters and pieces (developer reference,
// "Create Message", "Embed Limits", "Component Reference").
const (
	maxContent        = 2000
	maxEmbeds         = 10
	maxEmbedTitle     = 256
	maxEmbedText      = 4096
	maxEmbedFields    = 25
	maxFieldName      = 256
	maxFieldValue     = 1024
	maxFooter         = 2048
	maxEmbedsTogether = 6000
	maxRows           = 5
	maxComponents     = 40 // of a components-v2 message, nested ones included
	maxButtonsInRow   = 5
	maxCustomID       = 100
	maxLabel          = 80
	maxNonce          = 25
)

// nonceWindow is for how long a nonce is not used twice. Discord speaks of "the past few
// minutes", which this understands as stingily as the words allow.
const nonceWindow = 2 * time.Minute

// messageForm is the body of requests that make or change a message. A nil
// field was not sent.
type messageForm struct {
	Content         *string            `json:"content"`
	Embeds          *[]Embed           `json:"embeds"`
	Components      json.RawMessage    `json:"components"`
	Flags           *int               `json:"flags"`
	AllowedMentions *allowedMentions   `json:"allowed_mentions"`
	Reference       *messageFormParent `json:"message_reference"`
	Nonce           json.RawMessage    `json:"nonce"` // a string or a number
	EnforceNonce    bool               `json:"enforce_nonce"`
	Attachments     *[]struct {
		ID json.RawMessage `json:"id"`
	} `json:"attachments"`
}

type messageFormParent struct {
	MessageID       json.RawMessage `json:"message_id"`
	FailIfNotExists *bool           `json:"fail_if_not_exists"`
}

type allowedMentions struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users"`
	Roles       []string `json:"roles"`
	RepliedUser bool     `json:"replied_user"`
}

// check refuses what Discord refuses about any message.
func (f *messageForm) check() error {
	if f.Content != nil && utf8.RuneCountInString(*f.Content) > maxContent {
		return badForm("content", fmt.Sprintf("Must be %d or fewer in length.", maxContent))
	}
	if utf8.RuneCountInString(unquote(f.Nonce)) > maxNonce {
		return badForm("nonce", fmt.Sprintf("Must be %d or fewer in length.", maxNonce))
	}
	if f.Embeds != nil {
		if err := checkEmbeds(*f.Embeds); err != nil {
			return err
		}
	}
	return checkComponents(f.Components, f.Flags != nil && *f.Flags&flagComponentsV2 != 0)
}

func checkEmbeds(embeds []Embed) error {
	if len(embeds) > maxEmbeds {
		return badForm("embeds", fmt.Sprintf("Must be %d or fewer in length.", maxEmbeds))
	}
	total := 0
	var problem error
	measure := func(field, text string, limit int) {
		length := utf8.RuneCountInString(text)
		total += length
		if length > limit && problem == nil {
			problem = badForm("embeds", fmt.Sprintf("%s: Must be %d or fewer in length.", field, limit))
		}
	}
	for _, embed := range embeds {
		measure("title", embed.Title, maxEmbedTitle)
		measure("description", embed.Description, maxEmbedText)
		if embed.Footer != nil {
			measure("footer", embed.Footer.Text, maxFooter)
		}
		if embed.Author != nil {
			measure("author", embed.Author.Name, maxEmbedTitle)
		}
		if len(embed.Fields) > maxEmbedFields {
			return badForm("embeds", fmt.Sprintf("fields: Must be %d or fewer in length.", maxEmbedFields))
		}
		for _, field := range embed.Fields {
			if field.Name == "" || field.Value == "" {
				return badForm("embeds", "fields: This field is required")
			}
			measure("field name", field.Name, maxFieldName)
			measure("field value", field.Value, maxFieldValue)
		}
	}
	if problem == nil && total > maxEmbedsTogether {
		problem = badForm("embeds", fmt.Sprintf("Embed size exceeds maximum size of %d", maxEmbedsTogether))
	}
	return problem
}

// component is what every kind of component has in common.
type component struct {
	Type       int         `json:"type"`
	CustomID   string      `json:"custom_id"`
	Label      string      `json:"label"`
	Components []component `json:"components"`
	Component  *component  `json:"component"`
	Accessory  *component  `json:"accessory"`
}

const (
	componentRow    = 1
	componentButton = 2
	componentText   = 4
	componentLabel  = 18
)

func checkComponents(raw json.RawMessage, version2 bool) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var top []component
	if json.Unmarshal(raw, &top) != nil {
		return badForm("components", "Only iterables may be used in a ListType")
	}
	if !version2 && len(top) > maxRows {
		return badForm("components", fmt.Sprintf("Must be %d or fewer in length.", maxRows))
	}
	seen, count := map[string]bool{}, 0
	var check func(list []component) error
	check = func(list []component) error {
		for _, c := range list {
			count++
			switch {
			case utf8.RuneCountInString(c.CustomID) > maxCustomID:
				return badForm("components", fmt.Sprintf("custom_id: Must be between 1 and %d in length.", maxCustomID))
			case c.CustomID != "" && seen[c.CustomID]:
				return badForm("components", "Component custom id cannot be duplicated")
			case c.Type == componentButton && utf8.RuneCountInString(c.Label) > maxLabel:
				return badForm("components", fmt.Sprintf("label: Must be %d or fewer in length.", maxLabel))
			case c.Type == componentRow && (len(c.Components) == 0 || len(c.Components) > maxButtonsInRow):
				return badForm("components", fmt.Sprintf("components: Must be between 1 and %d in length.", maxButtonsInRow))
			}
			seen[c.CustomID] = true
			nested := c.Components
			if c.Accessory != nil {
				nested = append(nested, *c.Accessory)
			}
			if err := check(nested); err != nil {
				return err
			}
		}
		return nil
	}
	for _, c := range top {
		if !version2 && c.Type != componentRow {
			return badForm("components", "The specified component type is invalid in this context.")
		}
	}
	if err := check(top); err != nil {
		return err
	}
	if version2 && count > maxComponents {
		return badForm("components", fmt.Sprintf("Must be %d or fewer in length.", maxComponents))
	}
	return nil
}

// apply returns body changed by the form, as an edit changes a message. The
// old body stays as it is. The caller holds the lock.
func (s *Server) apply(f *messageForm, old messageBody, files []Attachment, mayMentionEveryone bool) *messageBody {
	body := old
	if f.Content != nil {
		body.content = *f.Content
	}
	if f.Embeds != nil {
		body.embeds = nil
		for _, embed := range *f.Embeds {
			embed.Type = "rich"
			body.embeds = append(body.embeds, embed)
		}
	}
	if f.Components != nil {
		body.components = numberComponents(f.Components)
	}
	if f.Flags != nil {
		body.flags = *f.Flags & flagsAllowedOnSending
	}
	if f.Attachments != nil {
		kept := []Attachment{}
		for _, wanted := range *f.Attachments {
			for _, there := range old.attachments {
				if there.ID == unquote(wanted.ID) {
					kept = append(kept, there)
				}
			}
		}
		body.attachments = kept
	}
	for _, file := range files {
		file.ID = s.newID()
		body.attachments = append(body.attachments, file)
	}
	s.mentionsIn(&body, mayMentionEveryone)
	body.limitMentions(f.AllowedMentions)
	return &body
}

// limitMentions drops the mentions that the sender did not allow.
func (b *messageBody) limitMentions(allowed *allowedMentions) {
	if allowed == nil {
		return
	}
	kinds := map[string]bool{}
	for _, kind := range allowed.Parse {
		kinds[kind] = true
	}
	b.everyone = b.everyone && kinds["everyone"]
	if !kinds["users"] {
		b.mentions = keep(b.mentions, func(u *User) string { return u.ID }, allowed.Users)
	}
	if !kinds["roles"] {
		b.roles = keep(b.roles, func(id string) string { return id }, allowed.Roles)
	}
}

func keep[T any](list []T, id func(T) string, wanted []string) []T {
	var kept []T
	for _, item := range list {
		for _, one := range wanted {
			if id(item) == one {
				kept = append(kept, item)
			}
		}
	}
	return kept
}

// isEmpty reports whether there is nothing to see in the message.
func (b *messageBody) isEmpty() bool {
	return b.content == "" && len(b.embeds) == 0 && len(b.attachments) == 0 && len(b.components) == 0 && len(b.raw) == 0
}

// numberComponents gives every component that has none an "id", as Discord
// does. No components at all are nil.
func numberComponents(raw json.RawMessage) json.RawMessage {
	var top []any
	if json.Unmarshal(raw, &top) != nil || len(top) == 0 {
		return nil
	}
	last := 0
	var number func(node any)
	number = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				number(child)
			}
		case map[string]any:
			if last++; node["id"] == nil {
				node["id"] = last
			}
			number(node["components"])
			number(node["accessory"])
		}
	}
	number(top)
	return encode(top)
}
