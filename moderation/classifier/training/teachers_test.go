package training

import "testing"

// TestTeachersTemperLabelsAndSpeakForTextsOfTheirKind has teachers who are undecided about one
// row of the specialty and sure that the other, labelled clean, and a text without a label are
// abusive.
func TestTeachersTemperLabelsAndSpeakForTextsOfTheirKind(t *testing.T) {
	row := func(source string, target float32) Row {
		r := Row{Source: source}
		r.say(toxicity, target, 1)
		return r
	}
	r := run{curriculum: fullCurriculum(), kin: []Row{{Source: "davidson"}},
		learn: []Row{row(specialty, 1), row("hatemoji_build", 1), row(specialty, 0)}}
	f := r.curriculum.teachers
	rows := r.advised([]float32{0, 30, 30})
	if len(rows) != 4 {
		t.Fatalf("%d rows to learn from, want 4", len(rows))
	}
	for i, want := range []struct {
		what          string
		target, trust float32
	}{
		{"a row of which they are not sure", 1 - f.temper/2, 1},
		{"a row of another set", 1, 1},
		{"a row about which they disagree with the label", f.temper, 1},
		{"a text without a label", 1, f.trust},
	} {
		if got := rows[i].Targets[toxicity]; got < want.target-1e-6 || got > want.target+1e-6 {
			t.Errorf("%s has the target %g, want %g", want.what, got, want.target)
		}
		if got := rows[i].Trust[toxicity]; got != want.trust {
			t.Errorf("%s weighs %g, want %g", want.what, got, want.trust)
		}
	}
	if r.learn[0].Targets[toxicity] != 1 {
		t.Error("the generalist would learn what the teachers said")
	}
}

// TestTheSpecialtyIsSharedOutEvenlyAmongTeachers since each leaves one part out.
func TestTheSpecialtyIsSharedOutEvenlyAmongTeachers(t *testing.T) {
	f := fullCurriculum().teachers
	if f.size%f.parts != 0 {
		t.Fatalf("%d teachers cannot be shared out among %d parts", f.size, f.parts)
	}
	rows := make([]int, f.parts)
	for i := range 4000 {
		rows[f.partOf(&Row{Group: string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))})]++
	}
	for part, n := range rows {
		if n < 800 || n > 1200 {
			t.Errorf("part %d has %d of 4000 groups", part, n)
		}
	}
}
