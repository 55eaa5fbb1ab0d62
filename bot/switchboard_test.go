package bot

import (
	"errors"
	"strings"
	"testing"

	"parley/moderation/engine"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

const fruitRules = `
rules:
  - id: bananas
    why: No bananas.
    when: {words: [banana]}
    action: remove
    points: 1
`

// parsed makes a rulebook of a real policy.
func parsed(source []byte) (*Rulebook, error) {
	p, found := policy.Parse("config.yaml", source, nil)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return NewRulebook(p, engine.New(p, nil)), nil
}

// startWith runs a bot by a real policy.
func startWith(t *testing.T, p *town, store ledger.Store, source string) running {
	t.Helper()
	book, err := parsed([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, p, store, func(c *Config) { c.Rulebook, c.Parse = book, parsed })
	p.in.Gap(t.Context(), "g", nil) // the bot knows its community now
	p.see(t, "the policy in the log", func() bool {
		kept, err := store.Policies(t.Context(), "g")
		return err == nil && len(kept) > 0
	})
	return b
}

func TestARuleThatIsSwitchedOffByCommandIsOffAtOnce(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	p.post(t, says(1, "ann", "a banana"))
	p.see(t, "the first taken down", func() bool { return p.deleted["1"] == 1 })
	if err := b.Desk().SetMode(t.Context(), "bananas", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	p.post(t, says(2, "bob", "a banana"))
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if p.deleted["2"] != 0 {
		t.Error("the rule still acts")
	}
	kept, err := store.Policies(t.Context(), "g")
	if err != nil || len(kept) != 2 || kept[0].By != "admin" {
		t.Errorf("the log holds %d policies, the newest by %q, error %v; want 2, by admin", len(kept), kept[0].By, err)
	}
}

func TestACommandHoldsThroughARestartUntilTheFileIsEdited(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	if err := b.Desk().SetMode(t.Context(), "bananas", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	switched := b.Current().Hash
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}

	p.running = make(chan struct{})
	b = startWith(t, p, store, fruitRules)
	if got := b.Current().Hash; got != switched {
		t.Errorf("after the restart %s is in force, want %s as switched", got, switched)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}

	p.running = make(chan struct{})
	b = startWith(t, p, store, strings.Replace(fruitRules, "No bananas.", "Bananas are not fruit.", 1))
	if b.Current().File != "" {
		t.Error("the file was edited, and the command still holds")
	}
}

func TestAnEarlierPolicyIsPutBack(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	first := b.Current().Hash
	desk := b.Desk()
	if err := desk.SetMode(t.Context(), "bananas", "shadow", "admin"); err != nil {
		t.Fatal(err)
	}
	p.see(t, "both in the log", func() bool {
		kept, err := store.Policies(t.Context(), "g")
		return err == nil && len(kept) == 2
	})
	if err := desk.Rollback(t.Context(), first[:6], "admin"); err != nil {
		t.Fatal(err)
	}
	if got := b.Current().Hash; got != first {
		t.Errorf("%s is in force, want %s", got, first)
	}
	if err := desk.Rollback(t.Context(), "ffffffffff", "admin"); !errors.Is(err, ErrNoPolicy) {
		t.Errorf("an unknown hash: %v, want ErrNoPolicy", err)
	}
	if err := desk.Rollback(t.Context(), "", "admin"); !errors.Is(err, ErrNoPolicy) {
		t.Errorf("no hash: %v, want ErrNoPolicy", err)
	}
}

func TestARuleThatDoesNotExistChangesNothing(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	before := b.Current().Hash
	if err := b.Desk().SetMode(t.Context(), "bananes", "off", "admin"); err == nil || !strings.Contains(err.Error(), "bananes") {
		t.Errorf("error %v, want one that names the rule", err)
	}
	if b.Current().Hash != before {
		t.Error("another policy is in force")
	}
}

func TestTheDeskExplainsATextThatNobodyPosted(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	c := says(1, "", "a banana")
	explained := b.Desk().Score(c)
	if len(explained.Verdict.Reasons) == 0 || explained.Verdict.Reasons[0].Rule() != "bananas" {
		t.Errorf("reasons %+v, want the rule", explained.Verdict.Reasons)
	}
	if _, err := store.Case(t.Context(), "g", "1"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("scoring left a case: %v", err)
	}
}

func TestReloadingAFileThatNobodyEditedLeavesACommandInForce(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	if err := b.Desk().SetMode(t.Context(), "bananas", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	switched, file := b.Current().Hash, fruitRules
	r := Reloader{Bot: b.Bot, Load: func() (*Rulebook, error) { return parsed([]byte(file)) }}
	r.reload(t.Context(), "signal")
	if b.Current().Hash != switched {
		t.Error("reloading undid the command")
	}
	file = strings.Replace(fruitRules, "No bananas.", "Bananas are not fruit.", 1)
	r.reload(t.Context(), "file")
	if b.Current().Hash == switched {
		t.Error("the edited file is not in force")
	}
	p.see(t, "moderators told", func() bool { return len(p.alerts) == 1 })
}
