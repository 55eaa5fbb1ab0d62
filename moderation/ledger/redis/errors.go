package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation/ledger"
)

// refusals are the beginnings of Redis' answers that mean: not now, nothing was written.
func refusals() []string {
	return []string{
		"LOADING ",     // reads its data after a start
		"READONLY ",    // a replica, after a failover
		"MASTERDOWN ",  // a replica without its master
		"CLUSTERDOWN ", // a slot without a server
		"TRYAGAIN ",    // a slot on the move
		"NOREPLICAS ",  // too few replicas to be safe
		"MISCONF ",     // cannot write to its disk
		"OOM ",         // out of memory
		"BUSY ",        // a script runs too long
		"UNBLOCKED ",   // became a replica meanwhile
		"ERR max number of clients reached",
	}
}

// away returns ledger.ErrAway when err means that Redis cannot be reached or cannot write
// for now, else nil.
func away(err error) error {
	var network net.Error
	switch {
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, goredis.ErrClosed), errors.Is(err, goredis.ErrPoolTimeout), errors.Is(err, goredis.ErrPoolExhausted):
		return ledger.ErrAway
	}
	for _, beginning := range refusals() {
		if goredis.HasErrorPrefix(err, beginning) {
			return ledger.ErrAway
		}
	}
	return nil
}

// wrap says what was being done, and marks errors that time heals with ledger.ErrAway. The
// end of the caller's own context stays what it is.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if gone := away(err); gone != nil {
		return fmt.Errorf("%s: %w: %w", what, gone, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// errForm is what an answer means that no script of this program gives.
var errForm = errors.New("the server answered in a form that this program does not know")
