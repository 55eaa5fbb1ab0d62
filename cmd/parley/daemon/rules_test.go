package daemon_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
	"parley/moderation"
	"parley/moderation/policy"
)

// patience bounds every wait of a test.
const patience = 20 * time.Second

// town is a stand-in Discord with one community, and what a bot there is made of.
type town struct {
	*testing.T
	*discordtest.Server
	place   // the first
	places  []place
	bot     *daemon.Running
	options daemon.Options
	config  atomic.Pointer[string] // the policy; the bot reads it whenever it likes
	reload  chan struct{}
	ctx     context.Context
}

// place is a community with somebody who may change rules.
type place struct {
	guild        *discordtest.Guild
	news, review *discordtest.Channel
	admin, ann   *discordtest.Member
}

func newTown(t *testing.T, config string) *town {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	w := &town{T: t, Server: discordtest.NewServer(), reload: make(chan struct{}, 1), ctx: ctx}
	t.Cleanup(w.Server.Close)
	w.config.Store(&config)
	w.place = w.newPlace("News")
	w.options = daemon.Options{
		Load: func() (*policy.Policy, policy.Diagnostics) {
			return policy.Parse("config.yaml", []byte("channels: [news]\n"+*w.config.Load()), nil)
		},
		APIBase: w.URL(), Token: w.Token(), DataDir: t.TempDir(), Listen: "off",
		Watch: []string{t.TempDir() + "/config.yaml"}, Now: w.reload,
	}
	return w
}

func (w *town) newPlace(name string) place {
	p := place{guild: w.NewGuild(name)}
	p.guild.BotRole().Raise()
	p.news, p.review = p.guild.NewTextChannel("news"), p.guild.NewTextChannel("mod-review")
	p.admin = p.guild.NewMember("ada", p.guild.NewRole("admin", discordtest.ManageGuild|discordtest.ModerateMembers))
	p.ann = p.guild.NewMember("ann")
	w.places = append(w.places, p)
	return p
}

// start runs the bot until stop is called or the test ends.
func (w *town) start() (stop func()) {
	w.Helper()
	bot, err := daemon.Start(w.ctx, w.options)
	if err != nil {
		w.Fatal(err)
	}
	w.bot = bot
	w.until("the commands", func() bool { return w.registered() })
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		if err := bot.Stop(); err != nil && !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
	}
	w.Cleanup(stop)
	return stop
}

// registered reports whether every community has the bot's commands.
func (w *town) registered() bool {
	for _, p := range w.places {
		if _, err := p.admin.Autocomplete(w.ctx, p.review, "rules show", "rule", discordtest.Argument{Name: "rule", Value: ""}); err != nil {
			return false
		}
	}
	return true
}

// asks gives a command and returns what the answer says.
func (w *town) asks(p place, command string, arguments ...string) string {
	w.Helper()
	var named []discordtest.Argument
	for i := 0; i < len(arguments); i += 2 {
		named = append(named, discordtest.Argument{Name: arguments[i], Value: arguments[i+1]})
	}
	i, err := p.admin.Slash(w.ctx, p.review, command, named...)
	if err != nil {
		w.Fatal(err)
	}
	m, ok := i.Message()
	if !ok {
		w.Fatalf("/%s was not answered", command)
	}
	all := m.Content // as Discord shows it, without the marks that keep it from being formatted
	for _, e := range m.Embeds {
		all += "\n" + e.Title + "\n" + e.Description
	}
	return strings.ReplaceAll(all, `\`, "")
}

// says posts as ann and returns the comment.
func (w *town) says(p place, text string) discordtest.Message {
	w.Helper()
	m, err := p.ann.Post(p.news, text)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

func (w *town) until(what string, cond func() bool) {
	w.Helper()
	if err := w.Await(w.ctx, what, cond); err != nil {
		w.Fatal(err)
	}
}

func isDown(p place, m discordtest.Message) bool {
	posted, ok := p.news.Message(m.ID)
	return !ok || posted.Deleted
}

const fruit = `
rules:
  - id: bananas
    why: No bananas.
    when: {words: [banana]}
    action: hold
    mode: shadow
    examples: {match: [a banana], allow: [an apple]}
`

func TestRulesAreRunFromDiscordFromShadowToRollback(t *testing.T) {
	t.Parallel()
	w := newTown(t, fruit)
	other := w.newPlace("Elsewhere")
	judged := make(chan moderation.Action, 10)
	w.options.OnVerdict = func(_ *moderation.Comment, v *moderation.Verdict, _ time.Duration) { judged <- v.Action }
	stop := w.start()

	w.says(w.place, "a banana")
	if got := <-judged; got != moderation.Allow {
		t.Fatalf("in shadow the rule asks for %v", got)
	}
	for _, tt := range []struct {
		command   string
		arguments []string
		want      string
	}{
		{"rules list", nil, "◐ `bananas`"},
		{"rules show", []string{"rule", "bananas"}, "No bananas."},
		{"rules test", []string{"rule", "bananas", "text", "two bananas and a banana"}, "matches"},
		{"rules enable", []string{"rule", "bananas"}, "is now on in this server"},
		{"rules list", nil, "● `bananas`"},
		{"rules enable", []string{"rule", "pears"}, "no rule called"},
	} {
		if got := w.asks(w.place, tt.command, tt.arguments...); !strings.Contains(got, tt.want) {
			t.Errorf("/%s %v: %q is not in %q", tt.command, tt.arguments, tt.want, got)
		}
	}
	down := w.says(w.place, "another banana")
	w.until("the comment taken down", func() bool { return isDown(w.place, down) })
	<-judged
	if got := w.asks(other, "rules list"); !strings.Contains(got, "◐ `bananas`") {
		t.Errorf("elsewhere /rules list answers %q", got)
	}
	w.says(other, "a banana")
	if got := <-judged; got != moderation.Allow {
		t.Errorf("elsewhere the rule asks for %v", got)
	}
	w.until("the one comment in /rules shadow", func() bool {
		return strings.Contains(w.asks(w.place, "rules shadow", "rule", "bananas"), "1 comment")
	})

	stop()
	stop = w.start()
	if got := w.asks(w.place, "rules list"); !strings.Contains(got, "● `bananas`") {
		t.Errorf("after a restart /rules list answers %q", got)
	}
	if got := w.asks(w.place, "rules disable", "rule", "bananas", "to", "shadow"); !strings.Contains(got, "is now shadow") {
		t.Errorf("/rules disable answers %q", got)
	}
	enabled := w.policies(w.place)[1]
	if got := w.asks(w.place, "rules rollback", "policy", enabled[:8]); !strings.Contains(got, "in force again") {
		t.Errorf("/rules rollback answers %q", got)
	}
	if got := w.asks(w.place, "rules list"); !strings.Contains(got, "● `bananas`") {
		t.Errorf("after the rollback /rules list answers %q", got)
	}
	if got := w.asks(w.place, "rules history"); !strings.Contains(got, enabled[:8]) || !strings.Contains(got, "<@"+w.admin.ID+">") {
		t.Errorf("/rules history answers %q, want %s by the admin", got, enabled[:8])
	}
	if got := w.asks(w.place, "rules rollback", "policy", "ffff"); !strings.Contains(got, "left as it is") {
		t.Errorf("rolling back to nothing answers %q", got)
	}
	stop()
}

// policies are the hashes in a community's log, newest first.
func (w *town) policies(p place) []string {
	w.Helper()
	kept, err := w.bot.Store.Policies(w.ctx, p.guild.ID)
	if err != nil {
		w.Fatal(err)
	}
	var hashes []string
	for _, v := range kept {
		hashes = append(hashes, v.Hash)
	}
	return hashes
}
