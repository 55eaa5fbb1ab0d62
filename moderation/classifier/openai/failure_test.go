package openai_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"parley/moderation"
	"parley/moderation/classifier/openai"
	"parley/moderation/classifier/openai/openaitest"
)

// later asks and wants to be told when to come back.
func later(t *testing.T, a *openai.Adviser, c moderation.Case) *moderation.LaterError {
	t.Helper()
	o, err := a.Opinion(t.Context(), c)
	var l *moderation.LaterError
	if !errors.As(err, &l) {
		t.Fatalf("got %+v, %v; want to be told to come back later", o, err)
	}
	return l
}

func TestAPassingFailureIsRetried(t *testing.T) {
	for name, fault := range map[string]openaitest.Fault{
		"an internal error":       {Status: 500},
		"a web page":              {Garbage: true},
		"half an answer":          {Truncated: true},
		"no answer in time":       {Hang: true},
		"too many requests":       {Status: 429, RetryAfter: time.Second},
		"a gateway that nods off": {Status: 503, RetryAfter: time.Second},
	} {
		for stage, cfg := range map[string]openai.Config{"judge": judge(), "moderation": scoring()} {
			t.Run(name+" from the "+stage, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := openaitest.New(openaitest.Script{Fault: failing(1, 2, fault)})
					o := opinion(t, adviser(t, cfg, server, newMemory()), undecided("words"))
					if o.Unknown != "" || len(server.Calls()) != 3 {
						t.Errorf("got %+v after %d calls, want an answer after 3", o, len(server.Calls()))
					}
				})
			})
		}
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: failing(1, 99, openaitest.Fault{Hang: true})})
		started := time.Now()
		l := later(t, adviser(t, judge(), server, newMemory()), undecided("words"))
		if !errors.Is(l, moderation.ErrUnavailable) || !l.At.After(time.Now()) {
			t.Errorf("got %v at %s, want unavailable and a time to come", l, l.At)
		}
		if calls, took := len(server.Calls()), time.Since(started); calls != 3 || took > 35*time.Second {
			t.Errorf("%d calls in %s, want 3 of 10 s each", calls, took)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: failing(1, 1, openaitest.Fault{Status: 429, RetryAfter: 20 * time.Second})})
		a := adviser(t, judge(), server, newMemory())
		told := time.Now().Add(20 * time.Second)
		if l := later(t, a, undecided("words")); !l.At.Equal(told) || !errors.Is(l, moderation.ErrOverBudget) {
			t.Errorf("told to come back at %s (%v), want %s", l.At, l, told)
		}
		later(t, a, undecided("other words"))
		if len(server.Calls()) != 1 {
			t.Errorf("%d calls before the time was over, want 1", len(server.Calls()))
		}
		time.Sleep(time.Until(told))
		opinion(t, a, undecided("words"))
	})
}

func TestThrottlingDoesNotOpenTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Fault: failing(1, 20, openaitest.Fault{Status: 429, RetryAfter: time.Second})})
		cfg := judge()
		cfg.Changed = func(c openai.Change) { t.Errorf("throttling brought the note %q", c) }
		a := adviser(t, cfg, server, newMemory())
		c := undecided("words")
		for {
			if o, err := a.Opinion(t.Context(), c); err == nil {
				if o.Unknown != "" {
					t.Errorf("got %+v", o)
				}
				return
			}
			time.Sleep(3 * time.Second)
		}
	})
}

func TestTheBreakerOpensOnceAndClosesAfterASuccessfulProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failingNow := true
		server := openaitest.New(openaitest.Script{Fault: func(openaitest.Call) openaitest.Fault {
			if failingNow {
				return openaitest.Fault{Status: 500}
			}
			return openaitest.Fault{}
		}})
		var notes []string
		cfg := judge()
		cfg.Changed = func(c openai.Change) { notes = append(notes, c.String()) }
		a := adviser(t, cfg, server, newMemory())

		for _, words := range []string{"one", "two", "three", "four"} {
			later(t, a, undecided(words))
		}
		if len(server.Calls()) != 5 {
			t.Errorf("%d calls reached a server that is down, want 5", len(server.Calls()))
		}
		if s, err := a.Status(t.Context(), "g1"); err != nil || !s.Stages[0].Open || !strings.Contains(s.Stages[0].Failure, "500") {
			t.Errorf("status is %+v, %v; want it open, naming the failure", s, err)
		}
		time.Sleep(31 * time.Second)
		later(t, a, undecided("a probe that fails"))
		if len(server.Calls()) != 6 {
			t.Errorf("%d calls after the pause, want one probe more", len(server.Calls()))
		}
		failingNow = false
		time.Sleep(31 * time.Second)
		opinion(t, a, undecided("a probe that succeeds"))
		opinion(t, a, undecided("back to normal"))
		if len(notes) != 2 || !strings.Contains(notes[0], "paused") || !strings.Contains(notes[1], "work again") {
			t.Errorf("moderators read %q, want one note that it stopped and one that it works again", notes)
		}
		if n, err := testutil.GatherAndCount(registry(t, a), "parley_opinion_breaker_open"); err != nil || n != 1 {
			t.Errorf("%d breaker metrics, %v; want 1", n, err)
		}
	})
}

func TestWaitingEndsWithTheFailureMode(t *testing.T) {
	for _, mode := range []moderation.Action{moderation.Allow, moderation.Review, moderation.Hold} {
		t.Run(mode.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := openaitest.New(openaitest.Script{Fault: failing(1, 999, openaitest.Fault{Status: 500})})
				cfg := judge()
				cfg.Judge.OnError, cfg.Patience = mode, 5*time.Minute
				a := adviser(t, cfg, server, newMemory())
				c := undecided("words")
				started := time.Now()
				for {
					o, err := a.Opinion(t.Context(), c)
					if err == nil {
						if o.Unknown == "" || o.Action != mode {
							t.Errorf("got %+v, want unknown with %s", o, mode)
						}
						break
					}
					var l *moderation.LaterError
					if !errors.As(err, &l) {
						t.Fatal(err)
					}
					time.Sleep(time.Until(l.At))
				}
				if took := time.Since(started); took > 5*time.Minute+10*time.Second {
					t.Errorf("gave up after %s, want at most the patience of 5 minutes and the last attempt", took)
				}
			})
		})
	}
}

func TestNonsenseIsAnErrorNotAPass(t *testing.T) {
	for name, answer := range map[string]openaitest.Answer{
		"prose":                     {Raw: "I think this is fine."},
		"nothing":                   {Raw: "null"},
		"an empty object":           {Raw: "{}"},
		"an unknown verdict":        {Verdict: "permit", Category: "none", Confidence: 0.9, Quote: "words", Reason: "Fine."},
		"an action that is ours":    {Verdict: "hold", Category: "threat", Confidence: 0.9, Quote: "words", Reason: "Fine."},
		"an unknown category":       {Verdict: "remove", Category: "rudeness", Confidence: 0.9, Quote: "words", Reason: "Rude."},
		"a removal for nothing":     {Verdict: "remove", Category: "none", Confidence: 0.9, Quote: "words", Reason: "Rude."},
		"confidence above one":      {Verdict: "allow", Category: "none", Confidence: 90, Quote: "words", Reason: "Fine."},
		"confidence below zero":     {Verdict: "allow", Category: "none", Confidence: -0.1, Quote: "words", Reason: "Fine."},
		"a quote that is not there": {Verdict: "remove", Category: "threat", Confidence: 0.9, Quote: "other words", Reason: "A threat."},
		"no quote":                  {Verdict: "allow", Category: "none", Confidence: 0.9, Reason: "Fine."},
		"another code":              {Code: "guess", Verdict: "allow", Category: "none", Confidence: 0.9, Quote: "words", Reason: "Fine."},
		"a refusal":                 {Refusal: "I cannot help with that."},
		"an answer cut off":         {Verdict: "allow", Category: "none", Confidence: 0.9, Quote: "words", Reason: "Fine.", Finish: "length"},
		"a filtered answer":         {Verdict: "allow", Category: "none", Confidence: 0.9, Quote: "words", Reason: "Fine.", Finish: "content_filter"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := openaitest.New(openaitest.Script{Judge: func(openaitest.Prompt) openaitest.Answer { return answer }})
				o := opinion(t, adviser(t, judge(), server, newMemory()), undecided("words"))
				if o.Unknown == "" || o.Action != moderation.Review {
					t.Errorf("got %+v, want unknown with the failure mode", o)
				}
				if len(server.Calls()) != 2 {
					t.Errorf("%d calls, want one more try", len(server.Calls()))
				}
			})
		})
	}
}

func TestNonsenseThatTheBudgetLeavesNoSecondAttemptIsNotAskedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Judge: func(openaitest.Prompt) openaitest.Answer { return openaitest.Answer{Refusal: "no"} }})
		cfg := judge()
		cfg.Judge.Limits.RequestsPerMinute = 1
		o := opinion(t, adviser(t, cfg, server, newMemory()), undecided("words"))
		if !strings.Contains(o.Unknown, "makes no sense") || len(server.Calls()) != 1 {
			t.Errorf("got %+v after %d calls, want no answer after the one that the budget allows", o, len(server.Calls()))
		}
	})
}

func TestNobodyCanSwitchTheJudgeOffByMakingItTalkNonsense(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Judge: func(p openaitest.Prompt) openaitest.Answer {
			if strings.Contains(p.Comment, "confuse") {
				return openaitest.Answer{Raw: "¿que?"}
			}
			return p.Harmless()
		}})
		a := adviser(t, judge(), server, newMemory())
		for range 10 {
			for _, words := range []string{"confuse", "confuse you", "confuse them", "confuse all"} {
				opinion(t, a, undecided(words))
			}
		}
		if o := opinion(t, a, undecided("an ordinary comment")); o.Unknown != "" {
			t.Errorf("an ordinary comment gets %+v", o)
		}
		if len(server.Calls()) != 9 {
			t.Errorf("%d calls; the same nonsense should not be asked for again at once", len(server.Calls()))
		}
	})
}

func TestAnOperatorIsToldWhatToCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		fault openaitest.Fault
		hint  string
	}{
		"a wrong key":    {openaitest.Fault{Status: 401, Code: "invalid_api_key"}, "OPENAI_API_KEY"},
		"a wrong model":  {openaitest.Fault{Status: 404, Code: "model_not_found"}, "model's name"},
		"an empty purse": {openaitest.Fault{Status: 429, Code: "insufficient_quota"}, "no credit"},
	} {
		for stage, cfg := range map[string]openai.Config{"judge": judge(), "moderation": scoring()} {
			t.Run(name+" at the "+stage, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := openaitest.New(openaitest.Script{Fault: failing(1, 99, tc.fault)})
					a := adviser(t, cfg, server, newMemory())
					l := later(t, a, undecided("words"))
					if !strings.Contains(l.Error(), tc.hint) {
						t.Errorf("the error %q does not speak of %q", l, tc.hint)
					}
					if len(server.Calls()) != 1 {
						t.Errorf("%d calls, want 1: asking again cannot help", len(server.Calls()))
					}
				})
			})
		}
	}
}

func TestAMissingScoreDoesNotSilenceTheJudgeWhereThePolicySaysOpen(t *testing.T) {
	for mode, want := range map[moderation.Action]string{moderation.Allow: "answered", moderation.Review: "later"} {
		t.Run(mode.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := openaitest.New(openaitest.Script{Fault: func(c openaitest.Call) openaitest.Fault {
					if strings.HasSuffix(c.Path, "/moderations") {
						return openaitest.Fault{Status: 500}
					}
					return openaitest.Fault{}
				}})
				cfg := judge()
				cfg.Moderation.Stage = openai.Stage{Model: "scores-1", OnError: mode}
				_, err := adviser(t, cfg, server, newMemory()).Opinion(t.Context(), undecided("words"))
				if got := map[bool]string{true: "answered", false: "later"}[err == nil]; got != want {
					t.Errorf("the question was %s (%v), want %s", got, err, want)
				}
			})
		})
	}
}

func TestALedgerThatIsAwayPutsTheQuestionOff(t *testing.T) {
	m := newMemory()
	m.away = errors.New("connection refused")
	l := later(t, adviser(t, judge(), openaitest.New(openaitest.Script{}), m), undecided("words"))
	if !errors.Is(l, m.away) {
		t.Errorf("the error %v hides its cause", l)
	}
}

func TestAnAskerWhoLeavesTakesNobodyAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := openaitest.New(openaitest.Script{Latency: 300 * time.Millisecond})
		a := adviser(t, judge(), server, newMemory())
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		left := make(chan error, 1)
		go func() {
			_, err := a.Opinion(impatient, undecided("words"))
			left <- err
		}()
		time.Sleep(50 * time.Millisecond)
		if o := opinion(t, a, undecided("words")); o.Unknown != "" || !o.Cached {
			t.Errorf("the patient one got %+v", o)
		}
		if err := <-left; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the impatient one got %v", err)
		}
		if len(server.Calls()) != 1 {
			t.Errorf("%d calls for one question", len(server.Calls()))
		}
	})
}
