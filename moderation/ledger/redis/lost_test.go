package redis_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/ledgertest"
)

// link stands between a ledger and its Redis and can lose an answer: the server has carried
// the command out, and the client library sends it again.
type link struct {
	address string
	lose    atomic.Bool
	lost    atomic.Int64
}

func newLink(t *testing.T, server *ledgertest.Server) *link {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "link.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	l := &link{address: "unix://" + path}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", strings.TrimPrefix(server.Address(), "unix://"))
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			go l.answers(near, far)
		}
	}()
	return l
}

func (l *link) answers(near, far net.Conn) {
	defer near.Close()
	defer far.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := far.Read(buffer)
		if err != nil {
			return
		}
		if l.lose.CompareAndSwap(true, false) {
			l.lost.Add(1)
			return
		}
		if _, err := near.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func TestWhatIsSentAgainAfterALostAnswerCountsOnce(t *testing.T) {
	server := ledgertest.StartServer(t)
	l := newLink(t, server)
	s := open(t, l.address)
	defer s.Close()
	observe(t, s, 0)
	if _, err := s.Commit(t.Context(), removal(0, 0)); err != nil { // both scripts are known from here on
		t.Fatal(err)
	}
	budget := []ledger.Budget{{Key: "k", Amount: 1, Limit: 9, Window: time.Hour}}
	if _, _, err := s.Spend(t.Context(), "g", start(), budget); err != nil {
		t.Fatal(err)
	}
	losing := func(what string, f func() error) {
		t.Helper()
		before := l.lost.Load()
		l.lose.Store(true)
		if err := f(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if l.lost.Load() != before+1 {
			t.Errorf("%s: no answer was lost", what)
		}
	}

	losing("observe", func() error { _, err := s.Observe(t.Context(), sighting(50)); return err })
	losing("commit", func() error {
		c, err := s.Commit(t.Context(), removal(50, 1))
		if c.Version != 1 {
			t.Errorf("the commit returned version %d", c.Version)
		}
		return err
	})
	losing("spend", func() error {
		ok, _, err := s.Spend(t.Context(), "g", start(), budget)
		if !ok {
			t.Error("what was spent is said to be refused")
		}
		return err
	})
	losing("once", func() error {
		first, err := s.Once(t.Context(), "g", "alert", time.Minute)
		if !first {
			t.Error("nobody was the first")
		}
		return err
	})
	losing("decide", func() error {
		_, err := s.Decide(t.Context(), ledger.Decision{
			Guild: "g", Case: sighting(50).Comment, Version: 1, Kind: moderation.Dismiss, State: moderation.CaseDismissed,
			By: "mod", At: start(), Pardon: true,
		})
		return err
	})

	o := observe(t, s, 50)
	if o.Record.Comments != 2 || len(o.Record.Strikes) != 2 || o.Record.Version != 3 || o.Record.Rejected != 1 || o.Counts[0] != 2 {
		t.Errorf("two comments, two strikes and a pardon left %+v and counts %v", o.Record, o.Counts)
	}
	if n, err := s.Waiting(t.Context(), "g", ledger.Effects); err != nil || n != 2 {
		t.Errorf("%d effects wait, %v, want 2", n, err)
	}
	if used, err := s.Spent(t.Context(), "g", start(), budget); err != nil || used[0] != 2 {
		t.Errorf("spent %v, %v, want 2", used, err)
	}
}
