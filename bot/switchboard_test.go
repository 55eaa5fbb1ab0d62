package bot

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
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
  - id: pears
    why: No pears.
    when: {words: [pear]}
    action: remove
`

// otherRules is fruitRules after somebody has edited the file.
var otherRules = strings.Replace(fruitRules, "No bananas.", "Bananas are not fruit.", 1)

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
	book := must(t, source)
	b := start(t, p, store, func(c *Config) { c.Rulebook, c.Parse = book, parsed })
	p.in.Gap(t.Context(), "g", nil) // the bot knows its community now
	p.see(t, "the policy in the log", func() bool {
		kept, err := store.Policies(t.Context(), "g")
		return err == nil && len(kept) > 0
	})
	return b
}

// must makes a rulebook of a policy without mistakes.
func must(t *testing.T, source string) *Rulebook {
	t.Helper()
	book, err := parsed([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// switching starts a bot with fruitRules and has somebody switch a rule in community g.
func switching(t *testing.T, p *town, store ledger.Store, rule, mode string) running {
	t.Helper()
	b := startWith(t, p, store, fruitRules)
	if err := b.Desk().SetMode(t.Context(), "g", rule, mode, "admin"); err != nil {
		t.Fatal(err)
	}
	return b
}

// modeIn is a rule's mode in a community.
func modeIn(b running, guild, id string) string {
	p := b.In(guild).Engine.Policy()
	for i, r := range p.Rules.Rules {
		if r.ID == id {
			return p.Settings(guild, moderation.Channel{}, moderation.Article{}).Rules[i].Mode.String()
		}
	}
	return "none"
}

// logged is what is in the log of community g, newest first.
func logged(t *testing.T, store ledger.Store) []ledger.PolicyVersion {
	t.Helper()
	kept, err := store.Policies(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestARuleThatIsSwitchedOffByCommandIsOffAtOnce(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	p.post(t, says(1, "ann", "a banana"))
	p.see(t, "the first taken down", func() bool { return p.deleted["1"] == 1 })
	if err := b.Desk().SetMode(t.Context(), "g", "bananas", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	p.post(t, says(2, "bob", "a banana"))
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if p.deleted["2"] != 0 {
		t.Error("the rule still acts")
	}
	if kept := logged(t, store); len(kept) != 2 || kept[0].By != "admin" || kept[0].Hash != b.In("g").Hash {
		t.Errorf("the log holds %d policies, the newest %s by %q; want 2, the one in force, by admin", len(kept), kept[0].Hash, kept[0].By)
	}
}

func TestWhatOneCommunitySwitchesIsNoOthersBusiness(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := switching(t, p, store, "bananas", "off")
	other := says(1, "ann", "a banana")
	other.Guild = "elsewhere"
	p.post(t, other)
	p.post(t, says(2, "bob", "a banana"))
	p.see(t, "the other community's taken down", func() bool { return p.deleted["1"] == 1 })
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if p.deleted["2"] != 0 {
		t.Error("in the community that switched it off, the rule still acts")
	}
	kept, err := store.Policies(t.Context(), "elsewhere")
	if err != nil || len(kept) != 1 {
		t.Errorf("the other community's log holds %d policies, error %v; want 1", len(kept), err)
	}
	if err := b.Desk().Rollback(t.Context(), "elsewhere", b.In("g").Hash, "admin"); !errors.Is(err, ErrNoPolicy) {
		t.Errorf("rolling back to another community's policy: %v, want ErrNoPolicy", err)
	}
}

func TestASwitchHoldsThroughRestartsAndEditsOfTheFile(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := switching(t, p, store, "bananas", "off")
	b.Use(t.Context(), must(t, otherRules), "file")
	if got := modeIn(b, "g", "bananas"); got != "off" {
		t.Errorf("after an edit of the file the rule is %s", got)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}

	p.running = make(chan struct{})
	b = startWith(t, p, store, fruitRules)
	p.see(t, "the rule off after a restart", func() bool { return modeIn(b, "g", "bananas") == "off" })
	if got := modeIn(b, "elsewhere", "bananas"); got != "on" {
		t.Errorf("elsewhere the rule is %s", got)
	}
}

func TestASwitchedRuleThatLeavesTheFileIsPassedOverUntilItReturns(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := switching(t, p, store, "bananas", "off")
	if err := b.Desk().SetMode(t.Context(), "g", "pears", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	b.Use(t.Context(), must(t, strings.ReplaceAll(fruitRules, "bananas", "plantains")), "file")
	if modeIn(b, "g", "plantains") != "on" || modeIn(b, "g", "pears") != "off" {
		t.Errorf("the new rule is %s and the other that was switched %s, want on and off", modeIn(b, "g", "plantains"), modeIn(b, "g", "pears"))
	}
	b.Use(t.Context(), must(t, fruitRules), "file")
	if got := modeIn(b, "g", "bananas"); got != "off" {
		t.Errorf("back in the file, the rule is %s", got)
	}
}

func TestSwitchingBackAndForthLeavesOneSwitch(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := switching(t, p, store, "bananas", "off")
	once := b.In("g").Hash
	for _, mode := range []string{"on", "shadow", "off"} {
		if err := b.Desk().SetMode(t.Context(), "g", "bananas", mode, "admin"); err != nil {
			t.Fatal(err)
		}
		if got := modeIn(b, "g", "bananas"); got != mode {
			t.Errorf("switched to %s the rule is %s", mode, got)
		}
	}
	if again := b.In("g").Hash; again != once {
		t.Errorf("the same switch makes policy %s now and made %s before", again, once)
	}
}

func TestRollingBackASwitchLeavesTheFileInForce(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	first := b.In("g").Hash
	if err := b.Desk().SetMode(t.Context(), "g", "bananas", "shadow", "admin"); err != nil {
		t.Fatal(err)
	}
	if err := b.Desk().Rollback(t.Context(), "g", first[:6], "admin"); err != nil {
		t.Fatal(err)
	}
	if got := b.In("g").Hash; got != first {
		t.Errorf("%s is in force, want %s", got, first)
	}
	b.Use(t.Context(), must(t, otherRules), "file")
	if b.In("g") != b.Current() {
		t.Error("an edit of the file does not hold though nothing is switched any more")
	}
	if len(p.alerts) != 0 {
		t.Errorf("moderators were told %v", p.alerts)
	}
}

func TestAnEarlierPolicyHoldsThroughARestartUntilTheFileIsEdited(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := switching(t, p, store, "pears", "off")
	earlier := b.In("g").Hash
	p.see(t, "it in the log", func() bool { return logged(t, store)[0].Hash == earlier })
	b.Use(t.Context(), must(t, otherRules), "file")
	if err := b.Desk().SetMode(t.Context(), "g", "bananas", "off", "admin"); err != nil {
		t.Fatal(err)
	}
	if err := b.Desk().Rollback(t.Context(), "g", earlier, "admin"); err != nil {
		t.Fatal(err)
	}
	if got := b.In("g").Hash; got != earlier || modeIn(b, "g", "bananas") != "on" || modeIn(b, "g", "pears") != "off" {
		t.Errorf("policy %s is in force with bananas %s and pears %s; want %s, on and off",
			got, modeIn(b, "g", "bananas"), modeIn(b, "g", "pears"), earlier)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}

	p.running = make(chan struct{})
	b = startWith(t, p, store, otherRules)
	p.see(t, "the earlier policy after a restart", func() bool { return b.In("g").Hash == earlier })
	b.Use(t.Context(), must(t, strings.Replace(otherRules, "No pears.", "Nor pears.", 1)), "file")
	if got := string(b.In("g").Source); !strings.Contains(got, "Nor pears.") || modeIn(b, "g", "pears") != "off" {
		t.Errorf("after an edit, with pears %s, holds\n%s", modeIn(b, "g", "pears"), got)
	}
	p.see(t, "moderators told", func() bool { return len(p.alerts) == 1 })
	b.Use(t.Context(), must(t, otherRules), "file") // as it was when the earlier policy was put back
	if got := modeIn(b, "g", "pears"); got != "off" || !strings.Contains(string(b.In("g").Source), "Bananas are not fruit.") {
		t.Errorf("after the edit is taken back, with pears %s, holds\n%s", got, b.In("g").Source)
	}
}

func TestARefusedCommandChangesNothing(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := startWith(t, p, store, fruitRules)
	before, desk := b.In("g").Hash, b.Desk()
	if err := desk.SetMode(t.Context(), "g", "bananes", "off", "admin"); !errors.Is(err, ErrNoRule) || !strings.Contains(err.Error(), "bananes") {
		t.Errorf("an unknown rule: %v, want ErrNoRule with its name", err)
	}
	if err := desk.SetMode(t.Context(), "g", "bananas", "loud", "admin"); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("an unknown mode: %v", err)
	}
	for _, hash := range []string{"", "ffffffffff"} {
		if err := desk.Rollback(t.Context(), "g", hash, "admin"); !errors.Is(err, ErrNoPolicy) {
			t.Errorf("rolled back to %q: %v, want ErrNoPolicy", hash, err)
		}
	}
	contradiction := ledger.PolicyVersion{Hash: "bad", At: time.Now(), By: "file", Source: []byte(strings.Replace(fruitRules,
		"action: remove", "action: remove\n    examples: {match: [an apple]}", 1))}
	if err := store.KeepPolicy(t.Context(), "g", contradiction); err != nil {
		t.Fatal(err)
	}
	if err := desk.Rollback(t.Context(), "g", "bad", "admin"); err == nil || !strings.Contains(err.Error(), "does not match its own example") {
		t.Errorf("a policy that contradicts its own examples: %v", err)
	}
	if b.In("g").Hash != before {
		t.Error("another policy is in force")
	}
}

func TestWhatOneProcessSwitchesTheOthersFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, q, store := newTown(), newTown(), openStore(t)
		other := startWith(t, q, store, fruitRules)
		b := switching(t, p, store, "bananas", "off")
		pass(2 * followEvery)
		if got := modeIn(other, "g", "bananas"); got != "off" {
			t.Errorf("in another process the rule is %s", got)
		}
		if got := logged(t, store)[0]; got.By != "admin" || got.Hash != b.In("g").Hash {
			t.Errorf("the newest in the log is %s by %s", got.Hash, got.By)
		}
	})
}

func TestARestartLeavesNothingInTheLog(t *testing.T) {
	p, store := newTown(), openStore(t)
	for range 3 {
		b := startWith(t, p, store, fruitRules)
		if err := b.stop(); err != nil {
			t.Fatal(err)
		}
		p.running = make(chan struct{})
	}
	if kept := logged(t, store); len(kept) != 1 {
		t.Errorf("three starts with one policy left %d in the log", len(kept))
	}
}

func TestAProcessThatDiedWhileItNotedThePolicyLeavesItInTheLogOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var dead atomic.Bool
		dying := &faulty{store, func(operation string) (before, after error) {
			if dead.Load() {
				return errDead, nil
			}
			if operation == "keep policy" {
				dead.Store(true)
				return nil, errDead
			}
			return nil, nil
		}}
		first := start(t, p, dying, func(c *Config) { c.Drain, c.Log = time.Millisecond, nil })
		p.in.Gap(t.Context(), "g", nil)
		synctest.Wait()
		if err := first.stop(); err != nil {
			t.Fatal(err)
		}
		if !dead.Load() {
			t.Fatal("the process did not get as far as noting its policy")
		}

		p.running = make(chan struct{})
		pass(time.Minute)
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", nil)
		synctest.Wait()
		if kept := logged(t, store); len(kept) != 1 {
			t.Errorf("two starts with one policy left %d in the log", len(kept))
		}
	})
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
