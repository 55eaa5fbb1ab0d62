package openai

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"parley/moderation"
)

// The longest that is sent of each text, in bytes. Discord's own limits are 4,000 characters
// for a comment and 4,096 for an article's summary.
const (
	longestComment = 6000
	longestContext = 1500 // title, summary and the comment replied to, each
	longestPolicy  = 6000
	mostPictures   = 4
)

// question is what is sent about one comment: capped, and without anybody's name or ID.
type question struct {
	comment  moderation.Comment
	verdict  moderation.Verdict
	words    string // the comment and what came with it
	cut      bool   // words were left out
	title    string
	summary  string
	parent   string
	policy   string
	pictures []string
}

func newQuestion(c moderation.Case, community Community) *question {
	hide := newMask(&c.Comment)
	q := &question{comment: c.Comment, verdict: c.Verdict}
	q.words, q.cut = clip(strings.TrimSpace(hide.people(allWords(&c.Comment))), longestComment)
	q.title, _ = clip(hide.people(c.Comment.Article.Title), longestContext)
	q.summary, _ = clip(hide.people(c.Comment.Article.Summary), longestContext)
	q.parent, _ = clip(hide.people(c.Comment.Parent.Text), longestContext)
	q.policy, _ = clip(strings.TrimSpace(community.Policy), longestPolicy)
	for _, a := range c.Comment.Attachments {
		if strings.HasPrefix(a.ContentType, "image/") && strings.HasPrefix(a.URL, "https://") && len(q.pictures) < mostPictures {
			q.pictures = append(q.pictures, a.URL)
		}
	}
	return q
}

// allWords is the comment followed by what came with it. The author's display name stays here.
func allWords(c *moderation.Comment) string {
	var b strings.Builder
	b.WriteString(c.Text)
	for _, p := range c.Passages {
		if p.Kind == moderation.PassageDisplayName || p.Text == "" {
			continue
		}
		b.WriteString("\n[")
		b.WriteString(strings.ReplaceAll(string(p.Kind), "_", " "))
		b.WriteString("] ")
		b.WriteString(p.Text)
	}
	return b.String()
}

// clip cuts a text to at most limit bytes, keeping its beginning and its end: whoever pads a
// comment hides the point at one of them.
func clip(s string, limit int) (clipped string, cut bool) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s, false
	}
	head, tail := limit*2/3, len(s)-limit/3
	for !utf8.RuneStart(s[head]) {
		head--
	}
	for !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + " […] " + s[tail:], true
}

// mask replaces what names people in a text.
type mask struct{ ids *strings.Replacer }

// references are how platforms write a person, a role or a channel into a text: <@1>, <@!1>,
// <@&1>, <#1>; and a custom emoji, <:name:1> or <a:name:1>.
var references = regexp.MustCompile(`<(@!?|@&|#|a?:\w+:)\d+>`)

func newMask(c *moderation.Comment) mask {
	var pairs []string
	for _, id := range append([]string{c.Author.ID, c.Parent.AuthorID}, c.Mentions...) {
		if len(id) > 4 { // shorter ones are not a platform's IDs and may be words
			pairs = append(pairs, id, "someone")
		}
	}
	return mask{strings.NewReplacer(pairs...)}
}

func (m mask) people(s string) string {
	s = references.ReplaceAllStringFunc(s, func(ref string) string {
		switch {
		case strings.HasPrefix(ref, "<@&"):
			return "@role"
		case strings.HasPrefix(ref, "<@"):
			return "@someone"
		case strings.HasPrefix(ref, "<#"):
			return "#channel"
		}
		return ref[strings.IndexByte(ref, ':') : strings.LastIndexByte(ref, ':')+1]
	})
	return m.ids.Replace(s)
}

// key names the question in the cache: two comments share it when the same words, up to
// disguise, answer the same comment under the same article and the same policy, and the same
// models are asked. The parent counts because "yes, all of them" means what it replies to.
func (q *question) key(models string) string {
	pictures := make([]string, len(q.pictures))
	for i, p := range q.pictures {
		pictures[i], _, _ = strings.Cut(p, "?") // behind it stands a signature that changes
	}
	whole, err := json.Marshal([]any{
		models, q.verdict.Policy, q.policy, q.title, q.summary, q.parent,
		string(undisguise(q.words).letters), pictures,
	})
	if err != nil { // strings always marshal
		whole = []byte(q.words)
	}
	sum := sha256.Sum256(whole)
	return "opinion/" + hex.EncodeToString(sum[:16])
}
