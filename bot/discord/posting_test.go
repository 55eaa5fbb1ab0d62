package discord

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"parley/moderation"
)

func TestACardWhoseReceiptWasLostIsFoundBehindManyOthers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("some words")
	e := effect(c, moderation.ShowCard)
	posted := w.carry(e, c)
	const talk = 150 // more than Discord lists at a time
	for i := range talk {
		if _, err := w.mod.Post(w.review, fmt.Sprint("remark ", i)); err != nil {
			t.Fatal(err)
		}
	}
	e.Created = time.Now().Add(-10 * time.Minute)
	e.ID += "/forgotten" // by another nonce, for the stand-in still knows the first
	if again := w.carry(e, c); again.Message != posted.Message {
		t.Errorf("posted again as %+v", again)
	}
	if n := len(w.review.Messages()); n != 1+talk {
		t.Errorf("the review channel holds %d messages, want the card and %d remarks", n, talk)
	}
}

func TestWhatNobodyHasTriedToPostIsNotSearchedFor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.connect()
	c, _ := w.flagged("some words")
	e := effect(c, moderation.ShowCard)
	e.Created, e.Fresh = time.Now().Add(-10*time.Minute), true
	w.carry(e, c)
	for _, r := range w.Requests() {
		if r.Method == http.MethodGet && r.Path == "/channels/"+w.review.ID+"/messages" {
			t.Error("the channel was searched for a card that cannot be there")
		}
	}
}
