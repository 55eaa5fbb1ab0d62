package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
	"parley/moderation"
	"parley/moderation/jsonl"
	"parley/moderation/policy"
)

func TestRecentCommentsAreKeptOnlyWhereThePolicySaysSo(t *testing.T) {
	for name, tc := range map[string]struct {
		config string
		want   int
	}{
		"asked for":     {"history: true", 1},
		"not asked for": {"history: false", 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			server := discordtest.NewServer()
			defer server.Close()
			guild := server.NewGuild("News")
			guild.BotRole().Raise()
			channel := guild.NewTextChannel("news")
			ann := guild.NewMember("ann")
			judged := make(chan string, 10)
			bot, err := daemon.Start(t.Context(), daemon.Options{
				Load: func() (*policy.Policy, policy.Diagnostics) {
					return policy.Parse("config.yaml", []byte("classifiers: {embedded: {enabled: false}}\nchannels: [news]\n"+tc.config+"\n"), nil)
				},
				APIBase: server.URL(), Token: server.Token(), DataDir: dir, Listen: "off",
				OnVerdict: func(c *moderation.Comment, _ *moderation.Verdict, _ time.Duration) { judged <- c.Text },
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ann.Post(channel, "good morning"); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			select {
			case text := <-judged: // whoever else listens still hears of it
				if text != "good morning" {
					t.Errorf("heard %q", text)
				}
			case <-ctx.Done():
				t.Error("the comment was not judged")
			}
			if err := bot.Stop(); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "history", guild.ID, "*.jsonl"))
			if err != nil || len(files) != tc.want {
				t.Fatalf("files kept: %v, %v; want %d", files, err, tc.want)
			}
			for _, path := range files {
				f, err := jsonl.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				var kept moderation.Comment
				line, _, err := f.Next()
				if err == nil {
					err = json.Unmarshal(line, &kept)
				}
				if err != nil || kept.Text != "good morning" || kept.Author.Name != "ann" {
					t.Errorf("kept %+v, %v", kept, err)
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
