package bot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// policyFile is a policy whose text is its hash; "broken" is refused. "with words" includes
// words.txt, whose text follows in the hash.
type policyFile struct{ path string }

func (f policyFile) load() (*Rulebook, error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(string(text), "broken") {
		return nil, errors.New("config.yaml:3:5: unknown key `patern`, did you mean `pattern`?")
	}
	r := houseRules(nil)
	r.Hash, r.Source = string(text), text
	if r.Hash == "with words" {
		list := f.beside("words.txt")
		words, err := os.ReadFile(list.path)
		if err != nil {
			return nil, err
		}
		r.Hash += " " + string(words)
		r.Files = []string{list.path}
	}
	return r, nil
}

// beside is another file in the same folder.
func (f policyFile) beside(name string) policyFile {
	return policyFile{filepath.Join(filepath.Dir(f.path), name)}
}

// write replaces the file the way editors do: a new file takes the old one's name.
func (f policyFile) write(t *testing.T, text string) {
	t.Helper()
	next := f.path + ".new"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, f.path); err != nil {
		t.Fatal(err)
	}
}

// watched starts a bot with a policy file that is watched.
func watched(t *testing.T) (*town, running, policyFile, chan struct{}) {
	t.Helper()
	f := policyFile{filepath.Join(t.TempDir(), "config.yaml")}
	f.write(t, "one")
	p, store := newTown(), openStore(t)
	b := start(t, p, store, func(c *Config) {
		c.Log = nil
		c.Rulebook, _ = f.load()
	})
	p.post(t, says(1, "ann", "good morning")) // the bot knows its community now
	now := make(chan struct{})
	r := &Reloader{Bot: b.Bot, Load: f.load, Files: []string{f.path}, Now: now}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the reloader ended with %v", err)
		}
	})
	now <- struct{}{} // answered once the files are watched
	return p, b, f, now
}

func TestAnEditedPolicyIsInForceWithoutARestart(t *testing.T) {
	p, b, f, _ := watched(t)
	f.write(t, "two")
	p.see(t, "the new policy in force", func() bool { return b.Current().Hash == "two" })
	p.see(t, "both policies in the log, newest first", func() bool {
		kept, err := b.Store.Policies(t.Context(), "g")
		return err == nil && len(kept) == 2 && kept[0].Hash == "two" && kept[0].By == "file" && kept[1].Hash == "one"
	})
}

func TestAnEditOfAnIncludedFileIsInForceWithoutARestart(t *testing.T) {
	p, b, f, _ := watched(t)
	words := f.beside("words.txt")
	words.write(t, "one")
	f.write(t, "with words")
	p.see(t, "the policy with its list", func() bool { return b.Current().Hash == "with words one" })
	words.write(t, "two")
	p.see(t, "the edited list in force", func() bool { return b.Current().Hash == "with words two" })
}

func TestABrokenEditKeepsTheLastGoodPolicyAndShowsTheMistake(t *testing.T) {
	p, b, f, now := watched(t)
	f.write(t, "broken")
	p.see(t, "the mistake in the review channel", func() bool {
		return len(p.alerts) == 1 && strings.Contains(p.alerts[0].Text, "config.yaml:3:5: unknown key")
	})
	if got := b.Current().Hash; got != "one" {
		t.Errorf("the policy in force is %q, want the last good one", got)
	}
	now <- struct{}{}
	now <- struct{}{} // the first has been worked off
	p.see(t, "still one alert", func() bool { return len(p.alerts) == 1 })
	f.write(t, "mended")
	p.see(t, "that it is mended", func() bool { return b.Current().Hash == "mended" && len(p.alerts) == 2 })
}

func TestASignalReloadsAtOnce(t *testing.T) {
	p, b, f, now := watched(t)
	if err := os.WriteFile(f.path, []byte("signalled"), 0o600); err != nil {
		t.Fatal(err)
	}
	now <- struct{}{}
	p.see(t, "the new policy in force", func() bool { return b.Current().Hash == "signalled" })
}

func TestAFolderThatCannotBeWatchedIsAnError(t *testing.T) {
	r := &Reloader{Files: []string{filepath.Join(t.TempDir(), "gone", "config.yaml")}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := r.Run(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("Run returned %v", err)
	}
}
