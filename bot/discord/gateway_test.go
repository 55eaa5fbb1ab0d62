package discord

import (
	"strings"
	"testing"

	"parley/bot/discord/discordtest"
)

func TestACommentArrivesWithItsAuthorAndPlace(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, posted := w.says(w.ann, w.articles, "what a sad day")
	if c.Text != "what a sad day" || c.Guild != w.guild.ID || c.Channel.Name != "news" || c.Revision != 0 {
		t.Errorf("comment came as %+v", c)
	}
	if c.Author.ID != w.ann.ID || c.Author.Name != "ann" || c.Author.Created.IsZero() || c.Author.Exempt != "" {
		t.Errorf("author came as %+v", c.Author)
	}
	if c.Time.UnixMilli() != posted.SentAt.UnixMilli() {
		t.Errorf("time is %s, the message says %s", c.Time, posted.SentAt)
	}
}

func TestWhatTheBotAndUnwatchedChannelsSayIsNotJudged(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	lounge := w.guild.NewTextChannel("lounge")
	w.must(w.ann.Post(lounge, "not about the news"))
	w.must(w.guild.NewBot("other").Post(w.articles, "beep"))
	w.must(w.ann.Post(w.review, "hello"))
	c, _ := w.says(w.ann, w.articles, "last")
	w.intake.await(w, "the last comment", func() bool { return len(w.intake.comments) == 1 && w.intake.comments[0].ID == c.ID })
}

func TestADroppedLinkIsResumedAndNothingIsMissed(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.says(w.ann, w.articles, "before")
	w.Faults().DropLinks()
	during := w.must(w.ann.Post(w.articles, "while the link was down"))
	w.comment(during.ID)
	w.intake.await(w, "no second announcement", func() bool { return len(w.intake.gaps) == 1 })
}

func TestAfterARefusedResumeTheGapIsAnnounced(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.Faults().RefuseResumes(1)
	w.Faults().RequestReconnect()
	w.intake.await(w, "the gap", func() bool { return len(w.intake.gaps) == 2 })
	w.says(w.ann, w.articles, "after")
}

func TestADeadLinkIsNoticedThoughItStaysOpen(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.platform.timing.silence = 1
	w.platform.timing.look = 1
	w.connect()
	w.await("a second connection", func() bool { return len(w.Events()) > 0 && resumed(w) })
}

func resumed(w *town) bool {
	for _, e := range w.Events() {
		if e.Name == "RESUMED" {
			return true
		}
	}
	return false
}

func TestABadTokenEndsTheBotWithTheFix(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p, err := New(Config{Token: "wrong", APIBase: w.URL(), Settings: w.platform.settings, Ledger: w.ledger})
	if err != nil {
		t.Fatal(err)
	}
	defer p.api.HTTP().CloseIdleConnections()
	err = p.Run(w.ctx, w.intake)
	if err == nil || !strings.Contains(err.Error(), "DISCORD_TOKEN") {
		t.Errorf("Run ended with %v", err)
	}
	if n := len(w.Requests()); n != 1 {
		t.Errorf("the bot asked %d times, once is enough", n)
	}
}

func TestAMissingIntentEndsTheBotWithTheFix(t *testing.T) {
	t.Parallel()
	w := newTown(t, discordtest.WithAppIntents(0))
	err := w.platform.Run(w.ctx, w.intake)
	w.platform.api.HTTP().CloseIdleConnections()
	if err == nil || !strings.Contains(err.Error(), "Message Content Intent") {
		t.Errorf("Run ended with %v", err)
	}
	if n := len(w.Disconnects()); n != 1 {
		t.Errorf("the bot connected %d times, once is enough", n)
	}
}
