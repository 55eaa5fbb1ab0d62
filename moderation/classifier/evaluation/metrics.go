package evaluation

import (
	"cmp"
	"math"
	"slices"

	"parley/moderation"
)

// Scored is one row's label and what the judge said of it.
type Scored struct {
	Abusive bool
	Score   float64           // in [0,1]
	Action  moderation.Action // what would be done about it
}

// byScore returns a copy with the highest scores first.
func byScore(rows []Scored) []Scored {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	return sorted
}

// Point is one operating point of a curve.
type Point struct {
	Threshold float64 `json:"threshold"`
	X         float64 `json:"x"`
	Y         float64 `json:"y"`
}

// ROC returns the receiver operating characteristic: X false-positive rate, Y true-positive
// rate, one point per distinct score, from (0,0) to (1,1).
func ROC(rows []Scored) []Point {
	positives, negatives := count(rows)
	points := []Point{{Threshold: math.Inf(1)}}
	walk(rows, func(threshold float64, tp, fp int) {
		points = append(points, Point{threshold, ratio(fp, negatives), ratio(tp, positives)})
	})
	return points
}

// AUC is the probability that an abusive row scores above a clean one, ties counting half:
// the area under ROC by the trapezoid rule (Fawcett 2006, "An introduction to ROC
// analysis"). NaN when a class is missing.
func AUC(rows []Scored) float64 {
	if positives, negatives := count(rows); positives == 0 || negatives == 0 {
		return math.NaN()
	}
	area, last := 0.0, Point{}
	for _, p := range ROC(rows) {
		area += (p.X - last.X) * (p.Y + last.Y) / 2
		last = p
	}
	return area
}

// PrecisionRecall returns the curve of precision (Y) over recall (X), highest threshold first.
func PrecisionRecall(rows []Scored) []Point {
	positives, _ := count(rows)
	var points []Point
	walk(rows, func(threshold float64, tp, fp int) {
		points = append(points, Point{threshold, ratio(tp, positives), ratio(tp, tp+fp)})
	})
	return points
}

// AveragePrecision is the precision at each threshold weighted by the recall it adds,
// without interpolation. NaN when nothing is abusive.
func AveragePrecision(rows []Scored) float64 {
	if positives, _ := count(rows); positives == 0 {
		return math.NaN()
	}
	sum, recall := 0.0, 0.0
	for _, p := range PrecisionRecall(rows) {
		sum += (p.X - recall) * p.Y
		recall = p.X
	}
	return sum
}

// Outcome is what flagging some of the rows would do.
type Outcome struct {
	Precision      float64 `json:"precision"`
	Recall         float64 `json:"recall"`
	F1             float64 `json:"f1"`
	Accuracy       float64 `json:"accuracy"`
	FalsePositives float64 `json:"false_positive_rate"`
}

// At says what flagging every score at or above the threshold would do.
func At(rows []Scored, threshold float64) Outcome {
	return outcome(rows, func(r Scored) bool { return r.Score >= threshold })
}

// AtAction says what flagging everything that gets the action or a harsher one does.
func AtAction(rows []Scored, action moderation.Action) Outcome {
	return outcome(rows, func(r Scored) bool { return r.Action >= action })
}

// outcome counts; ratios without a denominator are 0.
func outcome(rows []Scored, flag func(Scored) bool) Outcome {
	var tp, fp, fn, tn int
	for _, r := range rows {
		switch flagged := flag(r); {
		case flagged && r.Abusive:
			tp++
		case flagged:
			fp++
		case r.Abusive:
			fn++
		default:
			tn++
		}
	}
	return Outcome{
		Precision: ratio(tp, tp+fp), Recall: ratio(tp, tp+fn), F1: ratio(2*tp, 2*tp+fp+fn),
		Accuracy: ratio(tp+tn, len(rows)), FalsePositives: ratio(fp, fp+tn),
	}
}

// Best is the threshold with the highest F1, and its outcome.
func Best(rows []Scored) (threshold float64, o Outcome) {
	best, bestF1 := math.Inf(1), -1.0
	positives, _ := count(rows)
	walk(rows, func(threshold float64, tp, fp int) {
		if f1 := ratio(2*tp, tp+fp+positives); f1 > bestF1 {
			best, bestF1 = threshold, f1
		}
	})
	return best, At(rows, best)
}

// Bin is one row of a reliability table: of N rows scored about Mean, a share was abusive.
type Bin struct {
	From, To float64
	N        int
	Mean     float64
	Abusive  float64
}

// Reliability sorts rows into ten equal-width bins of score; empty bins have N 0.
func Reliability(rows []Scored) []Bin {
	bins := make([]Bin, 10)
	for i := range bins {
		bins[i].From, bins[i].To = float64(i)/10, float64(i+1)/10
	}
	for _, r := range rows {
		b := &bins[max(0, min(9, int(r.Score*10)))]
		b.N++
		b.Mean += r.Score
		if r.Abusive {
			b.Abusive++
		}
	}
	for i := range bins {
		if n := float64(bins[i].N); n > 0 {
			bins[i].Mean /= n
			bins[i].Abusive /= n
		}
	}
	return bins
}

// CalibrationError is the expected calibration error over Reliability's bins: how far, on
// average, a score is from the share of abusive rows that have it (Naeini et al. 2015).
func CalibrationError(rows []Scored) float64 {
	sum := 0.0
	for _, b := range Reliability(rows) {
		sum += float64(b.N) * math.Abs(b.Mean-b.Abusive)
	}
	return sum / float64(max(1, len(rows)))
}

// walk visits every distinct score from the highest with the counts at or above it.
func walk(rows []Scored, visit func(threshold float64, tp, fp int)) {
	sorted := byScore(rows)
	tp, fp := 0, 0
	for i, r := range sorted {
		if r.Abusive {
			tp++
		} else {
			fp++
		}
		if i+1 == len(sorted) || sorted[i+1].Score != r.Score {
			visit(r.Score, tp, fp)
		}
	}
}

func count(rows []Scored) (positives, negatives int) {
	for _, r := range rows {
		if r.Abusive {
			positives++
		}
	}
	return positives, len(rows) - positives
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
