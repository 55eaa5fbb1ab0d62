package redis

import (
	"fmt"
	"testing"
	"time"

	"parley/moderation"
)

// alike is one of many sightings of the same words, which one meter counts.
func alike(id int) *moderation.Sighting {
	return &moderation.Sighting{
		Comment: fmt.Sprint(id), Author: "ann", Time: time.UnixMilli(int64(id)).UTC(), Fingerprint: moderation.Fingerprint{Exact: 7}, Lookalikes: time.Hour,
		Meters: []moderation.Meter{{Key: "author/ann", Member: fmt.Sprint(id), Window: time.Hour}},
	}
}

// entries are sightings as the server hands them over.
func entries(ids ...int) (all []any) {
	for _, id := range ids {
		all = append(all, entryOf(alike(id)))
	}
	return all
}

// answer is one that a shelf gets, to the calls of its own batch.
type answer struct {
	news
	own []int
}

// hears tells a shelf of an answer. It reports whether nothing is missing then.
func hears(s *shelf, asked int64, a answer) (complete bool) {
	complete = s.learn(asked, a.news)
	if complete {
		s.observe(a.before, calls(a.own...))
	}
	return complete
}

func calls(ids ...int) (all []*call) {
	for _, id := range ids {
		all = append(all, &call{about: &sighted{Sighting: *alike(id), entry: entryOf(alike(id))}})
	}
	return all
}

// found lists what a shelf finds like a comment later than all others, and makes sure that
// the meter counts as many.
func found(t *testing.T, s *shelf) (ids []string) {
	t.Helper()
	last := calls(1000)
	s.observe(s.known, last)
	o := last[0].observation
	for _, l := range o.Lookalikes {
		ids = append(ids, l.Comment)
	}
	if o.Counts[0] != 1+len(ids) {
		t.Errorf("the last of %d comments counts %d", 1+len(ids), o.Counts[0])
	}
	return ids
}

func TestAnswersThatOverlapOrOvertakeEachOtherAreLearntOnce(t *testing.T) {
	first := answer{news: news{before: 0, first: 1}, own: []int{1, 2}}
	second := answer{news: news{before: 2, first: 1, others: entries(1, 2)}, own: []int{3}}
	for name, order := range map[string][]answer{
		"in order":       {first, second},
		"the other way":  {second, first},
		"one twice over": {first, first, second, second},
	} {
		var s shelf
		for _, n := range order {
			if !hears(&s, 0, n) {
				t.Errorf("%s: an answer that holds everything is called incomplete", name)
			}
		}
		if s.known != 3 {
			t.Errorf("%s: the list is known up to %d, want 3", name, s.known)
		}
		if got := fmt.Sprint(found(t, &s)); got != "[3 2 1]" {
			t.Errorf("%s: found %s, want 3, 2 and 1", name, got)
		}
	}
}

func TestWhatDidNotFitIntoAnAnswerIsAskedFor(t *testing.T) {
	var s shelf
	if hears(&s, 0, answer{news: news{before: 3, first: 1, others: entries(1)}, own: []int{4}}) {
		t.Error("an answer with a gap is called complete")
	}
	if !hears(&s, 1, answer{news: news{before: 4, first: 2, others: entries(2, 3, 4)}}) {
		t.Error("the rest of the answer is called incomplete")
	}
	if got := fmt.Sprint(found(t, &s)); got != "[4 3 2 1]" {
		t.Errorf("found %s, want all four", got)
	}
}

func TestASightingThatCannotBeReadHoldsNobodyUp(t *testing.T) {
	var s shelf
	others := append(entries(1), any("of another program"), any(nil))
	if !hears(&s, 0, answer{news: news{before: 4, first: 1, others: append(others, entries(4)...)}, own: []int{5}}) {
		t.Error("an answer that holds everything is called incomplete")
	}
	if got := fmt.Sprint(found(t, &s)); got != "[5 4 1]" {
		t.Errorf("found %s, want those that can be read", got)
	}
}

func TestTheListsLifeIsProlongedInTimeAndNotWithEverySighting(t *testing.T) {
	var s shelf
	now := time.UnixMilli(1_780_000_000_000)
	for _, step := range []struct {
		after    time.Duration
		lifetime time.Duration
		prolong  bool
		ttl      time.Duration
	}{
		{0, time.Hour, true, 2 * time.Hour},
		{time.Minute, time.Hour, false, 2 * time.Hour},
		{61 * time.Minute, time.Hour, true, 2 * time.Hour},
		{62 * time.Minute, 24 * time.Hour, true, 48 * time.Hour}, // somebody looks further back
		{63 * time.Minute, time.Hour, false, 48 * time.Hour},
	} {
		at := now.Add(step.after)
		_, ttl, prolong := s.due(step.lifetime, at)
		if prolong != step.prolong || ttl != step.ttl {
			t.Errorf("after %v prolong is %v to %v, want %v to %v", step.after, prolong, ttl, step.prolong, step.ttl)
		}
		if prolong {
			s.prolonged(at.Add(ttl))
		}
	}
}

func TestAServerThatLostEverythingIsLearntFromAnew(t *testing.T) {
	var s shelf
	hears(&s, 0, answer{news: news{before: 9, first: 10}, own: []int{1}})
	if !hears(&s, 10, answer{news: news{before: 0, first: 1}, own: []int{2}}) || s.known != 1 {
		t.Errorf("after the loss the list is known up to %d, want 1", s.known)
	}
	if got := fmt.Sprint(found(t, &s)); got != "[2 1]" {
		t.Errorf("found %s, want what was known and what is new", got)
	}
}

func TestTheCommunityThatWasQuietLongestIsForgottenFirst(t *testing.T) {
	s := shelves{of: make(map[string]*shelf), most: 5}
	for i, guild := range []string{"busy", "quiet", "busy", "new"} {
		hears(s.shelf(guild), int64(i), answer{news: news{before: int64(i), first: int64(i) + 1}, own: []int{i}})
	}
	s.makeRoom()
	if s.of["quiet"] != nil {
		t.Error("the community that was quiet longest is still remembered")
	}
	if s.of["busy"] == nil || s.of["new"] == nil {
		t.Error("more was forgotten than there was no room for")
	}
}
