package discord

import (
	"testing"

	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
)

func TestTheInvitationAsksForTheLeastPermissions(t *testing.T) {
	want := "https://discord.com/oauth2/authorize?client_id=42&permissions=1374389627910&scope=bot+applications.commands"
	if got := InviteLink("42", Permissions); got != want {
		t.Errorf("the link is\n%s, want\n%s", got, want)
	}
	const all = "View Channel, Read Message History, Send Messages, Send Messages in Threads, Embed Links, Manage Messages, Timeout Members, Kick Members, Ban Members"
	if got := shownNames(Permissions); got != all {
		t.Errorf("it asks for %s", got)
	}
}

// court is a guild with roles in rising order: 20 member, 30 moderator by name, 40 the
// bot's, 50 above it; 60 may time out members, 70 administrates.
func court() *guildBook {
	b := newGuildBook()
	b.arrive(wire.Guild{ID: "10", OwnerID: "1", Roles: []wire.Role{
		{ID: "10"}, {ID: "20", Name: "member", Position: 1}, {ID: "30", Name: "Mod Team", Position: 2}, {ID: "40", Position: 5},
		{ID: "50", Position: 6}, {ID: "60", Position: 3, Permissions: permModerateMembers}, {ID: "70", Position: 4, Permissions: permAdministrator},
	}, Members: []wire.Member{{User: &wire.User{ID: "9"}, Roles: []string{"40"}}}}, "9")
	return b
}

func TestWhoIsNeverPunished(t *testing.T) {
	byRole := &policy.Settings{ModeratorRoles: []string{"@mod team"}}
	byPermission := &policy.Settings{ModeratorPermission: "moderate_members"}
	for name, c := range map[string]struct {
		user     string
		roles    []string
		settings *policy.Settings
		want     moderation.Exemption
	}{
		"a member":                   {"2", []string{"20"}, byRole, ""},
		"nobody known":               {"2", nil, byPermission, ""},
		"the owner":                  {"1", nil, byRole, moderation.ExemptOwner},
		"a role by name":             {"2", []string{"30"}, byRole, moderation.ExemptModerator},
		"that role where none is":    {"2", []string{"30"}, byPermission, ""},
		"a role by ID":               {"2", []string{"20"}, &policy.Settings{ModeratorRoles: []string{"20"}}, moderation.ExemptModerator},
		"a permission":               {"2", []string{"60"}, byPermission, moderation.ExemptModerator},
		"an administrator":           {"2", []string{"70"}, byRole, moderation.ExemptModerator},
		"above the bot":              {"2", []string{"50"}, byRole, moderation.ExemptAbove},
		"level with the bot":         {"2", []string{"40"}, byRole, moderation.ExemptAbove},
		"a role that does not exist": {"2", []string{"99"}, byRole, ""},
	} {
		if got := court().exemption("10", c.user, c.roles, c.settings); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOverwritesAreAppliedAsDiscordDoes(t *testing.T) {
	const read, write, manage = permViewChannel, permSendMessages, permManageMessages
	everyone, role, bot := "10", "40", "9"
	for name, c := range map[string]struct {
		base       wire.Permissions
		overwrites []wire.Overwrite
		want       wire.Permissions
	}{
		"none":                            {read | write, nil, read | write},
		"everyone denied":                 {read | write, []wire.Overwrite{{ID: everyone, Deny: write}}, read},
		"a role allowed what others lack": {read, []wire.Overwrite{{ID: everyone, Deny: write}, {ID: role, Allow: write}}, read | write},
		"the bot denied what it has":      {read | manage, []wire.Overwrite{{ID: role, Allow: write}, {ID: bot, Deny: write | manage}}, read},
		"somebody else's":                 {read, []wire.Overwrite{{ID: "77", Deny: read}}, read},
	} {
		if got := overwritten(c.base, c.overwrites, everyone, bot, []string{role}); got != c.want {
			t.Errorf("%s: %b, want %b", name, got, c.want)
		}
	}
}

func TestChannelsAreNamedByNameIDOrGlob(t *testing.T) {
	news := wire.Channel{ID: "10", Name: "news-sport"}
	thread := wire.Channel{ID: "11", Name: "talk", Type: wire.ThreadPublic, ParentID: "10"}
	review := wire.Channel{ID: "12", Name: "news-review"}
	for pattern, want := range map[string]bool{
		"news-sport": true, "#news-sport": true, "News-Sport": true, "10": true, "news-*": true, "*sport": true, "news-?port": true,
		"news": false, "1": false, "[": false, "": false,
	} {
		s := &policy.Settings{Channels: []string{pattern}, ReviewChannel: "news-review"}
		if got := watches(s, news, wire.Channel{}); got != want {
			t.Errorf("%q watches #news-sport: %t, want %t", pattern, got, want)
		}
		if got := watches(s, thread, news); got != want {
			t.Errorf("%q watches a thread below it: %t, want %t", pattern, got, want)
		}
		if watches(s, review, wire.Channel{}) {
			t.Errorf("%q watches the review channel", pattern)
		}
	}
}
