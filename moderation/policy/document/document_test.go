package document_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/moderation/policy/document"
)

type garden struct {
	Beds   []bed                             `yaml:"beds" help:"The beds."`
	Owner  document.Value[string]            `yaml:"owner" help:"Whose it is."`
	Rest   *time.Duration                    `yaml:"rest" help:"How long it rests."`
	Plants map[string]float64                `yaml:"plants" min:"0" max:"1" help:"Shares."`
	Tools  []string                          `yaml:"tools" enum:"rake|hoe|spade" help:"Tools."`
	Notes  map[string]document.Value[string] `yaml:"notes" help:"Notes."`
}

type bed struct {
	At   document.Position `yaml:"-"`
	Kind string            `yaml:"kind,short" help:"What grows."`
	Rows int               `yaml:"rows" min:"1" help:"How many rows."`
}

func TestValuesKnowWhereTheyStand(t *testing.T) {
	var g garden
	diags := document.Decode("g.yaml", []byte("owner: Ann\nbeds:\n  - roses\n  - {kind: leek, rows: 3}\nrest: 1w2d\ntools: hoe\n"), &g)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if g.Owner.V != "Ann" || g.Owner.At.String() != "g.yaml:1:8" {
		t.Errorf("the owner is %+v", g.Owner)
	}
	if len(g.Beds) != 2 || g.Beds[0].Kind != "roses" || g.Beds[1].Rows != 3 || g.Beds[1].At.Line != 4 {
		t.Errorf("the beds are %+v", g.Beds)
	}
	if *g.Rest != 9*24*time.Hour || !cmp.Equal(g.Tools, []string{"hoe"}) {
		t.Errorf("it rests %v, the tools are %v", *g.Rest, g.Tools)
	}
}

func TestEveryMistakeIsFoundAtOnce(t *testing.T) {
	var g garden
	diags := document.Decode("g.yaml", []byte("onwer: Ann\nbeds: [{rows: 0}]\nrest: long\nplants: {leek: 2}\ntools: [how]\nplants: {}\n"), &g)
	if len(diags) != 6 || diags.Err() == nil {
		t.Fatalf("%d mistakes:\n%v", len(diags), diags)
	}
	text := diags.Error()
	for _, want := range []string{`did you mean "owner"?`, "g.yaml:2:15", "like 30s", "between 0 and 1", `did you mean "hoe"?`, "stands here twice"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q:\n%s", want, text)
		}
	}
}

func TestAnchorsMayBeUsedAgain(t *testing.T) {
	var g garden
	diags := document.Decode("g.yaml", []byte("beds: [&a {kind: leek, rows: 2}, *a]\n"), &g)
	if len(diags) > 0 || len(g.Beds) != 2 || g.Beds[1].Rows != 2 {
		t.Errorf("%v: %v", g.Beds, diags)
	}
}

func TestDurationsKnowDaysAndWeeks(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "1d12h": 36 * time.Hour, "2w": 14 * 24 * time.Hour, "0.5d": 12 * time.Hour} {
		if got, err := document.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "5", "1y", "99999999w", "1d-"} {
		if got, err := document.ParseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestSuggestionsNameWhatIsNear(t *testing.T) {
	known := []string{"pattern", "words", "severity"}
	for written, want := range map[string]string{"patern": `did you mean "pattern"?`, "wrods": `did you mean "words"?`, "zzzzzz": "it is one of pattern, words, severity"} {
		if got := document.DidYouMean(written, known); got != want {
			t.Errorf("%q: %s", written, got)
		}
	}
}

func TestALongLineIsCutAroundTheMistake(t *testing.T) {
	d := document.Diagnostic{At: document.Position{File: "f", Line: 1, Col: 301, Size: 4, Text: strings.Repeat("x", 300) + "here" + strings.Repeat("y", 300)}, Message: "no"}
	lines := strings.Split(d.String(), "\n")
	if len(lines) != 3 || len(lines[1]) > 130 || strings.Index(lines[1], "here") != strings.Index(lines[2], "^^^^") {
		t.Errorf("%s", d)
	}
}
