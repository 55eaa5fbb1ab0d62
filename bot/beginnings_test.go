package bot

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// counted counts the operations of a store and fails those that are named in away.
type counted struct {
	mu   sync.Mutex
	done map[string]int
	away map[string]bool
}

func (c *counted) fault(operation string) (before, after error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away[operation] {
		return ledger.ErrAway, nil
	}
	if c.done == nil {
		c.done = map[string]int{}
	}
	c.done[operation]++
	return nil, nil
}

func (c *counted) back(operation string) { c.mu.Lock(); defer c.mu.Unlock(); delete(c.away, operation) }

func (c *counted) times(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done[operation]
}

func TestWhatABotThatDiesInItsFirstSecondLeavesUnjudgedIsJudgedByTheNext(t *testing.T) {
	for name, announced := range map[string]bool{
		"in a community that it has just come to":     true,
		"in a channel that it was not told of before": false,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, store := newTown(), openStore(t)
				p.missed(says(1, "ann", "remove"))
				judges := &counted{away: map[string]bool{"observe": true}} // it gets nothing judged
				first := start(t, p, &faulty{store, judges.fault}, func(c *Config) { c.Drain, c.Log = time.Millisecond, nil })
				if announced {
					p.in.Gap(t.Context(), "g", p.seen("news"))
				}
				p.post(t, says(2, "ann", "remove"))
				pass(time.Millisecond)
				if err := first.stop(); err != nil {
					t.Fatal(err)
				}
				p.missed(says(3, "bob", "remove")) // posted while no bot runs

				p.running = make(chan struct{})
				start(t, p, store, nil)
				p.in.Gap(t.Context(), "g", p.seen("news"))
				pass(time.Minute)
				if p.deleted["2"] != 1 || p.deleted["3"] != 1 {
					t.Errorf("taken down: %v, want 2 and 3 once each", p.deleted)
				}
				if p.deleted["1"] != 0 {
					t.Error("a comment from before Parley came was judged")
				}
			})
		})
	}
}

func TestWhereABotIsNewItJudgesEachCommentOnceAndReadsOnlyWhatItMissesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var judged atomic.Int64
		start(t, p, store, func(c *Config) {
			c.OnVerdict = func(*moderation.Comment, *moderation.Verdict, time.Duration) { judged.Add(1) }
		})
		p.in.Gap(t.Context(), "g", p.seen("news"))
		p.post(t, says(1, "ann", "remove"))
		pass(time.Minute)
		if n := judged.Load(); n != 1 {
			t.Errorf("one comment was judged %d times", n)
		}
		p.missed(says(2, "bob", "remove"))
		p.in.Gap(t.Context(), "g", p.seen("news")) // the connection was lost meanwhile
		pass(time.Minute)
		if n := judged.Load(); n != 2 || p.deleted["2"] != 1 {
			t.Errorf("after a gap with one comment in it %d were judged in all, and taken down: %v", n, p.deleted)
		}
	})
}

func TestNothingIsJudgedBeforeItIsWrittenDownWhereItsChannelBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, faults := newTown(), &counted{away: map[string]bool{"advance": true}}
		start(t, p, &faulty{openStore(t), faults.fault}, func(c *Config) { c.Log = nil })
		p.in.Gap(t.Context(), "g", p.seen("news"))
		p.post(t, says(1, "ann", "remove"))
		pass(time.Minute)
		if n := faults.times("observe"); n != 0 {
			t.Errorf("the store was asked about %d comments that a restart could not find again", n)
		}
		faults.back("advance")
		pass(2 * time.Minute)
		if p.deleted["1"] != 1 {
			t.Error("the comment was not judged once the store was back")
		}
	})
}

func TestANewChannelCostsOneWriteAndACleanCommentInItOneTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, trips := newTown(), &counted{}
		start(t, p, &faulty{openStore(t), trips.fault}, nil)
		p.in.Gap(t.Context(), "g", p.seen("news", "sport", "arts"))
		synctest.Wait()
		if writes, reads := trips.times("advance"), trips.times("watermarks"); writes != 1 || reads != 1 {
			t.Errorf("three new channels cost %d writes and %d reads, want one each", writes, reads)
		}
		for i := range 50 {
			p.post(t, says(i+1, "ann", "good morning"))
		}
		synctest.Wait()
		if n := trips.times("observe"); n != 50 || trips.times("advance") != 1 || trips.times("watermarks") != 1 {
			t.Errorf("50 clean comments cost %v", trips.done)
		}
	})
}

func TestAThreadThatOpensWhileOtherChannelsMoveOnIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		if err := store.Advance(t.Context(), "g", map[string]string{"news": "9"}); err != nil {
			t.Fatal(err)
		}
		judges := &counted{away: map[string]bool{"observe": true}}
		first := start(t, p, &faulty{store, judges.fault}, func(c *Config) { c.Drain, c.Log = time.Millisecond, nil })
		c := says(8, "ann", "remove")
		c.Channel.ID = "thread"
		p.in.Gap(t.Context(), "g", p.seen("thread")) // it has just been opened, and nothing is in it
		p.post(t, c)
		pass(time.Millisecond)
		if err := first.stop(); err != nil {
			t.Fatal(err)
		}

		p.running = make(chan struct{})
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news", "thread"))
		pass(time.Minute)
		if p.deleted["8"] != 1 {
			t.Error("the thread's first comment was never judged, because another channel was further on")
		}
	})
}

func TestAChannelThatThePolicyBeginsToWatchIsNotJudgedForItsPast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		if err := store.Advance(t.Context(), "g", map[string]string{"news": "5"}); err != nil {
			t.Fatal(err)
		}
		past := says(8, "ann", "remove") // after the latest comment in the channel that was watched
		past.Channel.ID = "2"
		during := says(9, "ann", "remove")
		during.Channel.ID = "6" // created while the bot was away
		p.missed(past, during)
		start(t, p, store, nil)
		p.in.Gap(t.Context(), "g", p.seen("news", "2", "6"))
		pass(time.Minute)
		if p.deleted["8"] != 0 {
			t.Error("a comment was judged that was posted while nobody watched its channel")
		}
		if p.deleted["9"] != 1 {
			t.Error("a comment in a channel that was created during the gap was not judged")
		}
	})
}
