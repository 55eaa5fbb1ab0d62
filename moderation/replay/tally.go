package replay

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/rule"
)

// tally adds up what both policies say of each comment.
type tally struct {
	options Options
	report  Report
	broken  error

	actions  [2][moderation.Remove + 1]int
	moves    [moderation.Remove + 1][moderation.Remove + 1]int
	groups   [3]group // newly flagged, no longer flagged, another action
	rules    map[string]*ruleTally
	shadow   map[string]*shadowTally
	period   time.Duration
	timeline []Period
}

// group is comments that have something in common.
type group struct {
	count   int
	samples samples
}

type ruleTally struct {
	Rule
	samples samples
}

type shadowTally struct {
	Shadow
	would   [moderation.Remove + 1]int
	samples samples
}

const (
	newlyFlagged = iota
	noLongerFlagged
	anotherAction
)

func newTally(o Options, in *Input) *tally {
	t := &tally{options: o, rules: map[string]*ruleTally{}, shadow: map[string]*shadowTally{}}
	t.report.Before = Outcome{Name: o.Before.Name, Policy: o.Before.Policy.Hash()}
	t.report.After = Outcome{Name: o.After.Name, Policy: o.After.Policy.Hash()}
	t.report.From, t.report.To = in.from, in.to
	for _, set := range []*rule.Set{o.After.Policy.Rules, o.Before.Policy.Rules} {
		for _, r := range set.Rules {
			if t.rules[r.ID] == nil {
				_, before := o.Before.Policy.Rules.Find(r.ID)
				t.rules[r.ID] = &ruleTally{Rule: Rule{ID: r.ID, Why: r.Why, Standing: standingOf(o.After.Policy.Rules, r.ID, before)}}
			}
		}
	}
	for _, r := range o.After.Policy.Rules.Rules {
		if r.Mode == rule.Shadow {
			t.shadowOf(r.ID)
		}
	}
	t.layTimeline(in.from, in.to)
	return t
}

// shadowOf returns the tally of a rule that is in shadow mode somewhere.
func (t *tally) shadowOf(id string) *shadowTally {
	known := t.shadow[id]
	if known == nil {
		known = &shadowTally{Shadow: Shadow{ID: id}}
		if r := t.rules[id]; r != nil {
			known.Why = r.Why
		}
		t.shadow[id] = known
	}
	return known
}

// steps are the lengths of a timeline's periods.
var steps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// layTimeline chooses the shortest step that covers all comments with few enough periods.
func (t *tally) layTimeline(from, to time.Time) {
	if from.IsZero() {
		return
	}
	t.period = steps[len(steps)-1]
	for _, step := range steps {
		if to.Sub(from.Truncate(step)) < periods*step {
			t.period = step
			break
		}
	}
	for at := from.UTC().Truncate(t.period); !at.After(to) && len(t.timeline) < 4*periods; at = at.Add(t.period) {
		t.timeline = append(t.timeline, Period{From: at})
	}
}

// add counts one line.
func (t *tally) add(it *item) {
	switch {
	case it.err != nil:
		t.report.Unreadable++
		if t.broken == nil {
			t.broken = fmt.Errorf("%v: %w", it.at, it.err)
		}
		return
	case it.repeated:
		t.report.Repeated++
		return
	case !it.timed():
		t.report.Untimed++
	}
	t.report.Comments++
	before, after := &it.views[0].verdict, &it.views[1].verdict
	t.actions[0][before.Action]++
	t.actions[1][after.Action]++
	t.moves[before.Action][after.Action]++
	t.addChange(it, before.Action, after.Action)
	t.addRules(it, before, after)
	t.addShadow(it, after)
	t.addTime(it, before.Action, after.Action)
}

func (t *tally) addChange(it *item, before, after moderation.Action) {
	if before == after {
		return
	}
	g := &t.groups[anotherAction]
	switch {
	case before == moderation.Allow:
		g = &t.groups[newlyFlagged]
	case after == moderation.Allow:
		g = &t.groups[noLongerFlagged]
	}
	g.count++
	g.samples.offer(it)
}

// addRules counts which rules spoke, and whether for both policies.
func (t *tally) addRules(it *item, before, after *moderation.Verdict) {
	newly := before.Action == moderation.Allow && after.Action > moderation.Allow
	spared := before.Action > moderation.Allow && after.Action == moderation.Allow
	for r := range spoke(before.Reasons) {
		own := t.rules[r]
		own.Before++
		if !matched(after.Reasons, r) {
			own.Lost++
			own.samples.offer(it)
			if spared {
				own.NoLongerFlagged++
			}
		}
	}
	for r := range spoke(after.Reasons) {
		own := t.rules[r]
		own.After++
		if !matched(before.Reasons, r) {
			own.Gained++
			own.samples.offer(it)
			if newly {
				own.NewlyFlagged++
			}
		}
	}
	t.report.Before.countAlone(before)
	t.report.After.countAlone(after)
}

// countAlone counts a comment that is flagged although no rule spoke against it.
func (o *Outcome) countAlone(v *moderation.Verdict) {
	if v.Action == moderation.Allow {
		return
	}
	for i := range v.Reasons {
		if r := &v.Reasons[i]; r.Rule() != "" && (r.Score > 0 || r.Action > moderation.Allow) {
			return
		}
	}
	o.NoRule++
}

// spoke yields the rules among reasons, each once.
func spoke(reasons []moderation.Reason) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range reasons {
			if id := reasons[i].Rule(); id != "" && !matched(reasons[:i], id) && !yield(id) {
				return
			}
		}
	}
}

func matched(reasons []moderation.Reason, id string) bool {
	return slices.ContainsFunc(reasons, func(r moderation.Reason) bool { return r.Rule() == id })
}

func (t *tally) addShadow(it *item, v *moderation.Verdict) {
	for id := range spoke(v.Shadow) {
		s := t.shadowOf(id)
		s.Matched++
		s.samples.offer(it)
		if v.ShadowAct != v.Action {
			s.Changes++
			s.would[v.ShadowAct]++
		}
	}
}

func (t *tally) addTime(it *item, before, after moderation.Action) {
	if !it.timed() || len(t.timeline) == 0 {
		return
	}
	i := int(it.comment.Time.Sub(t.timeline[0].From) / t.period)
	p := &t.timeline[max(0, min(i, len(t.timeline)-1))]
	p.Comments++
	if before > moderation.Allow {
		p.Before++
	}
	if after > moderation.Allow {
		p.After++
	}
}

// finish puts the report together.
func (t *tally) finish() Report {
	r := t.report
	if t.broken != nil {
		r.Mistake = t.broken.Error()
	}
	r.Before.set(&t.actions[0])
	r.After.set(&t.actions[1])
	r.NewlyFlagged, r.NoLongerFlagged, r.ChangedAction = t.groups[0].change(), t.groups[1].change(), t.groups[2].change()
	r.Moves = []Move{}
	for from := range t.moves {
		for to, n := range t.moves[from] {
			if n > 0 {
				r.Moves = append(r.Moves, Move{moderation.Action(from), moderation.Action(to), n})
			}
		}
	}
	r.Rules = []Rule{}
	for _, own := range t.rules {
		own.Samples = own.samples.list()
		r.Rules = append(r.Rules, own.Rule)
	}
	slices.SortFunc(r.Rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(b.Gained+b.Lost, a.Gained+a.Lost), cmp.Compare(b.After, a.After), cmp.Compare(a.ID, b.ID))
	})
	r.Shadow = []Shadow{}
	for _, own := range t.shadow {
		own.Would, own.Samples = named(&own.would), own.samples.list()
		r.Shadow = append(r.Shadow, own.Shadow)
	}
	slices.SortFunc(r.Shadow, func(a, b Shadow) int {
		return cmp.Or(cmp.Compare(b.Matched, a.Matched), cmp.Compare(a.ID, b.ID))
	})
	r.Timeline = append([]Period{}, t.timeline...)
	return r
}

func (o *Outcome) set(actions *[moderation.Remove + 1]int) {
	o.Actions = named(actions)
	for action, n := range actions {
		if moderation.Action(action) > moderation.Allow {
			o.Flagged += n
		}
	}
}

func named(actions *[moderation.Remove + 1]int) map[string]int {
	byName := make(map[string]int, len(actions))
	for action, n := range actions {
		byName[moderation.Action(action).String()] = n
	}
	return byName
}

func (g *group) change() Change { return Change{Count: g.count, Samples: g.samples.list()} }
