package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"parley/moderation/ledger"
	"parley/moderation/policy/change"
	"parley/moderation/rule"
)

// Errors of SetMode and Rollback, to be checked with errors.Is. Their texts are meant for
// whoever gave the command.
var (
	ErrNoSwitching = errors.New("this bot was started without a way to change its policy by command")
	ErrNoRule      = errors.New("there is no such rule in the policy in force; /rules list shows them")
	ErrNoPolicy    = errors.New("no policy that ever ran here has a hash that starts like this; /rules history shows them")
	ErrAmbiguous   = errors.New("several policies have a hash that starts like this; give more of it")
)

const (
	switchesKey = "rules switched"          // what a community's switches are remembered under
	switchesFor = 10 * 365 * 24 * time.Hour // until somebody changes them
	byStart     = "start"                   // who put a policy in force that already was, or that came with a start
)

// switches is what one community's admins have changed by command. A rule that was switched
// stays so until it is switched again, however often the policy's file is edited. An earlier
// policy that was put back holds until the file is edited: whoever does that looks at the
// file, and would not understand why nothing happens.
type switches struct {
	Modes map[string]string `json:"modes,omitempty"` // by rule: "on", "shadow" or "off"
	Back  *putBack          `json:"back,omitempty"`
}

// putBack is an earlier policy that a command has put in the place of the file's.
type putBack struct {
	Source []byte `json:"source"` // without the rules that were switched
	File   string `json:"file"`   // hash of the file's policy then; once it is another one, the file holds
}

// with is the same with one more rule switched.
func (s switches) with(rule, mode string) switches {
	s.Modes = maps.Clone(s.Modes)
	if s.Modes == nil {
		s.Modes = make(map[string]string)
	}
	s.Modes[rule] = mode
	return s
}

// SetMode switches a rule "on", to "shadow" or "off" in one community, whatever the policy
// says for parts of it. The change holds until somebody switches the rule again, through
// restarts and edits of the policy's file. Errors: ErrNoRule, ErrNoSwitching, or one about
// the mode or the store.
func (d *Desk) SetMode(ctx context.Context, guild, id, mode, by string) error {
	var known rule.Mode
	if err := known.UnmarshalText([]byte(mode)); err != nil {
		return err
	}
	g := d.bot.guild(guild)
	g.switching.Lock()
	defer g.switching.Unlock()
	if err := g.recall(ctx); err != nil {
		return err
	}
	if !g.book.Load().has(id) {
		return fmt.Errorf("switch %q: %w", id, ErrNoRule)
	}
	return g.change(ctx, g.switches.with(id, mode), by)
}

// Rollback puts an earlier policy in force in one community, named by the beginning of its
// hash, with the rules as they were switched then. Where only switched rules set it apart
// from the file, the file goes on to hold beneath them; any other holds until the file is
// edited. Errors: ErrNoPolicy, ErrAmbiguous, ErrNoSwitching, or the policy's own when this
// program does not accept it any more.
func (d *Desk) Rollback(ctx context.Context, guild, hash, by string) error {
	g := d.bot.guild(guild)
	g.switching.Lock()
	defer g.switching.Unlock()
	if err := g.recall(ctx); err != nil {
		return err
	}
	source, err := g.earlier(ctx, hash)
	if err != nil {
		return fmt.Errorf("roll back to %q: %w", hash, err)
	}
	base, modes, err := change.Lift(source)
	if err != nil {
		return fmt.Errorf("roll back to %q: %w", hash, err)
	}
	next := switches{Modes: modes}
	if file := d.bot.Current(); !change.Same(base, file.Source) {
		next.Back = &putBack{Source: base, File: file.Hash}
	}
	return g.change(ctx, next, by)
}

// earlier finds the source of a policy in the community's log.
func (g *guild) earlier(ctx context.Context, prefix string) ([]byte, error) {
	versions, err := g.bot.Store.Policies(ctx, g.id)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]byte)
	for _, v := range versions {
		if prefix != "" && strings.HasPrefix(v.Hash, prefix) {
			found[v.Hash] = v.Source
		}
	}
	if len(found) > 1 {
		return nil, ErrAmbiguous
	}
	for _, source := range found {
		return source, nil
	}
	return nil, ErrNoPolicy
}

// change makes new switches durable and puts what they come to in force. g.switching is held.
func (g *guild) change(ctx context.Context, next switches, by string) error {
	if g.bot.Parse == nil {
		return ErrNoSwitching
	}
	book, err := g.compose(next)
	if err != nil {
		return err
	}
	if err := g.remember(ctx, next); err != nil {
		return fmt.Errorf("it could not be written down: %w", err)
	}
	g.switches = next
	g.use(ctx, book, by)
	g.bot.announceSwitch(ctx)
	return nil
}

// compose makes the policy that switches and the file's policy come to. Rules that the
// policy no longer has are passed over, until it has them again.
func (g *guild) compose(s switches) (book *Rulebook, err error) {
	base := g.bot.Current()
	if s.Back != nil && s.Back.File == base.Hash {
		if base, err = g.bot.Parse(s.Back.Source); err != nil {
			return nil, err
		}
	}
	modes := maps.Clone(s.Modes)
	maps.DeleteFunc(modes, func(id, _ string) bool { return !base.has(id) })
	if len(modes) == 0 {
		return base, nil
	}
	source, err := change.Lay(base.Source, g.id, modes)
	if err != nil {
		return nil, err
	}
	return g.bot.Parse(source)
}

func (g *guild) remember(ctx context.Context, s switches) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return g.bot.Store.Remember(ctx, g.id, switchesKey, kept, switchesFor)
}

// follow puts in force what has become of the community's policy with a new file.
func (g *guild) follow(ctx context.Context, by string) {
	g.switching.Lock()
	defer g.switching.Unlock()
	if g.book.Load() != nil { // or it is still to be read what is switched here
		g.settle(ctx, by)
	}
}

// rules is the community's policy. The first time that takes a trip to the store.
func (g *guild) rules(ctx context.Context) (*Rulebook, error) {
	if book := g.book.Load(); book != nil {
		return book, nil
	}
	g.switching.Lock()
	defer g.switching.Unlock()
	if book := g.book.Load(); book != nil {
		return book, nil
	}
	err := g.recall(ctx)
	return g.book.Load(), err
}

// recall reads the community's switches and puts what they come to in force, if that is
// anything new. g.switching is held.
func (g *guild) recall(ctx context.Context) error {
	kept, err := g.bot.Store.Recall(ctx, g.id, switchesKey)
	if err != nil {
		return fmt.Errorf("read which rules are switched: %w", err)
	}
	var s switches
	if kept != nil {
		if err := json.Unmarshal(kept, &s); err != nil {
			g.bot.Log.Error("what was switched by command cannot be read; the policy's file holds", "guild", g.id, "error", err)
		}
	}
	g.switches = s
	g.settle(ctx, byStart)
	return nil
}

// settle puts in force what the community's switches and the file's policy come to now.
// g.switching is held.
func (g *guild) settle(ctx context.Context, by string) {
	file := g.bot.Current()
	if back := g.switches.Back; back != nil && back.File != file.Hash {
		g.switches.Back = nil
		if err := g.remember(ctx, g.switches); err != nil {
			g.bot.store.failed("forget policy", err) // it names the old file and holds no more
		}
		g.bot.alerts.say(g.id, "alert/policy/edited/"+file.Hash,
			"The policy's file has been edited and holds again, in place of the earlier policy that was put back by command. Rules that were switched by command stay as they are.")
	}
	book, err := g.compose(g.switches)
	if err != nil {
		g.bot.Log.Error("rules switched by command cannot be laid over the policy; the file's holds", "guild", g.id, "policy", file.Hash, "error", err)
		g.bot.alerts.say(g.id, "alert/policy/switched/"+file.Hash,
			"The rules that were switched by command no longer fit the policy, which now holds as its file says. Please look at /rules list and switch what needs it.")
		book = file
	}
	if now := g.book.Load(); now == nil || now.Hash != book.Hash {
		g.use(ctx, book, by)
	}
}

// use puts a policy in force in the community, from the next comment on, and keeps it in
// the community's log.
func (g *guild) use(ctx context.Context, book *Rulebook, by string) {
	g.book.Store(book)
	g.bot.Log.Info("policy in force", "guild", g.id, "policy", book.Hash, "by", by)
	version := ledger.PolicyVersion{Hash: book.Hash, At: time.Now(), By: by, Source: book.Source}
	if err := g.keepVersion(ctx, version); err != nil {
		g.bot.store.failed("keep policy", err)
		g.keepLater(version)
	}
}
