package rule

import (
	"path"
	"strings"

	"parley/moderation"
)

// Attachments holds when files of a kind came with the comment.
type Attachments struct {
	Kinds    []string // content types or their beginnings: "image", "video/mp4"; none: any
	Names    []string // globs for file names; none: any
	MoreThan int      // holds when more than so many fit
}

func (c Attachments) bind(*binder) bound { return &boundAttachments{c} }

type boundAttachments struct{ Attachments }

func (c *boundAttachments) trigger() trigger { return anyComment }

func (c *boundAttachments) ask(s *Subject) Answer {
	if len(s.Comment.Attachments) <= c.MoreThan {
		return No
	}
	fit := 0
	for i := range s.Comment.Attachments {
		if c.fits(&s.Comment.Attachments[i]) {
			fit++
		}
	}
	return answer(fit > c.MoreThan)
}

func (c *boundAttachments) fits(a *moderation.Attachment) bool {
	if len(c.Kinds) > 0 && !hasKind(c.Kinds, a.ContentType) {
		return false
	}
	return len(c.Names) == 0 || fitsGlob(c.Names, strings.ToLower(path.Base(a.Name)))
}

func hasKind(kinds []string, contentType string) bool {
	for _, k := range kinds {
		if strings.HasPrefix(strings.ToLower(contentType), k) {
			return true
		}
	}
	return false
}
