package discord

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
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
	w := newTown(t, discordtest.WithHeartbeat(200*time.Millisecond)) // discordgo itself would wait five of them
	w.platform.timing.silence = 500 * time.Millisecond
	w.connect()
	w.Faults().IgnoreHeartbeats(true)
	w.await("the session to be resumed", func() bool { return resumed(w) })
	w.Faults().IgnoreHeartbeats(false)
	posted := w.must(w.ann.Post(w.articles, "still there"))
	w.intake.await(w, "the comment, or word that it was missed", func() bool {
		return len(w.intake.gaps) > 1 || slices.ContainsFunc(w.intake.comments, func(c moderation.Comment) bool { return c.ID == posted.ID })
	})
}

func TestABotThatIsFullDoesNotThinkItsLinkIsDead(t *testing.T) {
	t.Parallel()
	w := newTown(t, discordtest.WithHeartbeat(time.Second)) // discordgo itself gives up after five
	w.platform.timing.silence = 2 * time.Second
	w.connect()
	w.says(w.ann, w.articles, "first") // what it is about is known from here on
	release := make(chan struct{})
	w.intake.onTake = func(moderation.Comment) { <-release }
	held := w.must(w.ann.Post(w.articles, "the bot is full"))
	time.AfterFunc(2600*time.Millisecond, func() { close(release) }) // longer than the silence of the dead
	w.comment(held.ID)
	w.says(w.ann, w.articles, "afterwards") // over whatever link there is by now
	if resumed(w) || len(w.intake.announced()) != 1 {
		t.Error("the link was given up")
	}
}

func TestAShortOutageOfTheGatewayLosesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.Faults().RefuseConnections(2)
	w.Faults().DropLinks()
	posted := w.must(w.ann.Post(w.articles, "during the outage"))
	w.comment(posted.ID)
	if !resumed(w) || len(w.intake.announced()) != 1 {
		t.Error("the session was given up")
	}
}

func TestALongOutageEndsInANewSessionAndAnAnnouncedGap(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.Faults().RefuseConnections(2 * maxResumes)
	w.Faults().DropLinks()
	posted := w.must(w.ann.Post(w.articles, "during the outage"))
	w.intake.await(w, "the gap to be announced", func() bool { return len(w.intake.gaps) == 2 })
	if got, err := w.platform.Since(w.ctx, w.guild.ID, w.articles.ID, "1", 10); err != nil || len(got) != 1 || got[0].ID != posted.ID {
		t.Errorf("missed comments are %+v, %v", got, err)
	}
}

func TestInvalidSessionsCauseNoStorm(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	for range 3 {
		before := len(w.intake.announced())
		w.Faults().RefuseResumes(1)
		w.Faults().RequestReconnect()
		w.intake.await(w, "a new session", func() bool { return len(w.intake.gaps) > before })
	}
	ready := 0
	for _, e := range w.Events() {
		if e.Name == "READY" {
			ready++
		}
	}
	if ready > 7 { // the first, and for each refusal at most discordgo's own attempt and ours
		t.Errorf("%d sessions were begun", ready)
	}
}

func TestNewChannelsThreadsAndMembersAreAnnounced(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	more := w.guild.NewTextChannel("news-sport")
	w.guild.NewTextChannel("lounge")
	posted := w.must(w.ann.Post(w.articles, "a thread, please"))
	thread, err := w.ann.StartThread(posted, "talk")
	if err != nil {
		t.Fatal(err)
	}
	ben := w.guild.NewMember("ben")
	w.intake.await(w, "the announcements", func() bool { return len(w.intake.gaps) == 3 && len(w.intake.joins) == 1 })
	if got := w.intake.announced(); got[1][0].ID != more.ID || got[2][0].ID != thread.ID || w.intake.joins[0] != ben.ID {
		t.Errorf("announced %v and %v", got, w.intake.joins)
	}
}

func TestAChannelIsAnnouncedWithWhatIsInItAlready(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before := w.must(w.ann.Post(w.articles, "from before Parley came"))
	w.connect()
	for _, channel := range w.intake.announced()[0] {
		if channel.ID == w.articles.ID && channel.Newest != before.ID {
			t.Errorf("the newest comment was announced as %s, want %s", channel.Newest, before.ID)
		}
	}
	forum := w.guild.NewForum("news-forum")
	post, first, err := w.ann.PostInForum(forum, "An article", discordtest.Draft{Content: "the post itself"})
	if err != nil {
		t.Fatal(err)
	}
	w.intake.await(w, "the post", func() bool { return len(w.intake.gaps) == 2 })
	got := w.intake.announced()[1][0]
	if got.ID != post.ID || compareIDs(got.Newest, first.ID) >= 0 {
		t.Errorf("announced %+v; nothing in the post %s, its first message %s included, was there before", got, post.ID, first.ID)
	}
}

func TestAThreadThatDiscordJustCreatedBeginsBeforeItsFirstMessage(t *testing.T) {
	t.Parallel()
	post := wire.Channel{ID: "700", Type: wire.ThreadPublic, LastMessage: "700", JustCreated: true}
	if got := announced(post); got.ID != "700" || got.Newest != "699" {
		t.Errorf("announced %+v, want what was there before 700", got)
	}
	if post.JustCreated = false; announced(post).Newest != "700" {
		t.Errorf("one that the bot was let into later is announced as %+v, want everything up to 700 as before its time", announced(post))
	}
}

func TestOneEventCannotTakeTheOthersDown(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.says(w.ann, w.articles, "first")
	w.intake.onTake = func(c moderation.Comment) {
		if c.Text == "the fatal one" {
			panic("a defect")
		}
	}
	w.must(w.ann.Post(w.articles, "the fatal one"))
	w.says(w.ann, w.articles, "the next one")
}

func TestEventsThatComeTwiceOrSwappedAreAllHandedOn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.says(w.ann, w.articles, "first")
	w.Faults().DuplicateEvents(1)
	twice := w.must(w.ann.Post(w.articles, "twice"))
	w.intake.await(w, "both", func() bool { return len(w.intake.comments) == 3 })
	if c := w.intake.comments; c[1].ID != twice.ID || c[2].ID != twice.ID || c[1].Revision != c[2].Revision {
		t.Errorf("came as %+v", c)
	}
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

func TestAnotherPolicyReachesDiscordByItself(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var inForce atomic.Pointer[policy.Settings]
	inForce.Store(w.settings)
	w.platform.settings = func(string, moderation.Channel) *policy.Settings { return inForce.Load() }
	w.platform.timing.policy = time.Millisecond
	w.staff()
	another := *w.settings
	another.ModeratorPermission = "ban_members" // now others see the commands
	inForce.Store(&another)
	w.await("the commands to be registered anew", func() bool {
		return len(w.RequestsTo("PUT /applications/{application_id}/guilds/{guild_id}/commands")) == 2
	})
}
