package policy

import (
	"time"

	"parley/moderation/policy/document"
)

// checkPlace reports settings that contradict each other or that can never matter.
func (c *compiler) checkPlace(s *placeSpec) {
	for _, t := range s.Thresholds {
		review, hold, remove := value(t.Review, 0), value(t.Hold, 0), value(t.Remove, 0)
		if hold > 0 && review > hold || remove > 0 && max(review, hold) > remove {
			c.report(t.At, "let review ≤ hold ≤ remove, or set the milder one to 0", "a milder action starts only after a harsher one")
		}
	}
	for _, ch := range s.Channels {
		c.checkGlobs(ch.At, []string{ch.V})
	}
	if s.Strikes != nil {
		c.checkLadder(s.Strikes.Ladder)
	}
	if o := s.SecondOpinions; o != nil && o.Undecided != nil && o.Undecided.From > o.Undecided.To {
		c.report(o.Undecided.At, "", "`undecided` ends before it begins")
	}
	for id, change := range s.RuleChanges {
		if !contains(c.ruleIDs, id) {
			c.report(change.At, document.DidYouMean(id, c.ruleIDs), "there is no rule %q to change", id)
		}
	}
}

// longestTimeout is Discord's limit.
const longestTimeout = 28 * 24 * time.Hour

func (c *compiler) checkLadder(rungs []rungSpec) {
	points := 0
	for _, r := range rungs {
		switch {
		case r.Points <= points:
			c.report(r.At, "put the steps in the order of their points", "this step of the ladder does not lie above the one before")
		case r.Do == "":
			c.report(r.At, "add `do: warn`, for example", "this step of the ladder does nothing")
		case r.Do == "timeout" && (r.For <= 0 || r.For > longestTimeout):
			c.report(r.At, "add `for: 1h`, for example", "a timeout takes between 1s and 28d")
		case r.Do != "timeout" && r.For != 0:
			c.report(r.At, "", "`for` belongs to a timeout")
		}
		points = r.Points
	}
}
