package advice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier/openai/openaitest"
	"parley/moderation/policy"
)

// asks is a policy with a judge at an address.
func asks(t *testing.T, url string) *policy.Policy {
	t.Helper()
	p, found := policy.Parse("config.yaml", fmt.Appendf(nil,
		"classifiers: {openai: {base_url: %q, judge: {model: test, prices: {input: 1, output: 1}}}}\n", url), nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// open starts a model and prepares to ask it.
func open(t *testing.T, script openaitest.Script) (*Waiting, *openaitest.Server) {
	t.Helper()
	server := openaitest.Start(script)
	t.Cleanup(server.Close)
	w, err := Open(t.Context(), asks(t, server.URL()), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, server
}

func condemns(p openaitest.Prompt) openaitest.Answer {
	return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.9, Quote: p.Comment, Reason: "It mocks."}
}

var undecided = moderation.Verdict{Undecided: true, Ask: []string{"openai"}, Abuse: 0.5}

func TestAnUndecidedCommentGetsTheOpinionAmongItsReasons(t *testing.T) {
	w, _ := open(t, openaitest.Script{Judge: condemns})
	v, err := w.Weigh(t.Context(), &moderation.Comment{Text: "how sad for them"}, undecided)
	if err != nil {
		t.Fatal(err)
	}
	if v.Action != moderation.Remove || v.Undecided || len(v.Reasons) != 1 || v.Reasons[0].Source != "model:openai.judge" || v.Reasons[0].Quote != "how sad for them" {
		t.Errorf("verdict %+v, want a removal for the judge's reason", v)
	}
}

func TestADecidedCommentIsShownToNobody(t *testing.T) {
	w, server := open(t, openaitest.Script{Judge: condemns})
	v, err := w.Weigh(t.Context(), &moderation.Comment{Text: "how sad for them"}, moderation.Verdict{Abuse: 0.1})
	if err != nil || v.Action != moderation.Allow || len(server.Calls()) != 0 {
		t.Errorf("verdict %v after %d calls, error %v; want none", v.Action, len(server.Calls()), err)
	}
}

func TestCopiesAreAskedAboutOnceAndTheCostIsCounted(t *testing.T) {
	w, server := open(t, openaitest.Script{Judge: condemns})
	for range 3 {
		if _, err := w.Weigh(t.Context(), &moderation.Comment{Text: "how sad for them"}, undecided); err != nil {
			t.Fatal(err)
		}
	}
	got := w.Count()
	if len(server.Calls()) != 1 || got.Asked != 3 || got.Cached != 2 || got.Unanswered != 0 || got.Dollars <= 0 {
		t.Errorf("%d calls, counted %+v; want one call, three answers, two of them cached, and a cost", len(server.Calls()), got)
	}
	if !strings.Contains(got.String(), "$") {
		t.Errorf("%q names no cost", got)
	}
}

func TestAnAnswerThatNeverComesIsCountedAndLeavesTheVerdict(t *testing.T) {
	w, _ := open(t, openaitest.Script{Judge: func(openaitest.Prompt) openaitest.Answer { return openaitest.Answer{Refusal: "no"} }})
	v, err := w.Weigh(t.Context(), &moderation.Comment{Text: "how sad for them"}, undecided)
	if err != nil || len(v.Unknown) != 1 || v.Action != moderation.Allow || w.Count().Unanswered != 1 {
		t.Errorf("verdict %+v, error %v, counted %+v; want one unknown", v, err, w.Count())
	}
}

func TestWhoeverStopsWaitingIsNotKept(t *testing.T) {
	w, _ := open(t, openaitest.Script{Fault: func(openaitest.Call) openaitest.Fault { return openaitest.Fault{Hang: true} }})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Weigh(ctx, &moderation.Comment{Text: "how sad for them"}, undecided); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestWithoutAModelNothingIsPrepared(t *testing.T) {
	p, found := policy.Parse("config.yaml", []byte("channels: [news]\n"), nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), p, ""); !errors.Is(err, ErrOff) || !strings.Contains(err.Error(), "names no remote model") {
		t.Errorf("error %v, want ErrOff and why", err)
	}
}
