package evaluation

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/moderation"
)

func labelled(t *rapid.T) []Scored {
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Scored {
		return Scored{Abusive: rapid.Bool().Draw(t, "abusive"), Score: float64(rapid.IntRange(0, 8).Draw(t, "score")) / 8}
	}), 0, 40).Draw(t, "rows")
	return append(rows, Scored{Abusive: true, Score: 0.5}, Scored{Score: 0.25})
}

func TestAUCIsTheChanceThatAbuseScoresAboveACleanRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := labelled(t)
		wins, pairs := 0.0, 0.0
		for _, a := range rows {
			for _, b := range rows {
				if !a.Abusive || b.Abusive {
					continue
				}
				pairs++
				switch {
				case a.Score > b.Score:
					wins++
				case a.Score == b.Score:
					wins += 0.5
				}
			}
		}
		if got := AUC(rows); math.Abs(got-wins/pairs) > 1e-9 {
			t.Fatalf("AUC = %v, counting pairs gives %v", got, wins/pairs)
		}
	})
}

func TestTheOrderOfRowsChangesNoFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := labelled(t)
		backwards := slices.Clone(rows)
		slices.Reverse(backwards)
		_, best := Best(rows)
		if _, same := Best(backwards); AUC(rows) != AUC(backwards) || AveragePrecision(rows) != AveragePrecision(backwards) || best != same {
			t.Fatal("the figures depend on the order of the rows")
		}
	})
}

func TestFiguresOfAKnownExample(t *testing.T) {
	rows := []Scored{{true, 0.9, moderation.Remove}, {false, 0.8, moderation.Review}, {true, 0.7, moderation.Allow}, {false, 0.2, moderation.Allow}}
	if got := AUC(rows); got != 0.75 {
		t.Errorf("AUC = %v, want 3 of 4 pairs", got)
	}
	if got, want := AveragePrecision(rows), 0.5*1+0.5*2.0/3; math.Abs(got-want) > 1e-12 {
		t.Errorf("average precision = %v, want %v", got, want)
	}
	got := At(rows, 0.75)
	want := Outcome{Precision: 0.5, Recall: 0.5, F1: 0.5, Accuracy: 0.5, FalsePositives: 0.5}
	if got != want {
		t.Errorf("at 0.75: %+v, want %+v", got, want)
	}
	if at, best := Best(rows); at != 0.7 || math.Abs(best.F1-0.8) > 1e-12 {
		t.Errorf("best F1 %v at %v, want 0.8 at 0.7", best.F1, at)
	}
	if review, remove := AtAction(rows, moderation.Review), AtAction(rows, moderation.Remove); review.FalsePositives != 0.5 || remove.FalsePositives != 0 || remove.Recall != 0.5 {
		t.Errorf("reviewed %+v, removed %+v; want half of the clean reviewed and none removed", review, remove)
	}
}

func TestAMissingClassIsSaidNotGuessed(t *testing.T) {
	if got := AUC([]Scored{{Abusive: true, Score: 0.4}}); !math.IsNaN(got) {
		t.Errorf("AUC without clean rows = %v, want NaN", got)
	}
	if got := AveragePrecision([]Scored{{Score: 0.4}}); !math.IsNaN(got) {
		t.Errorf("average precision without abuse = %v, want NaN", got)
	}
}

func TestACalibratedScorerHasNoCalibrationError(t *testing.T) {
	var honest, boastful []Scored
	for i := range 100 {
		abusive := i < 25
		honest = append(honest, Scored{Abusive: abusive, Score: 0.25})
		boastful = append(boastful, Scored{Abusive: abusive, Score: 0.95})
	}
	if got := CalibrationError(honest); got > 1e-9 {
		t.Errorf("an honest scorer is off by %v", got)
	}
	if got := CalibrationError(boastful); math.Abs(got-0.7) > 1e-9 {
		t.Errorf("a boastful scorer is off by %v, want 0.7", got)
	}
}
