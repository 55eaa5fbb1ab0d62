package discord

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/bot"
	"parley/bot/discord/card"
	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

// office is a desk with one case in its drawer.
type office struct {
	mu      sync.Mutex
	c       moderation.Case
	rulings []bot.Ruling
	strikes []consequence.HandStrike
	before  func() // called at the beginning of every decision
}

func (o *office) Decide(_ context.Context, r bot.Ruling) (moderation.Case, error) {
	if o.before != nil {
		o.before()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.Case != o.c.ID {
		return moderation.Case{}, fmt.Errorf("decide: %w", ledger.ErrNotFound)
	}
	if r.Version != 0 && r.Version != o.c.Version {
		return o.c, fmt.Errorf("decide: %w", ledger.ErrStale)
	}
	o.rulings = append(o.rulings, r)
	o.c.Version++
	o.c.State = moderation.CaseUpheld
	if r.Kind == moderation.Dismiss {
		o.c.State = moderation.CaseDismissed
	}
	o.c.Events = append(o.c.Events, moderation.CaseEvent{At: time.Now(), By: r.By, Kind: string(r.Kind)})
	return o.c, nil
}

func (o *office) Case(_ context.Context, _, id string) (moderation.Case, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id != o.c.ID {
		return moderation.Case{}, fmt.Errorf("case %s: %w", id, ledger.ErrNotFound)
	}
	return o.c, nil
}

func (o *office) Find(context.Context, string, ledger.Filter) ([]moderation.Case, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return []moderation.Case{o.c}, nil
}

func (o *office) Standing(context.Context, string, string) (bot.Standing, error) {
	return bot.Standing{Record: moderation.Record{Strikes: []moderation.Strike{{Case: "1", Points: 2, Reason: "threat (rule:x)", At: time.Now()}}}, Points: 2}, nil
}

func (o *office) AddStrike(_ context.Context, h consequence.HandStrike) (moderation.Case, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if h.Author.Exempt != "" {
		return moderation.Case{}, consequence.ErrExempt
	}
	o.strikes = append(o.strikes, h)
	return moderation.Case{ID: "strike-" + h.ID, Guild: h.Guild, State: moderation.CaseUpheld, Comment: moderation.Comment{Author: h.Author}}, nil
}

func (o *office) Pardon(_ context.Context, _, id, _, _ string) (moderation.Case, error) {
	if id != o.c.ID {
		return moderation.Case{}, ledger.ErrNotFound
	}
	return o.c, nil
}

// staff opens an office, whose commands are registered, with a case whose card is posted.
func (w *town) staff(with ...func(*Moderators)) *office {
	w.Helper()
	o := &office{}
	m := Moderators{Cases: o, Strikes: o,
		Status: func(context.Context, string) bot.Status { return bot.Status{Policy: "abc", Store: "embedded", Open: 1} },
		Score: func(c *moderation.Comment) moderation.Verdict {
			at := strings.Index(c.Text, "rude")
			if at < 0 {
				return moderation.Verdict{}
			}
			return moderation.Verdict{Action: moderation.Hold, Abuse: 0.8, Reasons: []moderation.Reason{
				{Source: "rule:rudeness", Category: moderation.Insult, Score: 0.8, Span: moderation.Span{From: at, To: at + 4}, Quote: "rude", Why: "be kind"}}}
		},
	}
	for _, add := range with {
		add(&m)
	}
	w.platform.Serve(m)
	w.connect()
	c, _ := w.flagged("some rude words")
	o.c = c
	o.c.Card = w.carry(effect(c, moderation.ShowCard), c).Message
	w.await("the commands to be registered", func() bool {
		return len(w.RequestsTo("PUT /applications/{application_id}/guilds/{guild_id}/commands")) > 0 && w.idle()
	})
	return o
}

// idle reports whether every request so far has been answered.
func (w *town) idle() bool {
	for _, r := range w.Requests() {
		if r.Status == 0 {
			return false
		}
	}
	return true
}

func (w *town) card(o *office) discordtest.Message {
	w.Helper()
	m, ok := w.review.Message(o.c.Card.Message)
	if !ok {
		w.Fatal("there is no card")
	}
	return m
}

func (w *town) press(who *discordtest.Member, on discordtest.Message, label string) *discordtest.Interaction {
	w.Helper()
	b, ok := on.Button(label)
	if !ok || b.Disabled {
		w.Fatalf("there is no button %q to press among %+v", label, on.Buttons())
	}
	i, err := who.Press(w.ctx, on, b.CustomID)
	if err != nil {
		w.Fatalf("pressing %q: %v", label, err)
	}
	return i
}

// answer is an interaction's private answer.
func (w *town) answer(i *discordtest.Interaction, err error) discordtest.Message {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	m, ok := i.Message()
	if !ok {
		w.Fatal("there is no answer")
	}
	if !m.Ephemeral {
		w.Errorf("answered in public: %+v", m)
	}
	return m
}

func text(m discordtest.Message) string {
	all := m.Content
	for _, e := range m.Embeds {
		all += "\n" + e.Title + "\n" + e.Description
		for _, f := range e.Fields {
			all += "\n" + f.Name + ": " + f.Value
		}
	}
	return all
}

func TestAModeratorDismissesACaseWithOnePress(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.staff()
	w.press(w.mod, w.card(o), "Dismiss")
	if len(o.rulings) != 1 || o.rulings[0].Kind != moderation.Dismiss || o.rulings[0].By != w.mod.ID || o.rulings[0].Version != 1 {
		t.Fatalf("decided %+v", o.rulings)
	}
	shown := w.card(o)
	if !strings.Contains(shown.Embeds[0].Title, "Dismissed") || !strings.Contains(text(shown), w.mod.ID) {
		t.Errorf("the card shows %s", text(shown))
	}
	for _, b := range shown.Buttons() {
		if !b.Disabled {
			t.Errorf("%q can still be pressed", b.Label)
		}
	}
}

func TestABanIsAskedForTwice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.staff()
	question, ok := w.press(w.mod, w.card(o), "Ban").Message()
	if !ok || !question.Ephemeral || len(o.rulings) != 0 {
		t.Fatalf("asked %+v after %d decisions", question, len(o.rulings))
	}
	w.press(w.mod, question, "Yes")
	if len(o.rulings) != 1 || o.rulings[0].Kind != moderation.BanAuthor {
		t.Errorf("decided %+v", o.rulings)
	}
}

func TestAStalePressIsAnsweredKindlyWithTheCaseAsItIs(t *testing.T) {
	t.Parallel()
	for _, button := range []string{"Uphold", "Ban"} {
		t.Run(button, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			o := w.staff()
			old := w.card(o)
			o.c.Version, o.c.State = 2, moderation.CaseDismissed
			m := w.answer(w.press(w.mod, old, button), nil)
			if len(o.rulings) != 0 || !strings.Contains(m.Content, "Something has happened") || !strings.Contains(text(m), "Dismissed") {
				t.Errorf("answered %s", text(m))
			}
			if !strings.Contains(w.card(o).Embeds[0].Title, "Dismissed") {
				t.Error("the card was not brought up to date")
			}
		})
	}
}

func TestOnlyModeratorsMayPressOrCommand(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.settings.ModeratorRoles = []string{"moderator"} // then everyone can see the commands
	o := w.staff()
	w.review.Allow(w.guild.Everyone(), discordtest.ViewChannel)
	for name, answer := range map[string]discordtest.Message{
		"press":    w.answer(w.press(w.ann, w.card(o), "Dismiss"), nil),
		"case":     w.answer(w.ann.Slash(w.ctx, w.articles, "case", discordtest.Argument{Name: "id", Value: o.c.ID})),
		"strikes":  w.answer(w.ann.Slash(w.ctx, w.articles, "strikes show", discordtest.Argument{Name: "user", Value: w.ann.User})),
		"status":   w.answer(w.ann.Slash(w.ctx, w.articles, "parley status")),
		"score it": w.answer(w.ann.Slash(w.ctx, w.articles, "score", discordtest.Argument{Name: "text", Value: "rude"})),
	} {
		if answer.Content != "Only moderators of this server can do that." {
			t.Errorf("%s: a member was answered %q", name, text(answer))
		}
	}
	if len(o.rulings) != 0 {
		t.Error("a member decided a case")
	}
}

func TestModeratorsLookThingsUpPrivately(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.staff()
	arg := func(name string, value any) discordtest.Argument {
		return discordtest.Argument{Name: name, Value: value}
	}
	for command, c := range map[string]struct {
		args []discordtest.Argument
		want string
	}{
		"case":           {[]discordtest.Argument{arg("id", o.c.ID)}, "rude words"},
		"strikes show":   {[]discordtest.Argument{arg("user", w.ann.User)}, "2 points"},
		"strikes add":    {[]discordtest.Argument{arg("user", w.ann.User), arg("reason", "again"), arg("points", 3)}, "on the record"},
		"strikes pardon": {[]discordtest.Argument{arg("case", o.c.ID)}, "no longer counts"},
		"score":          {[]discordtest.Argument{arg("text", "you are rude!")}, "**__rude__**"},
		"parley status":  {nil, "1 case waiting"},
	} {
		if got := text(w.answer(w.mod.Slash(w.ctx, w.review, command, c.args...))); !strings.Contains(got, c.want) {
			t.Errorf("/%s: %q is not in the answer %q", command, c.want, got)
		}
	}
	if len(o.strikes) != 1 || o.strikes[0].Points != 3 || o.strikes[0].Author.Name != "ann" {
		t.Errorf("struck %+v", o.strikes)
	}
	if got := w.answer(w.mod.Slash(w.ctx, w.review, "case", arg("id", "77"))); !strings.Contains(got.Content, "no such case") {
		t.Errorf("unknown case: %q", got.Content)
	}
	if got := w.answer(w.mod.Slash(w.ctx, w.review, "strikes add", arg("user", w.guild.Owner().User), arg("reason", "x"))); !strings.Contains(got.Content, "never punished") {
		t.Errorf("strike for the owner: %q", got.Content)
	}
	w.must(w.ann.PostArticle(w.articles, story))
	_, posted := w.says(w.ann, w.articles, "a rude remark")
	if got := text(w.answer(w.mod.UseOnMessage(w.ctx, scoreThis, posted))); !strings.Contains(got, "a **__rude__** remark") {
		t.Errorf("%s: %q", scoreThis, got)
	}
	choices, err := w.mod.Autocomplete(w.ctx, w.review, "case", "id", arg("id", o.c.ID[:5]))
	if err != nil || len(choices) != 1 || choices[0].Value != o.c.ID {
		t.Errorf("suggested %+v, %v", choices, err)
	}
}

func TestEveryInteractionIsAnsweredWhateverHappens(t *testing.T) {
	t.Parallel()
	t.Run("a slow decision is deferred and then shown", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		o := w.staff()
		release := make(chan struct{})
		o.before = func() { <-release }
		go func() {
			_ = w.Await(w.ctx, "the answer to be deferred", func() bool {
				return len(w.RequestsTo("POST /interactions/{interaction_id}/{interaction_token}/callback")) > 0
			})
			close(release)
		}()
		w.press(w.mod, w.card(o), "Uphold")
		w.await("the card to follow", func() bool { return strings.Contains(w.card(o).Embeds[0].Title, "Upheld") })
	})
	t.Run("a panic", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		o := w.staff()
		o.before = func() { panic("a defect") }
		if m := w.answer(w.press(w.mod, w.card(o), "Uphold"), nil); !strings.Contains(m.Content, "inside Parley") {
			t.Errorf("answered %q", m.Content)
		}
	})
	t.Run("a button of another version", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		o := w.staff()
		shown := w.card(o)
		press := card.Press{Case: o.c.ID, Version: 1, Kind: moderation.Uphold}
		if _, ok := card.ParsePress(strings.Replace(press.CustomID(), "uphold", "annul", 1)); ok {
			t.Fatal("an unknown decision was understood")
		}
		o.c.ID = "gone"
		if m := w.answer(w.press(w.mod, shown, "Uphold"), nil); !strings.Contains(m.Content, "no such case") {
			t.Errorf("answered %q", m.Content)
		}
	})
	t.Run("the ledger is away", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		o := w.staff()
		w.ledger.away = true
		w.answer(w.mod.Slash(w.ctx, w.review, "case", discordtest.Argument{Name: "id", Value: o.c.ID}))
	})
}

func TestCommandsAreRegisteredOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.staff()
	registered := func() int {
		return len(w.RequestsTo("PUT /applications/{application_id}/guilds/{guild_id}/commands"))
	}
	w.platform.settleIn(w.ctx, w.guild.ID)
	if n := registered(); n != 1 {
		t.Errorf("registered %d times, though nothing changed", n)
	}
	w.settings.ModeratorPermission = "ban_members" // now others see them
	w.platform.settleIn(w.ctx, w.guild.ID)
	if n := registered(); n != 2 {
		t.Errorf("registered %d times, though they changed once", n)
	}
}

func TestMissingPermissionsAreSaidOnceInTheReviewChannel(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.settings.Ladder = moderation.Ladder{{Points: 1, Sanction: moderation.Sanction{Kind: moderation.Ban}}}
	w.articles.DenyMember(w.guild.Bot(), discordtest.ManageMessages)
	w.guild.BotRole().SetPermissions(discordtest.Permission(Permissions) &^ discordtest.BanMembers)
	w.connect()
	w.await("the word about permissions", func() bool { return len(w.review.Messages()) == 1 })
	said := text(w.review.Messages()[0])
	for _, want := range []string{"<#" + w.articles.ID + ">: Manage Messages", "Ban Members"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	w.Faults().RefuseResumes(1)
	w.Faults().RequestReconnect()
	w.intake.await(w, "the second start", func() bool { return len(w.intake.gaps) == 2 })
	if err := w.stop(); err != nil {
		t.Error(err)
	}
	if n := len(w.review.Messages()); n != 1 {
		t.Errorf("said %d times", n)
	}
}
