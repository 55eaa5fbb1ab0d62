package discordtest_test

import (
	"errors"
	"net/http"
	"testing"

	"parley/bot/discord/discordtest"
)

func TestAWebhooksArticleHasNoMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	w.channel.PostAsWebhook("Newsroom", discordtest.Draft{Embeds: []discordtest.Embed{{Title: "A story"}}})
	got := decode[struct {
		WebhookID string  `json:"webhook_id"`
		Member    *object `json:"member"`
		Author    object  `json:"author"`
	}](t, answer{Body: c.until("MESSAGE_CREATE").Data})
	if got.WebhookID == "" || got.Member != nil || got.Author["username"] != "Newsroom" || got.Author["bot"] != true {
		t.Errorf("the bot hears %+v", got)
	}
}

func TestRawFieldsReachTheBotAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	ann := w.guild.NewMember("ann")
	parent := must[discordtest.Message](t)(ann.Send(w.channel, discordtest.Draft{Raw: map[string]any{
		"content": "x", "components": []object{{"type": 9999, "novelty": true}}}}))
	must[discordtest.Message](t)(ann.Reply(parent, "look"))
	c.until("MESSAGE_CREATE")
	got := decode[struct {
		Parent struct{ Components []object } `json:"referenced_message"`
	}](t, answer{Body: c.until("MESSAGE_CREATE").Data})
	if len(got.Parent.Components) != 1 || got.Parent.Components[0]["type"] != 9999.0 {
		t.Errorf("the reply's parent came with %v", got.Parent.Components)
	}
}

func TestAGuildWithoutTheBotIsOutOfItsSight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	w.guild.RemoveBot()
	c.until("GUILD_DELETE")
	if got := w.request(t, "GET", "/guilds/"+w.guild.ID, nil); got.Status != http.StatusForbidden || got.Code != 50001 {
		t.Errorf("answered %d %s", got.Status, got.Body)
	}
	must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "nobody listens"))
	w.NewGuild("Elsewhere") // the next thing heard
	if p := c.next(); p.Name != "GUILD_CREATE" {
		t.Errorf("heard %s %s", p.Name, p.Data)
	}
}

func TestModeratorsActByHandWithinTheHierarchy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mods := w.guild.NewRole("mods", discordtest.ModerateMembers|discordtest.ManageMessages)
	ann, mod, other := w.guild.NewMember("ann"), w.guild.NewMember("mod", mods), w.guild.NewMember("other", mods)
	message := must[discordtest.Message](t)(ann.Post(w.channel, "x"))
	if err := ann.TimeOut(mod, 1, "revenge"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("a member: %v", err)
	}
	if err := mod.TimeOut(other, 1, ""); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("an equal: %v", err)
	}
	if err := mod.Delete(message); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if log := w.guild.AuditLog(); len(log) != 1 || log[0].By != mod.ID || log[0].Action != discordtest.AuditMessageDelete {
		t.Errorf("the audit log says %+v", log)
	}
}

func TestARuleOfDiscordsMayAlertAndSilenceWithoutBlocking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rules := "/guilds/" + w.guild.ID + "/auto-moderation/rules"
	silence := rule("silence", "orc")
	silence["actions"] = []object{{"type": 2, "metadata": object{"channel_id": w.channel.ID}}, {"type": 3, "metadata": object{"duration_seconds": 60}}}
	if got := w.request(t, "POST", rules, silence); got.Status != http.StatusOK {
		t.Fatalf("answered %d %s", got.Status, got.Body)
	}
	ann := w.guild.NewMember("ann")
	must[discordtest.Message](t)(ann.Post(w.channel, "orc")) // alerts do not block
	if ann.TimeoutUntil().IsZero() {
		t.Error("the member was not timed out")
	}
	if _, err := ann.Post(w.channel, "x"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("afterwards: %v", err)
	}
}
