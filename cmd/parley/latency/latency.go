// Package latency sums up how long things took, for the demo and the benchmark.
package latency

import (
	"slices"
	"time"
)

// Percentiles returns the median and the 99th percentile; zero for nothing. It sorts all.
func Percentiles(all []time.Duration) (p50, p99 time.Duration) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}

// Milliseconds is d in milliseconds, fractions included.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
