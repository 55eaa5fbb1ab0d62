package discord

import (
	"hash/maphash"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"parley/bot/discord/wire"
	"parley/moderation"
)

const (
	recentMessages = 16384 // messages of which the article is remembered, the oldest forgotten first
	shelfLength    = 16    // articles remembered in one channel
	titleBytes     = 512   // of an article, at most
	summaryBytes   = 4000
)

// tracker remembers which article each channel and message is about. Nothing is fetched
// from the web: title and summary are those of the embed that Discord made of the link, or
// of the post that starts a thread. It may be used from any number of goroutines.
type tracker struct {
	mu      sync.Mutex
	seed    maphash.Seed
	shelves map[string]*shelf // by channel
	notes   map[uint64]note   // by message
	order   [recentMessages]uint64
	next    int
	latest  *moderation.Article // that a note was made of; the notes of one conversation share it
}

// shelf holds the articles of a channel in order of their age.
type shelf struct {
	articles []moderation.Article
	looked   bool // whether the channel's past was read, so that absence means something
}

// note is what is remembered of one message.
type note struct {
	article *moderation.Article
	text    uint64 // hash of what its author wrote; 0 when not known
}

func newTracker() *tracker {
	return &tracker{seed: maphash.MakeSeed(), shelves: map[string]*shelf{}, notes: map[uint64]note{}, latest: &moderation.Article{}}
}

// looked reports whether the past of a channel has been read.
func (t *tracker) looked(channel string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.shelves[channel]
	return s != nil && s.looked
}

// markLooked notes that the past of a channel has been read, or cannot be.
func (t *tracker) markLooked(channel string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shelf(channel).looked = true
}

// lookAgain has the past of a channel read once more: articles may have been missed.
func (t *tracker) lookAgain(channel string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.shelves[channel]; s != nil {
		s.looked = false
	}
}

// forget drops a channel that is gone.
func (t *tracker) forget(channel string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.shelves, channel)
}

// shelf finds or makes a channel's shelf. The caller holds the lock.
func (t *tracker) shelf(channel string) *shelf {
	s := t.shelves[channel]
	if s == nil {
		s = &shelf{}
		t.shelves[channel] = s
	}
	return s
}

// start gives a thread its article: that of the message which started it or, where that
// shares none, the starting post itself under the thread's name.
func (t *tracker) start(thread wire.Channel, starter *wire.Message) {
	a := moderation.Article{ID: thread.ID, Title: cutBytes(thread.Name, titleBytes)}
	if starter != nil {
		a.Summary = cutBytes(starter.Text(), summaryBytes)
		if shared, ok := articleIn(starter); ok {
			a = shared
		} else if known, ok := t.note(starter.ID); ok && known.article.ID != "" && known.article.ID != thread.ID {
			a = *known.article // a thread about a comment is about that comment's article
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.shelf(thread.ID)
	s.articles, s.looked = []moderation.Article{a}, true
}

// share notes the article that a message shares, if it does. In a thread only the starting
// message counts: there, links are part of the talk. It reports whether there is one.
func (t *tracker) share(m *wire.Message, thread bool) bool {
	if thread && m.ID != m.ChannelID || m.Type == wire.TypeReply {
		return false
	}
	a, ok := articleIn(m)
	if !ok {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.shelf(m.ChannelID)
	at, found := slices.BinarySearchFunc(s.articles, a.ID, func(a moderation.Article, id string) int { return compareIDs(a.ID, id) })
	switch {
	case thread:
		s.articles = []moderation.Article{a}
	case found:
		s.articles[at] = a // its preview has arrived, or changed
	default:
		s.articles = slices.Insert(s.articles, at, a)
		if len(s.articles) > shelfLength {
			s.articles = slices.Delete(s.articles, 0, 1)
		}
	}
	return true
}

// articleOf says what a message is about: itself, the article of the message it answers,
// the thread's, or the latest that the channel had within the window before it. Zero when
// unknown.
func (t *tracker) articleOf(m *wire.Message, thread bool, window time.Duration) moderation.Article {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ref := m.Reference; ref != nil && ref.Type == 0 && ref.MessageID != "" && !thread {
		if n, ok := t.notes[wire.Snowflake(ref.MessageID)]; ok && n.article.ID != "" {
			return *n.article
		}
		if m.Referenced != nil {
			if a, ok := articleIn(m.Referenced); ok {
				return a
			}
		}
	}
	s := t.shelves[m.ChannelID]
	if s == nil {
		return moderation.Article{}
	}
	for i := len(s.articles) - 1; i >= 0; i-- {
		a := s.articles[i]
		if thread {
			if a.ID == m.ID && a.URL == "" {
				return moderation.Article{} // the post that opens the thread quotes nobody
			}
			return a
		}
		if compareIDs(a.ID, m.ID) > 0 {
			continue // shared only later
		}
		if a.ID != m.ID && wire.TimeOf(m.ID).Sub(wire.TimeOf(a.ID)) > window {
			break
		}
		return a
	}
	return moderation.Article{}
}

// note finds what is remembered of a message.
func (t *tracker) note(id string) (note, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.notes[wire.Snowflake(id)]
	return n, ok
}

// remember notes a message's article and text, and reports whether the text is another one
// than before. A message not seen before counts as changed.
func (t *tracker) remember(m *wire.Message, a moderation.Article) (changed bool) {
	id := wire.Snowflake(m.ID)
	hash := t.hash(m)
	t.mu.Lock()
	defer t.mu.Unlock()
	old, known := t.notes[id]
	if !known {
		delete(t.notes, t.order[t.next])
		t.order[t.next] = id
		t.next = (t.next + 1) % recentMessages
	}
	if *t.latest != a {
		latest := a
		t.latest = &latest
	}
	t.notes[id] = note{article: t.latest, text: hash}
	return !known || old.text != hash
}

// hash tells texts apart. It covers what the author wrote, not what Discord made of links.
func (t *tracker) hash(m *wire.Message) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	write := func(s string) {
		h.WriteString(s)
		h.WriteByte(0)
	}
	write(m.Text())
	for _, a := range m.Attachments {
		write(a.ID)
		write(a.Description)
	}
	if m.Poll != nil {
		write(m.Poll.Question.Text)
	}
	h.Write(m.Components)
	return h.Sum64()
}

// articleIn reads the article that a message shares from the preview of its link. A message
// that is nothing but a link shares an article whose preview is yet to come.
func articleIn(m *wire.Message) (moderation.Article, bool) {
	for _, e := range m.Embeds {
		if e.Title == "" || e.URL == "" || e.Type == "gifv" || e.Type == "image" {
			continue
		}
		return moderation.Article{ID: m.ID, Title: cutBytes(e.Title, titleBytes),
			Summary: cutBytes(e.Description, summaryBytes), URL: e.URL}, true
	}
	if link := strings.Trim(strings.TrimSpace(m.Text()), "<>"); isLink(link) {
		return moderation.Article{ID: m.ID, URL: link}, true
	}
	return moderation.Article{}, false
}

func isLink(text string) bool {
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || strings.ContainsAny(text, " \n\t") {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && strings.Contains(u.Host, ".") && len(u.Path) > 1
}

// cutBytes shortens text to at most n bytes without splitting a character.
func cutBytes(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
