package consequence

import (
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/policy"
)

// Finding is everything that the consequence of a verdict depends on.
type Finding struct {
	Comment *moderation.Comment
	Verdict moderation.Verdict
	Record  moderation.Record // the author's record that a strike is decided on
	Prior   *moderation.Case  // the comment's case as stored; nil when it has none
	Actions int               // automatic actions in the community within the hour before the comment
	OverCap bool              // the store has refused the action because the hourly cap is reached

	Opinion bool                 // the verdict came of a second opinion about the revision that Prior holds
	At      time.Time            // when the opinion came; ignored without one
	Said    moderation.CaseEvent // what the opinion said, for the case's history; ignored without one
}

// Of says what follows from a finding. ok is false when nothing needs to be written: the
// comment is clean, or what the case says already covers it.
//
// Authors who are exempt are never punished: what would be held or removed is shown to
// moderators instead, and they are told. The same happens once the community's hourly cap
// of automatic actions is reached. A comment gets one strike in its life, whatever its
// edits and opinions say later. What was taken down stays down when it is edited; only a
// second opinion or a moderator gives it back.
func Of(s *policy.Settings, f Finding) (commit ledger.Commit, ok bool) {
	if f.settled() {
		return ledger.Commit{}, false
	}
	d := newDraft(s, f)
	if d.verdict.Action == moderation.Allow {
		return d.allowed()
	}
	return d.flagged(), true
}

// settled reports whether the stored case already covers the finding.
func (f Finding) settled() bool {
	if f.Prior == nil {
		return false
	}
	if !f.Opinion {
		return f.Prior.Comment.Revision >= f.Comment.Revision
	}
	decided := f.Prior.State == moderation.CaseUpheld || f.Prior.State == moderation.CaseDismissed
	return decided || Answered(*f.Prior) || f.Prior.Comment.Revision != f.Comment.Revision
}

// Answered reports whether a case waits for no second opinion: it has one, or none was asked
// for.
func Answered(c moderation.Case) bool { return !c.Verdict.WantsOpinion() }

// draft is a commit in the making.
type draft struct {
	Finding
	settings *policy.Settings
	verdict  moderation.Verdict // softened for exempt authors and over the cap
	softened string             // why, "" when it was not
	alert    moderation.Effect  // what moderators are told about that; no kind when nothing
	at       time.Time
	isDown   bool // the comment has been taken down before
}

func newDraft(s *policy.Settings, f Finding) *draft {
	d := &draft{Finding: f, settings: s, verdict: f.Verdict, at: f.Comment.Time}
	if f.Opinion {
		d.at = f.At
		if d.verdict.Action == moderation.Remove && d.verdict.Points == 0 {
			d.verdict.Points = s.Points[d.verdict.Category]
		}
	}
	d.isDown = f.Prior != nil && IsDown(*f.Prior)
	if d.isDown && d.verdict.Action == moderation.Review {
		d.verdict.Action = f.Prior.Verdict.Action
	}
	d.spareExempt()
	d.respectCap()
	return d
}

// spareExempt turns an action against an exempt author into a review.
func (d *draft) spareExempt() {
	author := d.Comment.Author
	if author.Exempt == "" || d.verdict.Action < moderation.Hold {
		return
	}
	d.softened = "would have been " + pastTense(d.verdict.Action) + "; the author is never punished: " + string(author.Exempt)
	d.verdict.Action, d.verdict.Points = moderation.Review, 0
	d.alert = moderation.Effect{
		ID:   fmt.Sprintf("alert/exempt/%s/%s", author.ID, d.at.UTC().Format(time.DateOnly)),
		Text: exemptAlert(*d.Comment, d.verdict.Category),
	}
}

// respectCap turns an action beyond the hourly cap into a review.
func (d *draft) respectCap() {
	limit := d.settings.HourlyCap
	reached := d.OverCap || limit > 0 && d.Actions >= limit
	if !reached || d.isDown || d.verdict.Action < moderation.Hold {
		return
	}
	d.softened = "would have been " + pastTense(d.verdict.Action) + "; the hourly cap of automatic actions is reached"
	d.verdict.Action, d.verdict.Points = moderation.Review, 0
	d.alert = moderation.Effect{
		ID:   "alert/cap/" + d.at.UTC().Format("2006-01-02T15"),
		Text: capAlert(limit),
	}
}

// asks reports whether a second opinion is wanted. Exempt authors are not worth one:
// nothing would follow from it.
func (d *draft) asks() bool {
	return d.verdict.WantsOpinion() && !d.Opinion && d.Comment.Author.Exempt == ""
}

// allowed is what follows when nothing is wrong with the comment as it stands.
func (d *draft) allowed() (ledger.Commit, bool) {
	switch {
	case d.isDown && !d.Opinion:
		return ledger.Commit{}, false
	case d.isDown:
		return d.givenBack(), true
	case d.asks():
		return d.commit(moderation.CasePending, "flagged", "undecided; a second opinion is asked"), true
	case d.Prior == nil:
		return ledger.Commit{}, false
	}
	kind, note := d.cleared()
	switch d.Prior.State {
	case moderation.CaseOpen, moderation.CaseActed:
		return d.commit(moderation.CaseCleared, kind, note, moderation.ShowCard), true
	case moderation.CasePending:
		return d.commit(moderation.CaseCleared, kind, note), true
	}
	return ledger.Commit{}, false
}

// givenBack is what follows when a second opinion rescues a comment that was held.
func (d *draft) givenBack() ledger.Commit {
	kinds := []moderation.EffectKind{moderation.GiveBack}
	if d.settings.NotifyAuthors {
		kinds = append(kinds, moderation.Notify)
	}
	c := d.commit(moderation.CaseCleared, "cleared", "after a second opinion; given back", append(kinds, moderation.ShowCard)...)
	setText(c.Effects, moderation.Notify, givenBackNotice(*d.Comment))
	return c
}

// cleared names the event of a case that has nothing left to do.
func (d *draft) cleared() (kind, note string) {
	if d.Opinion {
		return "cleared", "after a second opinion"
	}
	return "edited", "nothing wrong any more"
}

// flagged is what follows when the comment is to be reviewed, held or removed.
func (d *draft) flagged() ledger.Commit {
	state, kind := moderation.CaseOpen, "flagged"
	var do []moderation.EffectKind
	switch d.verdict.Action {
	case moderation.Hold:
		kind = "held"
	case moderation.Remove:
		kind, state = "removed", moderation.CaseActed
	}
	strike, sanction := d.strike()
	if sanction != nil && sanction.Ask {
		state = moderation.CaseOpen
	}
	if d.verdict.Action >= moderation.Hold {
		do = append(do, moderation.TakeDown)
		tell := d.settings.NotifyAuthors && (!d.isDown || strike != nil)
		do = append(do, punishment(sanction, tell)...)
	}
	do = append(do, moderation.ShowCard)

	note := d.softened
	switch {
	case d.Opinion:
		note = joinNotes("after a second opinion", d.softened)
	case d.Prior != nil:
		kind, note = "edited", joinNotes(pastTense(d.verdict.Action), d.softened)
	}
	c := d.commit(state, kind, note, do...)
	c.Acts = d.verdict.Action >= moderation.Hold && !d.isDown
	if c.Acts {
		c.Cap = d.settings.HourlyCap
	}
	d.attach(&c, strike, sanction)
	setText(c.Effects, moderation.Notify, notice(d.settings, c.Case, strike != nil))
	if d.alert.ID != "" {
		c.Effects = append(c.Effects, alertFor(d.alert, c.Case, d.at))
	}
	return c
}

// strike returns the strike and the sanction that the verdict adds, nil where it adds none.
func (d *draft) strike() (*moderation.Strike, *moderation.Sanction) {
	if d.verdict.Action != moderation.Remove || d.verdict.Points <= 0 {
		return nil, nil
	}
	if d.Prior != nil && d.Prior.Strike != nil {
		return nil, nil
	}
	strike := moderation.Strike{
		Case:   d.Comment.ID,
		Points: d.verdict.Points,
		Reason: leadReason(d.verdict),
		At:     d.Comment.Time,
	}
	return addStrike(d.settings, d.Record, strike)
}

// addStrike sets a strike's expiry and finds the rung of the ladder that it reaches.
func addStrike(s *policy.Settings, r moderation.Record, strike moderation.Strike) (*moderation.Strike, *moderation.Sanction) {
	if s.Expiry > 0 {
		strike.Expires = strike.At.Add(s.Expiry)
	}
	before := 0
	for _, earlier := range r.Strikes {
		if earlier.Case != strike.Case && earlier.Active(strike.At) {
			before += earlier.Points
		}
	}
	sanction, reached := s.Ladder.Step(before, before+strike.Points)
	if !reached {
		return &strike, nil
	}
	return &strike, &sanction
}

// punishment lists what is done to the author, in the order in which it must happen: who
// is kicked or banned can no longer be told why afterwards.
func punishment(s *moderation.Sanction, tell bool) []moderation.EffectKind {
	var notify []moderation.EffectKind
	if tell {
		notify = []moderation.EffectKind{moderation.Notify}
	}
	if s == nil || s.Ask {
		return notify
	}
	switch s.Kind {
	case moderation.Timeout:
		return append([]moderation.EffectKind{moderation.TimeOut}, notify...)
	case moderation.Kick:
		return append(notify, moderation.KickOut)
	case moderation.Ban:
		return append(notify, moderation.BanUser)
	}
	return notify
}

// attach writes strike and sanction into the commit, keeping those that the case has.
func (d *draft) attach(c *ledger.Commit, strike *moderation.Strike, sanction *moderation.Sanction) {
	if strike == nil && d.Prior != nil {
		c.Case.Strike, c.Case.Sanction, c.Case.Until = d.Prior.Strike, d.Prior.Sanction, d.Prior.Until
		return
	}
	attachSanction(&c.Case, c.Effects, strike, sanction)
}

// attachSanction writes a strike and a sanction into a case, and the end of a timeout into
// the effect that gives it.
func attachSanction(c *moderation.Case, effects []moderation.Effect, strike *moderation.Strike, sanction *moderation.Sanction) {
	c.Strike, c.Sanction = strike, sanction
	if sanction == nil || sanction.Kind != moderation.Timeout || sanction.Ask {
		return
	}
	c.Until = strike.At.Add(sanction.For)
	for i := range effects {
		if effects[i].Kind == moderation.TimeOut {
			effects[i].Until = c.Until
		}
	}
}

// commit puts case and effects together; a second opinion is asked for where it is wanted.
func (d *draft) commit(state moderation.CaseState, kind, note string, do ...moderation.EffectKind) ledger.Commit {
	c := ledger.Commit{
		Case: moderation.Case{
			ID: d.Comment.ID, Guild: d.Comment.Guild, State: state,
			Opened: d.Comment.Time, Updated: d.at,
			Comment: *d.Comment, Verdict: d.verdict,
			Events: []moderation.CaseEvent{{At: d.at, Kind: kind, Note: note}},
		},
		Record: d.Record.Version,
	}
	if d.Prior != nil {
		c.Case.Opened = d.Prior.Opened
		c.Case.Strike, c.Case.Sanction, c.Case.Until = d.Prior.Strike, d.Prior.Sanction, d.Prior.Until
	}
	stage := fmt.Sprintf("r%d", d.Comment.Revision)
	if d.Opinion {
		c.Replaces = d.Prior.Version
		if d.Said.Kind != "" {
			c.Case.Events = append([]moderation.CaseEvent{d.Said}, c.Case.Events...)
		}
		stage = stageOf(d.Prior.Version)
	}
	c.Effects = effectsFor(c.Case, stage, d.at, do...)
	if d.asks() {
		c.Queue = []moderation.Effect{Question(c.Case)}
	}
	return c
}
