package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	goredis "github.com/redis/go-redis/v9"

	"parley/cmd/parley/daemon"
)

type runCommand struct {
	judgeFlag
	DataDir string     `type:"path" placeholder:"DIR" help:"Where the embedded store lives, in place of the policy's store.data_dir."`
	Listen  string     `placeholder:"ADDRESS" help:"Where health and metrics are served, in place of the policy's server.listen; 'off' for nowhere."`
	Level   slog.Level `default:"info" name:"log-level" help:"debug, info, warn or error."`
}

// Help is shown by parley run --help.
func (runCommand) Help() string {
	return `Environment:
  DISCORD_TOKEN     the bot's token (needed)
  REDIS_URL         redis://… or rediss://…; without it everything is kept in SQLite under store.data_dir
  OPENAI_API_KEY    for second opinions, where the policy asks for any
  DISCORD_API_BASE  a rate-limit proxy or any Discord-compatible server, in place of discord.com

SIGHUP reloads the policy, SIGTERM drains and stops.`
}

// Run moderates until it is told to stop.
func (c runCommand) Run(ctx context.Context, s streams) error {
	token := os.Getenv("DISCORD_TOKEN")
	if token == "" {
		return errors.New("DISCORD_TOKEN is not set; it is the token from the Bot page of https://discord.com/developers/applications")
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	reload := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-hangups:
				select {
				case reload <- struct{}{}:
				default: // one is waiting already
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	options := daemon.Options{
		Load: c.load, Model: c.Model, Now: reload, DataDir: c.DataDir, Listen: c.Listen,
		Token: token, APIBase: os.Getenv("DISCORD_API_BASE"), RedisURL: os.Getenv("REDIS_URL"), OpenAIKey: os.Getenv("OPENAI_API_KEY"),
		Log: logger(s.err, c.Level),
	}
	if file := c.file(); file != "" {
		options.Watch = []string{file}
	}
	goredis.SetLogger(quiet{options.Log})
	d, err := daemon.Open(ctx, options)
	if err != nil {
		return err
	}
	return errors.Join(d.Run(ctx), d.Close())
}

// quiet receives what go-redis prints by itself while Redis is away. The store reports the
// same as errors, so it is of interest only to somebody who looks closely.
type quiet struct{ log *slog.Logger }

// Printf takes one line.
func (q quiet) Printf(ctx context.Context, format string, v ...any) {
	q.log.DebugContext(ctx, "go-redis", "line", fmt.Sprintf(format, v...))
}

// logger writes lines for people to a terminal and JSON elsewhere.
func logger(w io.Writer, level slog.Level) *slog.Logger {
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: withUnits}))
}

// withUnits writes "20s" where JSON would have a bare count of nanoseconds.
func withUnits(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}
