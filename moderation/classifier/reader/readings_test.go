package reader_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"parley/moderation"
	"parley/moderation/classifier"
)

// leastRight is the share of each half of testdata/readings.tsv that must be read right. The sentences are hard on purpose; the share holds the level reached.
const leastRight = 0.7

func TestSentencesNeverSeenAreMostlyReadRight(t *testing.T) {
	file, err := os.Open("testdata/readings.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m := embedded(t)
	total, right := map[bool]int{}, map[bool]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		label, text, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			continue // a remark
		}
		abusive := label == "abusive"
		total[abusive]++
		out := classify(m, classifier.Input{Text: text})
		if score := out.Scores[moderation.Toxicity]; score > noticed == abusive {
			right[abusive]++
		} else {
			t.Logf("%.2f %s: %s", score, label, text)
		}
	}
	for abusive, n := range total {
		share := float64(right[abusive]) / float64(n)
		t.Logf("abusive %v: %d of %d right", abusive, right[abusive], n)
		if share < leastRight {
			t.Errorf("abusive %v: %.2f right, want %.2f", abusive, share, leastRight)
		}
	}
}
