package redis

import (
	"testing"

	"parley/moderation"
	"parley/moderation/ledger/recent"
)

// FuzzALookalikeReadsAsItWasKept keeps comments with any bytes in their names.
func FuzzALookalikeReadsAsItWasKept(f *testing.F) {
	f.Add("1|2", "a|b", "c%7Cd", int64(5), uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, comment, author, channel string, at int64, exact, near uint64) {
		kept := recent.Shelved{Comment: comment, Author: author, Channel: channel, At: at, Fingerprint: moderation.Fingerprint{Exact: exact, Near: near}}
		if read, err := readEntry(entryOf(kept)); err != nil || read != kept {
			t.Errorf("kept %+v, read %+v, %v", kept, read, err)
		}
	})
}
