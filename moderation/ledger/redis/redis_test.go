package redis_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/ledgertest"
	"parley/moderation/ledger/recent"
	"parley/moderation/ledger/redis"
)

func start() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// sighting is a comment with what the default policy asks about it. Every third answers
// somebody.
func sighting(i int) moderation.Sighting {
	id, author := fmt.Sprint(1_000_000+i), fmt.Sprint("author", i%50)
	aimed := moderation.Meter{Key: "target/", Distinct: true, Window: 15 * time.Minute}
	if i%3 == 0 {
		aimed.Key, aimed.Member = fmt.Sprint("target/author", i/7%50), author+"/"+id
	}
	return moderation.Sighting{
		Guild: "g", Channel: "plaza", Comment: id, Author: author, Time: start().Add(time.Duration(i) * time.Millisecond),
		Meters: []moderation.Meter{
			{Key: "author/" + author, Member: id, Window: 10 * time.Second},
			{Key: "article/1", Member: id, Window: 30 * time.Minute},
			{Key: "heat/1", Window: 30 * time.Minute},
			aimed,
		},
		Fingerprint: moderation.Fingerprint{Exact: uint64(i)*0x9E3779B97F4A7C15 | 1, Near: uint64(i)*0xD1342543DE82EF95 | 1},
		Lookalikes:  time.Hour,
	}
}

func removal(i int, record int64) ledger.Commit {
	s := sighting(i)
	return ledger.Commit{
		Case: moderation.Case{
			ID: s.Comment, Guild: "g", State: moderation.CaseActed, Opened: s.Time, Updated: s.Time,
			Comment: moderation.Comment{ID: s.Comment, Guild: "g", Time: s.Time, Author: moderation.Author{ID: s.Author}, Text: "words that were taken down"},
			Verdict: moderation.Verdict{Action: moderation.Remove, Points: 1},
			Strike:  &moderation.Strike{Case: s.Comment, Points: 1, Reason: "insult", At: s.Time, Expires: s.Time.Add(30 * 24 * time.Hour)},
			Events:  []moderation.CaseEvent{{At: s.Time, Kind: "removed"}},
		},
		Effects: []moderation.Effect{{ID: s.Comment + "/take_down/r0", Kind: moderation.TakeDown, Guild: "g", Case: s.Comment}},
		Record:  record, Acts: true,
	}
}

func observe(t testing.TB, s *redis.Store, i int) moderation.Observation {
	t.Helper()
	o, err := s.Observe(t.Context(), sighting(i))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestACleanCommentCostsOneRoundTrip(t *testing.T) {
	s := open(t, ledgertest.Redis(t))
	defer s.Close()
	observe(t, s, 0) // the first sends the script's text
	before := s.RoundTrips()
	for i := range 100 {
		observe(t, s, i)
	}
	if n := s.RoundTrips() - before; n != 100 {
		t.Errorf("100 comments cost %d round trips", n)
	}
}

func TestAnAbusiveCommentCostsTwoRoundTrips(t *testing.T) {
	s := open(t, ledgertest.Redis(t))
	defer s.Close()
	observe(t, s, 0)
	if _, err := s.Commit(t.Context(), removal(0, 0)); err != nil { // this one sends the script's text
		t.Fatal(err)
	}
	before := s.RoundTrips()
	observe(t, s, 1)
	if _, err := s.Commit(t.Context(), removal(1, 0)); err != nil {
		t.Fatal(err)
	}
	if n := s.RoundTrips() - before; n != 2 {
		t.Errorf("an abusive comment cost %d round trips", n)
	}
}

func TestUnderLoadCommentsShareRoundTrips(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address())
	defer s.Close()
	observe(t, s, 0)
	before := s.RoundTrips()
	const n = 200
	stop(t, server) // while the server stands still, everybody else gathers
	failures := make(chan error, n)
	for i := range n {
		go func() {
			_, err := s.Observe(t.Context(), sighting(i))
			failures <- err
		}()
	}
	for s.RoundTrips() == before { // the first is under way
		runtime.Gosched()
	}
	goOn(t, server)
	for range n {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	if trips := s.RoundTrips() - before; trips > n/2 {
		t.Errorf("%d comments at once cost %d round trips", n, trips)
	}
	if o := observe(t, s, n); o.Counts[1] != n+1 {
		t.Errorf("%d comments were counted, want %d", o.Counts[1], n+1)
	}
}

func stop(t *testing.T, server *ledgertest.Server) {
	t.Helper()
	if err := server.Process().Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}

func goOn(t *testing.T, server *ledgertest.Server) {
	t.Helper()
	if err := server.Process().Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

func TestWhileRedisIsAwayCallersAreToldSoonAndNothingCountsTwice(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address())
	defer s.Close()
	observe(t, s, 0)
	if _, err := s.Commit(t.Context(), removal(0, 0)); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	asked := time.Now()
	_, err := s.Observe(t.Context(), sighting(50))
	if !errors.Is(err, ledger.ErrAway) {
		t.Errorf("observe while Redis is away: %v", err)
	}
	if _, err := s.Commit(t.Context(), removal(50, 1)); !errors.Is(err, ledger.ErrAway) {
		t.Errorf("commit while Redis is away: %v", err)
	}
	if took := time.Since(asked); took > 4*time.Second {
		t.Errorf("it took %v to say so", took)
	}
	server.Start()
	for range 2 { // the bot tries again what failed, and what it is not sure of
		observe(t, s, 50)
		if _, err := s.Commit(t.Context(), removal(50, 1)); err != nil {
			t.Fatalf("commit after Redis came back: %v", err)
		}
	}
	o := observe(t, s, 50)
	if o.Record.Comments != 2 || len(o.Record.Strikes) != 2 || o.Record.Version != 2 || o.Counts[0] != 2 {
		t.Errorf("two comments with a strike each left %+v and counts %v", o.Record, o.Counts)
	}
}

func TestAServerThatHangsIsAwayAndItsLateAnswerCountsOnce(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address()+"?read_timeout=100ms")
	defer s.Close()
	observe(t, s, 0)
	if _, err := s.Commit(t.Context(), removal(1, 0)); err != nil {
		t.Fatal(err)
	}
	stop(t, server)
	// The client library sends both again after the time-out, and the server will carry out
	// every copy that it has received when it goes on.
	_, err := s.Observe(t.Context(), sighting(50))
	if !errors.Is(err, ledger.ErrAway) {
		t.Errorf("observe while Redis hangs: %v", err)
	}
	if _, err := s.Commit(t.Context(), removal(50, 0)); !errors.Is(err, ledger.ErrAway) {
		t.Errorf("commit while Redis hangs: %v", err)
	}
	budget := []ledger.Budget{{Key: "k", Amount: 1, Limit: 9, Window: time.Hour}}
	if _, _, err := s.Spend(t.Context(), "g", start(), budget); !errors.Is(err, ledger.ErrAway) {
		t.Errorf("spend while Redis hangs: %v", err)
	}
	goOn(t, server)
	o := observe(t, s, 50)
	if o.Record.Comments != 2 || o.Counts[0] != 2 {
		t.Errorf("two comments were counted as %d and %d", o.Record.Comments, o.Counts[0])
	}
	if _, err := s.Commit(t.Context(), removal(50, 0)); err != nil {
		t.Fatalf("commit again: %v", err)
	}
	if r, err := s.Record(t.Context(), "g", "author0"); err != nil || len(r.Strikes) != 1 || r.Version != 1 {
		t.Errorf("one strike left %+v, %v", r, err)
	}
	if used, err := s.Spent(t.Context(), "g", start(), budget); err != nil || used[0] > 1 {
		t.Errorf("spent %v, %v, want 1 at most", used, err)
	}
}

func TestKillingRedisLosesNothingThatWasCommitted(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address())
	defer s.Close()
	var committed atomic.Int64
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 { // each works for an author of its own until Redis dies
		wg.Go(func() {
			for n := 0; ; n++ {
				if _, err := s.Commit(context.Background(), removal(n*50+w, int64(n))); err != nil {
					return
				}
				if committed.Add(1) == 200 {
					close(enough)
				}
			}
		})
	}
	<-enough
	server.Kill()
	wg.Wait()
	server.Start()

	strikes, cases := 0, 0
	for w := range 4 {
		r, err := s.Record(t.Context(), "g", fmt.Sprint("author", w))
		if err != nil {
			t.Fatal(err)
		}
		if int(r.Version) != len(r.Strikes) {
			t.Errorf("author %d has %d strikes at version %d", w, len(r.Strikes), r.Version)
		}
		strikes += len(r.Strikes)
		for _, strike := range r.Strikes {
			if _, err := s.Case(t.Context(), "g", strike.Case); err != nil {
				t.Errorf("a strike without its case: %v", err)
			}
			cases++
		}
	}
	waiting, err := s.Waiting(t.Context(), "g", ledger.Effects)
	if err != nil {
		t.Fatal(err)
	}
	if int64(strikes) < committed.Load() || waiting != strikes || cases != strikes {
		t.Errorf("of %d commits that returned, %d strikes, %d cases and %d effects are left", committed.Load(), strikes, cases, waiting)
	}
}

func TestScriptsThatTheServerForgotAreSentAgain(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address())
	defer s.Close()
	observe(t, s, 0)
	flush(t, server.Address())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { observe(t, s, i) })
	}
	wg.Wait()
	flush(t, server.Address())
	if _, err := s.Commit(t.Context(), removal(0, 0)); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T, address string) *goredis.Client {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Network: "unix", Addr: strings.TrimPrefix(address, "unix://")})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func flush(t *testing.T, address string) {
	t.Helper()
	if err := client(t, address).ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

// alike is a sighting of the same words by everybody.
func alike(i int) moderation.Sighting {
	s := sighting(i)
	s.Fingerprint = moderation.Fingerprint{Exact: 7, Near: 7}
	return s
}

func TestWhatAnotherProcessSawIsCountedAndFoundAtOnce(t *testing.T) {
	address := ledgertest.StartServer(t).Address()
	processes := []*redis.Store{open(t, address), open(t, address)}
	for i := range 20 {
		o, err := processes[i%2].Observe(t.Context(), alike(i))
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Lookalikes) != i || o.Counts[1] != i+1 {
			t.Errorf("the comment number %d found %d look-alikes and %d comments under its article", i+1, len(o.Lookalikes), o.Counts[1])
		}
	}
	for _, s := range processes {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAProcessThatStartsLearnsOfAllRecentComments(t *testing.T) {
	address := ledgertest.StartServer(t).Address()
	s := open(t, address)
	defer s.Close()
	if _, err := s.Observe(t.Context(), alike(0)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 50 { // more than are handed over at a time
		wg.Go(func() {
			for i := 1 + w; i < 2500; i += 50 {
				observe(t, s, i)
			}
		})
	}
	wg.Wait()
	started := open(t, address)
	defer started.Close()
	o, err := started.Observe(t.Context(), alike(2500))
	if err != nil || len(o.Lookalikes) != 1 || o.Lookalikes[0].Comment != alike(0).Comment || o.Counts[1] != 2501 {
		t.Errorf("a process that has just started found %+v and counted %v, %v; want the comment of before, and 2501", o.Lookalikes, o.Counts, err)
	}
	before := started.RoundTrips()
	if _, err := started.Observe(t.Context(), alike(2501)); err != nil {
		t.Fatal(err)
	}
	if n := started.RoundTrips() - before; n != 1 {
		t.Errorf("once it has learnt, a comment costs %d round trips", n)
	}
}

func TestAFloodDoesNotMakeTheListOfRecentCommentsGrowWithoutEnd(t *testing.T) {
	address := ledgertest.StartServer(t, "--appendfsync", "everysec").Address()
	s, idle := open(t, address), open(t, address)
	defer s.Close()
	defer idle.Close()
	const most, more = recent.RememberedAtMost, 1000
	flood := func(from, to int) {
		var wg sync.WaitGroup
		for w := range 100 {
			wg.Go(func() {
				for i := from + w; i < to; i += 100 {
					observe(t, s, i)
				}
			})
		}
		wg.Wait()
	}
	flood(0, most)
	observe(t, idle, 0)
	flood(most, most+more)
	if kept := client(t, address).LLen(t.Context(), "parley:{g}:recent").Val(); kept < most || kept > most+more/2 {
		t.Errorf("of %d comments %d are kept, want a few more than %d", most+more, kept, most)
	}
	started := open(t, address)
	defer started.Close()
	for what, process := range map[string]*redis.Store{"that was away for the last of it": idle, "that starts": started} {
		last := alike(most + more - 1)
		last.Meters = []moderation.Meter{{Key: "article/1", Window: more * time.Millisecond}}
		o, err := process.Observe(t.Context(), last)
		if err != nil || o.Counts[0] != more {
			t.Errorf("a process %s counts %v in the last second, %v; want %d", what, o.Counts, err, more)
		}
	}
}

func TestRecentCommentsAreKeptForAsLongAsAnybodyLooksBack(t *testing.T) {
	address := ledgertest.Redis(t)
	s := open(t, address)
	defer s.Close()
	for _, lookback := range []time.Duration{time.Hour, 24 * time.Hour} {
		of := sighting(int(lookback / time.Hour))
		of.Lookalikes = lookback
		if _, err := s.Observe(t.Context(), of); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"parley:{g}:recent", "parley:{g}:recent:gone"} {
			if ttl := client(t, address).PTTL(t.Context(), key).Val(); ttl <= lookback || ttl > 3*lookback {
				t.Errorf("%s lives for %v when %v are looked back", key, ttl, lookback)
			}
		}
	}
}

func TestARefusedCommentHarmsNoneOfThoseItSharesATripWith(t *testing.T) {
	server := ledgertest.StartServer(t)
	s := open(t, server.Address())
	defer s.Close()
	observe(t, s, 0)
	// Somebody else's key stands where the author number 7 should be.
	if err := client(t, server.Address()).Set(t.Context(), "parley:{g}:author:author7", "?", 0).Err(); err != nil {
		t.Fatal(err)
	}
	before := s.RoundTrips()
	stop(t, server)
	type outcome struct {
		i   int
		err error
	}
	outcomes := make(chan outcome)
	for i := 1; i < 20; i++ {
		go func() {
			_, err := s.Observe(t.Context(), sighting(i))
			outcomes <- outcome{i, err}
		}()
	}
	for s.RoundTrips() == before {
		runtime.Gosched()
	}
	goOn(t, server)
	for range 19 {
		if o := <-outcomes; (o.err != nil) != (o.i == 7) {
			t.Errorf("comment number %d: %v", o.i, o.err)
		}
	}
}
