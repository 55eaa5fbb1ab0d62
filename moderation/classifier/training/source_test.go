package training

import (
	"strings"
	"testing"
)

// What a data set's labels mean is decided in one place, and these are the decisions.
func TestLabelsThatLieAreLeftOut(t *testing.T) {
	one, zero := 1, 0
	low, middle, high := 0.0, 0.4, 0.8
	for _, c := range []struct {
		name string
		read func(*record, *Row) bool
		rec  record
		used bool
	}{
		{"an offensive tweet of Davidson's", readDavidson, record{Label: &one, Category: "offensive"}, false},
		{"a hateful tweet of Davidson's", readDavidson, record{Label: &one, Category: "hate"}, true},
		{"a row of EDOS that is only not sexist", readEdos, record{Label: &zero, Category: "none"}, false},
		{"a sexist row of EDOS", readEdos, record{Label: &one, Category: "2. derogation"}, true},
		{"an undecided row of GoEmotions", readEmotions, record{Category: "anger"}, false},
		{"an angry row of GoEmotions", readEmotions, record{Label: &zero, Category: "anger"}, false},
		{"a grateful row of GoEmotions", readEmotions, record{Label: &zero, Category: "gratitude"}, true},
		{"a row of Civil Comments without a score", readCivil, record{Label: &one}, false},
		{"a clean row of Civil Comments", readCivil, record{Score: &low}, true},
		{"a borderline row of Civil Comments", readCivil, record{Score: &middle}, true},
		{"an abusive row of Civil Comments", readCivil, record{Score: &high, Category: "Insult"}, true},
	} {
		var row Row
		if got := c.read(&c.rec, &row); got != c.used {
			t.Errorf("%s: used %v, want %v", c.name, got, c.used)
		}
	}
}

func TestABorderlineCommentTeachesSoftly(t *testing.T) {
	share := 0.4
	var row Row
	readCivil(&record{Score: &share}, &row)
	if row.Targets[toxicity] != 0.4 || row.Trust[toxicity] >= 1 {
		t.Errorf("target %v trusted %v", row.Targets[toxicity], row.Trust[toxicity])
	}
}

func TestEverySourceIsCredited(t *testing.T) {
	for _, c := range Credits() {
		if c.Name == "" || c.Authors == "" || c.License == "" || c.Use == "" {
			t.Errorf("incomplete credit %+v", c)
		}
	}
	if n := len(Credits()); n < len(sources()) {
		t.Errorf("%d credits for %d sources", n, len(sources()))
	}
}

func TestFeedbackIsReadLineByLine(t *testing.T) {
	rows, err := ReadRows(strings.NewReader(`{"text":"some insult","label":1,"category":"insult","article":{"title":"T"}}
{"text":"fine","label":0,"parent":"P"}
{"text":"nobody decided"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Targets[insult] != 1 || rows[0].Title != "T" || rows[1].Parent != "P" || rows[1].Targets[toxicity] != 0 {
		t.Errorf("read %+v", rows)
	}
	for _, wrong := range []string{`{"text":"x","label":7}`, `{"text":`} {
		if _, err := ReadRows(strings.NewReader("{\"text\":\"a\",\"label\":1}\n" + wrong)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
