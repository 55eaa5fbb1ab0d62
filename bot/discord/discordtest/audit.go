package discordtest

import (
	"slices"
	"strconv"
)

// Kinds of audit log entries (developer reference, "Audit Log Events").
const (
	AuditMemberKick        = 20
	AuditMemberBan         = 22
	AuditMemberUnban       = 23
	AuditMemberUpdate      = 24
	AuditMessageDelete     = 72
	AuditMessageBulkDelete = 73
	AuditRuleCreate        = 140
	AuditRuleUpdate        = 141
	AuditRuleDelete        = 142
)

// AuditEntry is one line of a guild's audit log.
type AuditEntry struct {
	ID     string
	Action int
	By     string // user ID
	Target string // ID of the user, channel or rule that it was done to
	Reason string

	changes []object
	options object
}

// AuditLog returns the guild's audit log, oldest first.
func (g *Guild) AuditLog() []AuditEntry {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	return slices.Clone(g.audit)
}

// log adds an entry. The caller holds the lock.
func (g *Guild) log(entry AuditEntry) {
	entry.ID = g.server.newID()
	g.audit = append(g.audit, entry)
	data := wireAuditEntry(entry)
	data["guild_id"] = g.ID
	g.server.emit(event{name: "GUILD_AUDIT_LOG_ENTRY_CREATE", intent: IntentGuildModeration,
		guild: g, need: ViewAuditLog, data: fixed(data)})
}

func wireAuditEntry(e AuditEntry) object {
	entry := object{"id": e.ID, "action_type": e.Action, "user_id": e.By, "target_id": e.Target}
	if e.Reason != "" {
		entry["reason"] = e.Reason
	}
	if e.changes != nil {
		entry["changes"] = e.changes
	}
	if e.options != nil {
		entry["options"] = e.options
	}
	return entry
}

func (s *Server) getAuditLog(c *call) (any, error) {
	guild, _, err := s.guildWith(c, ViewAuditLog)
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", 50, 1, 100)
	if err != nil {
		return nil, err
	}
	entries, users := []object{}, []object{}
	for _, e := range slices.Backward(guild.audit) {
		if len(entries) == limit {
			break
		}
		if kind := c.query.Get("action_type"); kind != "" && kind != strconv.Itoa(e.Action) {
			continue
		}
		if by := c.query.Get("user_id"); by != "" && by != e.By {
			continue
		}
		entries = append(entries, wireAuditEntry(e))
		if user := s.users[e.By]; user != nil {
			users = append(users, wireUser(user))
		}
	}
	return object{
		"audit_log_entries": entries, "users": users, "integrations": []object{}, "webhooks": []object{},
		"guild_scheduled_events": []object{}, "threads": []object{}, "application_commands": []object{},
		"auto_moderation_rules": []object{},
	}, nil
}
