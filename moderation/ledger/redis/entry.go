package redis

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"

	"parley/moderation"
)

// A sighting lies in the list of recent ones as bytes: the form's number, the time and how far
// back look-alikes are wanted in milliseconds, the two fingerprints, comment, author and
// channel, and every meter on which something is counted. Numbers are varints, and a text
// follows its length.

// entryForm is the number of the form. A reader refuses those that it does not know.
const entryForm = 1

// How a meter's member is kept. To distinct meters memberDistinct is added.
const (
	memberApart    = 1 // as a text of its own
	memberComment  = 2 // it is the comment
	memberAuthor   = 3 // it is the author and anything
	memberDistinct = 4
)

// entryOf is a sighting as the list keeps it; readEntry takes it apart.
func entryOf(s *moderation.Sighting) string {
	b := make([]byte, 0, 256)
	b = append(b, entryForm)
	b = binary.AppendVarint(b, s.Time.UnixMilli())
	b = binary.AppendVarint(b, s.Lookalikes.Milliseconds())
	b = binary.BigEndian.AppendUint64(b, s.Fingerprint.Exact)
	b = binary.BigEndian.AppendUint64(b, s.Fingerprint.Near)
	for _, text := range [...]string{s.Comment, s.Author, s.Channel} {
		b = appendText(b, text)
	}
	for i := range s.Meters {
		if m := &s.Meters[i]; m.Member != "" {
			b = appendMeter(b, m, s)
		}
	}
	return string(b)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendMeter(b []byte, m *moderation.Meter, s *moderation.Sighting) []byte {
	kind := byte(memberApart)
	if m.Distinct {
		kind = memberDistinct | memberApart
		if who, _, _ := strings.Cut(m.Member, "/"); who == s.Author && who != "" {
			kind = memberDistinct | memberAuthor
		}
	} else if m.Member == s.Comment {
		kind = memberComment
	}
	b = append(b, kind)
	b = binary.AppendVarint(b, m.Window.Milliseconds())
	b = appendText(b, m.Key)
	if kind&^memberDistinct == memberApart {
		b = appendText(b, m.Member)
	}
	return b
}

// errEntry is what readEntry says of what entryOf has not written.
var errEntry = errors.New("a recent sighting is stored in a form that cannot be read")

// readEntry's result shares no memory with the entry but for the keys of meters, which nobody
// keeps. Meters that only look are not in it, and the member of a distinct one may be without
// what follows the person.
func readEntry(entry string) (moderation.Sighting, error) {
	r := reader{rest: entry}
	var s moderation.Sighting
	if r.byte() != entryForm {
		return s, errEntry
	}
	s.Time = time.UnixMilli(r.varint()).UTC()
	s.Lookalikes = r.duration()
	s.Fingerprint.Exact, s.Fingerprint.Near = r.uint64(), r.uint64()
	s.Comment, s.Author, s.Channel = r.copy(), r.copy(), r.copy()
	for !r.failed && r.rest != "" {
		s.Meters = append(s.Meters, r.meter(&s))
	}
	if r.failed {
		return moderation.Sighting{}, errEntry
	}
	return s, nil
}

// reader reads an entry from its beginning. Once something is missing, all that follows reads
// as zero.
type reader struct {
	rest   string
	failed bool
}

func (r *reader) meter(of *moderation.Sighting) (m moderation.Meter) {
	kind := r.byte()
	m.Distinct = kind&memberDistinct != 0
	m.Window = r.duration()
	m.Key = r.text()
	switch kind &^ memberDistinct {
	case memberApart:
		m.Member = r.copy()
	case memberComment:
		m.Member = of.Comment
	case memberAuthor:
		m.Member = of.Author
	default:
		r.failed = true
	}
	return m
}

// take returns the next n bytes.
func (r *reader) take(n uint64) (bytes string) {
	if n > uint64(len(r.rest)) {
		r.rest, r.failed = "", true
		return ""
	}
	bytes, r.rest = r.rest[:n], r.rest[n:]
	return bytes
}

func (r *reader) text() string { return r.take(r.uvarint()) }
func (r *reader) copy() string { return strings.Clone(r.text()) }

func (r *reader) byte() byte {
	if one := r.take(1); one != "" {
		return one[0]
	}
	return 0
}

func (r *reader) uint64() (n uint64) {
	for _, b := range []byte(r.take(8)) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (r *reader) uvarint() (n uint64) {
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	r.failed = true
	return 0
}

// duration reads milliseconds.
func (r *reader) duration() time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	ms := r.varint()
	if ms < 0 || ms > most {
		r.failed = true
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// varint undoes the zigzag of binary.AppendVarint.
func (r *reader) varint() int64 {
	n := r.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}
