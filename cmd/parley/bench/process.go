package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/latency"
)

const takeDownRoute = "DELETE /channels/{channel_id}/messages/{message_id}"

func lastPart(p string) string { return path.Base(p) }

// awaitDown waits until every comment that must go has been asked to go.
func (b *bench) awaitDown(ctx context.Context, ids map[string]bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked := 0
	err := b.server.Await(ctx, "the foul comments to be taken down", func() bool {
		asked = 0
		for _, request := range b.server.RequestsTo(takeDownRoute) {
			if ids[lastPart(request.Path)] {
				asked++
			}
		}
		return asked >= len(ids)
	})
	if err != nil {
		return fmt.Errorf("%d of %d: %w", asked, len(ids), err)
	}
	return nil
}

// ownProcess starts the bot as an operator does, and measures its start and its memory
// under half load.
func (b *bench) ownProcess(ctx context.Context, r *Result) error {
	listen, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var said bytes.Buffer
	command := exec.CommandContext(ctx, b.Program, "run", "--config", b.Config, "--log-level", "error", "--data-dir", dir, "--listen", listen)
	command.Env = append(os.Environ(), "DISCORD_TOKEN="+b.server.Token(), "DISCORD_API_BASE="+b.server.URL(), "REDIS_URL="+b.Bot.RedisURL)
	command.Stderr = &said
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	start := time.Now()
	if err := command.Start(); err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- command.Wait() }()
	if err := awaitReady(ctx, listen, exited); err != nil {
		return fmt.Errorf("%w: %s", err, said.String())
	}
	r.Ready = latency.Milliseconds(time.Since(start))
	if _, err := b.server.Flood(ctx, discordtest.Flood{Channel: b.channel, Comments: b.streams.own, Rate: r.HalfLoad}); err != nil {
		return err
	}
	if r.RSS, err = peakMemory(command.Process.Pid); err != nil {
		return err
	}
	return errors.Join(command.Process.Signal(syscall.SIGTERM), <-exited)
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// awaitReady asks /readyz until it says yes.
func awaitReady(ctx context.Context, listen string, exited <-chan error) error {
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case err := <-exited:
			return fmt.Errorf("it ended before it was ready: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("it did not get ready: %w", ctx.Err())
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listen+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			continue // not listening yet
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// peakMemory is the largest resident set of a process so far, in MB; 0 where the system
// does not tell (only Linux does, in /proc).
func peakMemory(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return float64(kb) / 1024, err
		}
	}
	return 0, nil
}
