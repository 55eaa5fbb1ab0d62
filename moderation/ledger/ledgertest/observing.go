package ledgertest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/ledger"
)

func observing() map[string]func(*book) {
	return map[string]func(*book){
		"ACommentCountsOnceHoweverOftenItIsSeen":       onceHoweverOften,
		"SeeingACommentAgainGivesTheSameAnswer":        sameAnswer,
		"WhatIsOlderThanTheWindowDoesNotCount":         window,
		"WhateverTheOrderOfArrivalTheCountsAreTheSame": countsWhateverTheOrder,
		"CommentsOfOneMomentCountInOrder":              oneMoment,
		"LateCommentsAreCountedAtTheirOwnTime":         lateComments,
		"AnEditThatOvertakesItsCommentCountsOnce":      editOvertakes,
		"ADistinctMeterCountsPeopleNotComments":        distinctPeople,
		"ACountOfPeopleIsBounded":                      boundedPeople,
		"AMeterCanBeReadWithoutCounting":               readOnly,
		"ACountIsBounded":                              boundedCount,
		"TheSameWordsAreFoundAgainNewestFirst":         sameWords,
		"NearlyTheSameWordsAreFoundAgain":              nearlySame,
		"ShortTextsAreFoundByTheirExactFingerprint":    shortTexts,
		"LookalikesOlderThanAskedForAreLeftOut":        oldLookalikes,
		"LookalikesAreBounded":                         boundedLookalikes,
		"AnObservationTellsTheAuthorsRecord":           tellsRecord,
		"ActionsOfTheLastHourAreCounted":               actionsOfTheHour,
		"NothingIsSharedBetweenCommunities":            communitiesApart,
		"OneAuthorsManyCommentsAreCountedEachOnce":     manyComments,
		"ObservingLeavesNothingThatHidesAnAbusiveCase": claimsNothing,
	}
}

func onceHoweverOften(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.observe(b.sighting("101", "ann", 0))
	o := b.observe(b.sighting("102", "ann", time.Second))
	if o.Counts[0] != 2 || o.Record.Comments != 2 {
		b.Errorf("two comments, one seen twice: counted %d in the window and %d in the record, want 2 and 2", o.Counts[0], o.Record.Comments)
	}
}

func sameAnswer(b *book) {
	s := b.sighting("101", "ann", 0)
	s.Fingerprint, s.Lookalikes = moderation.Fingerprint{Exact: 7, Near: 0xABCD}, time.Hour
	first := b.observe(s)
	later := s
	later.Comment, later.Time = "102", s.Time.Add(time.Second)
	later.Meters = []moderation.Meter{{Key: "author/ann", Member: "102", Window: time.Minute}}
	b.observe(later)
	again := b.observe(s)
	again.Record.Comments = first.Record.Comments // the record is the author's at this moment
	if diff := cmp.Diff(first, again); diff != "" {
		b.Errorf("the second answer differs from the first (-first +second):\n%s", diff)
	}
}

func window(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.observe(b.sighting("102", "ann", 30*time.Second))
	if o := b.observe(b.sighting("103", "ann", time.Minute)); o.Counts[0] != 2 {
		b.Errorf("counted %d, want the two comments of the last minute", o.Counts[0])
	}
}

func oneMoment(b *book) {
	var got []int
	for _, id := range []string{"103", "101", "102", "101"} {
		got = append(got, b.observe(b.sighting(id, "ann", 0)).Counts[0])
	}
	if want := []int{1, 1, 2, 1}; !slices.Equal(got, want) {
		b.Errorf("counted %v, want %v: by ID within one millisecond, whatever the order of arrival", got, want)
	}
}

func lateComments(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.observe(b.sighting("104", "ann", 8*time.Minute))
	if o := b.observe(b.sighting("102", "ann", 10*time.Second)); o.Counts[0] != 2 {
		b.Errorf("a comment that arrived 8 minutes late was the second of its minute, counted %d", o.Counts[0])
	}
	if o := b.observe(b.sighting("103", "ann", 20*time.Second)); o.Counts[0] != 3 {
		b.Errorf("the next late comment was the third of its minute, counted %d", o.Counts[0])
	}
}

func editOvertakes(b *book) {
	edited := b.sighting("101", "ann", 5*time.Second)
	b.observe(edited)
	if o := b.observe(b.sighting("101", "ann", 0)); o.Counts[0] != 1 || o.Record.Comments != 1 {
		b.Errorf("the comment after its edit counted %d and %d, want 1 and 1", o.Counts[0], o.Record.Comments)
	}
	if o := b.observe(edited); o.Counts[0] != 1 {
		b.Errorf("the edit again counted %d, want 1", o.Counts[0])
	}
	if o := b.observe(b.sighting("101", "ann", time.Hour)); o.Counts[0] != 1 || o.Record.Comments != 1 {
		b.Errorf("an edit an hour later counted %d and %d, want itself alone", o.Counts[0], o.Record.Comments)
	}
}

func distinctPeople(b *book) {
	at := func(author, comment string, after time.Duration) int {
		s := b.sighting(comment, author, after)
		s.Meters = []moderation.Meter{{Key: "target/zoe", Member: author + "/" + comment, Distinct: true, Window: time.Minute}}
		return b.observe(s).Counts[0]
	}
	at("ann", "101", 0)
	at("ann", "102", time.Second)
	at("bob", "103", 2*time.Second)
	if n := at("ann", "104", 3*time.Second); n != 2 {
		b.Errorf("four comments by two people counted %d, want 2", n)
	}
	if n := at("cem", "105", 62*time.Second); n != 2 {
		b.Errorf("a minute later counted %d, want 2: the newcomer and the one who wrote last", n)
	}
	if n := at("bob", "103", 2*time.Second); n != 2 {
		b.Errorf("bob's comment seen again counted %d, want the 2 of then", n)
	}
	if n := at("dan", "100", -time.Second); n != 1 {
		b.Errorf("the first of all, which came late, counted %d, want 1", n)
	}
}

func boundedPeople(b *book) {
	last := 0
	for i := range ledger.PeopleAtMost + 20 {
		s := b.sighting(fmt.Sprint(1000+i), fmt.Sprint("author", i), time.Duration(i)*time.Millisecond)
		s.Meters = []moderation.Meter{{Key: "target/zoe", Member: s.Author + "/" + s.Comment, Distinct: true, Window: time.Minute}}
		last = b.observe(s).Counts[0]
	}
	if last != ledger.PeopleAtMost {
		b.Errorf("a mob counted %d, want it to stop at %d", last, ledger.PeopleAtMost)
	}
}

func readOnly(b *book) {
	look := b.sighting("102", "bob", time.Second)
	look.Meters = []moderation.Meter{{Key: "author/ann", Window: time.Minute}}
	if o := b.observe(look); o.Counts[0] != 0 {
		b.Errorf("a meter that counted nothing reads %d", o.Counts[0])
	}
	b.observe(b.sighting("101", "ann", 0))
	b.observe(look)
	if o := b.observe(look); o.Counts[0] != 1 {
		b.Errorf("read twice, the meter says %d, want 1", o.Counts[0])
	}
}

func boundedCount(b *book) {
	const flood, workers = ledger.CountedAtMost + 512, 64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < flood; i += workers {
				s := b.sighting(fmt.Sprint(10_000+i), "ann", time.Duration(i)*time.Millisecond)
				if _, err := b.Observe(b.ctx, s); err != nil {
					b.Errorf("observe: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if n := b.observe(b.sighting("99999", "ann", flood*time.Millisecond)).Counts[0]; n != ledger.CountedAtMost {
		b.Errorf("a flood counted %d, want it to stop at %d", n, ledger.CountedAtMost)
	}
}

// print makes a sighting of a text.
func (b *book) print(id, author string, after time.Duration, p moderation.Fingerprint) moderation.Sighting {
	s := b.sighting(id, author, after)
	s.Meters, s.Fingerprint, s.Lookalikes = nil, p, time.Hour
	return s
}

func found(o moderation.Observation) []string {
	var ids []string
	for _, l := range o.Lookalikes {
		ids = append(ids, l.Comment)
	}
	return ids
}

func sameWords(b *book) {
	words := moderation.Fingerprint{Exact: 42, Near: 0x1234_5678_9ABC_DEF0}
	b.observe(b.print("101", "ann", 0, words))
	b.observe(b.print("102", "bob", time.Second, words))
	b.observe(b.print("103", "cem", time.Second, moderation.Fingerprint{Exact: 43, Near: 0x0FED_CBA9_8765_4321}))
	o := b.observe(b.print("104", "dan", 2*time.Second, words))
	want := []moderation.Lookalike{
		{Comment: "102", Author: "bob", Channel: "plaza", Time: start().Add(time.Second), Exact: true, Near: words.Near},
		{Comment: "101", Author: "ann", Channel: "plaza", Time: start(), Exact: true, Near: words.Near},
	}
	if diff := cmp.Diff(want, o.Lookalikes); diff != "" {
		b.Errorf("look-alikes differ (-want +got):\n%s", diff)
	}
	if got := found(b.observe(b.print("102", "bob", time.Second, words))); !slices.Equal(got, []string{"101"}) {
		b.Errorf("seen again, the second comment finds %v, want only the one before it", got)
	}
}

func nearlySame(b *book) {
	const near = 0x1234_5678_9ABC_DEF0
	b.observe(b.print("101", "ann", 0, moderation.Fingerprint{Exact: 1, Near: near}))
	for i, differing := range []uint64{1, 1<<63 | 1<<40, 1<<50 | 1<<33 | 1<<2} {
		o := b.observe(b.print(fmt.Sprint(200+i), "bob", time.Second, moderation.Fingerprint{Exact: 100 + uint64(i), Near: near ^ differing}))
		at := slices.IndexFunc(o.Lookalikes, func(l moderation.Lookalike) bool { return l.Comment == "101" })
		if at < 0 || o.Lookalikes[at].Exact {
			b.Errorf("with bits %x different found %v, want 101 as near", differing, found(o))
		}
	}
	far := b.observe(b.print("300", "bob", 2*time.Second, moderation.Fingerprint{Exact: 200, Near: near ^ 0xFFFF_FFFF_0000}))
	if len(far.Lookalikes) != 0 {
		b.Errorf("a text that shares two bands of four but differs in half its bits found %v", found(far))
	}
}

func shortTexts(b *book) {
	b.observe(b.print("101", "ann", 0, moderation.Fingerprint{Exact: 9}))
	if got := found(b.observe(b.print("102", "bob", 1, moderation.Fingerprint{Exact: 9}))); !slices.Equal(got, []string{"101"}) {
		b.Errorf("the same short text found %v, want 101", got)
	}
	b.observe(b.print("103", "ann", 2, moderation.Fingerprint{}))
	if got := found(b.observe(b.print("104", "bob", 3, moderation.Fingerprint{}))); got != nil {
		b.Errorf("texts without a fingerprint are like nothing, found %v", got)
	}
}

func oldLookalikes(b *book) {
	words := moderation.Fingerprint{Exact: 42, Near: 77}
	b.observe(b.print("101", "ann", 0, words))
	if got := found(b.observe(b.print("102", "bob", time.Hour, words))); got != nil {
		b.Errorf("an hour later found %v, want nothing", got)
	}
}

func boundedLookalikes(b *book) {
	words := moderation.Fingerprint{Exact: 42, Near: 77}
	for i := range 2 * ledger.LookalikesAtMost {
		b.observe(b.print(fmt.Sprint(100+i), "ann", time.Duration(i)*time.Second, words))
	}
	got := found(b.observe(b.print("900", "ann", 10*time.Minute, words)))
	if len(got) == 0 || len(got) > ledger.LookalikesAtMost || got[0] != fmt.Sprint(100+2*ledger.LookalikesAtMost-1) {
		b.Errorf("found %d look-alikes starting with %.1v, want at most %d, newest first", len(got), got, ledger.LookalikesAtMost)
	}
}

func tellsRecord(b *book) {
	o := b.observe(b.sighting("101", "ann", 0))
	if want := (moderation.Record{Comments: 1, First: start()}); !cmp.Equal(want, o.Record) {
		b.Errorf("a newcomer's record is %+v, want %+v", o.Record, want)
	}
	c := removal(b.comment("101", "ann", 0), 3, 0)
	b.commit(c)
	o = b.observe(b.sighting("102", "ann", time.Minute))
	want := moderation.Record{Version: 1, Comments: 2, Rejected: 1, First: start(), Strikes: []moderation.Strike{*c.Case.Strike}}
	if diff := cmp.Diff(want, o.Record); diff != "" {
		b.Errorf("after a strike the record differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.record("ann")); diff != "" {
		b.Errorf("Record differs from what Observe tells (-want +got):\n%s", diff)
	}
	if r := b.record("nobody"); !cmp.Equal(r, moderation.Record{}) {
		b.Errorf("somebody unknown has record %+v, want the zero record", r)
	}
}

func actionsOfTheHour(b *book) {
	b.commit(removal(b.comment("101", "ann", 0), 1, 0))
	b.commit(removal(b.comment("102", "bob", 30*time.Minute), 1, 0))
	b.commit(review(b.comment("103", "cem", 40*time.Minute)))
	for after, want := range map[time.Duration]int{0: 1, 59 * time.Minute: 2, time.Hour: 1, 91 * time.Minute: 0} {
		if o := b.observe(b.sighting("200", "dan", after)); o.Actions != want {
			b.Errorf("%v after the first action: counted %d, want %d", after, o.Actions, want)
		}
	}
}

func communitiesApart(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.commit(removal(b.comment("101", "ann", 0), 1, 0))
	elsewhere := b.sighting("102", "ann", time.Second)
	elsewhere.Guild = b.guild + "9"
	o := b.observe(elsewhere)
	if o.Counts[0] != 1 || o.Record.Comments != 1 || len(o.Record.Strikes) != 0 || o.Actions != 0 {
		b.Errorf("another community sees %+v", o)
	}
	_, err := b.Case(b.ctx, b.guild+"9", "101")
	b.refuses("read a case of another community", err, ledger.ErrNotFound)
}

func manyComments(b *book) {
	const n = 10 * ledger.SeenAtMost
	for i := range n {
		b.observe(b.sighting(fmt.Sprint(1000+i), "ann", time.Duration(i)*time.Second))
		if i >= 3 {
			b.observe(b.sighting(fmt.Sprint(1000+i-3), "ann", time.Duration(i-3)*time.Second))
		}
	}
	if r := b.observe(b.sighting("1000", "ann", 0)).Record; r.Comments != n {
		b.Errorf("%d comments, nearly all seen twice, counted %d", n, r.Comments)
	}
}

func claimsNothing(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.restart()
	b.observe(b.sighting("101", "ann", 0))
	if got := b.commit(removal(b.comment("101", "ann", 0), 1, 0)); got.Version != 1 || got.Strike == nil {
		b.Errorf("a comment whose process died before Commit was stored as %+v", got)
	}
}
