package embedded

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations bring a database from version i to i+1; its version is its user_version. A
// migration that has been released is never changed. Times are Unix milliseconds.
func migrations() []string {
	return []string{`
CREATE TABLE cases (
	guild TEXT NOT NULL, id TEXT NOT NULL,
	author TEXT NOT NULL, state TEXT NOT NULL,
	revision INTEGER NOT NULL, version INTEGER NOT NULL,
	mark TEXT NOT NULL,            -- names the last write, see ledger.Commit.Mark
	opened INTEGER NOT NULL, updated INTEGER NOT NULL,
	acted INTEGER,                 -- time of the automatic action, NULL for none
	body BLOB NOT NULL,            -- moderation.Case as JSON
	PRIMARY KEY (guild, id));
CREATE INDEX cases_opened ON cases (guild, opened);
CREATE INDEX cases_author ON cases (guild, author, opened);
CREATE INDEX cases_state ON cases (guild, state, opened);
CREATE INDEX cases_acted ON cases (guild, acted) WHERE acted IS NOT NULL;
CREATE INDEX cases_updated ON cases (updated);

CREATE TABLE authors (
	guild TEXT NOT NULL, id TEXT NOT NULL,
	version INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,
	comments INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL DEFAULT 0,
	newest INTEGER NOT NULL DEFAULT 0, -- place of the newest comment that was counted
	active INTEGER NOT NULL DEFAULT 0, -- time of the last comment or case
	PRIMARY KEY (guild, id)) WITHOUT ROWID;
CREATE TABLE strikes (
	guild TEXT NOT NULL, author TEXT NOT NULL, case_id TEXT NOT NULL,
	at INTEGER NOT NULL,
	expires INTEGER,               -- NULL: never
	body BLOB NOT NULL,            -- moderation.Strike as JSON
	PRIMARY KEY (guild, author, case_id)) WITHOUT ROWID;

CREATE TABLE queue (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	guild TEXT NOT NULL, name TEXT NOT NULL,
	due INTEGER NOT NULL,          -- not handed out before: 0, end of a lease, or Later's time
	attempts INTEGER NOT NULL DEFAULT 0,
	consumer TEXT NOT NULL DEFAULT '',
	body BLOB NOT NULL);           -- moderation.Effect as JSON
CREATE INDEX queue_due ON queue (guild, name, due);

CREATE TABLE watermarks (
	guild TEXT NOT NULL, channel TEXT NOT NULL, comment TEXT NOT NULL,
	PRIMARY KEY (guild, channel)) WITHOUT ROWID;
CREATE TABLE memory (
	guild TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
	expires INTEGER NOT NULL, value BLOB NOT NULL,
	PRIMARY KEY (guild, kind, key));
CREATE INDEX memory_expires ON memory (expires);
CREATE TABLE budgets (
	guild TEXT NOT NULL, key TEXT NOT NULL, window INTEGER NOT NULL, start INTEGER NOT NULL,
	used INTEGER NOT NULL,
	PRIMARY KEY (guild, key, window, start)) WITHOUT ROWID;
CREATE TABLE policies (
	guild TEXT NOT NULL, at INTEGER NOT NULL, hash TEXT NOT NULL,
	by TEXT NOT NULL, source BLOB NOT NULL,
	PRIMARY KEY (guild, at, hash));
CREATE TABLE shadow (
	guild TEXT NOT NULL, rule TEXT NOT NULL, comment TEXT NOT NULL,
	at INTEGER NOT NULL, body BLOB, -- body: ledger.ShadowHit as JSON, NULL once it is only counted
	PRIMARY KEY (guild, rule, comment)) WITHOUT ROWID;
CREATE INDEX shadow_at ON shadow (guild, rule, at);
`}
}

// migrate brings the database to the newest version, each step in its own transaction.
func migrate(ctx context.Context, conn *sql.Conn) error {
	steps := migrations()
	var version int
	if err := conn.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("the database has version %d and this program knows versions up to %d: "+
			"run the newer program that wrote it", version, len(steps))
	}
	for i := version; i < len(steps); i++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT", steps[i], i+1)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(ctx, `ROLLBACK`)
			return fmt.Errorf("bring the database to version %d: %w", i+1, err)
		}
	}
	return nil
}
