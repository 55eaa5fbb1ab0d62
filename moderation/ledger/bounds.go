package ledger

import "time"

// What every store keeps at most, so that no flood of comments makes it grow without end.
const (
	// Grace is how much longer than its window a meter remembers. Comments that arrive this
	// late, such as those read again after a restart, are still counted exactly.
	Grace = 10 * time.Minute
	// CountedAtMost is the highest count of a meter; the newest members are kept.
	CountedAtMost = 4096
	// PeopleAtMost is the highest count of a distinct meter; those seen last are kept.
	PeopleAtMost = 512
	// LookalikesAtMost is how many look-alikes an observation lists, and how many comments
	// are remembered under one band of a fingerprint.
	LookalikesAtMost = 32
	// SeenAtMost is how many of an author's newest comments are remembered by ID so that none
	// counts twice. A comment that arrives after so many newer ones is taken for counted.
	SeenAtMost = 32
	// StrikesAtMost is how many of an author's newest strikes are in the record; older ones
	// stay in their cases.
	StrikesAtMost = 200
	// LatestEvents is how many of the newest events of a case are kept, beside the first.
	LatestEvents = 50
	// PoliciesAtMost is how many policies the log holds.
	PoliciesAtMost = 50
	// ShadowHitsAtMost is how many hits are kept for each shadow rule; all are counted.
	ShadowHitsAtMost = 1000
	// CasesFound is how many cases Find lists when its filter names no limit.
	CasesFound = 100
	// ActionsWindow is the time in which automatic actions are counted against Commit.Cap.
	ActionsWindow = time.Hour
)

// How long things are kept.
const (
	// KeepCases is how long a case is kept after its last change unless configured otherwise.
	KeepCases = 90 * 24 * time.Hour
	// KeepStrikes is how long a strike is kept after it has expired. One that never expires
	// is kept for good.
	KeepStrikes = 90 * 24 * time.Hour
	// KeepAuthors is how long an author without strikes is remembered after the last comment.
	KeepAuthors = 180 * 24 * time.Hour
	// KeepShadowHits is how long a shadow rule's hits are kept after the last one.
	KeepShadowHits = 30 * 24 * time.Hour
)
