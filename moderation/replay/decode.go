package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/moderation"
)

// line is a comment as it stands in a file: a moderation.Comment, or the shorter form in
// which author and parent are plain strings, and ids may be numbers.
type line struct {
	moderation.Comment
	ID     id     `json:"id"`
	Author author `json:"author"`
	Parent parent `json:"parent"`
}

// decode reads a comment. number stands in for an ID where there is none.
func decode(raw []byte, number int) (moderation.Comment, error) {
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return moderation.Comment{}, err
	}
	if l.Text == "" && len(l.Passages) == 0 && len(l.Attachments) == 0 {
		return moderation.Comment{}, errors.New(`it has no "text"`)
	}
	c := l.Comment
	c.ID, c.Author, c.Parent = string(l.ID), moderation.Author(l.Author), moderation.Parent(l.Parent)
	if c.ID == "" {
		c.ID = fmt.Sprintf("line %d", number)
	}
	if c.Article.ID == "" {
		c.Article.ID = c.Article.Title // so that comments under one story are counted together
	}
	return c, nil
}

// timeOf reads only when a comment was written; zero where the line does not say.
func timeOf(raw []byte) (time.Time, error) {
	var l struct {
		Time time.Time `json:"time"`
	}
	err := json.Unmarshal(raw, &l)
	return l.Time, err
}

type id string

func (i *id) UnmarshalJSON(b []byte) error {
	var n json.Number
	if json.Unmarshal(b, &n) == nil {
		*i = id(n)
		return nil
	}
	return json.Unmarshal(b, (*string)(i))
}

type author moderation.Author

// UnmarshalJSON takes a name for an ID, too.
func (a *author) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &a.ID)
	}
	return json.Unmarshal(b, (*moderation.Author)(a))
}

type parent moderation.Parent

// UnmarshalJSON takes the text of the comment that is answered for the whole, too.
func (p *parent) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &p.Text)
	}
	return json.Unmarshal(b, (*moderation.Parent)(p))
}
