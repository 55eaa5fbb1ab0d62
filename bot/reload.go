package bot

import (
	"context"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Reloader keeps the policy in force up to date with its files. A broken edit changes
// nothing: the last good policy stays, and the mistakes are shown to moderators.
type Reloader struct {
	Bot *Bot
	// Load reads the policy. Its error is shown to people as it is.
	Load func() (*Rulebook, error)
	// Files are the configuration's files; those that a policy includes are watched as well.
	// It is their folders that are watched, because editors replace files rather than write them.
	Files []string
	// Now asks for a reload at once (SIGHUP); may be nil.
	Now <-chan struct{}

	broken  string // the mistakes that moderators were told of, "" when there are none
	watcher *fsnotify.Watcher
	watched map[string]bool // by cleaned path
}

const (
	settleTime     = 250 * time.Millisecond // an edit often comes as several events
	mistakesLength = 1500                   // characters of mistakes that fit into a message
)

// Run reloads until ctx ends. It fails at once when the folders cannot be watched.
func (r *Reloader) Run(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the policy's files: %w", err)
	}
	defer watcher.Close()
	r.watcher, r.watched = watcher, make(map[string]bool)
	if err := r.watch(r.Files); err != nil {
		return err
	}
	// What is in force may have been put there by a command, so the files are asked.
	if book, err := r.Load(); err == nil {
		r.watchIncluded(book)
	}
	settled := time.NewTimer(settleTime)
	settled.Stop()
	for {
		select {
		case event := <-watcher.Events:
			if r.watched[filepath.Clean(event.Name)] && !event.Has(fsnotify.Chmod) {
				settled.Reset(settleTime)
			}
		case err := <-watcher.Errors:
			r.Bot.Log.Warn("watching the policy's files failed; send SIGHUP to reload", "error", err)
		case <-settled.C:
			r.reload(ctx, "file")
		case <-r.Now:
			r.reload(ctx, "signal")
		case <-ctx.Done():
			return nil
		}
	}
}

// watch watches files, besides those that are watched already.
func (r *Reloader) watch(files []string) error {
	for _, file := range files {
		file = filepath.Clean(file)
		if r.watched[file] {
			continue
		}
		if err := r.watcher.Add(filepath.Dir(file)); err != nil {
			return fmt.Errorf("watch %s: %w", filepath.Dir(file), err)
		}
		r.watched[file] = true
	}
	return nil
}

// watchIncluded watches what a policy includes. Files that a later edit leaves out stay
// watched: a change to them leaves the policy as it is.
func (r *Reloader) watchIncluded(book *Rulebook) {
	if err := r.watch(book.Files); err != nil {
		r.Bot.Log.Warn("an included file is not watched; send SIGHUP after editing it", "error", err)
	}
}

// reload puts the policy in force as it is in its files now.
func (r *Reloader) reload(ctx context.Context, by string) {
	book, err := r.Load()
	if err != nil {
		r.refuse(err)
		return
	}
	r.watchIncluded(book)
	if r.broken != "" {
		r.broken = ""
		r.tell("mended", "The policy is in order again and in force.")
	}
	if book.Hash == r.Bot.Current().Hash {
		return
	}
	r.Bot.metrics.reloads.WithLabelValues("done").Inc()
	r.Bot.Use(ctx, book, by)
}

// refuse shows mistakes to moderators, the same ones once.
func (r *Reloader) refuse(err error) {
	r.Bot.metrics.reloads.WithLabelValues("refused").Inc()
	r.Bot.Log.Error("the policy has mistakes; the last good one stays in force", "policy", r.Bot.Current().Hash, "error", err)
	if err.Error() == r.broken {
		return
	}
	r.broken = err.Error()
	text := []rune(strings.ReplaceAll(r.broken, "```", "'''"))
	if len(text) > mistakesLength {
		text = append(text[:mistakesLength], []rune("\n… and more; `parley check` shows all")...)
	}
	r.tell("broken", "The policy has just been edited and has mistakes. The last good one stays in force until they are mended:\n```\n"+string(text)+"\n```")
}

// tell says something to the moderators of every community, once a minute at most even
// when several processes notice the same edit.
func (r *Reloader) tell(what, text string) {
	id := fmt.Sprintf("alert/policy/%s/%08x/%s", what, crc32.ChecksumIEEE([]byte(text)), time.Now().UTC().Format("2006-01-02T15:04"))
	r.Bot.eachGuild(func(g *guild) { r.Bot.alerts.say(g.id, id, text) })
}
