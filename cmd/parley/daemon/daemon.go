// Package daemon puts the bot together: policy, engine, store, second opinions and Discord.
// It is what `run` runs, and what the demo and the benchmark run against the stand-in.
package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"parley/bot"
	"parley/bot/discord"
	"parley/moderation"
	"parley/moderation/archive"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
	"parley/moderation/ledger"
	"parley/moderation/ledger/open"
	"parley/moderation/policy"
	"parley/moderation/rule"
)

// Options are what a bot is made of. Load and Token are needed.
type Options struct {
	// Load reads the policy. It is called again for every reload.
	Load  func() (*policy.Policy, policy.Diagnostics)
	Watch []string        // the policy's files; none: they are not watched
	Now   <-chan struct{} // asks for a reload at once; may be nil

	Model     string // file of a classifier made by parley train; "": the embedded one
	Token     string // Discord's
	APIBase   string // overrides the policy's
	RedisURL  string // "": the embedded store
	DataDir   string // overrides the policy's
	OpenAIKey string
	Listen    string // overrides the policy's; "off" for nowhere

	Wrap      func(ledger.Store) ledger.Store // puts something around the store; nil: nothing
	OnVerdict func(c *moderation.Comment, v *moderation.Verdict, took time.Duration)
	OnOpinion func(c moderation.Case, o moderation.Opinion, v moderation.Verdict)
	Log       *slog.Logger // nil: nothing is logged
}

// Daemon is a bot put together, not yet running.
type Daemon struct {
	Bot   *bot.Bot
	Store ledger.Store

	options  Options
	listen   string
	opinions *opinions
	rules    *rulebooks
	history  *archive.Archive
}

// collectAt is by how many percent memory grows before the garbage collector runs, unless
// GOGC says otherwise. While it runs comments wait, so it runs less often than usual, and
// memory still stays under 100 MB.
const collectAt = 150

// Open loads the policy, opens the store and puts the bot together. Nothing is sent yet.
// Errors are for people: they say what to do.
func Open(ctx context.Context, o Options) (*Daemon, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	model, err := reader.Load(o.Model)
	if err != nil {
		return nil, fmt.Errorf("load the classifier: %w", err)
	}
	p, found := o.Load()
	if err := found.Err(); err != nil {
		return nil, err
	}
	store, err := awaitStore(ctx, open.Options{RedisURL: o.RedisURL, DataDir: cmp.Or(o.DataDir, p.Store.DataDir)}, o.Log)
	if err != nil {
		return nil, err
	}
	if o.Wrap != nil {
		store = o.Wrap(store)
	}
	d := &Daemon{Store: store, options: o, listen: cmp.Or(o.Listen, p.Server.Listen)}
	d.opinions = &opinions{key: o.OpenAIKey, memory: store, community: d.community, changed: d.tellOfChange, log: o.Log}
	d.rules = &rulebooks{load: o.Load, model: model, opinions: d.opinions}
	if err := d.assemble(p); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt) // not before: putting together leaves much behind
	}
	return d, nil
}

// assemble makes the parts that need each other.
func (d *Daemon) assemble(p *policy.Policy) (err error) {
	o := d.options
	platform, err := discord.New(discord.Config{
		Token: o.Token, APIBase: cmp.Or(o.APIBase, p.Discord.APIBase), Ledger: d.Store, Log: o.Log,
		Settings: func(guild string, at moderation.Channel) *policy.Settings {
			return d.Bot.In(guild).Settings(guild, at, moderation.Article{})
		},
		Prevent: func(guild string) []rule.Rule { return d.Bot.In(guild).Engine.Policy().Preventable(guild) },
		Joins:   p.Rules.NeedsJoins(),
	})
	if err != nil {
		return err
	}
	if err := d.opinions.follow(p.Classifiers.OpenAI); err != nil {
		return err
	}
	d.Bot, err = bot.New(bot.Config{
		Source: platform, Enforcer: platform, Store: d.Store, Rulebook: d.rules.of(p), Parse: d.rules.fromSource,
		Adviser: d.opinions, Log: o.Log, OnVerdict: d.heard, OnOpinion: o.OnOpinion,
	})
	if err != nil {
		return err
	}
	d.history = archive.Open(historyBelow(cmp.Or(o.DataDir, p.Store.DataDir)), o.Log)
	desk := d.Bot.Desk()
	platform.Serve(discord.Moderators{
		Cases: desk, Strikes: desk,
		Status: func(ctx context.Context, guild string) bot.Status {
			s := desk.Status(ctx, guild)
			s.Advice = d.opinions.standing(ctx, guild)
			return s
		},
		Score: func(c *moderation.Comment) moderation.Verdict { return d.Bot.In(c.Guild).Engine.Judge(c, nil) },
		Rules: &discord.Rules{
			Book:   discord.PolicyRules{Engine: func(guild string) *engine.Engine { return d.Bot.In(guild).Engine }},
			Switch: desk, Log: d.Store,
		},
	})
	return nil
}

// community is what a community says about second opinions.
func (d *Daemon) community(guild string) openai.Community {
	s := d.Bot.In(guild).Settings(guild, moderation.Channel{}, moderation.Article{})
	return openai.Community{Policy: s.Opinions.Policy, OptOut: s.Opinions.OptOut}
}

// noteEvery keeps a model that comes and goes from filling the review channels.
const noteEvery = 15 * time.Minute

// tellOfChange tells the moderators concerned that a model stopped or started answering, once
// however many processes notice.
func (d *Daemon) tellOfChange(c openai.Change) {
	id := fmt.Sprintf("opinions/%s/%t/%s", c.Stage, c.Open, c.At.UTC().Truncate(noteEvery).Format(time.RFC3339))
	d.Bot.Alert(id, c.String(), d.opinions.On)
}

// Run moderates until ctx ends, then drains. It may be called once.
func (d *Daemon) Run(ctx context.Context) error {
	beside, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 2)
	running := 0
	start := func(f func(context.Context) error) {
		running++
		go func() { failed <- f(beside) }()
	}
	if d.listen != "" && d.listen != "off" {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.listen)
		if err != nil {
			return fmt.Errorf("serve health and metrics on %s: %w; choose another address with server.listen, or 'off'", d.listen, err)
		}
		start(func(ctx context.Context) error { return d.Bot.Serve(ctx, listener) })
	}
	if len(d.options.Watch) > 0 {
		reloader := bot.Reloader{Bot: d.Bot, Load: d.rules.fromFile, Files: d.options.Watch, Now: d.options.Now}
		start(reloader.Run)
	}
	err := d.Bot.Run(ctx)
	stop()
	for range running {
		err = errors.Join(err, <-failed)
	}
	return err
}

// Close writes out what is still to be kept and closes the store. It is called after Run has
// returned.
func (d *Daemon) Close() error {
	d.history.Close()
	return d.Store.Close()
}
