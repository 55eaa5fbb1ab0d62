package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Messages are read by hand, because there is one for every comment and reflection costs
// five times as much. Only what nearly every message has is scanned here; the rarer parts
// are left to encoding/json, so that the struct's tags say for both how a field is called.

// scanMessage fills m from an object. False means that it is none. What a referenced message
// itself refers to is of no interest.
func scanMessage(raw []byte, m *Message, referenced bool) bool {
	return fields(raw, func(key, value []byte) {
		switch string(key) {
		case "id":
			m.ID = text(value)
		case "channel_id":
			m.ChannelID = text(value)
		case "guild_id":
			m.GuildID = text(value)
		case "webhook_id":
			m.WebhookID = text(value)
		case "content":
			if value[0] == '"' {
				content := text(value)
				m.Content = &content
			}
		case "type":
			m.Type = number(value)
		case "flags":
			m.Flags = number(value)
		case "edited_timestamp":
			_ = m.Edited.UnmarshalJSON(value) // never fails
		case "mention_everyone":
			m.MentionsEveryone = string(value) == "true"
		case "author":
			if value[0] == '{' {
				m.Author = &User{}
				scanUser(value, m.Author)
			}
		case "member":
			if value[0] == '{' {
				m.Member = &Member{}
				scanMember(value, m.Member)
			}
		case "mentions":
			rest(value, &m.Mentions)
		case "mention_roles":
			m.MentionRoles = texts(value)
		case "embeds":
			rest(value, &m.Embeds)
		case "attachments":
			rest(value, &m.Attachments)
		case "sticker_items":
			rest(value, &m.Stickers)
		case "poll":
			rest(value, &m.Poll)
		case "message_snapshots":
			rest(value, &m.Snapshots)
		case "message_reference":
			rest(value, &m.Reference)
		case "components":
			if len(value) > len("[]") {
				m.Components = bytes.Clone(value)
			}
		case "referenced_message":
			if value[0] == '{' && !referenced {
				m.Referenced = &Message{}
				scanMessage(value, m.Referenced, true)
			}
		}
	})
}

func scanUser(raw []byte, u *User) {
	fields(raw, func(key, value []byte) {
		switch string(key) {
		case "id":
			u.ID = text(value)
		case "username":
			u.Username = text(value)
		case "global_name":
			u.GlobalName = text(value)
		case "bot":
			u.Bot = string(value) == "true"
		}
	})
}

func scanMember(raw []byte, m *Member) {
	fields(raw, func(key, value []byte) {
		switch string(key) {
		case "nick":
			m.Nick = text(value)
		case "roles":
			m.Roles = texts(value)
		case "joined_at":
			_ = m.Joined.UnmarshalJSON(value) // never fails
		case "communication_disabled_until":
			_ = m.Until.UnmarshalJSON(value) // never fails
		case "permissions":
			_ = m.Permissions.UnmarshalJSON(value) // never fails
		}
	})
}

// rest leaves a part that is neither null nor empty to encoding/json.
func rest(value []byte, into any) {
	if len(value) > len("[]") && (value[0] == '{' || value[0] == '[') {
		_ = Read(value, into) // what cannot be read is left out
	}
}

// fields calls visit for every field of an object, with the value as it is written. False
// means that raw is no object, or ends in the middle of one.
func fields(raw []byte, visit func(key, value []byte)) bool {
	at := blanks(raw, 0)
	if at == len(raw) || raw[at] != '{' {
		return false
	}
	for at++; ; {
		at = blanks(raw, at)
		switch {
		case at == len(raw):
			return false
		case raw[at] == '}':
			return true
		case raw[at] == ',':
			at++
			continue
		}
		end := stringEnd(raw, at)
		if end < 0 {
			return false
		}
		key := raw[at+1 : end-1]
		at = blanks(raw, end)
		if at == len(raw) || raw[at] != ':' {
			return false
		}
		at = blanks(raw, at+1)
		end = valueEnd(raw, at)
		if end < 0 {
			return false
		}
		visit(key, raw[at:end])
		at = end
	}
}

// texts reads a list of strings; nil when it is none.
func texts(value []byte) []string {
	if len(value) == 0 || value[0] != '[' {
		return nil
	}
	list := make([]string, 0, bytes.Count(value, []byte{','})+1)
	for at := 1; ; {
		at = blanks(value, at)
		switch {
		case at == len(value), value[at] == ']':
			return list
		case value[at] == ',':
			at++
			continue
		}
		end := valueEnd(value, at)
		if end < 0 {
			return list
		}
		list = append(list, text(value[at:end]))
		at = end
	}
}

// text reads a string; "" when value is none.
func text(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var unescaped string
	if json.Unmarshal(value, &unescaped) != nil {
		return ""
	}
	return unescaped
}

// number reads a whole number; 0 when value is none.
func number(value []byte) int {
	n := 0
	for _, c := range value {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func blanks(raw []byte, at int) int {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\t' || raw[at] == '\r') {
		at++
	}
	return at
}

// stringEnd is the place after the string that begins at raw[at], -1 when none does or it
// does not end.
func stringEnd(raw []byte, at int) int {
	if at >= len(raw) || raw[at] != '"' {
		return -1
	}
	for i := at + 1; ; {
		quote := bytes.IndexByte(raw[i:], '"')
		if quote < 0 {
			return -1
		}
		i += quote
		escapes := 0
		for raw[i-1-escapes] == '\\' { // ends at the opening quote at the latest
			escapes++
		}
		i++
		if escapes%2 == 0 {
			return i
		}
	}
}

// valueEnd is the place after the value that begins at raw[at], -1 when it does not end.
func valueEnd(raw []byte, at int) int {
	depth := 0
	for i := at; i < len(raw); {
		switch raw[i] {
		case '"':
			if i = stringEnd(raw, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return plainEnd(i, at)
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return plainEnd(i, at)
			}
		}
		i++
	}
	return -1
}

// plainEnd is the end of a number or a word such as null, -1 when there is nothing.
func plainEnd(end, at int) int {
	if end == at {
		return -1
	}
	return end
}
