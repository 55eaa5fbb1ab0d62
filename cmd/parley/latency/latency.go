// Package latency sums up how long things took, for the demo and the benchmark.
package latency

import (
	"encoding/json"
	"slices"
	"time"
)

// Duration is how long something took. In JSON it is a number of milliseconds, fractions
// included; names of fields that hold one end in _ms.
type Duration time.Duration

// MarshalJSON writes milliseconds.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(Milliseconds(d)) }

// Percentiles returns the median and the 99th percentile; zero for nothing. It sorts all.
func Percentiles[D time.Duration | Duration](all []D) (p50, p99 D) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}

// Milliseconds is d in milliseconds, fractions included.
func Milliseconds[D time.Duration | Duration](d D) float64 {
	return float64(d) / float64(time.Millisecond)
}
