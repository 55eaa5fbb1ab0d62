package document

import (
	"fmt"
	"strings"
)

// DidYouMean is a question that names the known word nearest to what was written, or the
// list of known words when none is near and the list is short; "" otherwise.
func DidYouMean(written string, known []string) string {
	best, distance := "", max(2, len(written)/3)+1
	for _, word := range known {
		if d := editDistance(strings.ToLower(written), word, distance); d < distance {
			best, distance = word, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) > 0 && len(known) <= 40:
		return "it is one of " + strings.Join(known, ", ")
	}
	return ""
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours between
// a and b (optimal string alignment); it gives up, returning limit, when there are as many.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
