// Package ledger says what Parley remembers and what a store promises about it. A store
// keeps facts atomically; what follows from them (ladder, decay, thresholds) is decided in
// Go above it. Stores live below: redis for production, embedded (SQLite) where no Redis is
// configured. Package ledgertest holds the contract that both must pass.
package ledger

import (
	"context"
	"errors"
	"time"

	"parley/moderation"
)

// Errors of every store, to be checked with errors.Is.
var (
	ErrStale    = errors.New("the record changed in the meantime") // Commit, Decide: read again and decide anew
	ErrNotFound = errors.New("no such case")
	ErrAway     = errors.New("the store cannot be reached") // nothing was lost; try again
	ErrOverCap  = errors.New("the community's hourly cap of automatic actions is reached")
)

// Store is everything a ledger remembers. All methods may be called concurrently, from
// several processes, and may be repeated after an error without counting twice.
type Store interface {
	Observer
	Cases
	Outbox
	Watermarks
	Memory
	PolicyLog
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Name is "redis" or "embedded".
	Name() string
	Close() error
}

// Observer counts comments. It is the only thing that a clean comment costs.
type Observer interface {
	// Observe counts a sighting and returns what is known around it, in one round trip.
	// It is idempotent and claims nothing.
	Observe(ctx context.Context, s moderation.Sighting) (moderation.Observation, error)
}

// Commit is a verdict made durable: case, strike and effects, all or nothing.
type Commit struct {
	Case    moderation.Case // ID, Guild, Comment, Verdict, State, Strike and Events set; Version is the store's
	Effects []moderation.Effect
	Queue   []moderation.Effect // effects for the opinion queue
	Record  int64               // Record.Version that the strike was decided on; ignored without a strike
	Cap     int                 // at most so many automatic actions since an hour before Case.Comment.Time, later ones included; 0: no cap
	Acts    bool                // whether this counts as an automatic action

	// Replaces, when set, is the version of the stored case that this commit was decided on:
	// the case is rewritten though its revision is the same (a second opinion arrived), and
	// ErrStale says that the stored version is another one by now. As ever, a case that has
	// a strike gets no second one, and its events are kept and added to.
	Replaces int64
}

// Filter selects cases. Zero fields select all.
type Filter struct {
	State  moderation.CaseState
	Author string
	After  time.Time // opened after
	Limit  int       // at most so many, newest first; 0 means 100
}

// Decision is a moderator's word on a case.
type Decision struct {
	Guild   string
	Case    string
	Version int64 // the version the moderator saw; ErrStale when it is no longer current
	Kind    moderation.DecisionKind
	State   moderation.CaseState // the state that follows
	By      string
	At      time.Time
	Note    string
	Pardon  bool // pardon the case's strike
	Effects []moderation.Effect
}

// Cases are the records that people can look at again.
type Cases interface {
	// Commit writes a case with its strike and effects atomically and returns the case as
	// stored. A case that exists at the same or a later revision is returned unchanged and
	// nothing is written; an edit updates the case, and never adds a second strike.
	// ErrStale: the author's record is no longer the one decided on. ErrOverCap: see Commit.Cap.
	Commit(ctx context.Context, c Commit) (moderation.Case, error)
	// Decide records a moderator's decision atomically and returns the case as it stands now.
	Decide(ctx context.Context, d Decision) (moderation.Case, error)
	// Case returns one case or ErrNotFound.
	Case(ctx context.Context, guild, id string) (moderation.Case, error)
	// Find lists cases, newest first.
	Find(ctx context.Context, guild string, f Filter) ([]moderation.Case, error)
	// Record returns what is remembered about an author; an unknown one has the zero record.
	Record(ctx context.Context, guild, author string) (moderation.Record, error)
}

// Queue names one of the durable queues of a guild.
type Queue string

// The queues.
const (
	Effects  Queue = "effects"
	Opinions Queue = "opinions"
)

// Delivery is an effect taken from a queue by one consumer.
type Delivery struct {
	Effect   moderation.Effect
	Token    string // names the delivery to the store
	Attempts int    // how often it has been taken, 1 the first time
}

// Outbox is the durable queue between decisions and what they do.
type Outbox interface {
	// Take hands out up to n due effects, new ones oldest first, to this consumer alone. Effects
	// taken by a consumer that died (neither settled nor renewed within lease, or sooner where
	// the store can tell) are handed out again. All consumers of a queue name the same lease.
	Take(ctx context.Context, guild string, q Queue, consumer string, n int, lease time.Duration) ([]Delivery, error)
	// Renew has the leases of deliveries begin anew. Those that are gone, or another's by now,
	// are left alone.
	Renew(ctx context.Context, guild string, q Queue, consumer string, held []Delivery, lease time.Duration) error
	// Settle removes a delivery for good and adds the event, if its Kind is set, to the
	// effect's case together with the card that was posted, if any. The case's version stays:
	// what was carried out is no reason to refuse a moderator who saw the case before it was.
	Settle(ctx context.Context, guild string, q Queue, d Delivery, e moderation.CaseEvent, card moderation.MessageRef) error
	// Later gives a delivery back, to be taken no sooner than at.
	Later(ctx context.Context, guild string, q Queue, d Delivery, at time.Time) error
	// Waiting counts what is in the queue, taken or not.
	Waiting(ctx context.Context, guild string, q Queue) (int, error)
}

// Watermarks remember up to which comment each channel has been judged.
type Watermarks interface {
	Watermarks(ctx context.Context, guild string) (map[string]string, error)
	// Advance moves watermarks forward; an older ID than the stored one changes nothing
	// (IDs are snowflakes, compared as numbers).
	Advance(ctx context.Context, guild string, marks map[string]string) error
}

// Memory holds small things with an end.
type Memory interface {
	// Once reports true to exactly one caller per key until ttl has passed.
	Once(ctx context.Context, guild, key string, ttl time.Duration) (bool, error)
	// Hold reports whether a key is holder's. A free one becomes so, and stays so until ttl has
	// passed without another Hold by the same holder, or sooner where the store can tell that
	// the holder died. A ttl of 0 lets go of the key.
	Hold(ctx context.Context, guild, key, holder string, ttl time.Duration) (bool, error)
	// Recall returns what Remember kept, or nil.
	Recall(ctx context.Context, guild, key string) ([]byte, error)
	Remember(ctx context.Context, guild, key string, value []byte, ttl time.Duration) error
	// Spend takes amounts from budgets, all or nothing. It reports whether all budgets had
	// room and, if not, when to try again.
	Spend(ctx context.Context, guild string, at time.Time, budgets []Budget) (ok bool, again time.Time, err error)
	// Spent reports how much of each budget is used, parallel to budgets; Amount is ignored.
	Spent(ctx context.Context, guild string, at time.Time, budgets []Budget) ([]int64, error)
}

// Budget is an amount taken from a fixed window that starts at multiples of Window since
// the Unix epoch.
type Budget struct {
	Key    string
	Amount int64
	Limit  int64
	Window time.Duration
}

// PolicyVersion is one policy that was in force.
type PolicyVersion struct {
	Hash   string    `json:"hash"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`     // "file", "signal", or a moderator's ID
	Source []byte    `json:"source"` // the configuration as loaded, includes resolved
}

// ShadowHit is one comment that a shadow rule would have matched.
type ShadowHit struct {
	Rule    string            `json:"rule"`
	Comment string            `json:"comment"`
	Channel string            `json:"channel"`
	At      time.Time         `json:"at"`
	Quote   string            `json:"quote"`
	Would   moderation.Action `json:"would"` // the action with the rule on
}

// PolicyLog remembers policies and what shadow rules would have done.
type PolicyLog interface {
	KeepPolicy(ctx context.Context, guild string, p PolicyVersion) error
	// Policies lists the policies that were in force, newest first.
	Policies(ctx context.Context, guild string) ([]PolicyVersion, error)
	NoteShadow(ctx context.Context, guild string, hits []ShadowHit) error
	// ShadowHits lists a rule's hits newest first, at most n, and how many there were in all
	// (counted once per comment).
	ShadowHits(ctx context.Context, guild, rule string, n int) ([]ShadowHit, int, error)
}
