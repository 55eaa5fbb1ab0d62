package recent

import (
	"cmp"
	"slices"
	"time"
	"unique"

	"parley/moderation"
	"parley/moderation/ledger"
)

// RememberedAtMost is how many comments are remembered by their fingerprints, the newest
// ones; that takes about 3 MB.
const RememberedAtMost = 1 << 14

// chainsAtFirst is for how many chains of each band there is room to begin with.
const chainsAtFirst = 1 << 8

// Lookalikes finds earlier comments by parts of their fingerprints. It keeps the newest
// comments in a ring and strings those that share a part together, newest first, so that a
// comment costs no memory of its own and what is overwritten needs no tidying up. The zero
// value knows none. It is not safe for concurrent use.
type Lookalikes struct {
	ring  []linked
	count uint32 // comments ever kept, modulo 1<<32; the latest is number count
	heads [bands][]uint32
}

// bands are the parts of a SimHash, and the exact fingerprints of texts too short for one.
const bands = 5

// Shelved is a comment as look-alikes are remembered.
type Shelved struct {
	Comment, Author, Channel string
	At                       int64 // Unix milliseconds
	Fingerprint              moderation.Fingerprint
}

// ShelvedOf is what is remembered of a sighting.
func ShelvedOf(s *moderation.Sighting) Shelved {
	return Shelved{Comment: s.Comment, Author: s.Author, Channel: s.Channel, At: s.Time.UnixMilli(), Fingerprint: s.Fingerprint}
}

func (a *Shelved) compare(b *Shelved) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Comment, b.Comment))
}

// linked is a comment in the ring.
type linked struct {
	Shelved
	next [bands]uint32 // number of the comment kept before in the same chain, 0 for none
}

// parts returns the parts that a fingerprint is found by, and the first one's band. Equal
// texts have equal SimHashes, so their bands find them, too.
func parts(p moderation.Fingerprint) (first int, values [4]uint64, n int) {
	if p.Near == 0 {
		if p.Exact == 0 {
			return 0, values, 0
		}
		return bands - 1, [4]uint64{p.Exact}, 1
	}
	near := ledger.Bands(p.Near)
	return 0, [4]uint64{uint64(near[0]), uint64(near[1]), uint64(near[2]), uint64(near[3])}, len(near)
}

// part returns the value of one band, and whether the fingerprint has it.
func part(p moderation.Fingerprint, band int) (value uint64, ok bool) {
	if band == bands-1 {
		return p.Exact, p.Near == 0
	}
	return uint64(ledger.Bands(p.Near)[band]), p.Near != 0
}

// Find returns the comments like own that are earlier by their times, but not earlier than
// lookback before it; newest first, ledger.LookalikesAtMost of them. It reports whether own
// itself is among those kept.
func (x *Lookalikes) Find(own Shelved, lookback time.Duration) (alike []moderation.Lookalike, known bool) {
	first, values, n := parts(own.Fingerprint)
	from := own.At - lookback.Milliseconds()
	var like []*Shelved
	for i, value := range values[:n] {
		x.walk(first+i, value, func(other *Shelved) {
			if other.Comment == own.Comment {
				known = known || other.Fingerprint == own.Fingerprint
				return
			}
			if other.At > from && other.compare(&own) < 0 {
				if alike, _ := ledger.Alike(own.Fingerprint, other.Fingerprint); alike {
					like = append(like, other)
				}
			}
		})
	}
	return listed(like, own.Fingerprint), known
}

// Knows reports whether a comment is kept, or has no fingerprint to keep it by.
func (x *Lookalikes) Knows(own Shelved) (known bool) {
	band, values, n := parts(own.Fingerprint)
	if n == 0 {
		return true
	}
	x.walk(band, values[0], func(other *Shelved) {
		known = known || other.Comment == own.Comment && other.Fingerprint == own.Fingerprint
	})
	return known
}

// Keep remembers a comment, once however often it is told.
func (x *Lookalikes) Keep(own Shelved) {
	if !x.Knows(own) {
		x.add(own)
	}
}

// Len is how many comments are remembered.
func (x *Lookalikes) Len() int { return len(x.ring) }

// walk calls f with the newest comments that share a part.
func (x *Lookalikes) walk(band int, value uint64, f func(*Shelved)) {
	if x.heads[band] == nil {
		return
	}
	number := *x.head(band, value)
	for seen := 0; number != 0 && x.count-number < RememberedAtMost && seen < ledger.LookalikesAtMost; {
		other := &x.ring[(number-1)%RememberedAtMost]
		if theirs, ok := part(other.Fingerprint, band); ok && theirs == value {
			f(&other.Shelved)
			seen++
		}
		number = other.next[band]
	}
}

func (x *Lookalikes) head(band int, value uint64) *uint32 {
	return &x.heads[band][value%uint64(len(x.heads[band]))]
}

// add puts a comment into the ring, over the oldest when it is full.
func (x *Lookalikes) add(own Shelved) {
	if n := len(x.ring); n < RememberedAtMost {
		x.ring = append(x.ring, linked{})
		x.makeRoom(n)
	}
	x.count++
	own.Channel = unique.Make(own.Channel).Value() // there are few, and every comment brings its own copy
	x.link(x.count, own)
}

// link writes the comment with a number into the ring and puts it at the head of its chains.
func (x *Lookalikes) link(number uint32, own Shelved) {
	slot := &x.ring[(number-1)%RememberedAtMost]
	slot.Shelved = own
	first, values, n := parts(own.Fingerprint)
	for i, value := range values[:n] {
		band := first + i
		if x.heads[band] == nil {
			x.heads[band] = make([]uint32, x.chains())
		}
		head := x.head(band, value)
		slot.next[band], *head = *head, number
	}
}

// chains is how many chains each band should have for the comments there are.
func (x *Lookalikes) chains() int {
	chains := chainsAtFirst
	for chains < len(x.ring) {
		chains *= 2
	}
	return chains
}

// makeRoom spreads the first n comments over more chains as often as their number doubles.
func (x *Lookalikes) makeRoom(n int) {
	if n < chainsAtFirst || n&(n-1) != 0 {
		return
	}
	x.heads = [bands][]uint32{}
	for number := 1; number <= n; number++ {
		x.link(uint32(number), x.ring[number-1].Shelved)
	}
}

// listed sorts, drops repetitions and answers in the vocabulary's terms.
func listed(like []*Shelved, own moderation.Fingerprint) []moderation.Lookalike {
	if len(like) == 0 {
		return nil
	}
	slices.SortFunc(like, func(a, b *Shelved) int { return b.compare(a) })
	answer := make([]moderation.Lookalike, 0, min(len(like), ledger.LookalikesAtMost))
	for _, c := range like {
		if slices.ContainsFunc(answer, func(l moderation.Lookalike) bool { return l.Comment == c.Comment }) {
			continue
		}
		if len(answer) == ledger.LookalikesAtMost {
			break
		}
		_, exact := ledger.Alike(own, c.Fingerprint)
		answer = append(answer, moderation.Lookalike{
			Comment: c.Comment, Author: c.Author, Channel: c.Channel,
			Time: time.UnixMilli(c.At).UTC(), Exact: exact, Near: c.Fingerprint.Near,
		})
	}
	return answer
}
