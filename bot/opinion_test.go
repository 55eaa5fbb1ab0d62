package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/consequence"
	"parley/moderation/ledger"
)

// adviser answers what a test says, and counts how often it is asked about each comment.
type adviser struct {
	mu     sync.Mutex
	asked  map[string]int
	answer func(c moderation.Case, times int) (moderation.Opinion, error)
	off    bool
}

func (a *adviser) On(string) bool { return !a.off }

func (a *adviser) Opinion(_ context.Context, c moderation.Case) (moderation.Opinion, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked == nil {
		a.asked = map[string]int{}
	}
	a.asked[c.ID]++
	return a.answer(c, a.asked[c.ID])
}

func thinks(action moderation.Action, confidence float64) func(moderation.Case, int) (moderation.Opinion, error) {
	return func(moderation.Case, int) (moderation.Opinion, error) {
		return moderation.Opinion{
			Source: "model:judge", Action: action, Category: moderation.Insult, Confidence: confidence, Reason: "so it seems",
		}, nil
	}
}

func withAdviser(a Adviser) func(*Config) {
	return func(c *Config) {
		c.Adviser, c.Log = a, nil
		c.Rulebook.Margins = moderation.Margins{Confidence: 0.6, Disagreement: 0.6, Harshest: moderation.Remove}
	}
}

func TestASecondOpinionDecidesWhatWasUndecided(t *testing.T) {
	for name, tt := range map[string]struct {
		answer moderation.Action
		sure   float64
		state  moderation.CaseState
		down   int
		cards  int
		points int
	}{
		"nothing wrong: cleared, and nobody is bothered": {moderation.Allow, 0.9, moderation.CaseCleared, 0, 0, 0},
		"abuse: removed, with a strike":                  {moderation.Remove, 0.9, moderation.CaseActed, 1, 1, 1},
		"unsure: moderators decide":                      {moderation.Remove, 0.3, moderation.CaseOpen, 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, store := newTown(), openStore(t)
				start(t, p, store, withAdviser(&adviser{answer: thinks(tt.answer, tt.sure)}))
				p.post(t, says(1, "ann", "unsure what to make of this"))
				pass(time.Minute)
				c := caseOf(t, store, "1")
				if c.State != tt.state || p.deleted["1"] != tt.down || p.cards["1"] != tt.cards || pointsOf(t, store, "ann") != tt.points {
					t.Errorf("case %s, taken down %d times, %d cards, %d points; want %s, %d, %d, %d",
						c.State, p.deleted["1"], p.cards["1"], pointsOf(t, store, "ann"), tt.state, tt.down, tt.cards, tt.points)
				}
				if !strings.Contains(event(c), "so it seems") {
					t.Errorf("the case's history does not say what the model said: %s", event(c))
				}
			})
		})
	}
}

func TestAnUndecidedCommentIsNotHeldUpByItsOpinion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		verdicts := make(chan time.Duration, 1)
		slow := &adviser{answer: func(moderation.Case, int) (moderation.Opinion, error) {
			time.Sleep(10 * time.Second)
			return moderation.Opinion{Source: "model:judge", Confidence: 0.9}, nil
		}}
		start(t, p, store, func(c *Config) {
			withAdviser(slow)(c)
			c.OnVerdict = func(_ *moderation.Comment, _ *moderation.Verdict, took time.Duration) { verdicts <- took }
		})
		p.post(t, says(1, "ann", "unsure"))
		if took := <-verdicts; took > time.Second {
			t.Errorf("the verdict took %v", took)
		}
		pass(time.Minute)
	})
}

func TestOneOpinionIsAskedForEachRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		a := &adviser{answer: thinks(moderation.Allow, 0.9)}
		start(t, p, store, withAdviser(a))
		c := says(1, "ann", "unsure")
		for range 3 {
			p.post(t, c)
		}
		pass(time.Minute)
		if a.asked["1"] != 1 {
			t.Errorf("asked %d times about one revision that arrived three times", a.asked["1"])
		}
		c.Revision, c.Time = noon.UnixMilli(), noon.Add(time.Second)
		p.post(t, c)
		pass(time.Minute)
		if a.asked["1"] != 2 {
			t.Errorf("asked %d times about two revisions", a.asked["1"])
		}
	})
}

func TestAnOpinionThatIsNotToBeHadYetIsAskedForLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var asked []time.Time
		a := &adviser{answer: func(_ moderation.Case, times int) (moderation.Opinion, error) {
			asked = append(asked, time.Now())
			switch times {
			case 1:
				return moderation.Opinion{}, &moderation.LaterError{At: time.Now().Add(time.Minute), Err: moderation.ErrOverBudget}
			case 2:
				return moderation.Opinion{}, errLine
			}
			return moderation.Opinion{Source: "model:judge", Confidence: 0.9}, nil
		}}
		start(t, p, store, withAdviser(a))
		p.post(t, says(1, "ann", "unsure"))
		pass(10 * time.Minute)
		if len(asked) != 3 || asked[1].Sub(asked[0]) < time.Minute {
			t.Errorf("asked at %v; want three times, the second a minute after the first", asked)
		}
		if n, err := store.Waiting(t.Context(), "g", ledger.Opinions); err != nil || n != 0 {
			t.Errorf("%d questions still wait, error %v", n, err)
		}
	})
}

func TestOnceTheBudgetIsUsedUpNobodyIsAskedUntilThereIsRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		const budget, comments = 100, 400 // a minute
		window, spent, calls := time.Time{}, 0, 0
		a := &adviser{answer: func(moderation.Case, int) (moderation.Opinion, error) {
			calls++
			if now := time.Now().Truncate(time.Minute); now != window {
				window, spent = now, 0
			}
			if spent++; spent > budget {
				return moderation.Opinion{}, &moderation.LaterError{At: window.Add(time.Minute), Err: moderation.ErrOverBudget}
			}
			return moderation.Opinion{Source: "model:judge", Confidence: 0.9}, nil
		}}
		start(t, p, store, withAdviser(a))
		for i := range comments {
			p.post(t, says(i+1, "author"+strconv.Itoa(i%50), "unsure"))
		}
		pass(10 * time.Minute)
		if n, err := store.Waiting(t.Context(), "g", ledger.Opinions); err != nil || n != 0 {
			t.Errorf("%d questions still wait, error %v", n, err)
		}
		for id, times := range a.asked {
			if c := caseOf(t, store, id); c.State != moderation.CaseCleared {
				t.Errorf("case %s was asked about %d times and is %s", id, times, c.State)
			}
		}
		if inVain := calls - comments; inVain > 4*opinionsAtOnce {
			t.Errorf("%d calls were made without a budget", inVain)
		}
	})
}

func TestAModeratorWhoIsQuickerThanTheOpinionHasTheLastWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		a := &adviser{answer: func(moderation.Case, int) (moderation.Opinion, error) {
			time.Sleep(10 * time.Second)
			return moderation.Opinion{Source: "model:judge", Action: moderation.Remove, Category: moderation.Insult, Confidence: 0.9}, nil
		}}
		b := start(t, p, store, withAdviser(a))
		p.post(t, says(1, "ann", "unsure"))
		pass(time.Second)
		if _, err := b.Desk().Decide(t.Context(), Ruling{Guild: "g", Case: "1", Kind: moderation.Dismiss, By: "m1"}); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if c := caseOf(t, store, "1"); c.State != moderation.CaseDismissed || len(p.deleted) != 0 {
			t.Errorf("case %s, taken down %v; want dismissed and nothing taken down", c.State, p.deleted)
		}
	})
}

func TestInACommunityWhereSecondOpinionsAreOffNothingWaitsForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		a := &adviser{answer: thinks(moderation.Remove, 0.9), off: true}
		start(t, p, store, withAdviser(a))
		p.post(t, says(1, "ann", "unsure"))
		pass(time.Minute)
		if _, err := store.Case(t.Context(), "g", "1"); !errors.Is(err, ledger.ErrNotFound) || a.asked["1"] != 0 {
			t.Errorf("case: %v, asked %d times; want no case and no question", err, a.asked["1"])
		}
	})
}

func TestWithoutAnAdviserNothingWaitsForOne(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	p.post(t, says(1, "ann", "unsure"))
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	cases, err := store.Find(t.Context(), "g", ledger.Filter{})
	if err != nil || len(cases) != 0 {
		t.Errorf("%d cases wait for an opinion that nobody gives, error %v", len(cases), err)
	}
}

func TestQuestionsSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		never := &adviser{answer: func(moderation.Case, int) (moderation.Opinion, error) {
			return moderation.Opinion{}, &moderation.LaterError{At: time.Now().Add(time.Minute), Err: moderation.ErrUnavailable}
		}}
		first := start(t, p, store, withAdviser(never))
		p.post(t, says(1, "ann", "unsure"))
		pass(time.Second)
		if err := first.stop(); err != nil {
			t.Fatal(err)
		}
		p.running = make(chan struct{})
		start(t, p, store, withAdviser(&adviser{answer: thinks(moderation.Remove, 0.9)}))
		p.in.Gap(t.Context(), "g", nil)
		pass(5 * time.Minute)
		if p.deleted["1"] != 1 {
			t.Error("the question was forgotten")
		}
	})
}

func TestAnAnswerThatWasWrittenButNotSettledIsNotAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		unsettled := 1
		faults := &faulty{store, func(operation string) (error, error) {
			if operation == "settle" && unsettled > 0 {
				unsettled--
				return ledger.ErrAway, nil
			}
			return nil, nil
		}}
		a := &adviser{answer: thinks(moderation.Allow, 0.9)}
		start(t, p, faults, withAdviser(a))
		p.post(t, says(1, "ann", "unsure"))
		pass(3 * lease)
		if a.asked["1"] != 1 {
			t.Errorf("asked %d times", a.asked["1"])
		}
		if history := event(caseOf(t, store, "1")); strings.Count(history, "so it seems") != 1 {
			t.Errorf("what the model said does not stand once in the history: %s", history)
		}
		if n, err := store.Waiting(t.Context(), "g", ledger.Opinions); err != nil || n != 0 {
			t.Errorf("%d questions still wait, error %v", n, err)
		}
	})
}

func TestAQuestionStaysWithTheProcessThatAsksItHoweverLongThatTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		slow := &adviser{answer: func(moderation.Case, int) (moderation.Opinion, error) {
			time.Sleep(4 * lease)
			return moderation.Opinion{Source: "model:judge", Confidence: 0.9}, nil
		}}
		start(t, p, store, withAdviser(slow))
		p.post(t, says(1, "ann", "unsure"))
		for range 30 {
			pass(lease / 10)
			if other, err := store.Take(t.Context(), "g", ledger.Opinions, "another process", 1, lease); err != nil || len(other) != 0 {
				t.Fatalf("another process is handed %v, error %v", other, err)
			}
		}
		pass(2 * lease)
		if c := caseOf(t, store, "1"); c.State != moderation.CaseCleared || slow.asked["1"] != 1 {
			t.Errorf("case %s after %d calls; want cleared after one", c.State, slow.asked["1"])
		}
	})
}

func TestTheQuestionOfAProcessThatDiedIsAskedWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		c := says(1, "ann", "unsure")
		c.Time = time.Now()
		pending := moderation.Case{
			ID: c.ID, Guild: "g", State: moderation.CasePending, Opened: c.Time, Updated: c.Time,
			Comment: c, Verdict: moderation.Verdict{Undecided: true, Abuse: 0.5},
		}
		_, err := store.Commit(t.Context(), ledger.Commit{Case: pending, Queue: []moderation.Effect{consequence.Question(pending)}})
		if err != nil {
			t.Fatal(err)
		}
		if taken, err := store.Take(t.Context(), "g", ledger.Opinions, "a process that dies", 1, lease); err != nil || len(taken) != 1 {
			t.Fatalf("took %v, error %v", taken, err)
		}
		start(t, p, store, withAdviser(&adviser{answer: thinks(moderation.Allow, 0.9)}))
		p.in.Gap(t.Context(), "g", nil)
		pass(20 * time.Second)
		if c := caseOf(t, store, "1"); c.State != moderation.CaseCleared {
			t.Errorf("20 seconds later the case is %s", c.State)
		}
	})
}

func TestTwoProcessesThatAskTheSameWriteOneAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, store := newTown(), openStore(t)
		var b running
		a := &adviser{}
		a.answer = func(c moderation.Case, times int) (moderation.Opinion, error) {
			if times == 1 { // while the first one waits for its answer, a second one gets and writes its own
				a.mu.Unlock()
				defer a.mu.Lock()
				b.carryOpinion(t.Context(), ledger.Delivery{Effect: consequence.Question(c), Attempts: 2})
			}
			return moderation.Opinion{
				Source: "model:judge", Action: moderation.Remove, Category: moderation.Insult, Confidence: 0.9, Reason: "so it seems",
			}, nil
		}
		b = start(t, p, store, withAdviser(a))
		p.post(t, says(1, "ann", "unsure"))
		pass(time.Minute)
		c := caseOf(t, store, "1")
		if history := event(c); a.asked["1"] != 2 || strings.Count(history, "so it seems") != 1 || answers(c) != 1 {
			t.Errorf("asked %d times, want twice, and one answer in the history: %s", a.asked["1"], history)
		}
		if p.deleted["1"] != 1 || p.cards["1"] != 1 || pointsOf(t, store, "ann") != 1 {
			t.Errorf("taken down %d times, %d cards, %d points; want one of each", p.deleted["1"], p.cards["1"], pointsOf(t, store, "ann"))
		}
	})
}
