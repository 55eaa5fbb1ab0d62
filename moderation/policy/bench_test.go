package policy_test

import (
	"testing"

	"parley/moderation/policy"
)

func BenchmarkLoadDefaultPolicy(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := policy.Default(); diags.Err() != nil {
			b.Fatal(diags)
		}
	}
}
