package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/bot"
	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/ledger/embedded"
	"parley/moderation/policy"
)

const townPolicy = `
channels: [news]
review_channel: mod-review
moderators: {permission: moderate_members}
rules:
  - id: made-up
    why: calls people grobbles
    when: {words: [grobble]}
    action: remove
    score: {insult: 0.95}
    points: 3
    examples: {match: [you grobble], allow: [hello]}
strikes:
  ladder:
    - {points: 3, do: timeout, for: 1h}
`

// moderate runs the whole bot on the town's Discord, with a policy and a store of its own.
func (w *town) moderate() {
	w.Helper()
	made, found := policy.Parse("town.yaml", []byte(townPolicy), nil)
	if err := found.Err(); err != nil {
		w.Fatal(err)
	}
	store, err := embedded.Open(w.ctx, w.TempDir(), embedded.Options{})
	if err != nil {
		w.Fatal(err)
	}
	w.platform.settings = func(guild string, at moderation.Channel) *policy.Settings {
		return made.Settings(guild, at, moderation.Article{})
	}
	w.platform.ledger = store
	judge := engine.New(made, nil)
	b, err := bot.New(bot.Config{Source: w.platform, Enforcer: w.platform, Store: store, Rulebook: bot.NewRulebook(made, judge)})
	if err != nil {
		w.Fatal(err)
	}
	desk := b.Desk()
	w.platform.Serve(Moderators{Cases: desk, Strikes: desk, Status: desk.Status,
		Score: func(c *moderation.Comment) moderation.Verdict { return judge.Judge(c, nil) }})
	ctx, stop := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	w.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			w.Errorf("Run: %v", err)
		}
		if err := store.Close(); err != nil {
			w.Errorf("close the store: %v", err)
		}
		w.platform.api.HTTP().CloseIdleConnections()
	})
	w.await("the bot to listen", w.Connected)
}

func TestACommentIsJudgedActedOnAndGivenBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.moderate()
	w.must(w.ann.PostArticle(w.articles, story))
	clean := w.must(w.ann.Post(w.articles, "what a sad day"))
	foul := w.must(w.ann.Post(w.articles, "you gr0bble"))
	w.await("the comment to go, with everything that follows", func() bool {
		m, _ := w.articles.Message(foul.ID)
		return m.Deleted && len(w.ann.DMs()) == 1 && w.ann.TimeoutUntil().After(time.Now()) && len(w.review.Messages()) == 1
	})
	if m, _ := w.articles.Message(clean.ID); m.Deleted {
		t.Error("a clean comment went, too")
	}
	if told := text(w.ann.DMs()[0]); !strings.Contains(told, "Calls people grobbles") {
		t.Errorf("the author was told %q", told)
	}
	shown := w.review.Messages()[0]
	for _, want := range []string{"**__gr0bble__**", "made-up", story.Title, "3 strike points", "Timed out until"} {
		if !strings.Contains(text(shown), want) {
			t.Errorf("%q is not on the card:\n%s", want, text(shown))
		}
	}

	w.press(w.mod, shown, "Dismiss")
	w.await("everything to be undone", func() bool {
		now := w.articles.Messages()
		last := now[len(now)-1]
		return len(last.Embeds) == 1 && strings.Contains(last.Embeds[0].Description, "you gr0bble") &&
			!w.ann.TimeoutUntil().After(time.Now()) && len(w.ann.DMs()) == 2
	})
	strikes := w.answer(w.mod.Slash(w.ctx, w.review, "strikes show", discordtest.Argument{Name: "user", Value: w.ann.User}))
	if !strings.Contains(text(strikes), "**0 points**") || !strings.Contains(text(strikes), "pardoned") {
		t.Errorf("the record shows %s", text(strikes))
	}
}

func TestACleanCommentThatIsEditedIntoAbuseGoes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.moderate()
	posted := w.must(w.ann.Post(w.articles, "what a sad day"))
	w.must(w.ann.Edit(posted, "what a sad grobble"))
	w.await("the comment to go", func() bool {
		m, _ := w.articles.Message(posted.ID)
		return m.Deleted
	})
}

func TestWhatWasSaidWhileTheConnectionWasGoneIsJudgedAfterwards(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.moderate()
	first := w.must(w.ann.Post(w.articles, "grobble"))
	gone := func(m discordtest.Message) func() bool {
		return func() bool { now, _ := w.articles.Message(m.ID); return now.Deleted }
	}
	w.await("the first to go", gone(first))
	ben := w.guild.NewMember("ben")
	w.Faults().RefuseResumes(100)
	w.Faults().RefuseConnections(2)
	w.Faults().DropLinks()
	w.await("the link to be down", func() bool { return !w.Connected() })
	missed := w.must(ben.Post(w.articles, "grobble again"))
	w.await("the missed one to go, too", gone(missed))
}
