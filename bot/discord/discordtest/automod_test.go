package discordtest_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/bot/discord/discordtest"
)

func rule(name string, keywords ...string) object {
	return object{"name": name, "event_type": 1, "trigger_type": 1, "enabled": true,
		"trigger_metadata": object{"keyword_filter": keywords}, "actions": []object{{"type": 1, "metadata": object{}}}}
}

func TestDiscordsOwnRulesBlockBeforeAnybodySeesTheMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent|discordtest.IntentAutoModExecution)
	rules := "/guilds/" + w.guild.ID + "/auto-moderation/rules"
	made := decode[struct{ ID string }](t, w.request(t, "POST", rules, rule("words", "dragon*", "orc")))
	ann := w.guild.NewMember("ann")
	for text, blocked := range map[string]bool{
		"a DRAGONFLY": true, "an orc!": true, "orchids": false, "snapdragon": false, "hello": false,
	} {
		_, err := ann.Post(w.channel, text)
		if errors.Is(err, discordtest.ErrBlockedByAutoMod) != blocked {
			t.Errorf("%q: %v", text, err)
		}
	}
	executed := decode[object](t, answer{Body: c.until("AUTO_MODERATION_ACTION_EXECUTION").Data})
	if executed["user_id"] != ann.ID || executed["rule_id"] != made.ID {
		t.Errorf("the bot hears %v", executed)
	}
	must[discordtest.Message](t)(w.guild.Owner().Post(w.channel, "orc")) // exempt

	w.request(t, "PATCH", rules+"/"+made.ID, object{"enabled": false})
	must[discordtest.Message](t)(ann.Post(w.channel, "orc"))
	w.request(t, "PATCH", rules+"/"+made.ID, object{"enabled": true, "trigger_metadata": object{"keyword_filter": []string{"elf"}}})
	must[discordtest.Message](t)(ann.Post(w.channel, "orc"))
	if got := w.guild.AutoModRules(); len(got) != 1 || !slices.Equal(got[0].Keywords, []string{"elf"}) {
		t.Errorf("the rules are %+v", got)
	}
	if got := w.request(t, "DELETE", rules+"/"+made.ID, nil); got.Status != http.StatusNoContent {
		t.Errorf("deleting answered %d", got.Status)
	}
	must[discordtest.Message](t)(ann.Post(w.channel, "elf"))
}

func TestRulesBeyondDiscordsLimitsAreRefused(t *testing.T) {
	t.Parallel()
	w := world{Server: discordtest.NewServer()} // without the description, which forbids some of this
	defer w.Close()
	guild := w.NewGuild("News")
	rules := "/guilds/" + guild.ID + "/auto-moderation/rules"
	many := make([]string, 1001)
	for i := range many {
		many[i] = "word"
	}
	bad := rule("bad", "x")
	bad["trigger_metadata"] = object{"regex_patterns": []string{"("}}
	for name, body := range map[string]object{
		"1,001 keywords":      rule("many", many...),
		"a keyword too long":  rule("long", strings.Repeat("x", 61)),
		"no keyword":          rule("none"),
		"a broken expression": bad,
		"no name":             rule("", "x"),
	} {
		if got := w.request(t, "POST", rules, body); got.Code != 50035 {
			t.Errorf("%s: answered %d %s", name, got.Status, got.Body)
		}
	}
	for i := range 7 {
		got := w.request(t, "POST", rules, rule("six", "x"))
		if refused := got.Status != http.StatusOK; refused != (i == 6) {
			t.Errorf("rule %d: answered %d %s", i+1, got.Status, got.Body)
		}
	}
}
