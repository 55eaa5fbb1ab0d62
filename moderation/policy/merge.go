package policy

// lay puts a file over the one it includes: single values replace, lists by name and rules by
// id replace, overrides come after.
func (f *file) lay(own *file) {
	f.layTop(own)
	f.Classifiers.lay(&own.Classifiers)
	f.placeSpec.lay(&own.placeSpec)
	f.Groups = layMap(f.Groups, own.Groups)
	f.Lists = layMap(f.Lists, own.Lists)
	f.Domains = layMap(f.Domains, own.Domains)
	f.Overrides = append(f.Overrides, own.Overrides...)
	at := make(map[string]int, len(f.Rules))
	for i, r := range f.Rules {
		at[r.ID.V] = i
	}
	for _, r := range own.Rules {
		if i, included := at[r.ID.V]; included && r.ID.V != "" && f.Rules[i].At.File != r.At.File {
			f.Rules[i] = r
			continue
		}
		f.Rules = append(f.Rules, r)
	}
}

func (f *file) layTop(own *file) {
	if own.Discord.APIBase != nil {
		f.Discord.APIBase = own.Discord.APIBase
	}
	if own.Store.DataDir != nil {
		f.Store.DataDir = own.Store.DataDir
	}
	if own.Server.Listen != nil {
		f.Server.Listen = own.Server.Listen
	}
	if own.Scoring.Combine != "" {
		f.Scoring.Combine = own.Scoring.Combine
	}
	f.Scoring.Ranking = layMap(f.Scoring.Ranking, own.Scoring.Ranking)
}

func layMap[K comparable, V any](under, over map[K]V) map[K]V {
	if under == nil {
		return over
	}
	for k, v := range over {
		under[k] = v
	}
	return under
}

// replace keeps the pointer that says something.
func replace[T any](under **T, over *T) {
	if over != nil {
		*under = over
	}
}

func (s *placeSpec) lay(own *placeSpec) {
	if own.Channels != nil {
		s.Channels = own.Channels
	}
	replace(&s.ReviewChannel, own.ReviewChannel)
	replace(&s.Window, own.Window)
	if s.Moderators != nil && own.Moderators != nil {
		merged := *s.Moderators
		if own.Moderators.Roles != nil {
			merged.Roles = own.Moderators.Roles
		}
		if own.Moderators.Permission != "" {
			merged.Permission = own.Moderators.Permission
		}
		s.Moderators = &merged
	} else {
		replace(&s.Moderators, own.Moderators)
	}
	replace(&s.Admins, own.Admins)
	replace(&s.JudgeBots, own.JudgeBots)
	if s.Thresholds == nil {
		s.Thresholds = make(map[categoryName]thresholdSpec)
	}
	for c, t := range own.Thresholds {
		merged := s.Thresholds[c]
		merged.At = t.At
		replace(&merged.Review, t.Review)
		replace(&merged.Hold, t.Hold)
		replace(&merged.Remove, t.Remove)
		s.Thresholds[c] = merged
	}
	s.Points = layMap(s.Points, own.Points)
	s.layStrikes(own.Strikes)
	replace(&s.HourlyCap, own.HourlyCap)
	replace(&s.NotifyAuthors, own.NotifyAuthors)
	replace(&s.Appeal, own.Appeal)
	replace(&s.History, own.History)
	s.layOpinions(own.SecondOpinions)
	s.RuleChanges = layMap(s.RuleChanges, own.RuleChanges)
}

func (s *placeSpec) layStrikes(own *strikesSpec) {
	if s.Strikes == nil || own == nil {
		replace(&s.Strikes, own)
		return
	}
	merged := *s.Strikes
	replace(&merged.Expire, own.Expire)
	if own.Ladder != nil {
		merged.Ladder = own.Ladder
	}
	s.Strikes = &merged
}

func (s *placeSpec) layOpinions(own *opinionsSpec) {
	if s.SecondOpinions == nil || own == nil {
		replace(&s.SecondOpinions, own)
		return
	}
	merged := *s.SecondOpinions
	replace(&merged.OptOut, own.OptOut)
	replace(&merged.Policy, own.Policy)
	replace(&merged.Undecided, own.Undecided)
	s.SecondOpinions = &merged
}

func (s *classifiersSpec) lay(own *classifiersSpec) {
	replace(&s.Embedded.Enabled, own.Embedded.Enabled)
	replace(&s.Embedded.OnUnknown, own.Embedded.OnUnknown)
	o := &own.OpenAI
	replace(&s.OpenAI.BaseURL, o.BaseURL)
	replace(&s.OpenAI.CacheTTL, o.CacheTTL)
	replace(&s.OpenAI.Patience, o.Patience)
	replace(&s.OpenAI.Margin, o.Margin)
	s.OpenAI.Moderation.stageSpec.lay(&o.Moderation.stageSpec)
	s.OpenAI.Moderation.Offsets = layMap(s.OpenAI.Moderation.Offsets, o.Moderation.Offsets)
	replace(&s.OpenAI.Moderation.Batch, o.Moderation.Batch)
	replace(&s.OpenAI.Moderation.Wait, o.Moderation.Wait)
	s.OpenAI.Judge.stageSpec.lay(&o.Judge.stageSpec)
	replace(&s.OpenAI.Judge.AnswerTokens, o.Judge.AnswerTokens)
}

func (s *stageSpec) lay(own *stageSpec) {
	replace(&s.Model, own.Model)
	replace(&s.Timeout, own.Timeout)
	replace(&s.OnError, own.OnError)
	replace(&s.Limits, own.Limits)
	replace(&s.Prices, own.Prices)
}
