package text

import "parley/moderation"

// Kind names one reading of a comment.
type Kind uint8

// The readings. A matcher for listed words wants those that Readings returns; a matcher for
// patterns usually wants Folded.
const (
	Raw       Kind = iota // as written
	Plain                 // as displayed: markdown resolved, mentions and timestamps blank
	Folded                // lower case, no diacritics, look-alikes as the letters they imitate
	Leet                  // Folded with digits and signs inside words read as letters, 1 as i
	LeetL                 // the same with 1 as l; the same text as Leet where that is no question
	Squashed              // Leet without stretched letters and separators inside words; see Squash
	SquashedL             // the same from LeetL
	Reversed              // Leet from back to front, upside-down letters turned
	numKinds
)

var kindNames = [numKinds]string{
	"raw", "plain", "folded", "leet", "leet_l", "squashed", "squashed_l", "reversed",
}

// String is the reading's name in output, such as "folded".
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "unknown"
}

// maxRaw is how many bytes of a comment are read; offsets are stored in 32 bits.
const maxRaw = 1 << 30

// Views holds the readings of one comment and builds each when it is first asked for. The
// zero value reads the empty comment. Reset reuses all memory, so a Views belongs in a
// sync.Pool; it must not be used from several goroutines at once.
type Views struct {
	raw     string
	built   uint16 // bit per Kind
	repeats uint16 // bit per Kind whose text is that of the reading it is built from
	views   [numKinds]View
	scratch [numKinds]builder

	blockquotes []moderation.Span
	mentions    int
	emoji       int    // custom ones
	marks       []mark // Plain: markup to leave out
	lowered     bool   // Folded: it is the raw text in lower case
	ambiguous   bool   // Leet: a sign can be read as i or l
	runs        [numKinds][]run
	chains      [numKinds]bool
	tokens      [numKinds][]Token
	tokened     uint16
	masked      []Token
	maskedDone  bool
	words       []uint64 // Quoted, Near: hashes of the Folded words
	taken       []bool   // Quoted: which words are someone else's
	quotes      []moderation.Span
}

// Reset makes v read another comment. What v returned before is no longer valid.
func (v *Views) Reset(raw string) {
	if len(raw) > maxRaw {
		raw = raw[:runeStart(raw, maxRaw)]
	}
	v.raw, v.built, v.repeats, v.tokened, v.maskedDone = raw, 0, 0, 0, false
}

// View returns a reading, building it on first use.
func (v *Views) View(k Kind) *View {
	if v.built&(1<<k) == 0 {
		v.build(k)
		v.built |= 1 << k
	}
	return &v.views[k]
}

// Repeats reports whether a reading has the very text of the one it is built from (LeetL of
// Leet, Squashed of Leet, SquashedL of LeetL, the others of the one before), so that
// searching it again is in vain.
func (v *Views) Repeats(k Kind) bool {
	v.View(k)
	return v.repeats&(1<<k) != 0
}

// Readings appends to dst the readings in which a listed word should be looked for and that
// differ from each other: Folded always, the others only where they say something new.
func (v *Views) Readings(dst []Kind) []Kind {
	dst = append(dst, Folded)
	for _, k := range [...]Kind{Leet, LeetL, Squashed} {
		if !v.Repeats(k) {
			dst = append(dst, k)
		}
	}
	if !v.Repeats(LeetL) && !v.Repeats(SquashedL) {
		dst = append(dst, SquashedL)
	}
	return dst
}

// Lowered reports whether Folded is the raw text with its capital letters made small and
// nothing else, so that a search that knows no case finds the same in both.
func (v *Views) Lowered() bool {
	v.View(Folded)
	return v.lowered
}

// Blockquotes are the lines, in the raw text, that the comment marks as quoted ("> …").
func (v *Views) Blockquotes() []moderation.Span {
	v.View(Plain)
	return v.blockquotes
}

func (v *Views) build(k Kind) {
	switch k {
	case Raw:
		b := v.start(Raw)
		b.text = append(b.text, v.raw...)
		v.views[Raw] = View{Text: b.text, raw: v.raw}
	case Plain:
		v.buildPlain()
	case Folded:
		v.buildFolded()
	case Leet:
		v.buildLeet(Leet, 'i')
	case LeetL:
		v.buildLeet(LeetL, 'l')
	case Squashed:
		v.buildSquashed(Squashed, Leet)
	case SquashedL:
		v.buildSquashed(SquashedL, LeetL)
	case Reversed:
		v.buildReversed()
	}
}

// repeat makes k the same text as source.
func (v *Views) repeat(k, source Kind) {
	v.views[k] = *v.View(source)
	v.repeats |= 1 << k
}

// start empties and returns the memory in which a reading is written.
func (v *Views) start(k Kind) *builder {
	b := &v.scratch[k]
	b.text, b.at = b.text[:0], b.at[:0]
	return b
}

// finish publishes what was written to b as reading k.
func (v *Views) finish(k Kind, b *builder) {
	v.views[k] = View{Text: b.text, raw: v.raw, at: b.at}
}

// builder collects a reading's bytes and where each of them comes from.
type builder struct {
	text []byte
	at   []origin
}

func (b *builder) add(c byte, o origin) {
	b.text = append(b.text, c)
	b.at = append(b.at, o)
}

func (b *builder) addString(s string, o origin) {
	b.text = append(b.text, s...)
	for range len(s) {
		b.at = append(b.at, o)
	}
}

// extend lets the last byte, and those of the same rune, stand for raw bytes up to to.
func (b *builder) extend(to uint32) {
	if len(b.at) == 0 {
		return
	}
	from := b.at[len(b.at)-1].from
	for i := len(b.at) - 1; i >= 0 && b.at[i].from == from; i-- {
		b.at[i].to = to
	}
}
