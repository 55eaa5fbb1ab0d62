package reader_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

func embedded(t testing.TB) *reader.Model {
	t.Helper()
	m, err := reader.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAnOpenInsultScoresAboveAThankYou(t *testing.T) {
	m := embedded(t)
	var kind, rude classifier.Result
	m.Classify(&classifier.Input{Text: "Thank you for writing about this, it was a good read."}, &kind)
	m.Classify(&classifier.Input{Text: "you are a pathetic idiot, shut up"}, &rude)
	if k, r := kind.Scores[moderation.Toxicity], rude.Scores[moderation.Toxicity]; k > 0.3 || r < 0.7 {
		t.Errorf("thanks scored %.2f, the insult %.2f", k, r)
	}
}

func TestADamagedModelIsRefusedWithAReason(t *testing.T) {
	var file bytes.Buffer
	if _, err := embedded(t).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{nil, []byte("GIF89a and so on, but no model"), file.Bytes()[:file.Len()/2], append(file.Bytes()[:file.Len()-9:file.Len()-9], make([]byte, 9)...)} {
		if _, err := reader.Read(bytes.NewReader(damaged)); !errors.Is(err, reader.ErrNotAModel) {
			t.Errorf("%d bytes: got %v, want ErrNotAModel", len(damaged), err)
		}
	}
}

func FuzzScoresAreFiniteWhateverTheBytes(f *testing.F) {
	m := embedded(f)
	for _, s := range []string{"", "😀", "y0u 4re an i.d.i.o.t", "\xff\xfe", "> quoted\n\"said\" he", "кто это", "<@123> @you http://x.y"} {
		f.Add(s, "a title", "a parent")
	}
	f.Fuzz(func(t *testing.T, text, title, parent string) {
		var out classifier.Result
		m.Classify(&classifier.Input{Text: text, Title: title, Parent: parent}, &out)
		for c, s := range out.Scores {
			if math.IsNaN(s) || s < 0 || s > 1 {
				t.Fatalf("%v scored %v", moderation.Category(c), s)
			}
		}
		for _, e := range out.Evidence {
			if e.Span.From < 0 || e.Span.From >= e.Span.To || e.Span.To > len(text) {
				t.Fatalf("evidence %v outside the text of %d bytes", e.Span, len(text))
			}
		}
	})
}
