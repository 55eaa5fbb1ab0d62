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

func cases() map[string]func(*book) {
	return map[string]func(*book){
		"ACommittedCaseReadsAsItWasWritten":               readsAsWritten,
		"ACommitThatArrivesTwiceCountsOnce":               commitTwice,
		"AnEditUpdatesTheCaseAndAddsNoSecondStrike":       editNoSecondStrike,
		"AnEditMayAddTheFirstStrike":                      editFirstStrike,
		"AnOlderRevisionChangesNothing":                   olderRevision,
		"AStrikeNeedsTheRecordItWasDecidedOn":             strikeNeedsRecord,
		"TheHourlyCapHoldsAgainstRacingCommits":           capHolds,
		"AnOpinionRewritesTheCaseItWasAskedAbout":         opinionRewrites,
		"AHistoryKeepsItsFirstAndItsLatestEvents":         history,
		"CasesAreFoundNewestFirstByStateAuthorAndTime":    finding,
		"ARecordKeepsItsNewestStrikes":                    newestStrikes,
		"ACommitThatNoLedgerCouldKeepIsRefused":           impossibleCommit,
		"ATextWithAnyBytesComesBackForModerators":         anyBytes,
		"AStrikeThatNeverExpiresIsKept":                   neverExpires,
		"AStrikeByAModeratorNeedsNoComment":               manualStrike,
		"ALaterEditKeepsTheSanctionThatADismissalUndoes":  keepsSanction,
		"AnEmptyListOfReasonsStaysAList":                  emptyLists,
		"ACaseIsFoundUnderItsNewStateAlone":               foundUnderNewState,
		"ACommitWithoutAnythingToUndoLeavesNoStrikeAfter": reviewLeavesNoStrike,
	}
}

func readsAsWritten(b *book) {
	c := removal(b.comment("101", "ann", 0), 2, 0)
	c.Case.Sanction = &moderation.Sanction{Kind: moderation.Timeout, For: time.Hour}
	c.Case.Until = start().Add(time.Hour)
	stored := b.commit(c)
	want := c.Case
	want.Version = 1
	if diff := cmp.Diff(want, stored); diff != "" {
		b.Errorf("Commit returned another case (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.theCase("101")); diff != "" {
		b.Errorf("Case read another case (-want +got):\n%s", diff)
	}
}

func commitTwice(b *book) {
	c := removal(b.comment("101", "ann", 0), 2, 0)
	first := b.commit(c)
	if diff := cmp.Diff(first, b.commit(c)); diff != "" {
		b.Errorf("the second commit returned another case (-first +second):\n%s", diff)
	}
	if r := b.record("ann"); len(r.Strikes) != 1 || r.Version != 1 || r.Rejected != 1 {
		b.Errorf("the record counts the repetition: %+v", r)
	}
	if n := b.waiting(ledger.Effects); n != 2 {
		b.Errorf("%d effects wait, want the 2 of one commit", n)
	}
}

// edited makes a later revision of a comment.
func edited(c moderation.Comment, after time.Duration) moderation.Comment {
	c.Time = c.Time.Add(after)
	c.Revision = c.Time.UnixMilli()
	c.Text += ", edited"
	return c
}

func editNoSecondStrike(b *book) {
	original := b.comment("101", "ann", 0)
	first := b.commit(removal(original, 2, 0))
	edit := removal(edited(original, time.Minute), 5, 1)
	stored := b.commit(edit)
	want := edit.Case
	want.Version, want.Opened, want.Strike = 2, first.Opened, first.Strike
	want.Events = append(slices.Clone(first.Events), edit.Case.Events...)
	if diff := cmp.Diff(want, stored); diff != "" {
		b.Errorf("the edited case differs (-want +got):\n%s", diff)
	}
	if r := b.record("ann"); len(r.Strikes) != 1 || r.Strikes[0].Points != 2 || r.Version != 1 || r.Rejected != 1 {
		b.Errorf("the edit changed the record: %+v", r)
	}
	b.commit(edit)
	if n := b.waiting(ledger.Effects); n != 4 {
		b.Errorf("%d effects wait, want 2 of the comment and 2 of its edit", n)
	}
}

func editFirstStrike(b *book) {
	original := b.comment("101", "ann", 0)
	b.commit(review(original))
	b.commit(removal(edited(original, time.Minute), 2, 0))
	if r := b.record("ann"); len(r.Strikes) != 1 || r.Version != 1 || r.Rejected != 1 {
		b.Errorf("a flagged comment that turned abusive left %+v", r)
	}
}

func olderRevision(b *book) {
	original := b.comment("101", "ann", 0)
	newer := b.commit(removal(edited(original, time.Minute), 2, 0))
	if diff := cmp.Diff(newer, b.commit(review(original))); diff != "" {
		b.Errorf("the comment as it was before its edit changed the case (-before +after):\n%s", diff)
	}
	if n := b.waiting(ledger.Effects); n != 2 {
		b.Errorf("%d effects wait, want 2", n)
	}
}

func strikeNeedsRecord(b *book) {
	b.commit(removal(b.comment("101", "ann", 0), 2, 0))
	_, err := b.Commit(b.ctx, removal(b.comment("102", "ann", time.Second), 2, 0))
	b.refuses("commit on an old record", err, ledger.ErrStale)
	if _, err := b.Case(b.ctx, b.guild, "102"); err == nil || b.waiting(ledger.Effects) != 2 {
		b.Errorf("the refused commit left something behind")
	}
	b.commit(removal(b.comment("102", "ann", time.Second), 2, b.record("ann").Version))
	if r := b.record("ann"); moderation.ActivePoints(r.Strikes, start()) != 4 {
		b.Errorf("two strikes of 2 points give %+v", r)
	}
}

func capHolds(b *book) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for i := range 20 {
		wg.Go(func() {
			c := removal(b.comment(fmt.Sprint(100+i), fmt.Sprint("author", i), time.Duration(-i)*time.Minute), 1, 0)
			c.Cap = 5
			if _, err := b.Commit(b.ctx, c); err != nil {
				b.refuses("commit past the cap", err, ledger.ErrOverCap)
				mu.Lock()
				refused++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n := b.waiting(ledger.Effects); refused != 15 || n != 10 {
		b.Errorf("with a cap of 5, 20 actions had %d refused and %d effects, want 15 and 10", refused, n)
	}
	again := removal(b.comment("200", "late", 2*time.Hour), 1, 0)
	again.Cap = 5
	b.commit(again)
}

func opinionRewrites(b *book) {
	asked := review(b.comment("101", "ann", 0))
	asked.Case.State = moderation.CasePending
	asked.Queue = []moderation.Effect{effect(asked.Case.Comment, moderation.AskOpinion)}
	stored := b.commit(asked)
	answer := removal(asked.Case.Comment, 2, 0)
	answer.Replaces = stored.Version
	answer.Case.Updated = start().Add(time.Minute)
	got := b.commit(answer)
	if got.State != moderation.CaseActed || got.Version != 2 || got.Strike == nil || len(got.Events) != 2 {
		b.Errorf("the opinion left %+v", got)
	}
	if diff := cmp.Diff(got, b.commit(answer)); diff != "" {
		b.Errorf("the same opinion again changed the case (-first +second):\n%s", diff)
	}
	other := answer
	other.Case.Updated = start().Add(2 * time.Minute)
	other.Record = 1
	_, err := b.Commit(b.ctx, other)
	b.refuses("another opinion on the version before", err, ledger.ErrStale)
	unknown := review(b.comment("102", "ann", 0))
	unknown.Replaces = 1
	_, err = b.Commit(b.ctx, unknown)
	b.refuses("an opinion on no case", err, ledger.ErrNotFound)
	if n := b.waiting(ledger.Effects); n != 3 {
		b.Errorf("%d effects wait, want 1 of the question and 2 of the answer", n)
	}
	if n := b.waiting(ledger.Opinions); n != 1 {
		b.Errorf("%d questions wait, want 1", n)
	}
}

func history(b *book) {
	c := b.comment("101", "ann", 0)
	b.commit(review(c))
	for i := range 2 * ledger.LatestEvents {
		c = edited(b.comment("101", "ann", 0), time.Duration(i+1)*time.Second)
		next := review(c)
		next.Case.Events[0].Note = fmt.Sprint("edit ", i)
		b.commit(next)
	}
	got := b.theCase("101").Events
	if len(got) != ledger.LatestEvents+1 || got[0].Note != "" || got[1].Note != fmt.Sprint("edit ", ledger.LatestEvents) {
		b.Errorf("kept %d events, from %+v on, want the first and the latest %d", len(got), got[:min(2, len(got))], ledger.LatestEvents)
	}
}

func finding(b *book) {
	b.commit(review(b.comment("101", "ann", 0)))
	b.commit(removal(b.comment("102", "bob", time.Minute), 1, 0))
	b.commit(review(b.comment("103", "bob", 2*time.Minute)))
	b.commit(review(b.comment("104", "ann", 3*time.Minute)))
	for what, want := range map[ledger.Filter][]string{
		{}:                                {"104", "103", "102", "101"},
		{State: moderation.CaseOpen}:      {"104", "103", "101"},
		{Author: "bob"}:                   {"103", "102"},
		{After: start().Add(time.Minute)}: {"104", "103"},
		{Limit: 2}:                        {"104", "103"},
		{State: moderation.CaseActed, Author: "bob"}:           {"102"},
		{State: moderation.CaseOpen, Limit: 1}:                 {"104"},
		{State: moderation.CaseUpheld}:                         nil,
		{Author: "ann", After: start()}:                        {"104"},
		{State: moderation.CaseOpen, Author: "ann", Limit: 10}: {"104", "101"},
	} {
		if got := b.find(what); !slices.Equal(got, want) {
			b.Errorf("%+v finds %v, want %v", what, got, want)
		}
	}
}

func (b *book) find(f ledger.Filter) []string {
	b.Helper()
	list, err := b.Find(b.ctx, b.guild, f)
	b.check("find", err)
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func newestStrikes(b *book) {
	const n = ledger.StrikesAtMost + 5
	for i := range n {
		b.commit(removal(b.comment(fmt.Sprint(1000+i), "ann", time.Duration(i)*time.Second), 1, int64(i)))
	}
	r := b.record("ann")
	if len(r.Strikes) != ledger.StrikesAtMost || r.Strikes[0].Case != "1005" || r.Version != n {
		b.Errorf("after %d strikes the record has %d, the first of case %s, and version %d", n, len(r.Strikes), r.Strikes[0].Case, r.Version)
	}
}

func impossibleCommit(b *book) {
	for what, spoil := range map[string]func(*ledger.Commit){
		"no case ID":                 func(c *ledger.Commit) { c.Case.ID = "" },
		"no guild":                   func(c *ledger.Commit) { c.Case.Guild = "" },
		"a strike on nobody":         func(c *ledger.Commit) { c.Case.Comment.Author.ID = "" },
		"a strike of another's case": func(c *ledger.Commit) { c.Case.Strike.Case = "other" },
	} {
		c := removal(b.comment("101", "ann", 0), 1, 0)
		spoil(&c)
		if _, err := b.Commit(b.ctx, c); err == nil {
			b.Errorf("a commit with %s was accepted", what)
		}
	}
	if got := b.find(ledger.Filter{}); got != nil {
		b.Errorf("the refused commits left %v", got)
	}
}

func anyBytes(b *book) {
	c := review(b.comment("101", "ann", 0))
	c.Case.Comment.Text = "nul \x00, quote \", bell \a, brace {}, arrow →, script \u2028 and 💬"
	b.commit(c)
	if got := b.theCase("101").Comment.Text; got != c.Case.Comment.Text {
		b.Errorf("wrote %q and read %q", c.Case.Comment.Text, got)
	}
}

func neverExpires(b *book) {
	c := removal(b.comment("101", "ann", 0), 2, 0)
	c.Case.Strike.Expires = time.Time{}
	b.commit(c)
	b.restart()
	r := b.record("ann")
	if len(r.Strikes) != 1 || !r.Strikes[0].Expires.IsZero() || !r.Strikes[0].Active(start().AddDate(50, 0, 0)) {
		b.Errorf("the strike for good reads %+v", r.Strikes)
	}
}

func manualStrike(b *book) {
	c := removal(moderation.Comment{Guild: b.guild, Time: start(), Author: moderation.Author{ID: "ann"}}, 3, 0)
	c.Case.ID, c.Case.Strike.Case, c.Case.Strike.By = "manual/1", "manual/1", "mod"
	c.Case.Verdict = moderation.Verdict{Reasons: []moderation.Reason{}}
	c.Acts, c.Effects = false, nil
	b.commit(c)
	if r := b.record("ann"); len(r.Strikes) != 1 || r.Strikes[0].By != "mod" || r.Rejected != 0 {
		b.Errorf("a moderator's strike left %+v", r)
	}
	if got := b.find(ledger.Filter{Author: "ann"}); !slices.Equal(got, []string{"manual/1"}) {
		b.Errorf("found %v, want the manual case", got)
	}
}

func keepsSanction(b *book) {
	original := b.comment("101", "ann", 0)
	c := removal(original, 2, 0)
	c.Case.Sanction, c.Case.Until = &moderation.Sanction{Kind: moderation.Timeout, For: time.Hour}, start().Add(time.Hour)
	b.commit(c)
	got := b.commit(removal(edited(original, time.Minute), 2, 1))
	if got.Sanction == nil || !got.Until.Equal(c.Case.Until) {
		b.Errorf("after an edit the case no longer knows its timeout: %+v", got)
	}
}

func emptyLists(b *book) {
	c := review(b.comment("101", "ann", 0))
	b.commit(c)
	got := b.decide(b.dismissal(b.theCase("101"), "mod"))
	if got.Verdict.Reasons == nil {
		b.Error("an empty list of reasons came back as none")
	}
}

func foundUnderNewState(b *book) {
	stored := b.commit(review(b.comment("101", "ann", 0)))
	b.decide(b.dismissal(stored, "mod"))
	if got := b.find(ledger.Filter{State: moderation.CaseOpen}); got != nil {
		b.Errorf("a decided case is still found as open: %v", got)
	}
	if got := b.find(ledger.Filter{State: moderation.CaseDismissed}); !slices.Equal(got, []string{"101"}) {
		b.Errorf("found %v as dismissed, want 101", got)
	}
}

func reviewLeavesNoStrike(b *book) {
	b.commit(review(b.comment("101", "ann", 0)))
	if r := b.record("ann"); !cmp.Equal(r, moderation.Record{}) {
		b.Errorf("a flagged comment left the record %+v", r)
	}
}
