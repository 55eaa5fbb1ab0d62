package discordtest

import "encoding/json"

func (s *Server) getGateway(*call) (any, error) { return object{"url": s.gatewayURL()}, nil }

func (s *Server) getGatewayBot(*call) (any, error) {
	return object{
		"url": s.gatewayURL(), "shards": 1,
		"session_start_limit": object{"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1},
	}, nil
}

func (s *Server) wireBotUser() object {
	user := wireUser(s.bot)
	user["mfa_enabled"], user["locale"], user["verified"], user["email"] = false, "en-US", true, nil
	return user
}

func (s *Server) getMe(*call) (any, error) { return s.wireBotUser(), nil }

func (s *Server) getUser(c *call) (any, error) {
	user := s.users[c.path("user_id")]
	if user == nil {
		return nil, ErrUnknownUser
	}
	return wireUser(user), nil
}

func (s *Server) getMyGuilds(*call) (any, error) {
	list := []object{}
	for _, guild := range s.guilds {
		if me := guild.members[s.bot.ID]; me != nil {
			list = append(list, object{
				"id": guild.ID, "name": guild.Name, "icon": nil, "banner": nil, "owner": false,
				"permissions": formatID(uint64(me.basePermissions())), "features": []string{},
			})
		}
	}
	return list, nil
}

// applicationFlags tell which privileged intents are on, as for an application
// in fewer than 100 guilds (developer reference, "Application Flags").
func (s *Server) applicationFlags() int {
	flags := 0
	for _, one := range []struct {
		intent Intent
		flag   int
	}{{IntentPresences, 1 << 13}, {IntentGuildMembers, 1 << 15}, {IntentMessageContent, 1 << 19}} {
		if s.appIntents&one.intent != 0 {
			flags |= one.flag
		}
	}
	return flags
}

func (s *Server) getApplication(*call) (any, error) {
	return object{
		"id": s.bot.ID, "name": s.bot.Name, "icon": nil, "description": "", "type": nil, "bot": wireUser(s.bot),
		"bot_public": false, "bot_require_code_grant": false, "verify_key": "", "flags": s.applicationFlags(),
		"flags_new": formatID(uint64(s.applicationFlags())), "redirect_uris": []string{},
		"interactions_endpoint_url": nil, "role_connections_verification_url": nil,
		"owner": wireUser(s.bot), "team": nil, "summary": "", "approximate_guild_count": len(s.guilds),
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "eligible_oauth2_scopes": []string{},
	}, nil
}

// openDM returns the private conversation with a user. It always succeeds for
// a user that exists: whether the user takes messages shows when one is sent.
func (s *Server) openDM(c *call) (any, error) {
	var body struct {
		RecipientID json.RawMessage `json:"recipient_id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	user := s.users[unquote(body.RecipientID)]
	if user == nil || user == s.bot {
		return nil, badRequest(50033, "Invalid Recipient(s)")
	}
	if user.dm == nil {
		user.dm = s.addChannel(&Channel{ID: s.newID(), kind: dmChannel, recipient: user})
	}
	return wireChannel(user.dm), nil
}

// unquote reads an ID that may be a JSON string or number.
func unquote(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
