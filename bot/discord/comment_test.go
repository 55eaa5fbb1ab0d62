package discord

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"parley/bot"
	"parley/bot/discord/discordtest"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
	"parley/moderation"
)

var story = discordtest.Embed{
	Title: "Man held after attack outside bar", Description: "Police are looking for witnesses.",
	URL: "https://news.example/attack",
}

func TestACommentBelongsToTheLatestArticleOfItsChannel(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	first := w.must(w.ann.PostArticle(w.articles, story))
	c, _ := w.says(w.ann, w.articles, "my heart goes out to them")
	want := moderation.Article{ID: first.ID, Title: story.Title, Summary: story.Description, URL: story.URL}
	if c.Article != want {
		t.Errorf("article is %+v, want %+v", c.Article, want)
	}
	other := story
	other.Title = "Council votes on budget"
	second := w.must(w.ann.PostArticle(w.articles, other))
	c, _ = w.says(w.ann, w.articles, "about time")
	if c.Article.ID != second.ID {
		t.Errorf("article is %q, want the later one", c.Article.Title)
	}
	reply := w.must(w.ann.Reply(first, "still thinking of this one"))
	if got := w.comment(reply.ID); got.Article.ID != first.ID || got.Parent.ID != first.ID {
		t.Errorf("a reply belongs to %q and answers %q, want the first article", got.Article.Title, got.Parent.ID)
	}
	again := w.must(w.ann.Reply(reply, "same"))
	if got := w.comment(again.ID); got.Article.ID != first.ID || got.Parent.Text != "still thinking of this one" {
		t.Errorf("a reply to a reply belongs to %q and answers %q", got.Article.Title, got.Parent.Text)
	}
}

func TestAnArticleSharedBeforeTheBotStartedIsFound(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	shared := w.must(w.ann.PostArticle(w.articles, story))
	w.connect()
	c, _ := w.says(w.ann, w.articles, "so sad")
	if c.Article.ID != shared.ID {
		t.Errorf("article is %+v", c.Article)
	}
	d, _ := w.says(w.ann, w.articles, "so very sad")
	if d.Article.ID != shared.ID {
		t.Errorf("article is %+v", d.Article)
	}
	if n := len(w.RequestsTo("GET /channels/{channel_id}/messages")); n != 1 {
		t.Errorf("the channel's past was read %d times, once is enough", n)
	}
}

func TestAnArticleWhosePreviewComesLateIsKnownFromThenOn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	link := w.must(w.ann.Post(w.articles, story.URL))
	w.comment(link.ID)
	preview := story
	preview.Type = "article"
	w.must(w.ann.EditRaw(link, discordtest.Draft{Content: story.URL, Embeds: []discordtest.Embed{preview},
		Raw: map[string]any{"edited_timestamp": nil}}))
	c, _ := w.says(w.ann, w.articles, "oh no")
	if c.Article.ID != link.ID || c.Article.Title != story.Title {
		t.Errorf("article is %+v", c.Article)
	}
	if n := len(w.intake.comments); n != 2 {
		t.Errorf("%d comments came; a preview is no new revision", n)
	}
}

func TestThePreviewOfASharedArticleIsNotTheCommentersWords(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	posted := w.must(w.ann.PostArticle(w.articles, story))
	if c := w.comment(posted.ID); len(c.Passages) != 0 || c.Article.Title != story.Title {
		t.Errorf("comment came as %+v", c)
	}
}

func TestAForumPostIsTheArticleOfItsThread(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	forum := w.guild.NewForum("news-forum")
	w.connect()
	thread, starter, err := w.ann.PostInForum(forum, "What about the bridge?", discordtest.Draft{Content: "They closed it again."})
	if err != nil {
		t.Fatal(err)
	}
	opening := w.comment(starter.ID)
	if opening.Article != (moderation.Article{}) {
		t.Errorf("the opening post quotes %+v", opening.Article)
	}
	if !slices.Contains(opening.Passages, moderation.Passage{Kind: moderation.PassageTitle, Text: "What about the bridge?"}) {
		t.Errorf("the title is not among the words of the opening post: %+v", opening.Passages)
	}
	c, _ := w.says(w.ann, thread, "again?!")
	want := moderation.Article{ID: thread.ID, Title: "What about the bridge?", Summary: "They closed it again."}
	if c.Article != want || c.Channel.Parent != forum.ID {
		t.Errorf("article is %+v in %+v, want %+v", c.Article, c.Channel, want)
	}
}

func TestAThreadUnderAnArticleIsAboutIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	shared := w.must(w.ann.PostArticle(w.articles, story))
	thread, err := w.ann.StartThread(shared, "the attack")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := w.says(w.ann, thread, "let us stay civil")
	if c.Article.ID != shared.ID || c.Article.Title != story.Title {
		t.Errorf("article is %+v", c.Article)
	}
	other := story
	other.URL, other.Title = "https://elsewhere.example/x", "Something else"
	linked := w.must(w.ann.Send(thread, discordtest.Draft{Content: "see " + other.URL, Embeds: []discordtest.Embed{other}}))
	if c := w.comment(linked.ID); c.Article.ID != shared.ID || len(c.Passages) != 1 {
		t.Errorf("a link in a thread made it about %+v", c.Article)
	}
}

func TestAnEditIsANewRevisionOfTheSameComment(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	_, posted := w.says(w.ann, w.articles, "fine")
	edited := w.must(w.ann.Edit(posted, "not fine"))
	w.intake.await(w, "the edit", func() bool { return len(w.intake.comments) == 2 })
	c := w.intake.comments[1]
	if c.ID != posted.ID || c.Text != "not fine" || c.Revision != edited.EditedAt.UnixMilli() || c.Time.UnixMilli() != c.Revision {
		t.Errorf("edit came as %+v", c)
	}
	w.must(w.ann.Edit(posted, "not fine"))
	w.says(w.ann, w.articles, "next")
	if n := len(w.intake.comments); n != 3 {
		t.Errorf("%d comments came; an edit that changes no word is no revision", n)
	}
}

func TestNothingInAMessageMakesItInvisible(t *testing.T) {
	t.Parallel()
	strange := []any{map[string]any{"type": 1, "components": []any{map[string]any{"type": 99, "content": "words in a new component"}}}}
	for name, raw := range map[string]map[string]any{
		"an unknown component":      {"components": strange},
		"a poll":                    {"poll": map[string]any{"question": map[string]any{"text": "who?"}, "answers": []any{map[string]any{"poll_media": map[string]any{"text": "them"}}}}},
		"a forwarded message":       {"message_snapshots": []any{map[string]any{"message": map[string]any{"content": "forwarded words", "components": strange}}}},
		"a sticker":                 {"sticker_items": []any{map[string]any{"id": "1", "name": "rude sticker", "format_type": 1}}},
		"fields of the wrong type":  {"mentions": "none", "embeds": 7, "flags": "many", "mention_roles": map[string]any{}},
		"a comment far too long":    {"content": strings.Repeat("long ", 4000)},
		"five thousand mentions":    {"mentions": slices.Repeat([]any{map[string]any{"id": "5", "username": "x"}}, 5000)},
		"a reply to unknown things": {"type": 19, "message_reference": map[string]any{"message_id": "1"}, "referenced_message": map[string]any{"id": "1", "channel_id": "1", "components": strange, "content": "parent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.connect()
			posted := w.must(w.ann.Send(w.articles, discordtest.Draft{Content: "words", Raw: raw}))
			c := w.comment(posted.ID)
			if c.Author.ID != w.ann.ID || c.Text == "" {
				t.Errorf("came as %+v", c)
			}
		})
	}
}

func TestWordsHideInManyPlacesAndAreFoundInAll(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	posted := w.must(w.ann.Send(w.articles, discordtest.Draft{
		Content:     "see below",
		Attachments: []discordtest.Attachment{{Filename: "secret-words.png", ContentType: "image/png"}},
		Raw: map[string]any{
			"poll":              map[string]any{"question": map[string]any{"text": "which?"}, "answers": []any{map[string]any{"poll_media": map[string]any{"text": "that"}}}},
			"message_snapshots": []any{map[string]any{"message": map[string]any{"content": "forwarded"}}},
			"sticker_items":     []any{map[string]any{"id": "1", "name": "sticky", "format_type": 1}},
			"components":        []any{map[string]any{"type": 17, "components": []any{map[string]any{"type": 10, "content": "in a container"}}}},
		},
	}))
	c := w.comment(posted.ID)
	for _, want := range []moderation.Passage{
		{Kind: moderation.PassagePoll, Text: "which?"}, {Kind: moderation.PassagePoll, Text: "that"},
		{Kind: moderation.PassageForward, Text: "forwarded"}, {Kind: moderation.PassageSticker, Text: "sticky"},
		{Kind: moderation.PassageFileName, Text: "secret-words.png"}, {Kind: moderation.PassageEmbed, Text: "in a container"},
	} {
		if !slices.Contains(c.Passages, want) {
			t.Errorf("%s %q was not found in %+v", want.Kind, want.Text, c.Passages)
		}
	}
}

func TestWhoStandsAboveOrModeratesIsExempt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	above := w.guild.NewRole("elder", 0) // made after the bot's role was raised: above it
	elder := w.guild.NewMember("elder", above)
	w.connect()
	for _, m := range []struct {
		who  *discordtest.Member
		want moderation.Exemption
	}{
		{w.ann, ""}, {w.mod, moderation.ExemptModerator}, {w.guild.Owner(), moderation.ExemptOwner}, {elder, moderation.ExemptAbove},
	} {
		if c, _ := w.says(m.who, w.articles, "hello"); c.Author.Exempt != m.want {
			t.Errorf("%s is exempt as %q, want %q", m.who.Name, c.Author.Exempt, m.want)
		}
	}
	w.ann.Give(w.modRole)
	if c, _ := w.says(w.ann, w.articles, "promoted"); c.Author.Exempt != moderation.ExemptModerator {
		t.Errorf("a new moderator is exempt as %q", c.Author.Exempt)
	}
}

func TestMissedCommentsAreReadInTheirOrder(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(w.ann.PostArticle(w.articles, story))
	start := w.must(w.ann.Post(w.articles, "seen"))
	var want []string
	for range 130 {
		want = append(want, w.must(w.ann.Post(w.articles, "missed")).ID)
		w.must(w.guild.NewBot("chatty").Post(w.articles, "beep"))
	}
	w.connect()
	missed, err := w.platform.Since(w.ctx, w.guild.ID, w.articles.ID, start.ID, 200)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range missed {
		got = append(got, c.ID)
		if c.Author.Roles == nil || c.Article.Title != story.Title {
			t.Fatalf("missed comment came as %+v", c)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d missed comments came, want %d in order", len(got), len(want))
	}
	if few, err := w.platform.Since(w.ctx, w.guild.ID, w.articles.ID, start.ID, 7); err != nil || len(few) != 7 || few[6].ID != want[6] {
		t.Errorf("asked for 7, got %d, %v", len(few), err)
	}
}

func TestReadingWhatWasMissedSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	if _, err := w.platform.Since(w.ctx, w.guild.ID, "77", "1", 10); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a channel that is gone: %v", err)
	}
	w.articles.DenyMember(w.guild.Bot(), discordtest.ReadMessageHistory|discordtest.ViewChannel)
	if _, err := w.platform.Since(w.ctx, w.guild.ID, w.articles.ID, "1", 10); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a hidden channel: %v", err)
	}
}

func TestTheWordsOfATextFileAreRead(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	uploads := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved.txt" {
			http.Redirect(rw, r, "/message.txt", http.StatusFound)
			return
		}
		fmt.Fprint(rw, "what did not fit, ", strings.Repeat("x", 1<<20))
	}))
	defer uploads.Close()
	defer w.platform.files.CloseIdleConnections()
	w.connect()
	file := func(base, name string) map[string]any {
		return map[string]any{"id": "1", "filename": name, "content_type": "text/plain; charset=utf-8", "size": 1 << 20, "url": base + "/" + name}
	}
	send := func(files ...any) moderation.Comment {
		return w.comment(w.must(w.ann.Send(w.articles, discordtest.Draft{Content: "see file", Raw: map[string]any{"attachments": files}})).ID)
	}
	if c := send(file(uploads.URL, "message.txt")); has(c, moderation.PassageFile) {
		t.Error("a file was fetched from somewhere that is not Discord's")
	}
	api, err := rest.NewClient(w.Token(), uploads.URL)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := &Platform{api: api, files: w.platform.files, log: w.platform.log}
	m := wire.Message{Attachments: []wire.Attachment{{Name: "message.txt", URL: uploads.URL + "/message.txt"}, {Name: "moved.txt", URL: uploads.URL + "/moved.txt"}}}
	elsewhere.readFiles(w.ctx, place{}, &m)
	if got := *m.Attachments[0].Contents; !strings.HasPrefix(got, "what did not fit") || len(got) != fileBytes {
		t.Errorf("%d bytes were read: %.30q", len(got), got)
	}
	if got := *m.Attachments[1].Contents; got != "" {
		t.Errorf("a redirect was followed to %.30q", got)
	}
	if found := passages(&m, false); !slices.ContainsFunc(found, func(p moderation.Passage) bool { return p.Kind == moderation.PassageFile }) {
		t.Errorf("found %.100v", found)
	}
}

func has(c moderation.Comment, kind moderation.PassageKind) bool {
	return slices.ContainsFunc(c.Passages, func(p moderation.Passage) bool { return p.Kind == kind })
}
