// Package text reads a comment the way people do: past markdown, look-alike letters,
// leetspeak, invisible characters, stretched and spaced-out words.
//
// A Views holds several readings of one comment, each with offsets back to the comment as
// written, so that whatever is found in any reading can be shown in the original. The
// readings build on each other:
//
//	Raw ─► Plain ─► Folded ─► Leet ─► Squashed
//	                   │         └──► Reversed
//	                   └──► LeetL ─► SquashedL
//
// Beside the readings the package answers cheap questions about a comment: its tokens, its
// links, how loud it is, what it quotes, which language it is in, and fingerprints that
// near-copies share. Everything is a pure function of its input and linear in its length.
package text
