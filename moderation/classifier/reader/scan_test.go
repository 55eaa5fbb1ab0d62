package reader_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// words are the tokens of a text as the embedded vocabulary reads it, joined by |. A word
// behind a disguise is written as itself.
func forms(v *reader.Vocabulary, text string) []uint64 {
	var t reader.Text
	v.Scan(text, &t)
	var all []uint64
	for i := range t.Tokens {
		all = append(all, t.Tokens[i].Form)
	}
	return all
}

func TestADisguisedWordIsReadAsTheWordItself(t *testing.T) {
	v := embedded(t).Vocabulary()
	for _, disguised := range []string{
		"1d10t", "id1ot", "IDIOT", "ïdíöt", "idi0t", "iiidiiiot", "i d i o t", "i.d.i.o.t", "i-d-i-o-t", "id*ot", "ｉｄｉｏｔ", "idi\u200bot", "іdіоt", "𝓲𝓭𝓲𝓸𝓽", "idiott",
	} {
		got := forms(v, disguised)
		if len(got) != 1 || got[0] != reader.FormOf("idiot") {
			t.Errorf("%q is not read as the word: %d tokens", disguised, len(got))
		}
	}
}

func TestOrdinaryTextIsNotTakenForADisguise(t *testing.T) {
	v := embedded(t).Vocabulary()
	for _, text := range []string{"I am a fan of the 2nd act", "meet me at 5pm", "e.g. this one", "a b c", "U.S. troops", "it's 10% off", "**bold** words", "the rapist's trial", "class of '99"} {
		var scanned reader.Text
		v.Scan(text, &scanned)
		for _, tok := range scanned.Tokens {
			if tok.Marks&reader.Disguised != 0 {
				t.Errorf("%q: %q was read as another word", text, text[tok.From:tok.To])
			}
		}
	}
}

func TestWordsGluedTogetherAreCutApart(t *testing.T) {
	got := forms(embedded(t).Vocabulary(), "#banallmuslims")
	if len(got) != 4 || got[3] != reader.FormOf("muslims") {
		t.Errorf("read as %d tokens", len(got))
	}
}

func TestQuotedWordsAreMarked(t *testing.T) {
	v := embedded(t).Vocabulary()
	for text, want := range map[string]string{
		`he said "go home" to me`:   "go home",
		"he said “go home” to me":   "go home",
		"> go home\nthat is cruel":  "go home",
		"he said 'go home' to me":   "go home",
		`it's a 5" pipe, don't ask`: "",
	} {
		var scanned reader.Text
		v.Scan(text, &scanned)
		var quoted []string
		for _, tok := range scanned.Tokens {
			if tok.Marks&reader.Quoted != 0 {
				quoted = append(quoted, text[tok.From:tok.To])
			}
		}
		if got := strings.Join(quoted, " "); got != want {
			t.Errorf("%q: marked %q, want %q", text, got, want)
		}
	}
}

func TestWordsOfTheArticleAndTheParentAreMarked(t *testing.T) {
	v := embedded(t).Vocabulary()
	in := classifier.Input{
		Text:   "All migrants are parasites? The senator should resign, I live next to the harbour police.",
		Title:  "Senator: all migrants are parasites",
		Parent: "The harbour police were called again.",
	}
	var scanned reader.Text
	v.ScanInput(&in, &scanned)
	marked := func(m reader.Marks) string {
		var words []string
		for _, tok := range scanned.Tokens {
			if tok.Marks&m != 0 {
				words = append(words, in.Text[tok.From:tok.To])
			}
		}
		return strings.Join(words, " ")
	}
	if got := marked(reader.FromTitle); got != "All migrants are parasites" {
		t.Errorf("from the title: %q", got)
	}
	if got := marked(reader.FromParent); got != "the harbour police" {
		t.Errorf("from the parent: %q", got)
	}
}

func TestTokensStandInOrderInsideTheText(t *testing.T) {
	v := embedded(t).Vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z0-9@$!*' .,"'>#\n😀é]{0,12} ?){0,20}`)).Draw(t, "text")
		var scanned reader.Text
		v.Scan(text, &scanned)
		end := int32(0)
		for _, tok := range scanned.Tokens {
			if tok.From < end || tok.To <= tok.From || int(tok.To) > len(text) {
				t.Fatalf("token [%d,%d) after %d in %d bytes", tok.From, tok.To, end, len(text))
			}
			end = tok.To
		}
	})
}
