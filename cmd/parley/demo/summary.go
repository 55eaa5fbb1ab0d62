package demo

import (
	"time"

	"parley/cmd/parley/latency"
	"parley/moderation"
)

// Summary is what came of a performance.
type Summary struct {
	Comments   int            `json:"comments"`
	Verdicts   map[string]int `json:"verdicts"`   // by action
	Categories map[string]int `json:"categories"` // of everything that was not allowed
	Effects    map[string]int `json:"effects"`    // what was carried out, by kind
	Struck     int            `json:"struck"`     // members who were told that something of theirs was removed
	Timeouts   int            `json:"timeouts"`   // members who may not write for a while at the end
	GivenBack  int            `json:"given_back"`
	AsHoped    int            `json:"as_hoped"`  // comments that went as the script's author hopes
	Otherwise  int            `json:"otherwise"` // comments that went otherwise

	VerdictP50 latency.Duration `json:"verdict_p50_ms"`
	VerdictP99 latency.Duration `json:"verdict_p99_ms"`
	GoneP50    latency.Duration `json:"gone_p50_ms"` // from posting to disappearance
	GoneP99    latency.Duration `json:"gone_p99_ms"`
	Lasted     latency.Duration `json:"lasted_ms"`

	gone []latency.Duration
}

func (s *Summary) add(h Happening) {
	s.Lasted = h.At
	if h.Verdict == nil {
		return
	}
	if s.Verdicts == nil {
		s.Verdicts, s.Categories = map[string]int{}, map[string]int{}
	}
	s.Comments++
	s.Verdicts[h.Verdict.Action.String()]++
	if h.Verdict.Action != moderation.Allow {
		s.Categories[h.Verdict.Category.String()]++
	}
	if h.Gone > 0 {
		s.gone = append(s.gone, h.Gone)
	}
	switch {
	case h.Expect == "":
	case h.Expect == h.Outcome:
		s.AsHoped++
	default:
		s.Otherwise++
	}
}

// effectRoutes are the requests that carry effects out, by what people call them.
var effectRoutes = map[string]string{
	"taken down":   "DELETE /channels/{channel_id}/messages/{message_id}",
	"member edits": "PATCH /guilds/{guild_id}/members/{user_id}",
	"bans":         "PUT /guilds/{guild_id}/bans/{user_id}",
	"kicks":        "DELETE /guilds/{guild_id}/members/{user_id}",
	"posts":        "POST /channels/{channel_id}/messages",
	"card updates": "PATCH /channels/{channel_id}/messages/{message_id}",
}

// finish counts what the stand-in for Discord has seen.
func (s *Summary) finish(at *stage) {
	s.Effects = map[string]int{}
	for name, route := range effectRoutes {
		if n := len(at.server.RequestsTo(route)); n > 0 {
			s.Effects[name] = n
		}
	}
	for _, member := range at.cast {
		if len(member.DMs()) > 0 {
			s.Struck++
		}
		if member.TimeoutUntil().After(time.Now()) {
			s.Timeouts++
		}
	}
	s.VerdictP50, s.VerdictP99 = latency.Percentiles(at.heard.durations())
	s.GoneP50, s.GoneP99 = latency.Percentiles(s.gone)
}
