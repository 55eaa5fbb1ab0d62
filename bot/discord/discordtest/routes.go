package discordtest

// apiRoutes is the part of Discord's API that the stand-in knows. Paths are
// written as in Discord's own description, which is how requests are checked
// against it.
func apiRoutes() []route {
	const (
		guild    = "/guilds/{guild_id}"
		member   = guild + "/members/{user_id}"
		ban      = guild + "/bans/{user_id}"
		rule     = guild + "/auto-moderation/rules/{rule_id}"
		channel  = "/channels/{channel_id}"
		message  = channel + "/messages/{message_id}"
		app      = "/applications/{application_id}"
		callback = "/webhooks/{webhook_id}/{webhook_token}"
	)
	return []route{
		{method: "GET", path: "/gateway", handle: (*Server).getGateway, withoutToken: true},
		{method: "GET", path: "/gateway/bot", handle: (*Server).getGatewayBot},

		{method: "GET", path: "/users/@me", handle: (*Server).getMe},
		{method: "GET", path: "/users/{user_id}", handle: (*Server).getUser},
		{method: "GET", path: "/users/@me/guilds", handle: (*Server).getMyGuilds},
		{method: "POST", path: "/users/@me/channels", handle: (*Server).openDM},
		{method: "GET", path: "/applications/@me", handle: (*Server).getApplication},
		{method: "GET", path: "/oauth2/applications/@me", handle: (*Server).getApplication},

		{method: "GET", path: guild, handle: (*Server).getGuild},
		{method: "GET", path: guild + "/channels", handle: (*Server).getGuildChannels},
		{method: "GET", path: guild + "/threads/active", handle: (*Server).getActiveThreads},
		{method: "GET", path: guild + "/roles", handle: (*Server).getRoles},
		{method: "GET", path: guild + "/audit-logs", handle: (*Server).getAuditLog},
		{method: "GET", path: guild + "/members", handle: (*Server).getMembers},
		{method: "GET", path: member, handle: (*Server).getMember},
		{method: "PATCH", path: member, handle: (*Server).patchMember},
		{method: "DELETE", path: member, handle: (*Server).kickMember},
		{method: "GET", path: guild + "/bans", handle: (*Server).getBans},
		{method: "GET", path: ban, handle: (*Server).getBan},
		{method: "PUT", path: ban, handle: (*Server).putBan},
		{method: "DELETE", path: ban, handle: (*Server).deleteBan},
		{method: "GET", path: guild + "/auto-moderation/rules", handle: (*Server).getRules},
		{method: "POST", path: guild + "/auto-moderation/rules", handle: (*Server).createRule},
		{method: "GET", path: rule, handle: (*Server).getRule},
		{method: "PATCH", path: rule, handle: (*Server).patchRule},
		{method: "DELETE", path: rule, handle: (*Server).deleteRule},

		{method: "GET", path: channel, handle: (*Server).getChannel},
		{method: "PATCH", path: channel, handle: (*Server).patchChannel},
		{method: "GET", path: channel + "/threads/archived/public", handle: (*Server).getArchivedThreads},
		{method: "GET", path: channel + "/messages", handle: (*Server).getMessages},
		{method: "POST", path: channel + "/messages", handle: (*Server).createMessage},
		{method: "POST", path: channel + "/messages/bulk-delete", handle: (*Server).bulkDelete},
		{method: "GET", path: message, handle: (*Server).getMessage},
		{method: "PATCH", path: message, handle: (*Server).patchMessage},
		{method: "DELETE", path: message, handle: (*Server).deleteMessage},
		{method: "POST", path: message + "/threads", handle: (*Server).startThread, created: true},

		{method: "GET", path: app + "/commands", handle: (*Server).getCommands},
		{method: "PUT", path: app + "/commands", handle: (*Server).putCommands},
		{method: "GET", path: app + "/guilds/{guild_id}/commands", handle: (*Server).getCommands},
		{method: "PUT", path: app + "/guilds/{guild_id}/commands", handle: (*Server).putCommands},

		{method: "POST", path: "/interactions/{interaction_id}/{interaction_token}/callback",
			handle: (*Server).answerInteraction, withoutToken: true},
		{method: "POST", path: callback, handle: (*Server).followUp, withoutToken: true},
		{method: "GET", path: callback + "/messages/{message_id}", handle: (*Server).getAnswer, withoutToken: true},
		{method: "PATCH", path: callback + "/messages/{message_id}", handle: (*Server).patchAnswer, withoutToken: true},
		{method: "DELETE", path: callback + "/messages/{message_id}", handle: (*Server).deleteAnswer, withoutToken: true},
	}
}
