package training

import (
	"math"
	"testing"
)

func TestACalibratedScoreMeansWhatItSays(t *testing.T) {
	rng := random(4)
	var z, y, w []float64
	for range 20_000 {
		raw := rng.NormFloat64() * 3
		label := 0.0
		if rng.Float64() < sigmoid(0.5*raw-1) {
			label = 1
		}
		z, y, w = append(z, raw), append(y, label), append(w, 1)
	}
	fit := fitLine(z, y, w)
	if math.Abs(fit.Slope-0.5) > 0.03 || math.Abs(fit.Offset+1) > 0.06 {
		t.Errorf("%+v, want 0.5 and -1", fit)
	}
}

func TestRowsWithoutTrustDoNotMoveTheCalibration(t *testing.T) {
	z, y, w := []float64{-2, -1, 1, 2, 5, 5}, []float64{0, 0, 1, 1, 0, 0}, []float64{1, 1, 1, 1, 0, 0}
	fit, same := fitLine(z, y, w), fitLine(z[:4], y[:4], w[:4])
	if math.Abs(fit.Slope-same.Slope) > 1e-9 || math.Abs(fit.Offset-same.Offset) > 1e-9 {
		t.Errorf("%+v with them, %+v without", fit, same)
	}
}

func TestTheAreaUnderTheCurveCountsOrderedPairs(t *testing.T) {
	for _, c := range []struct {
		scores  []float64
		abusive []bool
		want    float64
	}{
		{[]float64{0.1, 0.2, 0.8, 0.9}, []bool{false, false, true, true}, 1},
		{[]float64{0.9, 0.8, 0.2, 0.1}, []bool{false, false, true, true}, 0},
		{[]float64{0.5, 0.5}, []bool{false, true}, 0.5},
		{[]float64{0.1, 0.3, 0.2, 0.4}, []bool{false, false, true, true}, 0.75},
		{[]float64{0.1, 0.3}, []bool{true, true}, 0.5},
	} {
		if got := areaUnderCurve(c.scores, c.abusive); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v %v: %v, want %v", c.scores, c.abusive, got, c.want)
		}
	}
}
