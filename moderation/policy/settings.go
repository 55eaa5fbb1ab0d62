package policy

import (
	"time"

	"parley/moderation"
	"parley/moderation/rule"
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
	Expiry     time.Duration                 // how long a strike counts, 0: for ever
	Ladder     moderation.Ladder
	HourlyCap  int // automatic actions an hour, 0: no cap

	NotifyAuthors bool
	Appeal        string // how to appeal, shown to members

	History bool // keep recent comments under data_dir for replay

	Opinions Opinions
	Rules    []RuleSetting // by index in Policy.Rules
	Off      []uint64      // bit per rule that is off here
}

// Opinions is what a community says about second opinions.
type Opinions struct {
	OptOut   bool    // send nothing to a remote model
	Policy   string  // the community's rules in its own words
	From, To float64 // ask where the abuse score lies in [From,To); never when they are equal
}

// Undecided reports whether an abuse score lies where a second opinion is asked.
func (o Opinions) Undecided(abuse float64) bool {
	return !o.OptOut && abuse >= o.From && abuse < o.To
}

// RuleSetting is what a rule gives in one place.
type RuleSetting struct {
	Mode   rule.Mode
	Gives  []rule.Contribution
	Action moderation.Action
	Points int
}

// Threshold is from which score on each action is taken; 0 means never.
type Threshold struct {
	Review, Hold, Remove float64
}

// Action is the harshest action whose threshold a score reaches.
func (t Threshold) Action(score float64) moderation.Action {
	switch {
	case t.Remove > 0 && score >= t.Remove:
		return moderation.Remove
	case t.Hold > 0 && score >= t.Hold:
		return moderation.Hold
	case t.Review > 0 && score >= t.Review:
		return moderation.Review
	}
	return moderation.Allow
}
