package ledgertest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/ledger"
)

func policies() map[string]func(*book) {
	return map[string]func(*book){
		"PoliciesAreListedNewestFirst":         newestFirst,
		"APolicyKeptTwiceIsListedOnce":         keptTwice,
		"AnEarlierPolicyMayComeBack":           comesBack,
		"ThePolicyLogIsBounded":                boundedLog,
		"ShadowHitsAreCountedOncePerComment":   shadowOnce,
		"ShadowHitsAreBoundedButAllAreCounted": boundedHits,
	}
}

func policyAt(minutes int, hash string) ledger.PolicyVersion {
	return ledger.PolicyVersion{Hash: hash, At: start().Add(time.Duration(minutes) * time.Minute), By: "file", Source: []byte("rules: [] # " + hash)}
}

func (b *book) keep(versions ...ledger.PolicyVersion) {
	b.Helper()
	for _, p := range versions {
		b.check("keep policy", b.KeepPolicy(b.ctx, b.guild, p))
	}
}

func (b *book) listed(want ...ledger.PolicyVersion) {
	b.Helper()
	got, err := b.Policies(b.ctx, b.guild)
	b.check("list policies", err)
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("the policies differ (-want +got):\n%s", diff)
	}
}

func newestFirst(b *book) {
	b.listed()
	b.keep(policyAt(1, "b"), policyAt(0, "a"), policyAt(2, "c"))
	b.listed(policyAt(2, "c"), policyAt(1, "b"), policyAt(0, "a"))
}

func keptTwice(b *book) {
	b.keep(policyAt(0, "a"), policyAt(0, "a"))
	b.listed(policyAt(0, "a"))
}

func comesBack(b *book) {
	b.keep(policyAt(0, "a"), policyAt(1, "b"), policyAt(2, "a"))
	b.listed(policyAt(2, "a"), policyAt(1, "b"), policyAt(0, "a"))
}

func boundedLog(b *book) {
	var want []ledger.PolicyVersion
	for i := range ledger.PoliciesAtMost + 5 {
		p := policyAt(i, fmt.Sprint("hash", i))
		b.keep(p)
		want = append([]ledger.PolicyVersion{p}, want...)
	}
	b.listed(want[:ledger.PoliciesAtMost]...)
}

func hit(rule string, i int) ledger.ShadowHit {
	return ledger.ShadowHit{
		Rule: rule, Comment: fmt.Sprint(1000 + i), Channel: "plaza", At: start().Add(time.Duration(i) * time.Second),
		Quote: "“so it said”", Would: moderation.Hold,
	}
}

func (b *book) hits(rule string, n, wantAll int, want ...ledger.ShadowHit) {
	b.Helper()
	got, all, err := b.ShadowHits(b.ctx, b.guild, rule, n)
	b.check("list shadow hits", err)
	if diff := cmp.Diff(want, got); diff != "" || all != wantAll {
		b.Errorf("%d hits in all, want %d; listed (-want +got):\n%s", all, wantAll, diff)
	}
}

func shadowOnce(b *book) {
	b.hits("new", 10, 0)
	for range 2 {
		b.check("note", b.NoteShadow(b.ctx, b.guild, []ledger.ShadowHit{hit("new", 1), hit("new", 2), hit("other", 1)}))
	}
	b.check("note", b.NoteShadow(b.ctx, b.guild, nil))
	b.hits("new", 10, 2, hit("new", 2), hit("new", 1))
	b.hits("new", 1, 2, hit("new", 2))
	b.hits("other", 10, 1, hit("other", 1))
}

func boundedHits(b *book) {
	const n = ledger.ShadowHitsAtMost + 50
	var hits []ledger.ShadowHit
	for i := range n {
		hits = append(hits, hit("new", i))
	}
	b.check("note", b.NoteShadow(b.ctx, b.guild, hits))
	b.check("note", b.NoteShadow(b.ctx, b.guild, hits[:20]))
	got, all, err := b.ShadowHits(b.ctx, b.guild, "new", 2*n)
	b.check("list shadow hits", err)
	if all != n || len(got) > ledger.ShadowHitsAtMost || !cmp.Equal(got[0], hits[n-1]) {
		b.Errorf("of %d hits counted %d and listed %d", n, all, len(got))
	}
}
