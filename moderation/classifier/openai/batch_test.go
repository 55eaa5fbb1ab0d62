package openai_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
)

func TestAFullBatchGoesAtOnceAndALonelyCommentAfterAShortWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Schemas: described(t)})
		a := adviser(t, scoring(), server, newMemory())
		started := time.Now()
		var crowd sync.WaitGroup
		for i := range 32 {
			crowd.Go(func() { opinion(t, a, undecided(fmt.Sprint("comment ", i))) })
		}
		crowd.Wait()
		if took := time.Since(started); took != 0 || len(server.Calls()) != 1 {
			t.Errorf("32 comments took %d calls and %s, want one at once", len(server.Calls()), took)
		}
		started = time.Now()
		opinion(t, a, undecided("a lonely comment"))
		if took := time.Since(started); took != 50*time.Millisecond {
			t.Errorf("a lonely comment waited %s, want 50ms", took)
		}
		for _, breach := range server.Breaches() {
			t.Error(breach)
		}
	})
}

func TestEveryCommentOfABatchGetsItsOwnScores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Score: func(input string) map[string]float64 {
			var n float64
			fmt.Sscanf(input, "comment %f", &n)
			return map[string]float64{"hate": n / 100}
		}})
		a := adviser(t, scoring(), server, newMemory())
		var crowd sync.WaitGroup
		for i := 1; i < 100; i++ {
			crowd.Go(func() {
				o := opinion(t, a, undecided(fmt.Sprint("comment ", i)))
				if got := o.Scores[moderation.IdentityAttack]; got != float64(i)/100 {
					t.Errorf("comment %d scores %v", i, got)
				}
			})
		}
		crowd.Wait()
	})
}

func TestOneCommentThatTheServerRefusesDoesNotCostTheOthersTheirScores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: func(c openaitest.Call) openaitest.Fault {
			if strings.Contains(string(c.Body), "poison") {
				return openaitest.Fault{Status: 400}
			}
			return openaitest.Fault{}
		}})
		a := adviser(t, scoring(), server, newMemory())
		var crowd sync.WaitGroup
		for i := range 32 {
			words := fmt.Sprint("comment ", i)
			if i == 13 {
				words = "poison"
			}
			crowd.Go(func() {
				if o := opinion(t, a, undecided(words)); (o.Unknown != "") != (words == "poison") {
					t.Errorf("%q: unknown %q", words, o.Unknown)
				}
			})
		}
		crowd.Wait()
		if calls := len(server.Calls()); calls > 12 {
			t.Errorf("finding the one took %d calls, want about two for each halving", calls)
		}
	})
}

// stream asks about so many different comments, evenly spread over the duration.
func stream(t testing.TB, a *openai.Adviser, comments int, over time.Duration) {
	var crowd sync.WaitGroup
	for i := range comments {
		crowd.Go(func() {
			time.Sleep(over * time.Duration(i) / time.Duration(comments))
			opinion(t, a, undecided(fmt.Sprint("comment ", i)))
		})
	}
	crowd.Wait()
}

func TestBatchingCutsCallsTenfoldAtAHundredCommentsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond})
		stream(t, adviser(t, scoring(), server, newMemory()), 1000, 10*time.Second)
		if calls := len(server.Calls()); calls > 100 {
			t.Errorf("1000 comments took %d calls, want a tenth at most", calls)
		}
	})
}

func TestACallThatHangsDoesNotHoldTheNextBatchBackForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: failing(1, 1, openaitest.Fault{Hang: true})})
		a := adviser(t, scoring(), server, newMemory())
		go opinion(t, a, undecided("a comment whose call hangs"))
		time.Sleep(100 * time.Millisecond)
		started := time.Now()
		opinion(t, a, undecided("another comment"))
		if took := time.Since(started); took > 500*time.Millisecond {
			t.Errorf("the next batch waited %s, want half a second at most", took)
		}
		time.Sleep(time.Minute)
	})
}
