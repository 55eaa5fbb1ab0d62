package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"parley/moderation/ledger"
)

// batchAtMost is how many operations share one transaction. It bounds how long the first
// of them waits for the last.
const batchAtMost = 256

// errClosed is what every operation on a closed store returns.
var errClosed = fmt.Errorf("%w: the database is closed", ledger.ErrAway)

// operation is one whole change or question, run inside a shared transaction. It may
// refuse with an error of package ledger, but only before it has written anything.
type operation struct {
	run  func(*transaction) error
	done chan error
}

// transaction is what an operation works with. It is used by one goroutine.
type transaction struct {
	ctx   context.Context
	conn  *sql.Conn
	ready map[string]*sql.Stmt // prepared statements by their text
	after []func()             // to be run once the transaction is on disk
}

func (t *transaction) statement(query string) (*sql.Stmt, error) {
	if s := t.ready[query]; s != nil {
		return s, nil
	}
	s, err := t.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	t.ready[query] = s
	return s, nil
}

// write runs a statement and reports how many rows it changed.
func (t *transaction) write(query string, args ...any) (int64, error) {
	s, err := t.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// one reads a single row; found is false where there is none.
func (t *transaction) one(query string, args []any, into ...any) (found bool, err error) {
	s, err := t.statement(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(t.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each reads rows; row is called for each with the means to scan it.
func (t *transaction) each(query string, args []any, row func(scan func(...any) error) error) error {
	s, err := t.statement(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// forget closes the prepared statements; SQLite keeps a connection open until then.
func (t *transaction) forget() {
	for _, statement := range t.ready {
		_ = statement.Close()
	}
}

// onDisk registers what is to happen in memory once the transaction has been committed.
func (t *transaction) onDisk(f func()) { t.after = append(t.after, f) }

// do hands an operation to the writer and waits until it is on disk. Once handed over it is
// waited for even when ctx ends: run writes into its caller's variables, so leaving early
// would leave both at them, and a transaction takes milliseconds.
func (s *Store) do(ctx context.Context, what string, run func(*transaction) error) error {
	op := operation{run: run, done: make(chan error, 1)}
	select {
	case s.operations <- op:
	case <-s.closing:
		return fmt.Errorf("%s: %w", what, errClosed)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
	var err error
	select {
	case err = <-op.done:
	case <-s.written: // the writer has ended, perhaps with this as its last operation
		select {
		case err = <-op.done:
		default:
			err = errClosed
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// write is the only goroutine that touches the database. It takes what has gathered while
// the last transaction was on its way to the disk and puts it into the next.
func (s *Store) write(conn *sql.Conn) {
	defer close(s.written)
	t := &transaction{ctx: context.Background(), conn: conn, ready: make(map[string]*sql.Stmt)}
	defer t.forget()
	batch := make([]operation, 0, batchAtMost)
	for {
		batch = batch[:0]
		select {
		case op := <-s.operations:
			batch = append(batch, op)
		case <-s.closing:
			return
		}
	gather:
		for len(batch) < batchAtMost {
			select {
			case op := <-s.operations:
				batch = append(batch, op)
			default:
				break gather
			}
		}
		s.commit(t, batch)
	}
}

// commit runs a batch in one transaction. When that fails, each operation gets a
// transaction of its own, so that one that cannot be carried out harms no other.
func (s *Store) commit(t *transaction, batch []operation) {
	answers, err := inTransaction(t, batch)
	if err == nil {
		for i, op := range batch {
			op.done <- answers[i]
		}
		return
	}
	if len(batch) == 1 {
		batch[0].done <- s.explain(err)
		return
	}
	for i := range batch {
		s.commit(t, batch[i:i+1])
	}
}

// inTransaction returns the refusals of the operations, or why the whole transaction failed.
func inTransaction(t *transaction, batch []operation) ([]error, error) {
	if _, err := t.write(`BEGIN IMMEDIATE`); err != nil {
		return nil, err
	}
	t.after = t.after[:0]
	answers := make([]error, len(batch))
	for i, op := range batch {
		err := op.run(t)
		if err != nil && !isRefusal(err) {
			return nil, rollBack(t, err)
		}
		answers[i] = err
	}
	if _, err := t.write(`COMMIT`); err != nil {
		return nil, rollBack(t, err)
	}
	for _, f := range t.after {
		f()
	}
	return answers, nil
}

func rollBack(t *transaction, cause error) error {
	if _, err := t.write(`ROLLBACK`); err != nil {
		return fmt.Errorf("%w (and roll back: %w)", cause, err)
	}
	return cause
}

func isRefusal(err error) bool {
	return errors.Is(err, ledger.ErrStale) || errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrOverCap)
}
