package discordtest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Discord's own automatic moderation (developer reference, "Auto Moderation").
const (
	triggerKeyword = 1
	triggerSpam    = 3
	triggerPreset  = 4
	triggerMention = 5
	triggerProfile = 6

	actionBlock   = 1
	actionAlert   = 2
	actionTimeout = 3

	maxKeywords      = 1000
	maxKeyword       = 60
	maxPatterns      = 10
	maxPattern       = 260
	maxAllowed       = 100
	maxExemptRoles   = 20
	maxExemptPlaces  = 50
	maxMentionLimit  = 50
	maxBlockedNotice = 150
)

// rulesPerTrigger is how many rules of a kind a guild may have.
func rulesPerTrigger(trigger int) int {
	if trigger == triggerKeyword {
		return 6
	}
	return 1
}

type automodRule struct {
	ID             string          `json:"id"`
	GuildID        string          `json:"guild_id"`
	CreatorID      string          `json:"creator_id"`
	Name           string          `json:"name"`
	EventType      int             `json:"event_type"`
	TriggerType    int             `json:"trigger_type"`
	Trigger        automodTrigger  `json:"trigger_metadata"`
	Actions        []automodAction `json:"actions"`
	Enabled        bool            `json:"enabled"`
	ExemptRoles    []string        `json:"exempt_roles"`
	ExemptChannels []string        `json:"exempt_channels"`
}

type automodTrigger struct {
	Keywords       []string `json:"keyword_filter"`
	Patterns       []string `json:"regex_patterns"`
	Presets        []int    `json:"presets,omitempty"`
	Allowed        []string `json:"allow_list"`
	MentionLimit   int      `json:"mention_total_limit,omitempty"`
	RaidProtection bool     `json:"mention_raid_protection_enabled,omitempty"`
}

type automodAction struct {
	Type     int `json:"type"`
	Metadata struct {
		ChannelID       string `json:"channel_id,omitempty"`
		DurationSeconds int    `json:"duration_seconds,omitempty"`
		CustomMessage   string `json:"custom_message,omitempty"`
	} `json:"metadata"`
}

// AutoModRule is one of Discord's own rules in a guild, as the bot made it.
type AutoModRule struct {
	ID, Name string
	Enabled  bool
	Keywords []string
	Patterns []string
	Allowed  []string
}

// AutoModRules lists the guild's rules in the order of their making.
func (g *Guild) AutoModRules() []AutoModRule {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	var list []AutoModRule
	for _, r := range g.automod {
		list = append(list, AutoModRule{ID: r.ID, Name: r.Name, Enabled: r.Enabled,
			Keywords: slices.Clone(r.Trigger.Keywords), Patterns: slices.Clone(r.Trigger.Patterns),
			Allowed: slices.Clone(r.Trigger.Allowed)})
	}
	return list
}

func (s *Server) getRules(c *call) (any, error) {
	guild, _, err := s.guildWith(c, ManageGuild)
	if err != nil {
		return nil, err
	}
	return emptyNotNull(guild.automod), nil
}

func (s *Server) ruleOf(c *call) (*Guild, *automodRule, error) {
	guild, _, err := s.guildWith(c, ManageGuild)
	if err != nil {
		return nil, nil, err
	}
	for _, rule := range guild.automod {
		if rule.ID == c.path("rule_id") {
			return guild, rule, nil
		}
	}
	return nil, nil, ErrUnknownRule
}

func (s *Server) getRule(c *call) (any, error) {
	_, rule, err := s.ruleOf(c)
	if err != nil {
		return nil, err
	}
	return rule, nil
}

func (s *Server) createRule(c *call) (any, error) {
	guild, me, err := s.guildWith(c, ManageGuild)
	if err != nil {
		return nil, err
	}
	rule := automodRule{ID: s.newID(), GuildID: guild.ID, CreatorID: me.ID}
	if err := c.decode(&rule); err != nil {
		return nil, err
	}
	rule.ID, rule.GuildID, rule.CreatorID = s.newID(), guild.ID, me.ID
	if err := rule.check(guild); err != nil {
		return nil, err
	}
	same := 0
	for _, other := range guild.automod {
		if other.TriggerType == rule.TriggerType {
			same++
		}
	}
	if same >= rulesPerTrigger(rule.TriggerType) {
		return nil, badForm("trigger_type", "Maximum number of rules of this trigger type reached")
	}
	guild.automod = append(guild.automod, &rule)
	s.ruleChanged(guild, "AUTO_MODERATION_RULE_CREATE", AuditRuleCreate, &rule, c.reason)
	return &rule, nil
}

func (s *Server) patchRule(c *call) (any, error) {
	guild, rule, err := s.ruleOf(c)
	if err != nil {
		return nil, err
	}
	changed := *rule
	changed.Trigger = automodTrigger{}
	var sent map[string]json.RawMessage
	if err := c.decode(&sent); err != nil {
		return nil, err
	}
	if _, ok := sent["trigger_metadata"]; !ok {
		changed.Trigger = rule.Trigger
	}
	if err := c.decode(&changed); err != nil {
		return nil, err
	}
	changed.ID, changed.GuildID, changed.CreatorID = rule.ID, rule.GuildID, rule.CreatorID
	changed.TriggerType = rule.TriggerType
	if err := changed.check(guild); err != nil {
		return nil, err
	}
	*rule = changed
	s.ruleChanged(guild, "AUTO_MODERATION_RULE_UPDATE", AuditRuleUpdate, rule, c.reason)
	return rule, nil
}

func (s *Server) deleteRule(c *call) (any, error) {
	guild, rule, err := s.ruleOf(c)
	if err != nil {
		return nil, err
	}
	guild.automod = slices.DeleteFunc(guild.automod, func(other *automodRule) bool { return other == rule })
	s.ruleChanged(guild, "AUTO_MODERATION_RULE_DELETE", AuditRuleDelete, rule, c.reason)
	return nil, nil
}

func (s *Server) ruleChanged(guild *Guild, name string, action int, rule *automodRule, reason string) {
	copied := *rule
	s.emit(event{name: name, intent: IntentAutoModConfig, guild: guild, need: ManageGuild,
		data: func(bool) any { return copied }})
	guild.log(AuditEntry{Action: action, By: s.bot.ID, Target: rule.ID, Reason: reason})
}

// check enforces Discord's limits and fills in empty lists.
func (r *automodRule) check(guild *Guild) error {
	r.ExemptRoles, r.ExemptChannels = emptyNotNull(r.ExemptRoles), emptyNotNull(r.ExemptChannels)
	t := &r.Trigger
	t.Keywords, t.Patterns, t.Allowed = emptyNotNull(t.Keywords), emptyNotNull(t.Patterns), emptyNotNull(t.Allowed)
	switch {
	case r.Name == "" || utf8.RuneCountInString(r.Name) > maxDescription:
		return badForm("name", "Must be between 1 and 100 in length.")
	case r.EventType != 1 && r.EventType != 2:
		return badForm("event_type", "Value must be one of {1, 2}.")
	case !slices.Contains([]int{triggerKeyword, triggerSpam, triggerPreset, triggerMention, triggerProfile}, r.TriggerType):
		return badForm("trigger_type", "Value must be one of {1, 3, 4, 5, 6}.")
	case len(r.Actions) == 0:
		return badForm("actions", "This field is required")
	case len(r.ExemptRoles) > maxExemptRoles:
		return badForm("exempt_roles", "Must be 20 or fewer in length.")
	case len(r.ExemptChannels) > maxExemptPlaces:
		return badForm("exempt_channels", "Must be 50 or fewer in length.")
	case t.MentionLimit < 0 || t.MentionLimit > maxMentionLimit:
		return badForm("trigger_metadata", "mention_total_limit: int value should be less than or equal to 50.")
	case len(t.Keywords) > maxKeywords || len(t.Allowed) > maxAllowed || len(t.Patterns) > maxPatterns:
		return badForm("trigger_metadata", "Must be fewer in length.")
	case r.TriggerType == triggerKeyword && len(t.Keywords)+len(t.Patterns) == 0:
		return badForm("trigger_metadata", "keyword_filter or regex_patterns is required")
	}
	for _, word := range slices.Concat(t.Keywords, t.Allowed) {
		if n := utf8.RuneCountInString(word); n < 1 || n > maxKeyword {
			return badForm("trigger_metadata", "keyword_filter: Must be between 1 and 60 in length.")
		}
	}
	for _, pattern := range t.Patterns {
		if utf8.RuneCountInString(pattern) > maxPattern {
			return badForm("trigger_metadata", "regex_patterns: Must be 260 or fewer in length.")
		}
		if _, err := regexp.Compile(pattern); err != nil {
			return badForm("trigger_metadata", "regex_patterns: Invalid regex pattern")
		}
	}
	return r.checkActions(guild)
}

func (r *automodRule) checkActions(guild *Guild) error {
	for _, action := range r.Actions {
		switch action.Type {
		case actionBlock:
			if utf8.RuneCountInString(action.Metadata.CustomMessage) > maxBlockedNotice {
				return badForm("actions", "custom_message: Must be 150 or fewer in length.")
			}
		case actionAlert:
			if channel := guild.server.channels[action.Metadata.ChannelID]; channel == nil || channel.Guild != guild {
				return badForm("actions", "channel_id: Unknown Channel")
			}
		case actionTimeout:
			if seconds := action.Metadata.DurationSeconds; seconds < 1 || time.Duration(seconds)*time.Second > longestTimeout {
				return badForm("actions", "duration_seconds: int value should be between 1 and 2419200.")
			}
			if r.TriggerType != triggerKeyword && r.TriggerType != triggerMention {
				return badForm("actions", "A timeout is only for keyword and mention rules")
			}
		default:
			return badForm("actions", "Value must be one of {1, 2, 3}.")
		}
	}
	return nil
}

// autoModerate applies the guild's keyword rules to a text about to be posted
// and reports whether it must not be. The caller holds the lock.
func (s *Server) autoModerate(m *Member, channel *Channel, granted Permission, text string) (blocked bool) {
	if granted.Has(ManageGuild) || m.Bot || channel.Guild == nil {
		return false // Discord exempts those who could change the rules
	}
	for _, rule := range m.Guild.automod {
		keyword, matched := rule.find(text)
		if matched == "" || rule.exempts(m, channel) {
			continue
		}
		for _, action := range rule.Actions {
			blocked = blocked || action.Type == actionBlock
			if action.Type == actionTimeout {
				m.timeoutUntil = s.now().Add(time.Duration(action.Metadata.DurationSeconds) * time.Second)
			}
			s.emit(executed(rule, action, m, channel, keyword, matched, text))
		}
	}
	return blocked
}

func executed(r *automodRule, action automodAction, m *Member, channel *Channel, keyword, matched, text string) event {
	return event{name: "AUTO_MODERATION_ACTION_EXECUTION", intent: IntentAutoModExecution, guild: m.Guild, need: ManageGuild,
		data: func(withContent bool) any {
			data := object{
				"guild_id": m.Guild.ID, "action": action, "rule_id": r.ID, "rule_trigger_type": r.TriggerType,
				"user_id": m.ID, "channel_id": channel.ID, "matched_keyword": keyword,
				"content": "", "matched_content": "",
			}
			if withContent {
				data["content"], data["matched_content"] = text, matched
			}
			return data
		}}
}

func (r *automodRule) exempts(m *Member, channel *Channel) bool {
	if slices.Contains(r.ExemptChannels, channel.ID) {
		return true
	}
	return slices.ContainsFunc(m.roles, func(role *Role) bool { return slices.Contains(r.ExemptRoles, role.ID) })
}

// find returns which keyword or pattern matched what in the text.
func (r *automodRule) find(text string) (keyword, matched string) {
	if !r.Enabled || r.TriggerType != triggerKeyword {
		return "", ""
	}
	patterns := map[string]string{}
	for _, word := range r.Trigger.Keywords {
		patterns[word] = keywordPattern(word)
	}
	for _, pattern := range r.Trigger.Patterns {
		patterns[pattern] = "(?i)" + pattern
	}
	for _, word := range slices.Sorted(maps.Keys(patterns)) {
		compiled, err := regexp.Compile(patterns[word])
		if err != nil {
			continue // check let none such in
		}
		if found := compiled.FindString(text); found != "" && !r.allows(found) {
			return word, found
		}
	}
	return "", ""
}

func (r *automodRule) allows(found string) bool {
	return slices.ContainsFunc(r.Trigger.Allowed, func(word string) bool {
		compiled, err := regexp.Compile(keywordPattern(word))
		return err == nil && compiled.MatchString(found)
	})
}

// keywordPattern is Discord's keyword matching as a regular expression: whole
// words, whatever the case, and a * at either end for any continuation.
func keywordPattern(word string) string {
	inner := regexp.QuoteMeta(strings.Trim(word, "*"))
	before, after := `(?:^|\b)`, `(?:$|\b)`
	if strings.HasPrefix(word, "*") {
		before = ""
	}
	if strings.HasSuffix(word, "*") {
		after = ""
	}
	return "(?i)" + before + inner + after
}
