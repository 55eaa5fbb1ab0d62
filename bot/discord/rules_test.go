package discord

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

const madeUpPolicy = `
channels: [news]
rules:
  - id: made-up
    why: be kind
    when: {words: [grobble]}
    score: {insult: 0.9}
    examples: {match: [you grobble], allow: [hello]}
  - id: new-idea
    why: tried out
    when: {words: [blorp]}
    score: {insult: 0.5}
    mode: shadow
    examples: {match: [a blorp], allow: [hello]}
  - id: retired
    why: no longer needed
    when: {words: [snark]}
    score: {insult: 0.5}
    mode: off
    examples: {match: [a snark], allow: [hello]}
`

// archive is a rule log and switch that notes what it is told.
type archive struct {
	switched []string
	fails    error
}

func (a *archive) SetMode(_ context.Context, _, rule, mode, by string) error {
	a.switched = append(a.switched, rule+" "+mode+" "+by)
	return a.fails
}

func (a *archive) Rollback(_ context.Context, _, hash, by string) error {
	a.switched = append(a.switched, hash+" "+by)
	return a.fails
}

func (a *archive) ShadowHits(context.Context, string, string, int) ([]ledger.ShadowHit, int, error) {
	return []ledger.ShadowHit{{Comment: "5", Channel: "6", Quote: "blorp", Would: moderation.Hold, At: time.Now()}}, 41, nil
}

func (a *archive) Policies(context.Context, string) ([]ledger.PolicyVersion, error) {
	return []ledger.PolicyVersion{{Hash: "0123456789abcdef", By: "file", At: time.Now()}}, nil
}

func TestRulesAreLookedAtByModeratorsAndChangedByAdmins(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	made, found := policy.Parse("made-up.yaml", []byte(madeUpPolicy), nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	judge := engine.New(made, nil)
	log := &archive{}
	w.staff(func(m *Moderators) {
		m.Rules = &Rules{Book: PolicyRules{Engine: func(string) *engine.Engine { return judge }}, Switch: log, Log: log}
	})
	admin := w.guild.NewMember("ada", w.guild.NewRole("admin", discordtest.ManageGuild|discordtest.ModerateMembers))
	arg := func(name, value string) discordtest.Argument { return discordtest.Argument{Name: name, Value: value} }
	ask := func(who *discordtest.Member, command string, args ...discordtest.Argument) string {
		t.Helper()
		return text(w.answer(who.Slash(w.ctx, w.review, "rules "+command, args...)))
	}
	for _, c := range []struct {
		command string
		args    []discordtest.Argument
		want    string
	}{
		{"list", nil, "◐ `new-idea`"},
		{"show", []discordtest.Argument{arg("rule", "made-up")}, "insult"},
		{"show", []discordtest.Argument{arg("rule", "nothing")}, "no rule called"},
		{"test", []discordtest.Argument{arg("rule", "made-up"), arg("text", "you grobble!")}, "you **__grobble__**"},
		{"test", []discordtest.Argument{arg("rule", "made-up"), arg("text", "hello")}, "does not match"},
		{"test", []discordtest.Argument{arg("rule", "new-idea"), arg("text", "blorp")}, "matches"},
		{"test", []discordtest.Argument{arg("rule", "retired"), arg("text", "snark")}, "is off"},
		{"shadow", []discordtest.Argument{arg("rule", "new-idea")}, "41 comments"},
		{"history", nil, "0123456789ab"},
		{"enable", []discordtest.Argument{arg("rule", "new-idea")}, "Only admins"},
		{"disable", []discordtest.Argument{arg("rule", "made-up")}, "Only admins"},
		{"rollback", []discordtest.Argument{arg("policy", "0123")}, "Only admins"},
	} {
		if got := ask(w.mod, c.command, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("/rules %s %v: %q is not in %q", c.command, c.args, c.want, got)
		}
	}
	if len(log.switched) != 0 {
		t.Fatalf("a moderator switched %v", log.switched)
	}
	ask(admin, "enable", arg("rule", "new-idea"))
	ask(admin, "disable", arg("rule", "made-up"))
	ask(admin, "disable", arg("rule", "made-up"), arg("to", "shadow"))
	ask(admin, "rollback", arg("policy", "0123"))
	want := "new-idea on " + admin.ID + ", made-up off " + admin.ID + ", made-up shadow " + admin.ID + ", 0123 " + admin.ID
	if got := strings.Join(log.switched, ", "); got != want {
		t.Errorf("switched %s, want %s", got, want)
	}
	log.fails = errors.New("its examples contradict it")
	if got := ask(admin, "enable", arg("rule", "made-up")); !strings.Contains(got, "left as it is: its examples contradict it") {
		t.Errorf("a refused change is answered %q", got)
	}
	choices, err := w.mod.Autocomplete(w.ctx, w.review, "rules show", "rule", arg("rule", "idea"))
	if err != nil || len(choices) != 1 || choices[0].Value != "new-idea" {
		t.Errorf("suggested %+v, %v", choices, err)
	}
}
