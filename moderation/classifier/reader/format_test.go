package reader_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"strings"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// tinyModel is a whole model of a few kilobytes: three words, one phrase table of 16 rows,
// and no networks.
func tinyModel(t testing.TB) []byte {
	t.Helper()
	p := reader.Parameters{Name: "tiny", Version: "1", Phrases: make([]byte, 16*reader.NumHeads), PhraseUnit: 0.1,
		Forms: []uint64{reader.FormOf("you"), reader.FormOf("fool"), reader.FormOf("kind")}, Traits: make([]reader.WordTraits, 3),
		Variants: []reader.Variant{{Form: reader.FormOf("fol"), Word: 1}}}
	m, err := reader.New(p)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// sealed gives a changed file a checksum that fits.
func sealed(file []byte) []byte {
	if len(file) < 4 {
		return file
	}
	body := file[:len(file)-4]
	return binary.LittleEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

func TestAFileThatIsNoModelIsRefusedWithWhatWasExpected(t *testing.T) {
	whole := tinyModel(t)
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"nothing", "does not begin with", nil},
		{"a picture", "does not begin with", []byte("GIF89a and so on, long enough to hold a header")},
		{"half a model", "cut short or damaged", whole[:len(whole)/2]},
		{"a flipped bit", "cut short or damaged", flip(whole, len(whole)/2)},
		{"a later format", "reads version 2", flip(whole, 15)},
		{"a header cut short", "header", sealed(append(bytes.Clone(whole[:20]), 0, 0, 0, 0))},
		{"a missing table", "phrase table", sealed(bytes.Replace(whole, []byte(`"phrases","bytes":112`), []byte(`"phrases","bytes":  0`), 1))},
		{"other heads", "heads", sealed(bytes.Replace(whole, []byte(`"threat"`), []byte(`"thread"`), 1))},
	} {
		_, err := reader.Read(bytes.NewReader(c.file))
		if !errors.Is(err, reader.ErrNotAModel) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %q", c.name, err, c.says)
		}
	}
}

func flip(file []byte, at int) []byte {
	changed := bytes.Clone(file)
	changed[at] ^= 4
	return changed
}

func FuzzAChangedModelIsRefusedOrReadsOn(f *testing.F) {
	whole := tinyModel(f)
	f.Add(whole)
	f.Add(whole[:40])
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := reader.Read(bytes.NewReader(sealed(file)))
		if err != nil {
			if !errors.Is(err, reader.ErrNotAModel) {
				t.Fatalf("%v does not say that the file is no model", err)
			}
			return
		}
		checkScores(t, m, classifier.Input{Text: "you fol"})
	})
}

func FuzzScoresAreFiniteWhateverTheBytes(f *testing.F) {
	m := embedded(f)
	for _, s := range []string{"", "😀", "y0u 4re an i.d.i.o.t", "\xff\xfe", "> quoted\n\"said\" he", "кто это", "<@123> @you http://x.y", "#banallthethings", strings.Repeat("a*", 90)} {
		f.Add(s, "a title", "a parent")
	}
	f.Fuzz(func(t *testing.T, text, title, parent string) {
		checkScores(t, m, classifier.Input{Text: text, Title: title, Parent: parent})
	})
}

func TestALongTextIsReadToItsEnd(t *testing.T) {
	m := embedded(t)
	for _, text := range []string{strings.Repeat("a", 20_000), strings.Repeat("😀", 5000), strings.Repeat(">", 20_000), strings.Repeat("f.u.", 5000),
		strings.Repeat("you idiot ", 2000), strings.Repeat("\"", 20_000), strings.Repeat("é\u0301", 5000), strings.Repeat("@a ", 6000), "a" + strings.Repeat("*", 20_000)} {
		checkScores(t, m, classifier.Input{Text: text, Parent: text, Title: text})
	}
}

func checkScores(t *testing.T, m *reader.Model, in classifier.Input) {
	t.Helper()
	out := classify(m, in)
	for c, s := range out.Scores {
		if math.IsNaN(s) || s < 0 || s > 1 {
			t.Fatalf("%v scored %v", moderation.Category(c), s)
		}
	}
	for _, e := range out.Evidence {
		if e.Span.From < 0 || e.Span.From >= e.Span.To || e.Span.To > len(in.Text) || math.IsNaN(e.Weight) {
			t.Fatalf("evidence %v in a text of %d bytes", e, len(in.Text))
		}
	}
}
