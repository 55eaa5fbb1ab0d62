package discordtest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"parley/bot/discord/discordtest"
)

func TestAnInteractionWithoutAnswerFailsAndCannotBeAnsweredLater(t *testing.T) {
	t.Parallel()
	r := newResponder(t, discordtest.WithInteractionWindow(20*time.Millisecond))
	done := r.askForCase(1)
	i := r.hear()
	if got := next(t, done); !errors.Is(got.err, discordtest.ErrInteractionFailed) {
		t.Errorf("got %v", got.err)
	}
	if late := r.answer(i, 4, object{"content": "sorry"}); late.Code != 10062 {
		t.Errorf("a late answer: %d %s", late.Status, late.Body)
	}
}

func TestAnInteractionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	r.answer(i, 4, object{"content": "one"})
	if second := r.answer(i, 4, object{"content": "two"}); second.Code != 40060 {
		t.Errorf("the second answer: %d %s", second.Status, second.Body)
	}
	next(t, done)
}

func TestADeferredAnswerIsAwaited(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	r.answer(i, 5, object{"flags": 64})
	if got := r.request(t, "PATCH", r.original(i), object{"content": "here"}); got.Status != http.StatusOK {
		t.Fatalf("filling in answered %d %s", got.Status, got.Body)
	}
	r.request(t, "POST", "/webhooks/"+r.BotUser().ID+"/"+i.Token, object{"content": "and more", "flags": 64})
	got := next(t, done)
	if got.err != nil || !got.Deferred() || got.saw.Content != "here" || !got.saw.Ephemeral {
		t.Errorf("got %+v, %v", got.saw, got.err)
	}
	if err := r.Await(soon(t), "the follow-up", func() bool { return len(got.FollowUps()) == 1 }); err != nil {
		t.Error(err)
	}
	if got := r.request(t, "DELETE", r.original(i), nil); got.Status != http.StatusNoContent {
		t.Errorf("deleting answered %d", got.Status)
	}
	if _, ok := got.Message(); ok {
		t.Error("the deleted answer is still there")
	}
}

func TestTheBotCanAskForTheMessageThatItsAnswerBecame(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	got := r.request(t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback?with_response=true", object{"type": 4, "data": object{"content": "case 1"}})
	callback := decode[struct {
		Resource struct{ Message struct{ ID string } }
	}](t, got)
	message, _ := next(t, done).Message()
	if callback.Resource.Message.ID != message.ID {
		t.Errorf("answered %s, the message is %s", got.Body, message.ID)
	}
	if again := decode[struct{ ID string }](t, r.request(t, "GET", r.original(i), nil)); again.ID != message.ID {
		t.Errorf("@original is %s, want %s", again.ID, message.ID)
	}
}

func TestAnEditCannotChangeWhoSeesTheAnswer(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	for private, flags := range map[bool]int{true: 64, false: 0} {
		done := r.askForCase(1)
		i := r.hear()
		r.answer(i, 5, object{"flags": flags})
		r.request(t, "PATCH", r.original(i), object{"content": "here", "flags": 64 - flags})
		got := next(t, done)
		if message, _ := got.Message(); message.Ephemeral != private {
			t.Errorf("private is %v, want %v", message.Ephemeral, private)
		}
	}
}
