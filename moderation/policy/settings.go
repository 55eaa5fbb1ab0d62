package policy

import (
	"time"

	"parley/moderation"
)

// Settings is what a policy says for one place (community, channel, article) once every
// override is applied. It is shared and must not be changed.
type Settings struct {
	Channels      []string      // article channels: names, IDs or globs
	ReviewChannel string        // name or ID of the channel where cards go
	Window        time.Duration // how long a channel's latest article collects loose comments

	ModeratorRoles      []string // names or IDs
	ModeratorPermission string   // a Discord permission that makes a moderator, such as "moderate_members"
	AdminPermission     string   // a permission that may enable rules and roll back, such as "manage_guild"
	JudgeBots           bool     // judge other bots' messages (never punish them)

	Thresholds [moderation.NumCategories]Threshold
	Points     [moderation.NumCategories]int // strike points for a removal in each category
	Expiry     time.Duration                 // how long a strike counts
	Ladder     moderation.Ladder
	HourlyCap  int // automatic actions an hour, 0: no cap

	NotifyAuthors bool
	Appeal        string // how to appeal, shown to members

	History bool // keep recent comments under data_dir for replay
}

// Threshold is from which score on each action is taken; 0 means never.
type Threshold struct {
	Review, Hold, Remove float64
}
