package discord

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/wire"
)

// Intents are the events that the bot asks Discord for, and no others: guilds with their
// channels, roles and threads; messages in them; and what these messages say, which is
// privileged: Message Content Intent must be switched on in the developer portal, under Bot.
const Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentMessageContent

// JoinIntents are asked for as well where rules look at who joins: Server Members Intent,
// which is privileged, too.
const JoinIntents = discordgo.IntentGuildMembers

// PreventIntents are asked for as well where rules are mirrored to Discord's AutoMod: what
// it has stopped.
const PreventIntents = discordgo.IntentAutoModerationExecution

// Permissions are what the bot's role needs in a guild, and no more:
//
//	View Channels, Read Message History     read comments, and those missed while away
//	Manage Messages                         take comments down
//	Send Messages, in threads too           cards, alerts, giving back what was taken down by mistake
//	Embed Links                             cards
//	Timeout Members                         timeouts
//	Kick Members, Ban Members               the last rungs of the ladder
//
// The last two lines can be left out where the policy's ladder never goes there.
const Permissions = permViewChannel | permReadHistory | permManageMessages | permSendMessages |
	permSendInThreads | permEmbedLinks | permModerateMembers | permKickMembers | permBanMembers

// PreventPermissions are needed as well where rules are mirrored to Discord's AutoMod:
// Manage Server.
const PreventPermissions = permManageGuild

// Discord's permission bits (developer reference, "Bitwise Permission Flags").
const (
	permKickMembers     = wire.Permissions(1) << 1
	permBanMembers      = wire.Permissions(1) << 2
	permAdministrator   = wire.Permissions(1) << 3
	permManageChannels  = wire.Permissions(1) << 4
	permManageGuild     = wire.Permissions(1) << 5
	permViewAuditLog    = wire.Permissions(1) << 7
	permViewChannel     = wire.Permissions(1) << 10
	permSendMessages    = wire.Permissions(1) << 11
	permManageMessages  = wire.Permissions(1) << 13
	permEmbedLinks      = wire.Permissions(1) << 14
	permReadHistory     = wire.Permissions(1) << 16
	permManageRoles     = wire.Permissions(1) << 28
	permManageThreads   = wire.Permissions(1) << 34
	permSendInThreads   = wire.Permissions(1) << 38
	permModerateMembers = wire.Permissions(1) << 40
)

// permissionNames are the permissions by the names that a policy uses for them, in the
// order in which people are told of them.
var permissionNames = [...]struct {
	name  string
	shown string
	bit   wire.Permissions
}{
	{"view_channel", "View Channel", permViewChannel},
	{"read_message_history", "Read Message History", permReadHistory},
	{"send_messages", "Send Messages", permSendMessages},
	{"send_messages_in_threads", "Send Messages in Threads", permSendInThreads},
	{"embed_links", "Embed Links", permEmbedLinks},
	{"manage_messages", "Manage Messages", permManageMessages},
	{"moderate_members", "Timeout Members", permModerateMembers},
	{"kick_members", "Kick Members", permKickMembers},
	{"ban_members", "Ban Members", permBanMembers},
	{"manage_guild", "Manage Server", permManageGuild},
	{"manage_channels", "Manage Channels", permManageChannels},
	{"manage_threads", "Manage Threads", permManageThreads},
	{"manage_roles", "Manage Roles", permManageRoles},
	{"view_audit_log", "View Audit Log", permViewAuditLog},
	{"administrator", "Administrator", permAdministrator},
}

// permissionNamed finds a permission by its name in a policy; 0 when there is none.
func permissionNamed(name string) wire.Permissions {
	for _, p := range permissionNames {
		if p.name == name {
			return p.bit
		}
	}
	return 0
}

// shownNames lists permissions as Discord's settings name them.
func shownNames(p wire.Permissions) string {
	var names []string
	for _, known := range permissionNames {
		if p.Has(known.bit) {
			names = append(names, known.shown)
		}
	}
	return strings.Join(names, ", ")
}

// InviteLink is the address at which somebody who manages a server can invite the bot.
// application is the application's ID, which for most bots is also the bot's user ID;
// permissions are Permissions, with PreventPermissions where the policy needs them.
func InviteLink(application string, permissions wire.Permissions) string {
	return "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id":   {application},
		"permissions": {fmt.Sprint(uint64(permissions))},
		"scope":       {"bot applications.commands"},
	}.Encode()
}
