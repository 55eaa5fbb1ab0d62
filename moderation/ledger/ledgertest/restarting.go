package ledgertest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/ledger"
)

func restarting() map[string]func(*book) {
	return map[string]func(*book){
		"NoStrikeCaseOrPendingEffectIsForgotten":       nothingForgotten,
		"CommentsCountedBeforeARestartAreNotCountedUp": countedBefore,
		"TheHourlyCapOutlivesARestart":                 capOutlives,
		"ClosingTwiceIsNoMistake":                      closeTwice,
	}
}

func nothingForgotten(b *book) {
	acted := b.commit(removal(b.comment("101", "ann", 0), 2, 0))
	dismissed := b.decide(b.dismissal(b.commit(removal(b.comment("102", "bob", 0), 2, 0)), "mod"))
	asked := review(b.comment("103", "cem", 0))
	asked.Queue = []moderation.Effect{effect(asked.Case.Comment, moderation.AskOpinion)}
	b.commit(asked)
	taken := b.take(ledger.Effects, 1, time.Hour)
	b.check("advance", b.Advance(b.ctx, b.guild, map[string]string{"plaza": "103"}))
	b.check("remember", b.Remember(b.ctx, b.guild, "opinion", []byte("kept"), time.Hour))
	b.keep(policyAt(0, "a"))
	b.check("note", b.NoteShadow(b.ctx, b.guild, []ledger.ShadowHit{hit("new", 1)}))
	budget := []ledger.Budget{{Key: "requests", Amount: 3, Limit: 5, Window: time.Hour}}
	if _, _, err := b.Spend(b.ctx, b.guild, start(), budget); err != nil {
		b.Fatalf("spend: %v", err)
	}
	records := map[string]moderation.Record{"ann": b.record("ann"), "bob": b.record("bob")}

	b.restart()

	for _, want := range []moderation.Case{acted, dismissed} {
		if diff := cmp.Diff(want, b.theCase(want.ID)); diff != "" {
			b.Errorf("case %s has changed (-before +after):\n%s", want.ID, diff)
		}
	}
	for author, want := range records {
		if diff := cmp.Diff(want, b.record(author)); diff != "" {
			b.Errorf("the record of %s has changed (-before +after):\n%s", author, diff)
		}
	}
	if n := b.waiting(ledger.Effects); n != 6 {
		b.Errorf("%d effects wait, want 6", n)
	}
	rest := b.take(ledger.Effects, 10, time.Hour)
	if len(rest) == 6 && rest[0].Effect.ID == taken[0].Effect.ID && rest[0].Attempts == 2 {
		rest = rest[1:] // the store can tell that its taker is gone
	}
	if len(rest) != 5 || rest[0].Effect.ID == taken[0].Effect.ID {
		b.Errorf("took %v, want the five that were not taken before", names(rest))
	}
	if n := b.waiting(ledger.Opinions); n != 1 {
		b.Errorf("%d questions wait, want 1", n)
	}
	if v, err := b.Recall(b.ctx, b.guild, "opinion"); err != nil || string(v) != "kept" {
		b.Errorf("recalled %q, %v", v, err)
	}
	if marks, err := b.Watermarks(b.ctx, b.guild); err != nil || marks["plaza"] != "103" {
		b.Errorf("watermarks are %v, %v", marks, err)
	}
	b.listed(policyAt(0, "a"))
	b.hits("new", 5, 1, hit("new", 1))
	b.spent(start(), budget, 3)
}

func countedBefore(b *book) {
	b.observe(b.sighting("101", "ann", 0))
	b.observe(b.sighting("102", "ann", time.Second))
	b.restart()
	b.observe(b.sighting("102", "ann", time.Second))
	o := b.observe(b.sighting("103", "ann", time.Minute))
	if o.Record.Comments != 3 || !o.Record.First.Equal(start()) {
		b.Errorf("after a restart the record counts %d comments since %v, want 3 since %v", o.Record.Comments, o.Record.First, start())
	}
}

func capOutlives(b *book) {
	b.commit(removal(b.comment("101", "ann", 0), 1, 0))
	b.restart()
	if o := b.observe(b.sighting("102", "bob", time.Minute)); o.Actions != 1 {
		b.Errorf("after a restart %d actions are counted, want 1", o.Actions)
	}
	next := removal(b.comment("103", "bob", 2*time.Minute), 1, 0)
	next.Cap = 1
	_, err := b.Commit(b.ctx, next)
	b.refuses("commit past the cap", err, ledger.ErrOverCap)
}

func closeTwice(b *book) {
	b.check("close", b.Close())
	b.check("close again", b.Close())
	b.refuses("ping a closed ledger", b.Ping(b.ctx), ledger.ErrAway)
}
