package reader

// Heads are the scores that the model computes, in the order of its weights.
const NumHeads = 7

// Salts keep features of different kinds apart in the table.
const (
	saltNegated uint64 = 0x9e3779b97f4a7d * (iota + 1)
	saltQuoted
	saltCopied
	saltShouted
	saltDisguised
	saltPair
	saltSkip
	saltTriple
	saltClassPair
	saltClassTriple
	saltClassSkip
	saltLetters
	saltClass
)

// Features appends the table rows that speak about token i of t: the word itself under
// its circumstances, the phrases that end in it, and, for a word never seen, its letters.
// bits is log2 of the number of rows.
func (t *Text) Features(i int, bits uint, dst []uint32) []uint32 {
	shift := 64 - bits
	row := func(h uint64) uint32 { return uint32(finish(h) >> shift) }
	tok := &t.Tokens[i]
	dst = append(dst, row(tok.Form))
	if tok.Marks != 0 {
		if tok.Marks&Negated != 0 {
			dst = append(dst, row(tok.Form^saltNegated))
		}
		if tok.Marks&Quoted != 0 {
			dst = append(dst, row(tok.Form^saltQuoted))
		}
		if tok.Marks&(FromTitle|FromParent) != 0 {
			dst = append(dst, row(tok.Form^saltCopied))
		}
		if tok.Marks&Shouted != 0 {
			dst = append(dst, row(saltShouted))
		}
		if tok.Marks&Disguised != 0 {
			dst = append(dst, row(tok.Form^saltDisguised))
		}
	}
	if tok.Word == Unseen {
		dst = t.letterFeatures(tok, row, dst)
	}
	if i == 0 {
		return append(dst, row(pair(saltPair, 0, tok.Form)))
	}
	before := &t.Tokens[i-1]
	dst = append(dst, row(pair(saltPair, before.Form, tok.Form)))
	classy := tok.Class != Plain || before.Class != Plain
	if classy {
		dst = append(dst, row(pair(saltClassPair, before.kind(), tok.kind())))
	}
	if i == 1 {
		return dst
	}
	first := &t.Tokens[i-2]
	dst = append(dst,
		row(pair(saltSkip, first.Form, tok.Form)),
		row(pair(saltTriple, pair(saltPair, first.Form, before.Form), tok.Form)))
	if classy || first.Class != Plain {
		dst = append(dst, row(pair(saltClassTriple, pair(saltPair, first.kind(), before.kind()), tok.kind())))
	}
	if first.Class != Plain || tok.Class != Plain {
		dst = append(dst, row(pair(saltClassSkip, first.kind(), tok.kind())))
	}
	return dst
}

// kind is the token's class where it has one, else its word.
func (t *Token) kind() uint64 {
	if t.Class == Plain {
		return t.Form
	}
	return saltClass * uint64(t.Class)
}

func pair(salt, a, b uint64) uint64 { return salt ^ a*0xff51afd7ed558ccd ^ b*0xc4ceb9fe1a85ec53 }

// letterFeatures appends one row for every run of 3 to 5 letters, the word's ends included.
func (t *Text) letterFeatures(tok *Token, row func(uint64) uint32, dst []uint32) []uint32 {
	spelled := t.Folded(tok)
	eachRun(spelled, func(h uint64) { dst = append(dst, row(h^saltLetters)) })
	return dst
}

// eachRun calls f with the hash of every run of 3 to 5 bytes of a word between borders.
func eachRun(spelled []byte, f func(uint64)) {
	n := len(spelled) + 2
	at := func(i int) byte {
		if i == 0 || i == n-1 {
			return ' '
		}
		return spelled[i-1]
	}
	for from := 0; from < n; from++ {
		h := uint64(14695981039346656037)
		for size := 1; size <= 5 && from+size <= n; size++ {
			h = (h ^ uint64(at(from+size-1))) * 1099511628211
			if size >= 3 {
				f(h)
			}
		}
	}
}
