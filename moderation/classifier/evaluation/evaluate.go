package evaluation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"parley/moderation"
)

// Figure is a number that may be missing; NaN is written as null.
type Figure float64

// MarshalJSON writes the number, or null where there is none.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// Report is what one data set says of a judge.
type Report struct {
	Dataset          string    `json:"dataset"`
	Rows             int       `json:"rows"`
	Abusive          int       `json:"abusive"`
	AUC              Figure    `json:"auc"`
	AveragePrecision Figure    `json:"average_precision"`
	Calibration      Figure    `json:"calibration_error"`
	At               []Named   `json:"at"`            // by action, mildest first
	Best             Outcome   `json:"best_f1"`       // at the threshold that suits F1 most
	BestAt           float64   `json:"best_f1_score"` // that threshold
	Reliability      []Bin     `json:"reliability"`
	Identities       []Slice   `json:"identities,omitempty"` // worst false-positive rate first
	Categories       []Slice   `json:"categories,omitempty"` // worst accuracy first
	Missed           []Example `json:"missed"`               // abusive, scored lowest
	Misjudged        []Example `json:"misjudged"`            // clean, scored highest
	scored           []Scored  // for the curves
}

// Named is what comes of acting from one action on.
type Named struct {
	Action moderation.Action `json:"action"`
	Outcome
}

// Slice is the part of a data set that shares an identity or a category, where everything
// that is at least reviewed counts as flagged.
type Slice struct {
	Name     string  `json:"name"`
	Clean    int     `json:"clean"`
	Abusive  int     `json:"abusive"`
	FPR      float64 `json:"false_positive_rate"`
	Recall   float64 `json:"recall"`
	Accuracy float64 `json:"accuracy"`
}

// Example is one row that a judge gets wrong.
type Example struct {
	ID    string  `json:"id"`
	Text  string  `json:"text"`
	Score float64 `json:"score"`
}

// examples is how many wrong rows a report shows on each side.
const examples = 10

// Judge scores a row in [0,1] and says what would be done about it. An error ends the
// measurement.
type Judge func(context.Context, Row) (score float64, action moderation.Action, err error)

// Run judges every row of a data set and measures the result. progress, which may be nil,
// is called after each row. It stops when ctx ends, or at the judge's first error.
func Run(ctx context.Context, data Dataset, judge Judge, progress func(done int)) (Report, error) {
	scored := make([]Scored, 0, len(data.Rows))
	for i, row := range data.Rows {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		score, action, err := judge(ctx, row)
		if err != nil {
			return Report{}, fmt.Errorf("row %d: %w", i+1, err)
		}
		scored = append(scored, Scored{Abusive: *row.Label == 1, Score: score, Action: action})
		if progress != nil {
			progress(i + 1)
		}
	}
	return measure(data, scored), nil
}

func measure(data Dataset, scored []Scored) Report {
	positives, _ := count(scored)
	r := Report{
		Dataset: data.Name, Rows: len(scored), Abusive: positives,
		AUC: Figure(AUC(scored)), AveragePrecision: Figure(AveragePrecision(scored)),
		Calibration: Figure(CalibrationError(scored)), Reliability: Reliability(scored), scored: scored,
	}
	r.BestAt, r.Best = Best(scored)
	for _, action := range []moderation.Action{moderation.Review, moderation.Hold, moderation.Remove} {
		r.At = append(r.At, Named{action, AtAction(scored, action)})
	}
	r.Identities = slicesBy(data.Rows, scored, newIdentities().of)
	slices.SortStableFunc(r.Identities, func(a, b Slice) int { return cmp.Compare(b.FPR, a.FPR) })
	r.Categories = slicesBy(data.Rows, scored, func(row Row) []string {
		if row.Category == "" {
			return nil
		}
		return []string{row.Category}
	})
	slices.SortStableFunc(r.Categories, func(a, b Slice) int { return cmp.Compare(a.Accuracy, b.Accuracy) })
	r.Missed = worst(data.Rows, scored, true)
	r.Misjudged = worst(data.Rows, scored, false)
	return r
}

// slicesBy groups rows by their keys, in order of the keys; rows without one are left out.
func slicesBy(rows []Row, scored []Scored, keys func(Row) []string) []Slice {
	groups := map[string][]Scored{}
	for i, row := range rows {
		for _, k := range keys(row) {
			groups[k] = append(groups[k], scored[i])
		}
	}
	var all []Slice
	for name, group := range groups {
		positives, negatives := count(group)
		o := AtAction(group, moderation.Review)
		all = append(all, Slice{name, negatives, positives, o.FalsePositives, o.Recall, o.Accuracy})
	}
	slices.SortFunc(all, func(a, b Slice) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func worst(rows []Row, scored []Scored, abusive bool) []Example {
	var wrong []Example
	for i, s := range scored {
		if s.Abusive == abusive {
			wrong = append(wrong, Example{rows[i].ID, rows[i].Text, s.Score})
		}
	}
	slices.SortStableFunc(wrong, func(a, b Example) int {
		if abusive {
			return cmp.Compare(a.Score, b.Score)
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return wrong[:min(examples, len(wrong))]
}
