package training

import (
	"context"
	"slices"
)

// faculty says how the specialist's teachers learn, and how much their word counts. The
// specialty's rows are few and have one label each. Teachers who learn from them alone are
// asked about what they have not read: about a part of the specialty's rows, where their
// opinion tempers the label, and about texts of its kind, whose own labels answer another
// question. They need not be silent about other rows, and judge the specialty's better for it.
type faculty struct {
	lesson
	size   int     // teachers
	parts  int     // of the specialty; each teacher leaves one out and is asked about it
	temper float32 // share of their opinion in the target of a row of the specialty
	trust  float32 // weight of a text that has their opinion alone
}

// askTeachers lets the teachers that are due learn and adds what they say to state.
func (r *run) askTeachers(ctx context.Context, state *progress) error {
	f, tell, asked := &r.curriculum.teachers, r.options.stage("teachers"), r.asked()
	if state.Advice == nil {
		state.Advice = make([]float32, len(asked))
	}
	for state.Teachers < f.size {
		number := len(r.curriculum.lessons) + state.Teachers
		left := state.Teachers % f.parts
		n := r.freshNetwork(number, f.gaps)
		rows := slices.DeleteFunc(slices.Clone(r.learn), func(row Row) bool { return row.Source == specialty && f.partOf(&row) == left })
		for epoch := range f.epochs {
			err := r.read(ctx, n, &f.lesson, rows, number, epoch, func(done float64) { tell((float64(state.Teachers) + done) / float64(f.size)) })
			if err != nil {
				return err
			}
		}
		n.readRows(asked, r.vocabulary, func(i int, logits []float32) {
			if asked[i].Source != specialty {
				state.Advice[i] += logits[toxicity] / float32(f.size)
			} else if f.partOf(&asked[i]) == left {
				state.Advice[i] += logits[toxicity] / float32(f.size/f.parts)
			}
		})
		state.Teachers++
		if err := r.save(state); err != nil {
			return err
		}
	}
	tell(1)
	return nil
}

// partOf tells which part of the specialty a row belongs to.
func (f *faculty) partOf(row *Row) int { return int(turn(row.Group) / 10 % uint64(f.parts)) }

// asked are the rows of which the teachers are asked: the specialty's, then those of its kind.
func (r *run) asked() []Row {
	var rows []Row
	for _, row := range r.learn {
		if row.Source == specialty {
			rows = append(rows, row)
		}
	}
	return append(rows, r.kin...)
}

// advised are the rows to learn from as the teachers would have them.
func (r *run) advised(advice []float32) []Row {
	f, rows := &r.curriculum.teachers, slices.Clone(r.learn)
	opinion := func() float32 {
		p := float32(sigmoid(float64(advice[0])))
		advice = advice[1:]
		return p
	}
	for i := range rows {
		if rows[i].Source == specialty {
			rows[i].Targets[toxicity] += f.temper * (opinion() - rows[i].Targets[toxicity])
		}
	}
	for _, row := range r.kin {
		row.Source = specialty
		row.say(toxicity, opinion(), f.trust)
		rows = append(rows, row)
	}
	return rows
}
