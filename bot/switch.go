package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/moderation/policy/change"
)

// Errors of SetMode and Rollback, to be checked with errors.Is. Their texts are meant for
// whoever gave the command.
var (
	ErrNoSwitching = errors.New("this bot was started without a way to change its policy by command")
	ErrNoPolicy    = errors.New("no policy that ever ran here has a hash that starts like this")
	ErrAmbiguous   = errors.New("several policies have a hash that starts like this; give more of it")
)

const (
	switchedIn  = "bot"                       // what is not any one community's is remembered under this name
	switchedKey = "policy in force"           // and this key
	switchedFor = 10 * 365 * 24 * time.Hour   // until somebody changes it
	forgotten   = `{"file":"","source":null}` // what is remembered once the file holds again
)

// switchedPolicy is a policy that a command has put in force in place of the one in the file.
type switchedPolicy struct {
	File   string `json:"file"` // hash of the file's policy; when it is another one, the file holds
	Source []byte `json:"source"`
	By     string `json:"by,omitempty"`
}

// SetMode switches a rule "on", to "shadow" or "off" in every community, wherever the
// policy's overrides do not say otherwise. The change holds through restarts until the
// policy's file is edited. The error of a rule or mode that does not exist is the policy's.
func (d *Desk) SetMode(ctx context.Context, rule, mode, by string) error {
	d.bot.switching.Lock()
	defer d.bot.switching.Unlock()
	source, err := change.Mode(d.bot.Current().Source, rule, mode)
	if err != nil {
		return err
	}
	return d.putInForce(ctx, source, by)
}

// Rollback puts an earlier policy in force in every community, named by the beginning of
// its hash. It holds through restarts until the policy's file is edited. Errors:
// ErrNoPolicy, ErrAmbiguous, or the policy's own when this program cannot read it any more.
func (d *Desk) Rollback(ctx context.Context, hash, by string) error {
	d.bot.switching.Lock()
	defer d.bot.switching.Unlock()
	source, err := d.earlier(ctx, hash)
	if err != nil {
		return fmt.Errorf("roll back to %q: %w", hash, err)
	}
	return d.putInForce(ctx, source, by)
}

// earlier finds the source of a policy in the log of any community.
func (d *Desk) earlier(ctx context.Context, prefix string) ([]byte, error) {
	found := make(map[string][]byte)
	var failed error
	d.bot.eachGuild(func(g *guild) {
		versions, err := d.bot.Store.Policies(ctx, g.id)
		failed = errors.Join(failed, err)
		for _, v := range versions {
			if prefix != "" && strings.HasPrefix(v.Hash, prefix) {
				found[v.Hash] = v.Source
			}
		}
	})
	switch {
	case len(found) > 1:
		return nil, ErrAmbiguous
	case len(found) == 0 && failed != nil:
		return nil, failed
	}
	for _, source := range found {
		return source, nil
	}
	return nil, ErrNoPolicy
}

// putInForce remembers a source and puts its policy in force.
func (d *Desk) putInForce(ctx context.Context, source []byte, by string) error {
	b := d.bot
	if b.Parse == nil {
		return ErrNoSwitching
	}
	book, err := b.Parse(source)
	if err != nil {
		return err
	}
	book.File = b.Current().fileHash()
	kept := []byte(forgotten)
	if book.Hash != book.File {
		if kept, err = json.Marshal(switchedPolicy{File: book.File, Source: source, By: by}); err != nil {
			return err
		}
	}
	if err := b.Store.Remember(ctx, switchedIn, switchedKey, kept, switchedFor); err != nil {
		return fmt.Errorf("the policy was not changed: %w", err)
	}
	b.Use(book, by)
	return nil
}

// resume puts the policy back in force that a command had put there before a restart,
// unless the file has been edited since. Where that fails the file's policy holds.
func (b *Bot) resume(ctx context.Context) {
	if b.Parse == nil {
		return
	}
	file := b.Current().fileHash()
	switched, err := b.switchedSince(ctx, file)
	switch {
	case err != nil:
		b.Log.Error("a policy that was put in force by command cannot be resumed; the file's holds", "policy", file, "error", err)
	case switched != nil:
		switched.File = file
		b.rulebook.Store(switched)
		b.Log.Info("policy in force, as changed by command", "policy", switched.Hash, "file", file)
	}
}

// switchedSince is the policy that a command has put in force in place of a file's; nil
// when there is none.
func (b *Bot) switchedSince(ctx context.Context, file string) (*Rulebook, error) {
	kept, err := b.Store.Recall(ctx, switchedIn, switchedKey)
	if err != nil || kept == nil {
		return nil, err
	}
	var s switchedPolicy
	if err := json.Unmarshal(kept, &s); err != nil {
		return nil, err
	}
	if s.File != file {
		return nil, nil
	}
	return b.Parse(s.Source)
}

// useFile puts the policy of an edited file in force. What commands had changed before does
// not hold any longer.
func (b *Bot) useFile(ctx context.Context, r *Rulebook, by string) {
	b.switching.Lock()
	defer b.switching.Unlock()
	if b.Current().File != "" {
		if err := b.Store.Remember(ctx, switchedIn, switchedKey, []byte(forgotten), switchedFor); err != nil {
			b.store.failed("forget switched policy", err) // it names the old file and holds no more
		}
	}
	b.Use(r, by)
}
