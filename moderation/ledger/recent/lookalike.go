package recent

import (
	"cmp"
	"slices"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// index finds earlier comments by parts of their fingerprints.
type index struct {
	shelves aging[shelfKey, *shelf]
}

// shelfKey is a band of a SimHash with the band's number, or a whole exact fingerprint for
// texts that are too short to have a SimHash.
type shelfKey struct {
	band int8 // 0 to 3; -1 for an exact fingerprint
	bits uint64
}

// shelf holds the newest comments that share a key, in order of time and comment.
type shelf struct {
	comments []*shelved
}

type shelved struct {
	comment, author, channel string
	at                       int64
	print                    moderation.Fingerprint
}

func (a *shelved) compare(b *shelved) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.comment, b.comment))
}

// shelfKeys lists where a fingerprint is kept. Equal texts have equal SimHashes, so bands
// find them, too.
func shelfKeys(p moderation.Fingerprint, into []shelfKey) []shelfKey {
	if p.Near == 0 {
		if p.Exact == 0 {
			return into
		}
		return append(into, shelfKey{-1, p.Exact})
	}
	for i, bits := range ledger.Bands(p.Near) {
		into = append(into, shelfKey{int8(i), uint64(bits)})
	}
	return into
}

// find shelves a comment and returns the earlier ones like it within back, newest first.
func (x *index) find(s *moderation.Sighting, at int64) []moderation.Lookalike {
	var room [4]shelfKey
	own := &shelved{comment: s.Comment, author: s.Author, channel: s.Channel, at: at, print: s.Fingerprint}
	var like []*shelved
	for _, key := range shelfKeys(s.Fingerprint, room[:0]) {
		shelf := x.shelves.touch(key, func() *shelf { return &shelf{} })
		place := shelf.add(own)
		for i := place - 1; i >= 0; i-- {
			other := shelf.comments[i]
			if other.at <= at-s.Lookalikes.Milliseconds() {
				break
			}
			if other.comment == s.Comment {
				continue
			}
			if alike, _ := ledger.Alike(own.print, other.print); alike {
				like = append(like, other)
			}
		}
	}
	if len(like) == 0 {
		return nil
	}
	return listed(like, own.print)
}

// add puts a comment in its place, which it returns, and drops the oldest beyond the limit.
func (s *shelf) add(own *shelved) int {
	for i, c := range s.comments {
		if c.comment == own.comment && c.print == own.print {
			return i
		}
	}
	if len(s.comments) >= ledger.LookalikesAtMost {
		if own.compare(s.comments[0]) < 0 {
			return 0
		}
		s.comments = slices.Delete(s.comments, 0, 1)
	}
	place, _ := slices.BinarySearchFunc(s.comments, own, (*shelved).compare)
	s.comments = slices.Insert(s.comments, place, own)
	return place
}

// listed sorts, drops repetitions and answers in the vocabulary's terms.
func listed(like []*shelved, own moderation.Fingerprint) []moderation.Lookalike {
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
