package policy

import (
	"maps"
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/policy/document"
	"parley/moderation/rule"
)

// place is settings before their rules are worked out, with the changes to rules beside.
type place struct {
	Settings
	changes map[string]ruleChangeSpec
}

// override is settings laid over others where its selector fits.
type override struct {
	guilds   []string
	channels []string
	domains  *rule.Domains
	topics   topicFinder
	article  bool // it selects by article
	spec     placeSpec
}

// fitsPlace reports whether the override holds in a channel, the article aside.
func (o *override) fitsPlace(guild string, ch moderation.Channel) bool {
	return (len(o.guilds) == 0 || slices.Contains(o.guilds, guild)) &&
		(len(o.channels) == 0 || rule.FitsChannel(o.channels, ch))
}

func (o *override) fitsArticle(art moderation.Article) bool {
	return !o.article || o.domains.Has(rule.DomainOf(art.URL)) || o.topics.touches(art)
}

// mostArticles bounds how many articles are remembered; beyond, remembering starts afresh.
const mostArticles = 1024

// fittingArticle tells, for every override, whether it holds under an article. Reading an
// article takes longer than judging a comment, so that it is done once.
func (p *Policy) fittingArticle(art moderation.Article) []bool {
	if fits, known := p.topical[art]; known {
		return fits
	}
	fits := make([]bool, len(p.overrides))
	for i := range p.overrides {
		fits[i] = p.overrides[i].fitsArticle(art)
	}
	if p.topical == nil || len(p.topical) >= mostArticles {
		p.topical = make(map[moderation.Article][]bool)
	}
	p.topical[art] = fits
	return fits
}

// topicFinder finds whether an article touches some word lists.
type topicFinder struct{ set *rule.Set }

func newTopicFinder(lists []*rule.List) (topicFinder, error) {
	if len(lists) == 0 {
		return topicFinder{}, nil
	}
	set, err := rule.Compile([]rule.Rule{{ID: "topic", When: rule.Words{Lists: lists}}})
	return topicFinder{set}, err
}

func (t topicFinder) touches(art moderation.Article) bool {
	if t.set == nil {
		return false
	}
	return t.set.Survey(art).Any()
}

// Settings returns what holds in a place: the file's settings with all overrides that fit
// laid over them in the order of the file.
func (p *Policy) Settings(guild string, ch moderation.Channel, art moderation.Article) *Settings {
	if len(p.overrides) == 0 {
		return &p.base.Settings
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	article := p.fittingArticle(art)
	var buffer [64]byte
	key := buffer[:0]
	for i := range p.overrides {
		if article[i] && p.overrides[i].fitsPlace(guild, ch) {
			key = append(key, byte(i), byte(i>>8))
		}
	}
	if s, ok := p.settings[string(key)]; ok {
		return s
	}
	merged := p.base
	merged.changes = maps.Clone(p.base.changes)
	for i := 0; i+1 < len(key); i += 2 {
		merged.lay(&p.overrides[int(key[i])|int(key[i+1])<<8].spec)
	}
	merged.applyChanges(p.Rules)
	p.settings[string(key)] = &merged.Settings
	return &merged.Settings
}

// lay puts what a specification says over what is there. Mistakes were reported before.
func (s *place) lay(spec *placeSpec) {
	if spec.Channels != nil {
		s.Channels = texts(spec.Channels)
	}
	overlay(&s.ReviewChannel, spec.ReviewChannel)
	overlay(&s.Window, spec.Window)
	if m := spec.Moderators; m != nil {
		if m.Roles != nil {
			s.ModeratorRoles = m.Roles
		}
		if m.Permission != "" {
			s.ModeratorPermission = m.Permission
		}
	}
	if a := spec.Admins; a != nil && a.Permission != "" {
		s.AdminPermission = a.Permission
	}
	overlay(&s.JudgeBots, spec.JudgeBots)
	for name, t := range spec.Thresholds {
		overlay(&s.Thresholds[name].Review, t.Review)
		overlay(&s.Thresholds[name].Hold, t.Hold)
		overlay(&s.Thresholds[name].Remove, t.Remove)
	}
	for name, points := range spec.Points {
		s.Points[name] = points
	}
	if st := spec.Strikes; st != nil {
		overlay(&s.Expiry, st.Expire)
		if st.Ladder != nil {
			s.Ladder = ladder(st.Ladder)
		}
	}
	overlay(&s.HourlyCap, spec.HourlyCap)
	overlay(&s.NotifyAuthors, spec.NotifyAuthors)
	overlay(&s.Appeal, spec.Appeal)
	overlay(&s.History, spec.History)
	if o := spec.SecondOpinions; o != nil {
		overlay(&s.Opinions.OptOut, o.OptOut)
		overlay(&s.Opinions.Policy, o.Policy)
		if o.Undecided != nil {
			s.Opinions.From, s.Opinions.To = o.Undecided.From, o.Undecided.To
		}
	}
	for id, change := range spec.RuleChanges {
		s.changes[id] = change.over(s.changes[id])
	}
}

func overlay[T any](value *T, given *T) {
	if given != nil {
		*value = *given
	}
}

// over lays a change over an earlier one.
func (c ruleChangeSpec) over(earlier ruleChangeSpec) ruleChangeSpec {
	if c.Mode != nil {
		earlier.Mode = c.Mode
	}
	if c.Points != nil {
		earlier.Points = c.Points
	}
	if c.Score != nil {
		earlier.Score = c.Score
	}
	if c.Action != nil {
		earlier.Action = c.Action
	}
	return earlier
}

// applyChanges works out what every rule gives here.
func (s *place) applyChanges(set *rule.Set) {
	s.Rules = make([]RuleSetting, len(set.Rules))
	s.Off = make([]uint64, (len(set.Rules)+63)/64)
	for i, r := range set.Rules {
		setting := RuleSetting{Mode: r.Mode, Gives: r.Gives, Action: r.Action, Points: r.Points}
		if change, ok := s.changes[r.ID]; ok {
			overlay(&setting.Mode, change.Mode)
			overlay(&setting.Points, change.Points)
			if change.Score != nil {
				setting.Gives = contributions(change.Score)
			}
			if change.Action != nil {
				setting.Action = moderation.Action(*change.Action)
			}
		}
		if setting.Mode == rule.Off {
			s.Off[i/64] |= 1 << (i % 64)
		}
		s.Rules[i] = setting
	}
}

func ladder(rungs []rungSpec) moderation.Ladder {
	var l moderation.Ladder
	for _, r := range rungs {
		l = append(l, moderation.Rung{Points: r.Points, Sanction: moderation.Sanction{
			Kind: moderation.SanctionKind(r.Do), For: r.For, Ask: r.Ask,
		}})
	}
	return l
}

// contributions lists scores in the order of the categories.
func contributions(scores map[categoryName]float64) []rule.Contribution {
	var out []rule.Contribution
	for _, c := range moderation.Categories() {
		if score, ok := scores[categoryName(c)]; ok {
			out = append(out, rule.Contribution{Category: c, Score: score})
		}
	}
	return out
}

func texts(values []document.Value[string]) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.V
	}
	return out
}

// startingPoint is what holds where no file says anything.
func startingPoint() place {
	return place{changes: make(map[string]ruleChangeSpec), Settings: Settings{
		ReviewChannel:       "mod-review",
		Window:              6 * time.Hour,
		ModeratorPermission: "moderate_members",
		AdminPermission:     "manage_guild",
		Expiry:              30 * 24 * time.Hour,
		HourlyCap:           60,
		NotifyAuthors:       true,
	}}
}
