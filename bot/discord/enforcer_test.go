package discord

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/bot"
	"parley/bot/discord/discordtest"
	"parley/moderation"
)

// flagged posts a comment as ann and makes a case of it.
func (w *town) flagged(text string) (moderation.Case, discordtest.Message) {
	w.Helper()
	c, posted := w.says(w.ann, w.articles, text)
	return moderation.Case{ID: c.ID, Guild: c.Guild, State: moderation.CaseActed, Version: 1, Comment: c, Opened: c.Time,
		Verdict: moderation.Verdict{Action: moderation.Remove, Abuse: 0.97, Category: moderation.Threat}}, posted
}

// effect is one of a case's, decided on now.
func effect(c moderation.Case, kind moderation.EffectKind) moderation.Effect {
	return moderation.Effect{ID: c.ID + "/" + string(kind) + "/r0", Kind: kind, Guild: c.Guild, Case: c.ID, User: c.Comment.Author.ID,
		Target: moderation.MessageRef{Channel: c.Comment.Channel.ID, Message: c.ID}, Created: time.Now(), Reason: "Parley: threat, case " + c.ID}
}

func (w *town) carry(e moderation.Effect, c moderation.Case) moderation.Receipt {
	w.Helper()
	r, err := w.platform.Carry(w.ctx, e, c)
	if err != nil {
		w.Fatalf("%s: %v", e.Kind, err)
	}
	return r
}

func TestACommentIsTakenDownWithAReasonAndOnlyOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, posted := w.flagged("gone in a second")
	e := effect(c, moderation.TakeDown)
	w.carry(e, c)
	if m, _ := w.articles.Message(posted.ID); !m.Deleted {
		t.Error("the comment is still there")
	}
	deletions := w.RequestsTo("DELETE /channels/{channel_id}/messages/{message_id}")
	if len(deletions) != 1 || deletions[0].Reason != e.Reason {
		t.Errorf("deleted by %+v", deletions)
	}
	if _, err := w.platform.Carry(w.ctx, e, c); !errors.Is(err, bot.ErrGone) {
		t.Errorf("taking it down again: %v, want ErrGone", err)
	}
}

func TestWhereTheBotMayNotDeleteItSaysSo(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("stays")
	w.articles.DenyMember(w.guild.Bot(), discordtest.ManageMessages)
	if _, err := w.platform.Carry(w.ctx, effect(c, moderation.TakeDown), c); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("got %v, want ErrForbidden", err)
	}
}

func TestATimeoutIsNeverShortened(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("x")
	e := effect(c, moderation.TimeOut)
	e.Until = time.Now().Add(time.Hour)
	w.carry(e, c)
	if got := w.ann.TimeoutUntil(); got.Sub(e.Until).Abs() > 2*time.Second {
		t.Errorf("timed out until %s, want %s", got, e.Until)
	}
	long := 5 * time.Hour
	if err := w.mod.TimeOut(w.ann, long, "by hand"); err != nil {
		t.Fatal(err)
	}
	before := w.ann.TimeoutUntil()
	if r := w.carry(e, c); r.Note == "" || !w.ann.TimeoutUntil().Equal(before) {
		t.Errorf("a longer timeout became %s (note %q)", w.ann.TimeoutUntil(), r.Note)
	}
	c.Until = e.Until
	if r := w.carry(effect(c, moderation.LiftTimeOut), c); r.Note == "" || !w.ann.TimeoutUntil().Equal(before) {
		t.Errorf("a moderator's timeout was lifted (note %q)", r.Note)
	}
}

func TestATimeoutThatThisCaseGaveIsLifted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("x")
	e := effect(c, moderation.TimeOut)
	e.Until = time.Now().Add(time.Hour)
	c.Until = e.Until
	w.carry(e, c)
	w.carry(effect(c, moderation.LiftTimeOut), c)
	if until := w.ann.TimeoutUntil(); until.After(time.Now()) {
		t.Errorf("still timed out until %s", until)
	}
}

func TestATimeoutBeyondDiscordsLimitIsCutToIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("x")
	e := effect(c, moderation.TimeOut)
	e.Until = time.Now().Add(365 * 24 * time.Hour)
	w.carry(e, c)
	if left := time.Until(w.ann.TimeoutUntil()); left < 27*24*time.Hour || left > 28*24*time.Hour {
		t.Errorf("timed out for %s", left)
	}
}

func TestModeratorsOwnersBotsAndThoseAboveAreNeverPunished(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	elder := w.guild.NewMember("elder", w.guild.NewRole("elder", 0))
	other := w.guild.NewBot("other")
	w.connect()
	c, _ := w.flagged("x")
	for _, who := range []*discordtest.Member{w.mod, w.guild.Owner(), elder, other, w.guild.Bot()} {
		for _, kind := range []moderation.EffectKind{moderation.TimeOut, moderation.KickOut, moderation.BanUser} {
			e := effect(c, kind)
			e.User, e.Until = who.ID, time.Now().Add(time.Hour)
			if _, err := w.platform.Carry(w.ctx, e, c); !errors.Is(err, bot.ErrForbidden) {
				t.Errorf("%s of %s: %v, want ErrForbidden", kind, who.Name, err)
			}
		}
		if !who.InGuild() || !who.TimeoutUntil().IsZero() {
			t.Errorf("%s was punished", who.Name)
		}
	}
}

func TestKickBanAndUnban(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("x")
	w.carry(effect(c, moderation.KickOut), c)
	if w.ann.InGuild() {
		t.Error("not kicked")
	}
	if _, err := w.platform.Carry(w.ctx, effect(c, moderation.KickOut), c); !errors.Is(err, bot.ErrGone) {
		t.Errorf("kicking again: %v, want ErrGone", err)
	}
	w.carry(effect(c, moderation.BanUser), c) // also after they have left
	w.carry(effect(c, moderation.BanUser), c)
	if _, banned := w.guild.Ban(w.ann.ID); !banned {
		t.Error("not banned")
	}
	w.carry(effect(c, moderation.UnbanUser), c)
	if _, banned := w.guild.Ban(w.ann.ID); banned {
		t.Error("still banned")
	}
	if _, err := w.platform.Carry(w.ctx, effect(c, moderation.UnbanUser), c); !errors.Is(err, bot.ErrGone) {
		t.Errorf("unbanning again: %v, want ErrGone", err)
	}
}

func TestTheAuthorIsToldPrivatelyOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("x")
	e := effect(c, moderation.Notify)
	e.Text = "Your comment was removed, because it threatens somebody."
	w.carry(e, c)
	dms := w.ann.DMs()
	if len(dms) != 1 || dms[0].Embeds[0].Description != e.Text || !strings.Contains(dms[0].Embeds[0].Title, "Evening News") {
		t.Fatalf("told %+v", dms)
	}
	e.Created = time.Now().Add(-time.Hour) // tried again much later
	w.carry(e, c)
	if n := len(w.ann.DMs()); n != 1 {
		t.Errorf("told %d times", n)
	}
	w.ann.CloseDMs()
	e.ID, e.Text = c.ID+"/notify/v2", "Another"
	if r := w.carry(e, c); !strings.Contains(r.Note, "closed") {
		t.Errorf("note is %q", r.Note)
	}
	if n := len(w.articles.Messages()); n != 1 {
		t.Error("something was said in public")
	}
}

func TestADismissedCommentIsGivenBackOnceAndPingsNobody(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("I quoted the **article** @everyone <@" + w.mod.ID + ">")
	w.carry(effect(c, moderation.TakeDown), c)
	e := effect(c, moderation.GiveBack)
	w.carry(e, c)
	e.Created = time.Now().Add(-time.Hour)
	w.carry(e, c)
	back := w.articles.Messages()
	if len(back) != 1 || len(back[0].Embeds) != 1 || !strings.Contains(back[0].Embeds[0].Description, "I quoted the **article**") ||
		back[0].Embeds[0].Author.Name != "ann" || !strings.Contains(back[0].Embeds[0].Footer.Text, c.ID) {
		t.Fatalf("given back as %+v", back)
	}
	for _, r := range w.Requests() {
		if r.Method == http.MethodPost && strings.Contains(string(r.Body), "embeds") && !strings.Contains(string(r.Body), `"allowed_mentions":{"parse":[]}`) {
			t.Errorf("may ping somebody: %s", r.Body)
		}
	}
}

func TestACardIsPostedOnceAndThenKeptUpToDate(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("some words")
	e := effect(c, moderation.ShowCard)
	r := w.carry(e, c)
	if len(w.review.Messages()) != 1 || r.Message.Channel != w.review.ID {
		t.Fatalf("card is at %+v, the channel holds %d", r.Message, len(w.review.Messages()))
	}
	e.Created = time.Now().Add(-time.Hour)
	if again := w.carry(e, c); again.Message != r.Message { // the receipt was lost
		t.Errorf("posted again as %+v", again)
	}
	c.Card, c.State = r.Message, moderation.CaseUpheld
	w.carry(e, c)
	cards := w.review.Messages()
	if len(cards) != 1 || !strings.Contains(cards[0].Embeds[0].Title, "Upheld") {
		t.Errorf("the review channel holds %+v", cards)
	}
	if err := w.mod.Delete(cards[0]); err != nil {
		t.Fatal(err)
	}
	if r := w.carry(e, c); r.Message == c.Card || len(w.review.Messages()) != 1 {
		t.Error("a deleted card was not posted anew")
	}
}

func TestAnAlertIsSaidInTheReviewChannel(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	w.carry(moderation.Effect{ID: "alert/cap/1", Kind: moderation.Alert, Guild: w.guild.ID, Text: "The cap is reached.", Created: time.Now()}, moderation.Case{})
	if got := w.review.Messages(); len(got) != 1 || got[0].Embeds[0].Description != "The cap is reached." {
		t.Errorf("said %+v", got)
	}
	w.review.DeleteChannel()
	w.says(w.ann, w.articles, "after the deletion was heard of")
	_, err := w.platform.Carry(w.ctx, moderation.Effect{Kind: moderation.Alert, Guild: w.guild.ID, Text: "x"}, moderation.Case{})
	if !errors.Is(err, bot.ErrForbidden) || !strings.Contains(err.Error(), "mod-review") {
		t.Errorf("without review channel: %v", err)
	}
}

func TestARateLimitSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, posted := w.flagged("x")
	w.Faults().RateLimitNext(1, "DELETE /channels/{channel_id}/messages/{message_id}", 30*time.Second)
	_, err := w.platform.Carry(w.ctx, effect(c, moderation.TakeDown), c)
	if later, ok := errors.AsType[*bot.RetryError](err); !ok || later.After < 25*time.Second {
		t.Errorf("got %v, want a RetryError of 30 s", err)
	}
	w.Faults().RateLimitNext(1, "", 10*time.Millisecond)
	w.Faults().FailNext(1, "", http.StatusBadGateway)
	e := effect(c, moderation.Notify) // another route is not stopped, and short trouble is sat out
	e.Text = "told"
	w.carry(e, c)
	if m, _ := w.articles.Message(posted.ID); m.Deleted {
		t.Error("taken down in spite of the limit")
	}
}
