package training

import (
	"cmp"
	"slices"
)

// AUC is the probability that a random abusive row scores above a random clean one, ties
// counting half; 0.5 where either kind is missing.
func areaUnderCurve(scores []float64, abusive []bool) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	var rankSum, positives float64
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		rank := float64(i+j+1) / 2
		for ; i < j; i++ {
			if abusive[order[i]] {
				rankSum += rank
				positives++
			}
		}
	}
	negatives := float64(len(scores)) - positives
	if positives == 0 || negatives == 0 {
		return 0.5
	}
	return (rankSum - positives*(positives+1)/2) / (positives * negatives)
}
