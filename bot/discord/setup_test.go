package discord

import (
	"context"
	"errors"
	"flag"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/bot"
	"parley/bot/discord/discordtest"
	"parley/bot/discord/discordtest/apispec"
	"parley/moderation"
	"parley/moderation/policy"
)

// TestMain lets many tests run at once: they wait (discordgo takes a second to hang up)
// more than they work.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// discordsAPI loads Discord's API description once for all tests.
var discordsAPI = sync.OnceValues(apispec.Discover)

// town is a stand-in Discord with one guild, and a platform that is connected to it.
type town struct {
	*testing.T
	*discordtest.Server
	platform *Platform
	intake   *listener
	ledger   *memory
	settings *policy.Settings
	guild    *discordtest.Guild
	articles *discordtest.Channel
	review   *discordtest.Channel
	modRole  *discordtest.Role
	mod      *discordtest.Member
	ann      *discordtest.Member
	ctx      context.Context
	stop     func() error // stops the platform and returns what Run returned
}

// newTown opens a stand-in Discord in which nobody is connected yet.
func newTown(t *testing.T, options ...discordtest.Option) *town {
	t.Helper()
	if spec, err := discordsAPI(); err == nil {
		options = append(options, discordtest.WithSpec(spec))
	} else {
		t.Logf("requests are not checked against Discord's API description: %v", err)
	}
	least := discordtest.WithBotPermissions(discordtest.Permission(Permissions)) // what the README asks for must do
	srv := discordtest.NewServer(append([]discordtest.Option{least}, options...)...)
	t.Cleanup(func() {
		srv.Close()
		for _, v := range srv.Violations() {
			t.Errorf("not Discord's API: %s", v)
		}
	})
	guild := srv.NewGuild("Evening News")
	w := &town{T: t, Server: srv, guild: guild, intake: &listener{changed: make(chan struct{})}, ledger: &memory{}}
	w.articles, w.review = guild.NewTextChannel("news"), guild.NewTextChannel("mod-review")
	guild.BotRole().Raise()
	member := guild.NewRole("member", 0)
	w.modRole = guild.NewRole("moderator", discordtest.ModerateMembers|discordtest.ManageMessages)
	guild.BotRole().Raise()
	w.mod, w.ann = guild.NewMember("mo", w.modRole), guild.NewMember("ann", member)
	w.settings = &policy.Settings{
		Channels: []string{"news*"}, ReviewChannel: "mod-review", Window: 24 * time.Hour,
		ModeratorPermission: "moderate_members", AdminPermission: "manage_guild", NotifyAuthors: true,
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	w.ctx = ctx
	platform, err := New(Config{Token: srv.Token(), APIBase: srv.URL(), Ledger: w.ledger, Joins: true,
		Settings: func(string, moderation.Channel) *policy.Settings { return w.settings }})
	if err != nil {
		t.Fatal(err)
	}
	platform.timing = timing{open: 5 * time.Second, silence: 10 * time.Second, look: 20 * time.Millisecond,
		backOff: 10 * time.Millisecond, longest: 50 * time.Millisecond, settled: time.Minute, policy: time.Minute, afterFail: 10 * time.Millisecond}
	w.platform = platform
	return w
}

// connect runs the platform and waits until it has announced the guild's channels.
func (w *town) connect() {
	w.Helper()
	w.run()
	w.intake.await(w, "the guild to be announced", func() bool { return len(w.intake.gaps) > 0 })
}

// run runs the platform until the test ends.
func (w *town) run() {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.platform.Run(ctx, w.intake) }()
	w.stop = sync.OnceValue(func() error { cancel(); return <-done })
	w.Cleanup(func() {
		if err := w.stop(); err != nil {
			w.Errorf("Run: %v", err)
		}
		w.platform.api.HTTP().CloseIdleConnections()
	})
}

// says posts as a member and returns the comment that arrives at the bot.
func (w *town) says(m *discordtest.Member, channel *discordtest.Channel, text string) (moderation.Comment, discordtest.Message) {
	w.Helper()
	posted := w.must(m.Post(channel, text))
	return w.comment(posted.ID), posted
}

func (w *town) must(m discordtest.Message, err error) discordtest.Message {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// comment waits for the comment with an ID.
func (w *town) comment(id string) (found moderation.Comment) {
	w.Helper()
	w.intake.await(w, "comment "+id, func() bool {
		for _, c := range w.intake.comments {
			if c.ID == id {
				found = c
				return true
			}
		}
		return false
	})
	return found
}

func (w *town) await(what string, cond func() bool) {
	w.Helper()
	if err := w.Await(w.ctx, what, cond); err != nil {
		w.Fatal(err)
	}
}

// listener is a bot that only listens.
type listener struct {
	mu       sync.Mutex
	comments []moderation.Comment
	gaps     [][]bot.Announced
	joins    []string
	changed  chan struct{}
	onTake   func(moderation.Comment) // called before a comment is taken in
}

func (l *listener) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *listener) Comment(_ context.Context, c moderation.Comment) error {
	if l.onTake != nil {
		l.onTake(c)
	}
	l.note(func() { l.comments = append(l.comments, c) })
	return nil
}

func (l *listener) Join(_ context.Context, _, user string, _ time.Time) {
	l.note(func() { l.joins = append(l.joins, user) })
}

func (l *listener) Gap(_ context.Context, _ string, channels []bot.Announced) {
	l.note(func() { l.gaps = append(l.gaps, channels) })
}

// announced lists the gaps so far.
func (l *listener) announced() [][]bot.Announced {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.gaps)
}

// await waits until cond, which is asked under the listener's lock.
func (l *listener) await(w *town, what string, cond func() bool) {
	w.Helper()
	for {
		l.mu.Lock()
		met, changed := cond(), l.changed
		l.mu.Unlock()
		if met {
			return
		}
		select {
		case <-changed:
		case <-w.ctx.Done():
			w.Fatalf("waited in vain for %s", what)
		}
	}
}

// memory is a ledger that remembers in a map.
type memory struct {
	mu     sync.Mutex
	record moderation.Record
	said   map[string]bool
	away   bool
}

func (m *memory) Record(context.Context, string, string) (moderation.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return moderation.Record{}, errors.New("away")
	}
	return m.record, nil
}

func (m *memory) Once(_ context.Context, guild, key string, _ time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said == nil {
		m.said = map[string]bool{}
	}
	first := !m.said[guild+key]
	m.said[guild+key] = true
	return first, nil
}

var _ bot.Intake = (*listener)(nil)
