package redis

import (
	"strings"
	"testing"

	"parley/moderation/ledger/ledgertest"
)

// TestTextsOfAnyLengthReachTheScript has the server say what it unpacked.
func TestTextsOfAnyLengthReachTheScript(t *testing.T) {
	s, err := Open(t.Context(), ledgertest.Redis(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, n := range []int{1, 15, 16, 300} {
		var want []string
		packed := packList(nil, n)
		for i := range n {
			want = append(want, strings.Repeat("\x00é", []int{0, 1, 10, 11, 85, 86, 1000, 22_000}[i%8]))
			packed = packText(packed, want[i])
		}
		got, err := s.client.Eval(t.Context(), "return cmsgpack.unpack(ARGV[1])", nil, packed).StringSlice()
		if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("of %d texts %d arrived, or other ones; %v", n, len(got), err)
		}
	}
	if got, err := s.client.Eval(t.Context(), "return cmsgpack.unpack(ARGV[1])", nil, packNumber(nil, -1_780_000_000_000)).Text(); err != nil || got != "-1780000000000" {
		t.Errorf("a number arrived as %q, %v", got, err)
	}
}
