package redis

import (
	"fmt"
	"testing"
	"time"

	"parley/moderation"
	"parley/moderation/ledger/recent"
)

func lookalike(id int) recent.Shelved {
	return recent.Shelved{Comment: fmt.Sprint(id), Author: "ann", At: int64(id), Fingerprint: moderation.Fingerprint{Exact: 7}}
}

// entries are look-alikes as the server hands them over.
func entries(ids ...int) (all []any) {
	for _, id := range ids {
		all = append(all, entryOf(lookalike(id)))
	}
	return all
}

func learns(t *testing.T, s *shelf, asked int64, n news) (complete bool) {
	t.Helper()
	complete, err := s.learn(asked, n)
	if err != nil {
		t.Fatal(err)
	}
	return complete
}

// found lists what a shelf finds like a comment later than all others.
func found(s *shelf) (ids []string) {
	for _, l := range s.find(lookalike(1000), time.Hour) {
		ids = append(ids, l.Comment)
	}
	return ids
}

func TestAnswersThatOverlapOrOvertakeEachOtherAreLearntOnce(t *testing.T) {
	first := news{before: 0, first: 1, own: []recent.Shelved{lookalike(1), lookalike(2)}}
	second := news{before: 2, first: 1, others: entries(1, 2), own: []recent.Shelved{lookalike(3)}}
	for name, order := range map[string][]news{
		"in order":       {first, second},
		"the other way":  {second, first},
		"one twice over": {first, first, second, second},
	} {
		var s shelf
		for _, n := range order {
			if !learns(t, &s, 0, n) {
				t.Errorf("%s: an answer that holds everything is called incomplete", name)
			}
		}
		if got := fmt.Sprint(found(&s)); got != "[3 2 1]" || s.known != 3 {
			t.Errorf("%s: found %s, known up to %d; want 3, 2 and 1", name, got, s.known)
		}
	}
}

func TestWhatDidNotFitIntoAnAnswerIsAskedFor(t *testing.T) {
	var s shelf
	if learns(t, &s, 0, news{before: 3, first: 1, others: entries(1), own: []recent.Shelved{lookalike(4)}}) {
		t.Error("an answer with a gap is called complete")
	}
	if !learns(t, &s, 1, news{before: 4, first: 2, others: entries(2, 3, 4)}) {
		t.Error("the rest of the answer is called incomplete")
	}
	if got := fmt.Sprint(found(&s)); got != "[4 3 2 1]" {
		t.Errorf("found %s, want all four", got)
	}
}

func TestAServerThatLostEverythingIsLearntFromAnew(t *testing.T) {
	var s shelf
	learns(t, &s, 0, news{before: 9, first: 10, own: []recent.Shelved{lookalike(1)}})
	if !learns(t, &s, 10, news{before: 0, first: 1, own: []recent.Shelved{lookalike(2)}}) || s.known != 1 {
		t.Errorf("after the loss the list is known up to %d, want 1", s.known)
	}
	if got := fmt.Sprint(found(&s)); got != "[2 1]" {
		t.Errorf("found %s, want what was known and what is new", got)
	}
}

func TestTheCommunityThatWasQuietLongestIsForgottenFirst(t *testing.T) {
	s := shelves{of: make(map[string]*shelf), most: 3}
	for i, guild := range []string{"busy", "quiet", "busy", "new"} {
		learns(t, s.shelf(guild), int64(i), news{before: int64(i), first: int64(i) + 1, own: []recent.Shelved{lookalike(i)}})
	}
	s.makeRoom()
	if s.of["quiet"] != nil {
		t.Error("the community that was quiet longest is still remembered")
	}
	if s.of["busy"] == nil || s.of["new"] == nil {
		t.Error("more was forgotten than there was no room for")
	}
}
