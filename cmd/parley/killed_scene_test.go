package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/moderation/ledger"
	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/open"
)

// scene is a community, a provider, a store, and the real program between them: a process of
// its own that can be killed.
type scene struct {
	*testing.T
	ctx     context.Context
	discord *discordtest.Server
	guild   *discordtest.Guild
	news    *discordtest.Channel
	review  *discordtest.Channel
	members []*discordtest.Member
	model   *provider
	redis   *ledgertest.Server // nil: the embedded store

	dir     string
	address string // of the program's metrics
	process *exec.Cmd
	kills   int // of the program and of Redis
}

// survivalPolicy leaves every comment with the word "unsure" to the provider.
const survivalPolicy = `
classifiers:
  embedded: {enabled: false}
  openai:
    base_url: %q
    patience: %s
    judge: {model: scripted, on_error: review, limits: {%s}}
channels: [news]
hourly_cap: 0
notify_authors: true
points: {harassment: 1}
rules:
  - id: unsure
    why: Somebody should look at this.
    when: {words: [unsure]}
    score: {harassment: 0.5}
    ask: openai
    examples: {match: [unsure about this], allow: [sure of that]}
`

// plan is what a scene is made of.
type plan struct {
	comments int
	limits   string        // the provider's budget, as in the policy
	window   time.Duration // for which it holds
	calls    int           // that will be made in any case
	patience time.Duration // as in the policy
	latency  time.Duration // of the provider
	within   time.Duration // everything has to be over
	redis    bool
}

func newScene(t *testing.T, p plan) *scene {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), p.within)
	t.Cleanup(cancel)
	s := &scene{T: t, ctx: ctx, dir: t.TempDir(), discord: discordtest.NewServer(), model: newProvider(p.latency)}
	t.Cleanup(s.discord.Close)
	t.Cleanup(s.model.Close)
	if p.redis {
		s.redis = ledgertest.StartServer(t)
	}
	s.guild = s.discord.NewGuild("News")
	s.guild.BotRole().Raise()
	s.news, s.review = s.guild.NewTextChannel("news"), s.guild.NewTextChannel("mod-review")
	for i := range max(p.comments/50, 10) { // a record keeps the 200 newest strikes
		s.members = append(s.members, s.guild.NewMember(fmt.Sprint("member", i)))
	}
	config := fmt.Sprintf(survivalPolicy, s.model.URL(), p.patience, p.limits)
	if err := os.WriteFile(filepath.Join(s.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.address = freeAddress(t)
	t.Cleanup(func() {
		if s.process != nil {
			s.kill()
		}
		if t.Failed() {
			s.showLog()
		}
	})
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs the program, with what earlier ones left.
func (s *scene) start() {
	s.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.Fatal(err)
	}
	defer log.Close()
	c := exec.Command("parley", "run", "--config", filepath.Join(s.dir, "config.yaml"), "--data-dir", s.dir, "--listen", s.address)
	c.Env = append(os.Environ(), "DISCORD_TOKEN="+s.discord.Token(), "DISCORD_API_BASE="+s.discord.URL(), "REDIS_URL="+s.redisURL(), "OPENAI_API_KEY=none")
	c.Stderr = log
	if err := c.Start(); err != nil {
		s.Fatalf("start parley: %v", err)
	}
	s.process = c
}

func (s *scene) redisURL() string {
	if s.redis == nil {
		return ""
	}
	return s.redis.Address()
}

// kill ends the program at once, as kill -9 does.
func (s *scene) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // "signal: killed" is what was asked for
	s.process = nil
}

// stop asks the program to end, as an orchestrator does.
func (s *scene) stop() {
	s.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.Fatalf("ask parley to stop: %v", err)
	}
	err := s.process.Wait()
	s.process = nil
	if err != nil {
		s.Fatalf("parley did not stop in order: %v", err)
	}
}

// quiet waits until the program is connected and nothing waits in its queues.
func (s *scene) quiet() {
	s.Helper()
	gauges := regexp.MustCompile(`(?m)^parley_(?:effects_waiting|opinions_waiting|queued_comments|comments_parked) (\S+)$`)
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	look := func() error {
		if _, err := get(s.ctx, client, "http://"+s.address+"/readyz"); err != nil {
			return err
		}
		body, err := get(s.ctx, client, "http://"+s.address+"/metrics")
		for _, gauge := range gauges.FindAllStringSubmatch(body, -1) {
			if gauge[1] != "0" {
				return errors.New("something waits: " + gauge[0])
			}
		}
		return err
	}
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		err := look()
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-s.ctx.Done():
			s.Fatalf("the program does not come to an end: %v", err)
		}
	}
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, strings.TrimSpace(string(body)))
	}
	return string(body), err
}

// ledger opens the store that the program has left.
func (s *scene) ledger() ledger.Store {
	s.Helper()
	store, err := open.Ledger(s.ctx, open.Options{RedisURL: s.redisURL(), DataDir: s.dir})
	if err != nil {
		s.Fatal(err)
	}
	return store
}

// showLog shows the end of what the program wrote.
func (s *scene) showLog() {
	log, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		s.Logf("no log: %v", err)
		return
	}
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	s.Logf("the program's log ends:\n%s", strings.Join(lines[max(0, len(lines)-30):], "\n"))
}
