package discordtest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
)

// TestTheRoleHierarchyIsDiscords is the table of who can be punished by a bot
// with every permission for it.
func TestTheRoleHierarchyIsDiscords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	below := w.guild.NewRole("below", 0)
	w.guild.BotRole().Raise()
	admins := w.guild.NewRole("admins", discordtest.Administrator)
	w.guild.BotRole().Raise()
	staff := w.guild.NewRole("staff", 0)

	for name, test := range map[string]struct {
		target          *discordtest.Member
		timeout, remove bool // whether they can be timed out; kicked and banned
	}{
		"a member without roles":         {w.guild.NewMember("plain"), true, true},
		"a member below the bot":         {w.guild.NewMember("low", below), true, true},
		"a member above the bot":         {w.guild.NewMember("high", below, staff), false, false},
		"an administrator below the bot": {w.guild.NewMember("admin", admins), false, true},
		"the owner":                      {w.guild.Owner(), false, false},
		"the bot itself":                 {w.guild.Bot(), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			member := "/guilds/" + w.guild.ID + "/members/" + test.target.ID
			ban := "/guilds/" + w.guild.ID + "/bans/" + test.target.ID
			check := func(what string, got answer, allowed bool) {
				t.Helper()
				if refused := got.Status == http.StatusForbidden && got.Code == 50013; refused == allowed {
					t.Errorf("%s: answered %d %s", what, got.Status, got.Body)
				}
			}
			check("time-out", w.request(t, "PATCH", member, object{
				"communication_disabled_until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}), test.timeout)
			check("kick", w.request(t, "DELETE", member, nil), test.remove)
			check("ban", w.request(t, "PUT", ban, object{"delete_message_seconds": 0}), test.remove)
			if _, banned := w.guild.Ban(test.target.ID); banned != test.remove {
				t.Errorf("banned: %v, want %v", banned, test.remove)
			}
		})
	}
}

func TestEveryPunishmentNeedsItsPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann")
	message := must[discordtest.Message](t)(ann.Post(w.channel, "hello"))
	member, ban := "/guilds/"+w.guild.ID+"/members/"+ann.ID, "/guilds/"+w.guild.ID+"/bans/"+ann.ID

	for name, test := range map[string]struct {
		needs  discordtest.Permission
		method string
		path   string
		body   any
	}{
		"delete":    {discordtest.ManageMessages, "DELETE", "/channels/" + w.channel.ID + "/messages/" + message.ID, nil},
		"time out":  {discordtest.ModerateMembers, "PATCH", member, object{"communication_disabled_until": nil}},
		"kick":      {discordtest.KickMembers, "DELETE", member, nil},
		"ban":       {discordtest.BanMembers, "PUT", ban, object{}},
		"lift ban":  {discordtest.BanMembers, "DELETE", ban, nil},
		"audit log": {discordtest.ViewAuditLog, "GET", "/guilds/" + w.guild.ID + "/audit-logs", nil},
		"rules":     {discordtest.ManageGuild, "GET", "/guilds/" + w.guild.ID + "/auto-moderation/rules", nil},
		"send":      {discordtest.SendMessages, "POST", "/channels/" + w.channel.ID + "/messages", object{"content": "hi"}},
	} {
		w.guild.BotRole().SetPermissions(discordtest.BotPermissions &^ test.needs)
		w.guild.Everyone().SetPermissions(discordtest.MemberPermissions &^ test.needs)
		if got := w.request(t, test.method, test.path, test.body); got.Status != http.StatusForbidden || got.Code != 50013 {
			t.Errorf("%s without its permission: answered %d %s", name, got.Status, got.Body)
		}
	}
	if n := w.InvalidRequests(); n != 8 {
		t.Errorf("%d invalid requests were counted, want 8", n)
	}
}

func TestAHiddenChannelIsMissingAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.channel.Deny(w.guild.Everyone(), discordtest.ViewChannel)
	path := "/channels/" + w.channel.ID + "/messages"
	if got := w.request(t, "POST", path, object{"content": "hi"}); got.Code != 50001 {
		t.Errorf("answered %d %s", got.Status, got.Body)
	}
	w.channel.Allow(w.guild.BotRole(), discordtest.ViewChannel)
	if got := w.request(t, "POST", path, object{"content": "hi"}); got.Status != http.StatusOK {
		t.Errorf("allowed again, answered %d %s", got.Status, got.Body)
	}
}

func TestAThreadHasItsParentsPermissionsAndOneOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann")
	starter := must[discordtest.Message](t)(ann.Post(w.channel, "hello"))
	thread := must[*discordtest.Channel](t)(ann.StartThread(starter, "talk"))
	w.channel.Deny(w.guild.Everyone(), discordtest.SendMessages)
	if _, err := ann.Post(w.channel, "x"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("in the channel: %v", err)
	}
	must[discordtest.Message](t)(ann.Post(thread, "x"))
	w.channel.Deny(w.guild.Everyone(), discordtest.SendInThreads)
	if _, err := ann.Post(thread, "x"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("in the thread: %v", err)
	}
}

func TestTheBotOpensOneThreadUnderAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.guild.BotRole().SetPermissions(discordtest.BotPermissions | discordtest.CreateThreads)
	message := must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "hello"))
	path := "/channels/" + w.channel.ID + "/messages/" + message.ID + "/threads"
	if got := w.request(t, "POST", path, object{"name": "talk"}); got.Status != http.StatusCreated {
		t.Errorf("answered %d %s", got.Status, got.Body)
	}
	if threads := w.channel.Threads(); len(threads) != 1 || threads[0].ID != message.ID || threads[0].Name != "talk" {
		t.Errorf("the threads are %+v", threads)
	}
	if got := w.request(t, "POST", path, object{"name": "again"}); got.Code != 160004 {
		t.Errorf("the second answered %d %s", got.Status, got.Body)
	}
}

func TestALockedThreadIsForModerators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, mod := w.guild.NewMember("ann"), w.guild.NewMember("mod", w.guild.NewRole("mods", discordtest.ManageThreads))
	thread := must[*discordtest.Channel](t)(ann.StartThread(must[discordtest.Message](t)(ann.Post(w.channel, "hello")), "talk"))
	if got := w.request(t, "PATCH", "/channels/"+thread.ID, object{"locked": true}); got.Status != http.StatusOK || !thread.Locked() {
		t.Fatalf("answered %d %s", got.Status, got.Body)
	}
	if _, err := ann.Post(thread, "x"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("a member: %v", err)
	}
	must[discordtest.Message](t)(mod.Post(thread, "x"))
}

func TestNobodyWritesInADeletedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann")
	w.channel.DeleteChannel()
	if _, err := ann.Post(w.channel, "x"); !errors.Is(err, discordtest.ErrUnknownChannel) {
		t.Errorf("a member: %v", err)
	}
	if got := w.say(t, "x"); got.Code != 10003 {
		t.Errorf("the bot: answered %d %s", got.Status, got.Body)
	}
}

func TestATimedOutMemberIsSilentUntilItIsOver(t *testing.T) {
	t.Parallel()
	now := time.Now()
	clock := make(chan time.Time, 1)
	clock <- now
	w := newWorld(t, discordtest.WithClock(func() time.Time { at := <-clock; clock <- at; return at }))
	ann := w.guild.NewMember("ann")
	got := w.request(t, "PATCH", "/guilds/"+w.guild.ID+"/members/"+ann.ID, object{
		"communication_disabled_until": now.Add(time.Minute).UTC().Format(time.RFC3339Nano)})
	if got.Status != http.StatusOK || !ann.TimeoutUntil().Equal(now.Add(time.Minute)) {
		t.Fatalf("answered %d, timed out until %v", got.Status, ann.TimeoutUntil())
	}
	if _, err := ann.Post(w.channel, "x"); !errors.Is(err, discordtest.ErrMissingPermissions) {
		t.Errorf("got %v", err)
	}
	<-clock
	clock <- now.Add(time.Minute)
	must[discordtest.Message](t)(ann.Post(w.channel, "x"))

	tooLong := w.request(t, "PATCH", "/guilds/"+w.guild.ID+"/members/"+ann.ID, object{
		"communication_disabled_until": now.Add(29 * 24 * time.Hour).UTC().Format(time.RFC3339)})
	if tooLong.Code != 50035 {
		t.Errorf("29 days: answered %d %s", tooLong.Status, tooLong.Body)
	}
}

func TestABannedMemberIsGoneAndMayBeForgiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent|discordtest.IntentGuildModeration|discordtest.IntentGuildMembers)
	ann := w.guild.NewMember("ann")
	old := must[discordtest.Message](t)(ann.Send(w.channel, discordtest.Draft{Content: "old", At: time.Now().Add(-2 * time.Hour)}))
	recent := must[discordtest.Message](t)(ann.Post(w.channel, "new"))
	ban := "/guilds/" + w.guild.ID + "/bans/" + ann.ID

	if got := w.request(t, "PUT", ban, object{"delete_message_seconds": 3600}); got.Status != http.StatusNoContent {
		t.Fatalf("answered %d %s", got.Status, got.Body)
	}
	c.until("GUILD_MEMBER_REMOVE")
	c.until("GUILD_BAN_ADD")
	c.until("MESSAGE_DELETE")
	if _, err := ann.Post(w.channel, "still here"); err == nil {
		t.Error("a banned member posted")
	}
	left := w.channel.Messages()
	if len(left) != 1 || left[0].ID != old.ID {
		t.Errorf("left are %+v, want only %s (deleted: %s)", left, old.ID, recent.ID)
	}
	if got := w.request(t, "GET", ban, nil); got.Status != http.StatusOK {
		t.Errorf("the ban answers %d", got.Status)
	}
	if got := w.request(t, "DELETE", ban, nil); got.Status != http.StatusNoContent {
		t.Errorf("lifting answered %d", got.Status)
	}
	if got := w.request(t, "DELETE", ban, nil); got.Code != 10026 {
		t.Errorf("lifting twice answered %d", got.Code)
	}
	back := w.guild.Join(ann.User)
	must[discordtest.Message](t)(back.Post(w.channel, "sorry"))
}
