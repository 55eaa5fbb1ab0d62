package ledger_test

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/moderation"
	"parley/moderation/ledger"
)

func TestBandsFindEveryTextThatDiffersInThreeBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Uint64().Draw(t, "text")
		b := a
		for range rapid.IntRange(0, 3).Draw(t, "differences") {
			b ^= 1 << rapid.IntRange(0, 63).Draw(t, "bit")
		}
		for i, band := range ledger.Bands(a) {
			if band == ledger.Bands(b)[i] {
				return
			}
		}
		t.Fatalf("%x and %x share no band though they differ in %d bits", a, b, bits.OnesCount64(a^b))
	})
}

func TestTextsAreAlikeWhenEqualOrNear(t *testing.T) {
	print := func(exact, near uint64) moderation.Fingerprint {
		return moderation.Fingerprint{Exact: exact, Near: near}
	}
	const near = 0xF0F0_F0F0_F0F0_F0F0
	for _, c := range []struct {
		what         string
		a, b         moderation.Fingerprint
		alike, exact bool
	}{
		{"the same text", print(1, near), print(1, near), true, true},
		{"a near text", print(1, near), print(2, near^0xFF), true, false},
		{"a text too far away", print(1, near), print(2, near^0x1FF), false, false},
		{"the same short text", print(1, 0), print(1, 0), true, true},
		{"two short texts", print(1, 0), print(2, 0), false, false},
		{"a short and a long text", print(1, 0), print(2, 1), false, false},
		{"two texts of which nothing is known", print(0, 0), print(0, 0), false, false},
	} {
		if alike, exact := ledger.Alike(c.a, c.b); alike != c.alike || exact != c.exact {
			t.Errorf("%s: alike %v, exact %v", c.what, alike, exact)
		}
	}
}

// FuzzWatermarksCompareAsNumbers compares with a number type that has no limit.
func FuzzWatermarksCompareAsNumbers(f *testing.F) {
	f.Add("1200000000000000002", "1200000000000000001")
	f.Add("99", "100")
	f.Add("007", "7")
	f.Add("", "0")
	f.Add("not a number", "7")
	f.Fuzz(func(t *testing.T, a, b string) {
		if ledger.Later(a, b) && ledger.Later(b, a) {
			t.Fatalf("%q and %q are each later than the other", a, b)
		}
		x, okX := number(a)
		y, okY := number(b)
		if okX && okY && ledger.Later(a, b) != (x.Cmp(y) > 0) {
			t.Errorf("Later(%q, %q) = %v", a, b, ledger.Later(a, b))
		}
	})
}

func number(s string) (*big.Int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return nil, false
	}
	return new(big.Int).SetString(s, 10)
}

func TestAHistoryKeepsTheFirstAndTheLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var kept []moderation.CaseEvent
		total := 0
		for range rapid.IntRange(1, 8).Draw(t, "writes") {
			var more []moderation.CaseEvent
			for range rapid.IntRange(0, 30).Draw(t, "events") {
				more = append(more, moderation.CaseEvent{Note: fmt.Sprint(total)})
				total++
			}
			kept = ledger.History(kept, more...)
		}
		if want := min(total, ledger.LatestEvents+1); len(kept) != want {
			t.Fatalf("%d of %d events are kept, want %d", len(kept), total, want)
		}
		for i, e := range kept {
			want := 0
			if i > 0 {
				want = total - len(kept) + i
			}
			if e.Note != fmt.Sprint(want) {
				t.Fatalf("event %d of %d is number %s, want %d", i, len(kept), e.Note, want)
			}
		}
	})
}

func TestKeepingAHistoryChangesNobodyElsesCopy(t *testing.T) {
	old := make([]moderation.CaseEvent, 1, 10)
	ledger.History(old, moderation.CaseEvent{Kind: "one"})
	first := ledger.History(old, moderation.CaseEvent{Kind: "two"})
	ledger.History(old, moderation.CaseEvent{Kind: "three"})
	if first[1].Kind != "two" {
		t.Errorf("the history now says %q", first[1].Kind)
	}
}

func TestADecisionLeavesTheCaseItWasMadeOnAlone(t *testing.T) {
	strike := moderation.Strike{Case: "1", Points: 2}
	before := moderation.Case{ID: "1", Version: 3, Strike: &strike, State: moderation.CaseActed}
	after := ledger.Decision{Version: 3, Kind: moderation.Dismiss, State: moderation.CaseDismissed, By: "mod", At: time.UnixMilli(1), Pardon: true}.On(before)
	if !strike.Pardoned.IsZero() || before.State != moderation.CaseActed {
		t.Errorf("the case before the decision has changed: %+v", before)
	}
	if after.Strike.PardonBy != "mod" || after.Version != 4 {
		t.Errorf("after the decision the case is %+v", after)
	}
}

func TestABudgetsWindowBeginsAtAMultipleOfItsLength(t *testing.T) {
	at := time.Date(2026, 5, 4, 12, 34, 56, 789e6, time.UTC)
	for window, want := range map[time.Duration]time.Time{
		time.Minute:    time.Date(2026, 5, 4, 12, 34, 0, 0, time.UTC),
		24 * time.Hour: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC),
	} {
		if got := (ledger.Budget{Window: window}).Start(at); !got.Equal(want) {
			t.Errorf("a window of %v begins at %v, want %v", window, got, want)
		}
	}
}
