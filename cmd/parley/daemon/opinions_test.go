package daemon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/bot/discord/discordtest"
	"parley/moderation/classifier/openai/openaitest"
)

// judgedBy is a policy whose judge is a model at an address, asked about every banana.
func judgedBy(url, model string) string {
	return fmt.Sprintf(`
classifiers: {openai: {base_url: %q, judge: {model: %s, on_error: open, limits: {requests_per_minute: 500}, prices: {input: 1, output: 1}}}}
rules:
  - id: bananas
    why: Bananas may be meant badly.
    when: {words: [banana~]}
    score: {harassment: 0.5}
    ask: openai
`, url, model)
}

// condemning is a model that finds every comment abusive.
func condemning(p openaitest.Prompt) openaitest.Answer {
	return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.9, Quote: p.Comment, Reason: "It mocks."}
}

// models are the names under which a stand-in has been called.
func models(s *openaitest.Server) []string {
	var names []string
	for _, c := range s.Calls() {
		names = append(names, c.Model)
	}
	return names
}

func TestASecondOpinionTakesACommentDownAndShowsInTheStatus(t *testing.T) {
	t.Parallel()
	model := openaitest.Start(openaitest.Script{Judge: condemning})
	defer model.Close()
	w := newTown(t, judgedBy(model.URL(), "first"))
	w.start()
	m := w.says(w.place, "a banana for you")
	w.until("the comment taken down", func() bool { return isDown(w.place, m) })
	status := w.asks(w.place, "parley status")
	for _, want := range []string{"openai.judge (first): answering", "1 of 500 requests/minute", "1 questions", "$0.00"} {
		if !strings.Contains(status, want) {
			t.Errorf("%q is not in the status:\n%s", want, status)
		}
	}
}

func TestAReloadThatNamesAnotherModelHasThatOneAsked(t *testing.T) {
	t.Parallel()
	model := openaitest.Start(openaitest.Script{Judge: condemning})
	defer model.Close()
	w := newTown(t, judgedBy(model.URL(), "first"))
	w.start()
	m := w.says(w.place, "a banana for you")
	w.until("the comment taken down", func() bool { return isDown(w.place, m) })

	before := w.bot.Bot.Current().Hash
	second := judgedBy(model.URL(), "second")
	w.config.Store(&second)
	w.reload <- struct{}{}
	w.until("the new policy", func() bool {
		w.asks(w.place, "parley status") // which also lets the wait look again
		return w.bot.Bot.Current().Hash != before
	})
	m = w.says(w.place, "two bananas for you")
	w.until("the comment taken down", func() bool { return isDown(w.place, m) })
	if got := models(model); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("asked %v, want the first model and then the second", got)
	}
}

func TestModeratorsAreToldOnceThatAModelKeepsFailing(t *testing.T) {
	t.Parallel()
	model := openaitest.Start(openaitest.Script{Fault: func(openaitest.Call) openaitest.Fault { return openaitest.Fault{Status: 500} }})
	defer model.Close()
	w := newTown(t, judgedBy(model.URL(), "first"))
	w.start()
	for i := range 4 {
		w.says(w.place, fmt.Sprintf("banana number %d", i))
	}
	said := func(text string) int {
		n := 0
		for _, m := range w.review.Messages() {
			if slices.ContainsFunc(m.Embeds, func(e discordtest.Embed) bool { return strings.Contains(e.Description, text) }) {
				n++
			}
		}
		return n
	}
	w.until("moderators told", func() bool { return said("keep failing and are paused") == 1 })
	if got := w.asks(w.place, "parley status"); !strings.Contains(got, "it keeps failing") {
		t.Errorf("the status says\n%s", got)
	}
}

func TestWithoutAModelTheStatusSaysThatSecondOpinionsAreOff(t *testing.T) {
	t.Parallel()
	w := newTown(t, "")
	w.start()
	if got := w.asks(w.place, "parley status"); !strings.Contains(got, "second opinions are off: the policy names no remote model") {
		t.Errorf("the status says\n%s", got)
	}
}
