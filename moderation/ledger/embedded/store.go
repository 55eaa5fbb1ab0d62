package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"parley/moderation/ledger"
)

// FileName is the database's name in its directory.
const FileName = "parley.db"

// Options change what a store keeps. The zero value is what most communities want.
type Options struct {
	KeepCases time.Duration // how long a case is kept after its last change; 0: ledger.KeepCases
}

// Store is a ledger in one SQLite file. It fills ledger.Store; all methods may be called
// concurrently.
type Store struct {
	path      string
	keepCases time.Duration
	db        *sql.DB

	operations chan operation
	gathered   chan struct{} // tells the housekeeper of something to write
	closing    chan struct{}
	written    chan struct{} // closed when the writer has ended
	kept       chan struct{} // closed when the housekeeper has ended
	close      func() error  // once

	mu     sync.RWMutex
	guilds map[string]*guild
}

var _ ledger.Store = (*Store)(nil)

// Open opens or creates the database in dir, brings it to the newest version and loads
// what Observe needs. It fails when another process uses the database, when it is damaged,
// or when a newer program wrote it; the error says what to do.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{
		path:       filepath.Join(dir, FileName),
		keepCases:  o.KeepCases,
		operations: make(chan operation, batchAtMost),
		gathered:   make(chan struct{}, 1),
		closing:    make(chan struct{}),
		written:    make(chan struct{}),
		kept:       make(chan struct{}),
		guilds:     make(map[string]*guild),
	}
	if s.keepCases <= 0 {
		s.keepCases = ledger.KeepCases
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the ledger: make its directory: %w", err)
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", s.explain(err))
	}
	if err := s.load(ctx, conn); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger: %w", s.explain(err)), conn.Close(), s.db.Close())
	}
	s.close = sync.OnceValue(func() error { return s.shut(conn) })
	go s.write(conn)
	go s.keepHouse()
	return s, nil
}

// connect opens the one connection that the store uses, and locks the file for it.
func (s *Store) connect(ctx context.Context) (*sql.Conn, error) {
	// An exclusive lock makes a second process fail at once instead of working on memory
	// that the first one changes.
	pragmas := url.Values{"_pragma": {
		"busy_timeout(200)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)",
		"journal_size_limit(16777216)", "cache_size(-8192)",
	}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: s.path}).EscapedPath(), RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err == nil {
		err = migrate(ctx, conn)
	}
	if err == nil {
		err = bury(ctx, conn)
	}
	if err == nil {
		s.db = db
		return conn, nil
	}
	if conn != nil {
		_ = conn.Close()
	}
	return nil, errors.Join(err, db.Close())
}

// explain turns SQLite's errors into ones that say what to do.
func (s *Store) explain(err error) error {
	if _, statErr := os.Stat(filepath.Dir(s.path)); statErr != nil {
		return fmt.Errorf("%w: its directory is gone: %w", ledger.ErrAway, statErr)
	}
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff { // the low byte is the primary result code
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %s is in use by another process; stop it, or give this one its own data_dir: %w", ledger.ErrAway, s.path, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s is damaged; put back a copy of it, or move it away to start with an empty ledger: %w", s.path, err)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w: the disk under %s is full or failing: %w", ledger.ErrAway, s.path, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %s cannot be written; check who owns it: %w", ledger.ErrAway, s.path, err)
	}
	return err
}

// Name is "embedded".
func (s *Store) Name() string { return "embedded" }

// Ping asks the database a question.
func (s *Store) Ping(ctx context.Context) error {
	return s.do(ctx, "ping the ledger", func(t *transaction) error {
		var one int
		_, err := t.one(`SELECT 1`, nil, &one)
		return err
	})
}

// Close writes what is still in memory and closes the database. Calls after it do nothing.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut(conn *sql.Conn) error {
	flushed := s.flush(context.Background())
	close(s.closing)
	<-s.kept
	<-s.written
	return errors.Join(flushed, conn.Close(), s.db.Close())
}
