package moderation

import "time"

// Comment is one revision of what somebody wrote, with everything that judging it may
// look at. A platform fills it; nothing after that changes it.
type Comment struct {
	ID       string    `json:"id"`                 // the platform's ID, stable over edits; on Discord a snowflake
	Revision int64     `json:"revision,omitempty"` // 0 as posted; for an edit its time in Unix milliseconds
	Time     time.Time `json:"time"`               // when this revision was written, by the platform's clock

	Guild   string  `json:"guild,omitempty"` // the community
	Channel Channel `json:"channel,omitzero"`
	Author  Author  `json:"author,omitzero"`

	Text     string    `json:"text"` // as written; may hold any bytes
	Article  Article   `json:"article,omitzero"`
	Parent   Parent    `json:"parent,omitzero"`
	Passages []Passage `json:"passages,omitempty"` // further words that came with it

	Mentions         []string     `json:"mentions,omitempty"` // IDs of the people mentioned
	RoleMentions     int          `json:"role_mentions,omitempty"`
	MentionsEveryone bool         `json:"mentions_everyone,omitempty"`
	Attachments      []Attachment `json:"attachments,omitempty"`
}

// Channel is where a comment stands.
type Channel struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Parent string `json:"parent,omitempty"` // for a thread or forum post, the channel it belongs to
}

// Author is who wrote a comment, as the platform knew them at that moment.
type Author struct {
	ID      string    `json:"id,omitempty"`
	Name    string    `json:"name,omitempty"`    // account name
	Display string    `json:"display,omitempty"` // name shown in this community
	Roles   []string  `json:"roles,omitempty"`
	Created time.Time `json:"created,omitzero"` // when the account was made
	Joined  time.Time `json:"joined,omitzero"`  // when they joined this community
	Exempt  Exemption `json:"exempt,omitempty"` // why they are never punished, "" when they may be
}

// Exemption says why somebody is never punished by Parley.
type Exemption string

// The reasons for never punishing somebody.
const (
	ExemptBot       Exemption = "bot"           // another bot or a webhook
	ExemptModerator Exemption = "moderator"     // moderates here
	ExemptOwner     Exemption = "owner"         // owns the community
	ExemptAbove     Exemption = "above the bot" // stands above Parley in the role hierarchy
)

// Article is the shared news story that a comment is about; zero when unknown.
type Article struct {
	ID      string `json:"id,omitempty"` // ID of the message that shared it
	Title   string `json:"title,omitempty"`
	Summary string `json:"summary,omitempty"`
	URL     string `json:"url,omitempty"`
}

// Parent is the comment that another one replies to; zero when there is none.
type Parent struct {
	ID       string `json:"id,omitempty"`
	AuthorID string `json:"author_id,omitempty"`
	Text     string `json:"text,omitempty"`
}

// Passage is text that came with a comment without being its body.
type Passage struct {
	Kind PassageKind `json:"kind"`
	Text string      `json:"text"`
}

// PassageKind says where a passage was found.
type PassageKind string

// The places where text hides beside a comment's body.
const (
	PassageEmbed       PassageKind = "embed"
	PassagePoll        PassageKind = "poll"
	PassageForward     PassageKind = "forward"
	PassageSticker     PassageKind = "sticker"
	PassageFileName    PassageKind = "file_name"
	PassageAltText     PassageKind = "alt_text"
	PassageFile        PassageKind = "file" // contents of a text attachment
	PassageDisplayName PassageKind = "display_name"
	PassageTitle       PassageKind = "title" // of a forum post, for the comment that opens it
)

// Attachment is a file that came with a comment.
type Attachment struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	URL         string `json:"url,omitempty"`
	Size        int64  `json:"size,omitempty"` // bytes
}
