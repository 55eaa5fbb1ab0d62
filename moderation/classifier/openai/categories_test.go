package openai

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"parley/moderation"
)

// TestEveryNativeLabelHasItsPlace holds the mapping against the table that people read.
func TestEveryNativeLabelHasItsPlace(t *testing.T) {
	table, err := os.ReadFile("testdata/categories.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		fields := strings.Fields(row)
		got, ok := translate(fields[0])
		if shown := fmt.Sprint(got.category, " ", got.weight); !ok || shown != strings.Join(fields[1:], " ") {
			t.Errorf("%s becomes %q, the table says %q", fields[0], shown, fields[1:])
		}
	}
	source, err := os.ReadFile("categories.go")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, line := range strings.Split(string(source), "\n") {
		if row, ok := strings.CutPrefix(line, "//\t"); ok && !strings.HasPrefix(row, "native") {
			documented = append(documented, strings.Join(strings.Fields(row)[:3], " "))
		}
	}
	var golden []string
	for _, row := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		golden = append(golden, strings.Join(strings.Fields(row), " "))
	}
	if !slices.Equal(documented, golden) {
		t.Errorf("the comment's table differs from testdata/categories.golden:\n%s", strings.Join(documented, "\n"))
	}
}

func TestAnOffsetShiftsTheLogOdds(t *testing.T) {
	for _, tc := range []struct{ p, offset, want float64 }{
		{0.5, 0, 0.5},
		{0.5, 1, 1 / (1 + math.Exp(-1))},
		{0.5, -1, 1 / (1 + math.Exp(1))},
		{0, 5, 0},
		{1, -5, 1},
	} {
		if got := shift(tc.p, tc.offset); math.Abs(got-tc.want) > 1e-12 {
			t.Errorf("shift(%v, %v) = %v, want %v", tc.p, tc.offset, got, tc.want)
		}
	}
	var offsets [moderation.NumCategories]float64
	offsets[moderation.Threat] = -2
	calm, _ := translateScores(map[string]float64{"harassment/threatening": 0.6, "hate": 0.6}, &offsets)
	if calm[moderation.Threat] > 0.2 || calm[moderation.IdentityAttack] != 0.6 {
		t.Errorf("an offset for threats gives %v", calm)
	}
}
