// Package embedded is the ledger where no Redis is configured: SQLite in one file, so that
// one binary on a bare machine is a whole bot. One process uses it at a time.
//
// Durable, in parley.db: cases, strikes, the queues, watermarks, what Remember and Once
// keep, budgets, policies, shadow hits, and each author's number of comments (written every
// few seconds; a crash may lose the last few). Every other write has reached the disk when
// the call returns: the database runs in WAL mode with synchronous=FULL, and one goroutine
// puts the writes that arrive together into one transaction, so that they share one fsync.
//
// In memory, lost with the process: meters and fingerprints. They cover minutes or hours
// and fill again by themselves. Both are bounded, see the constants of package ledger.
//
// The driver is modernc.org/sqlite: SQLite itself, without cgo, so the binary stays static.
package embedded
