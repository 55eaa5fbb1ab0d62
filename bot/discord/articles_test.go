package discord

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/bot/discord/wire"
	"parley/moderation"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// written is a message of channel 1 at so many minutes past noon.
func written(minute int, text string) *wire.Message {
	return &wire.Message{ID: wire.IDAt(noon.Add(time.Duration(minute) * time.Minute)), ChannelID: "1", Content: &text}
}

// sharing is a message with a link's preview.
func sharing(minute int, title string) *wire.Message {
	m := written(minute, "https://news.example/"+title)
	m.Embeds = []wire.Embed{{Type: "article", Title: title, URL: "https://news.example/" + title}}
	return m
}

func TestWhichArticleACommentIsAbout(t *testing.T) {
	answering := func(m, to *wire.Message) *wire.Message {
		m.Type, m.Reference, m.Referenced = wire.TypeReply, &wire.Reference{MessageID: to.ID}, to
		return m
	}
	for name, c := range map[string]struct {
		before []*wire.Message
		m      *wire.Message
		want   string // title
	}{
		"nothing was shared":              {nil, written(1, "hi"), ""},
		"the latest":                      {[]*wire.Message{sharing(0, "a"), sharing(1, "b")}, written(2, "hi"), "b"},
		"shared only later":               {[]*wire.Message{sharing(0, "a"), sharing(5, "b")}, written(2, "hi"), "a"},
		"too long ago":                    {[]*wire.Message{sharing(0, "a")}, written(61, "hi"), ""},
		"just within the window":          {[]*wire.Message{sharing(0, "a")}, written(60, "hi"), "a"},
		"it shares one itself":            {[]*wire.Message{sharing(0, "a")}, sharing(1, "b"), "b"},
		"it answers an older one":         {[]*wire.Message{sharing(0, "a"), sharing(1, "b")}, answering(written(2, "hi"), sharing(0, "a")), "a"},
		"it answers one from before long": {[]*wire.Message{sharing(200, "b")}, answering(written(201, "hi"), sharing(0, "a")), "a"},
		"it answers with a link":          {[]*wire.Message{sharing(0, "a")}, answering(sharing(1, "b"), written(0, "x")), "a"},
		"previews come in any order":      {[]*wire.Message{sharing(1, "b"), sharing(0, "a")}, written(2, "hi"), "b"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTracker()
			for _, m := range c.before {
				tr.share(m, false)
				tr.remember(m, tr.articleOf(m, false, time.Hour))
			}
			tr.share(c.m, false)
			if got := tr.articleOf(c.m, false, time.Hour); got.Title != c.want {
				t.Errorf("about %q, want %q", got.Title, c.want)
			}
		})
	}
}

func TestWhatCountsAsSharingAnArticle(t *testing.T) {
	with := func(e wire.Embed, text string) *wire.Message {
		m := written(0, text)
		m.Embeds = []wire.Embed{e}
		return m
	}
	for name, c := range map[string]struct {
		m    *wire.Message
		want bool
	}{
		"a preview":                {with(wire.Embed{Type: "link", Title: "t", URL: "https://n.example/a"}, "look: https://n.example/a"), true},
		"a bare link":              {written(0, "https://n.example/a"), true},
		"a link without a preview": {written(0, "<https://n.example/a>"), true},
		"a picture":                {with(wire.Embed{Type: "gifv", Title: "t", URL: "https://n.example/a"}, "ha"), false},
		"a link amid words":        {written(0, "read https://n.example/a"), false},
		"a site's front page":      {written(0, "https://n.example/"), false},
		"words":                    {written(0, "hello"), false},
	} {
		if _, got := articleIn(c.m); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

func TestInAThreadOnlyItsStartCounts(t *testing.T) {
	tr := newTracker()
	thread := wire.Channel{ID: "1", Name: "talk", Type: wire.ThreadPublic}
	tr.start(thread, sharing(0, "a"))
	link := sharing(5, "b")
	if tr.share(link, true) {
		t.Error("a link in a thread became its article")
	}
	if got := tr.articleOf(link, true, time.Minute); got.Title != "a" {
		t.Errorf("about %q", got.Title)
	}
	tr.start(wire.Channel{ID: "1", Name: "talk", Type: wire.ThreadPublic}, nil) // its start was deleted
	if got := tr.articleOf(link, true, time.Minute); got.Title != "talk" {
		t.Errorf("about %q", got.Title)
	}
}

func TestAThreadAboutACommentIsAboutThatCommentsArticle(t *testing.T) {
	tr := newTracker()
	shared, remark := sharing(0, "a"), written(1, "I doubt it")
	tr.share(shared, false)
	tr.remember(remark, tr.articleOf(remark, false, time.Hour))
	tr.start(wire.Channel{ID: remark.ID, Name: "doubts", Type: wire.ThreadPublic}, remark)
	in := written(9, "me too")
	in.ChannelID = remark.ID
	if got := tr.articleOf(in, true, time.Hour); got.Title != "a" {
		t.Errorf("about %q", got.Title)
	}
}

func TestMemoryOfMessagesAndArticlesIsBounded(t *testing.T) {
	tr := newTracker()
	for i := range recentMessages + 100 {
		m := sharing(i, fmt.Sprint(i))
		tr.share(m, false)
		tr.remember(m, moderation.Article{})
	}
	if len(tr.notes) > recentMessages || len(tr.shelves["1"].articles) > shelfLength {
		t.Errorf("%d messages and %d articles are remembered", len(tr.notes), len(tr.shelves["1"].articles))
	}
}

func TestOnlyOtherWordsMakeAnotherText(t *testing.T) {
	tr := newTracker()
	m := written(0, "words")
	if !tr.remember(m, moderation.Article{}) || tr.remember(m, moderation.Article{}) {
		t.Error("the same message counts as changed")
	}
	m.Embeds = []wire.Embed{{Title: "a preview"}}
	if tr.remember(m, moderation.Article{}) {
		t.Error("a preview counts as a change")
	}
	other := "other words"
	m.Content = &other
	if !tr.remember(m, moderation.Article{}) {
		t.Error("other words do not count as a change")
	}
}

// The order in which messages arrive must not matter for what a comment is about, as long
// as nothing is asked before it has arrived.
func TestArticlesAreTheSameInWhateverOrderTheyArrive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.SliceOfNDistinct(rapid.IntRange(0, 500), 1, 10, rapid.ID[int]).Draw(t, "minutes")
		at := rapid.IntRange(0, 600).Draw(t, "comment at")
		about := func(order []int) string {
			tr := newTracker()
			for _, minute := range order {
				tr.share(sharing(minute, fmt.Sprint(minute)), false)
			}
			return tr.articleOf(written(at, "hi"), false, time.Hour).Title
		}
		if a, b := about(minutes), about(rapid.Permutation(minutes).Draw(t, "other order")); a != b {
			t.Fatalf("about %q or %q", a, b)
		}
	})
}
