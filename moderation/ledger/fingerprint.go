package ledger

import (
	"math/bits"

	"parley/moderation"
)

// NearBits is how many bits two near fingerprints may differ in and still be listed as
// look-alikes. Up to three differing bits are always found, because four bands of 16 bits
// cannot all be hit by them; more are found when the bits that differ leave one band alone.
const NearBits = 8

// Bands cuts a SimHash into the four parts that it is looked up by.
// Manku, Jain, Das Sarma: Detecting Near-Duplicates for Web Crawling (2007), section 3.
func Bands(near uint64) [4]uint16 {
	return [4]uint16{uint16(near >> 48), uint16(near >> 32), uint16(near >> 16), uint16(near)}
}

// Alike says whether two fingerprints belong to look-alikes, and whether they are equal.
func Alike(a, b moderation.Fingerprint) (alike, exact bool) {
	exact = a.Exact != 0 && a.Exact == b.Exact
	near := a.Near != 0 && b.Near != 0 && bits.OnesCount64(a.Near^b.Near) <= NearBits
	return exact || near, exact
}
