package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"parley/cmd/parley/bench"
	"parley/cmd/parley/daemon"
	"parley/cmd/parley/terminal"
	"parley/moderation/policy"
)

type benchCommand struct {
	Store    string `enum:"embedded,redis" default:"embedded" help:"embedded or redis. Redis is REDIS_URL, or a redis-server started for the run."`
	Comments int    `default:"12000" help:"Comments in each stream."`
	JSON     bool   `help:"Print the figures as one JSON object."`
}

// Validate refuses a stream that nothing can be measured on: a hundredth of it is the slowest
// percent.
func (c benchCommand) Validate() error {
	if c.Comments < 100 {
		return fmt.Errorf("--comments %d: a stream needs 100 comments or more", c.Comments)
	}
	return nil
}

// Run measures and prints.
func (c benchCommand) Run(ctx context.Context, s streams) error {
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return fmt.Errorf("a place for the benchmark: %w", err)
	}
	defer os.RemoveAll(dir)
	config := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(config, bench.Policy, 0o600); err != nil {
		return fmt.Errorf("write the benchmark's policy: %w", err)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	options := bench.Options{
		Comments: c.Comments, Program: program, Config: config,
		Bot: daemon.Options{
			Load:    func() (*policy.Policy, policy.Diagnostics) { return policy.Load(config) },
			DataDir: filepath.Join(dir, "data"), Listen: "off",
		},
		Stage: func(name string) { fmt.Fprintln(s.err, "measuring:", name) },
	}
	if c.Store == "redis" {
		stop, address, err := redisFor(ctx, dir)
		if err != nil {
			return err
		}
		defer stop()
		options.Bot.RedisURL = address
	}
	result, err := bench.Run(ctx, options)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(result)
	}
	bench.Show(s.out, terminal.StyleFor(s.out), result)
	return nil
}

// redisFor returns REDIS_URL, or starts a redis-server for the run on a socket in dir.
func redisFor(ctx context.Context, dir string) (stop func(), address string, err error) {
	if address := os.Getenv("REDIS_URL"); address != "" {
		return func() {}, address, nil
	}
	server, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, "", errors.New("there is no redis-server on this machine; install one (Debian: apt-get install redis-server) or set REDIS_URL")
	}
	socket := filepath.Join(dir, "redis.sock")
	command := exec.CommandContext(ctx, server, "--port", "0", "--unixsocket", socket, "--dir", dir, "--appendonly", "yes", "--save", "", "--logfile", filepath.Join(dir, "redis.log"))
	if err := command.Start(); err != nil {
		return nil, "", fmt.Errorf("start redis-server: %w", err)
	}
	stop = func() {
		_ = command.Process.Kill() // nothing in it is needed after the run
		_ = command.Wait()
	}
	if err := bench.AwaitSocket(ctx, socket); err != nil {
		stop()
		return nil, "", fmt.Errorf("redis-server did not come up: %w", err)
	}
	return stop, "unix://" + socket, nil
}
