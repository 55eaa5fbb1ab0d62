package recent

import (
	"cmp"
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// How much an index remembers.
const (
	commentsAtMost = 1 << 15 // newest comments with a fingerprint; about 5 MB when full
	chains         = 1 << 15 // of each band; 256 KB
)

// index finds earlier comments by parts of their fingerprints. It keeps the newest comments
// in a ring and strings those that share a part together, newest first, so that a comment
// costs no memory of its own and what is overwritten needs no tidying up.
type index struct {
	ring  []shelved
	count int // comments ever kept; the latest is number count
	heads [bands][]int
}

// bands are the parts of a SimHash, and the exact fingerprints of texts too short for one.
const bands = 5

// shelved is a comment in the ring. Numbers of comments count from 1.
type shelved struct {
	comment, author, channel string
	at                       int64
	print                    moderation.Fingerprint
	next                     [bands]int // number of the comment kept before in the same chain, 0 for none
}

func (a *shelved) compare(b *shelved) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.comment, b.comment))
}

// parts returns the parts that a fingerprint is found by, and the first one's band. Equal
// texts have equal SimHashes, so their bands find them, too.
func parts(p moderation.Fingerprint) (first int, values []uint64) {
	if p.Near == 0 {
		if p.Exact == 0 {
			return 0, nil
		}
		return bands - 1, []uint64{p.Exact}
	}
	near := ledger.Bands(p.Near)
	return 0, []uint64{uint64(near[0]), uint64(near[1]), uint64(near[2]), uint64(near[3])}
}

// part returns the value of one band, and whether the fingerprint has it.
func part(p moderation.Fingerprint, band int) (value uint64, ok bool) {
	if band == bands-1 {
		return p.Exact, p.Near == 0
	}
	return uint64(ledger.Bands(p.Near)[band]), p.Near != 0
}

// find keeps a comment and returns the earlier ones like it, newest first.
func (x *index) find(s *moderation.Sighting, at int64) []moderation.Lookalike {
	own := shelved{comment: s.Comment, author: s.Author, channel: s.Channel, at: at, print: s.Fingerprint}
	first, values := parts(own.print)
	from := at - s.Lookalikes.Milliseconds()
	var like []*shelved
	known := false
	for i, value := range values {
		known = x.walk(first+i, value, func(other *shelved) bool {
			if other.comment == own.comment {
				return other.print == own.print
			}
			if other.at > from && other.compare(&own) < 0 {
				if alike, _ := ledger.Alike(own.print, other.print); alike {
					like = append(like, other)
				}
			}
			return false
		}) || known
	}
	answer := listed(like, own.print)
	if !known && len(values) > 0 {
		x.keep(own, first, values)
	}
	return answer
}

// walk calls f with the newest comments that share a part, and returns whether f said so of
// any.
func (x *index) walk(band int, value uint64, f func(*shelved) bool) (any bool) {
	if x.heads[band] == nil {
		return false
	}
	number := x.heads[band][value%chains]
	for seen := 0; number > 0 && number > x.count-commentsAtMost && seen < ledger.LookalikesAtMost; {
		other := &x.ring[(number-1)%commentsAtMost]
		if theirs, ok := part(other.print, band); ok && theirs == value {
			any = f(other) || any
			seen++
		}
		number = other.next[band]
	}
	return any
}

// keep puts a comment into the ring, over the oldest when it is full.
func (x *index) keep(own shelved, first int, values []uint64) {
	x.count++
	for i, value := range values {
		band := first + i
		if x.heads[band] == nil {
			x.heads[band] = make([]int, chains)
		}
		head := &x.heads[band][value%chains]
		own.next[band], *head = *head, x.count
	}
	if len(x.ring) < commentsAtMost {
		x.ring = append(x.ring, own)
		return
	}
	x.ring[(x.count-1)%commentsAtMost] = own
}

// listed sorts, drops repetitions and answers in the vocabulary's terms.
func listed(like []*shelved, own moderation.Fingerprint) []moderation.Lookalike {
	if len(like) == 0 {
		return nil
	}
	slices.SortFunc(like, func(a, b *shelved) int { return b.compare(a) })
	answer := make([]moderation.Lookalike, 0, min(len(like), ledger.LookalikesAtMost))
	for i, c := range like {
		if i > 0 && slices.ContainsFunc(answer, func(l moderation.Lookalike) bool { return l.Comment == c.comment }) {
			continue
		}
		if len(answer) == ledger.LookalikesAtMost {
			break
		}
		_, exact := ledger.Alike(own, c.print)
		answer = append(answer, moderation.Lookalike{
			Comment: c.comment, Author: c.author, Channel: c.channel,
			Time: time.UnixMilli(c.at).UTC(), Exact: exact, Near: c.print.Near,
		})
	}
	return answer
}
