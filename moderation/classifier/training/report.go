package training

import (
	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// report measures m on the held-out rows of every source.
func (r *run) report(m *reader.Model) Report {
	report := Report{Rows: len(r.learn), HeldOut: len(r.held)}
	var sources []string
	scores, labels := map[string][]float64{}, map[string][]bool{}
	var out classifier.Result
	for i := range r.held {
		row := &r.held[i]
		target := row.Targets[toxicity]
		if row.Trust[toxicity] == 0 || target > 0.3 && target < 0.7 {
			continue
		}
		if _, seen := scores[row.Source]; !seen {
			sources = append(sources, row.Source)
		}
		m.Classify(&row.Input, &out)
		scores[row.Source] = append(scores[row.Source], out.Scores[moderation.Toxicity])
		labels[row.Source] = append(labels[row.Source], target > 0.5)
	}
	for _, s := range sources {
		measure := Measure{Source: s, AUC: areaUnderCurve(scores[s], labels[s])}
		for _, abusive := range labels[s] {
			if abusive {
				measure.Abusive++
			} else {
				measure.Clean++
			}
		}
		report.Held = append(report.Held, measure)
	}
	return report
}
