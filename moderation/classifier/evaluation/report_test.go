package evaluation

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"parley/moderation"
)

// sample is a judge that goes by one word, over rows that show its limits.
func sample(t *testing.T) Report {
	t.Helper()
	abusive, clean := 1, 0
	data := Dataset{Name: "sample", Rows: []Row{
		{ID: "a", Text: "a rude word", Label: &abusive, Identity: "teachers", Category: "direct"},
		{ID: "b", Text: "kind words", Label: &clean, Identity: "teachers", Category: "direct"},
		{ID: "c", Text: "who says rude things?", Label: &clean, Identity: "nurses", Category: "question"},
		{ID: "d", Text: "<script>meaner & subtler</script>", Label: &abusive, Identity: "nurses", Category: "implied"},
	}}
	judge := func(_ context.Context, r Row) (float64, moderation.Action, error) {
		if strings.Contains(r.Text, "rude") {
			return 0.9, moderation.Review, nil
		}
		return 0.1, moderation.Allow, nil
	}
	r, err := Run(context.Background(), data, judge, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReportNamesWhomAJudgeTreatsWorst(t *testing.T) {
	r := sample(t)
	if got := r.Identities[0]; got.Name != "nurses" || got.FPR != 1 || got.Recall != 0 {
		t.Errorf("worst identity is %+v, want nurses: always flagged when clean, never when abusive", got)
	}
	if got := r.Categories[0]; got.Accuracy != 0 {
		t.Errorf("the first category should be the worst, got %+v", got)
	}
	if r.Missed[0].ID != "d" || r.Misjudged[0].ID != "c" {
		t.Errorf("worst examples are %q and %q, want d and c", r.Missed[0].ID, r.Misjudged[0].ID)
	}
	if r.At[0].Recall != 0.5 || r.At[2].Recall != 0 {
		t.Errorf("half of the abuse is reviewed and none removed, the report says %v and %v", r.At[0].Recall, r.At[2].Recall)
	}
}

func TestTheTerminalTableLinesUp(t *testing.T) {
	var out bytes.Buffer
	if err := WriteText(&out, []Report{sample(t)}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines[0]) != len(lines[1]) {
		t.Errorf("heading and row differ in width:\n%s\n%s", lines[0], lines[1])
	}
	for _, want := range []string{"0.500", "nurses", "abusive, scored lowest"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, out.String())
		}
	}
}

func TestThePageIsSelfContainedAndEscapesComments(t *testing.T) {
	var out bytes.Buffer
	if err := WriteHTML(&out, "Sample", []Report{sample(t)}); err != nil {
		t.Fatal(err)
	}
	html := out.String()
	if strings.Contains(html, "<script>") || strings.Contains(html, "http://") || strings.Contains(html, "https://") {
		t.Error("the page runs a comment's markup or loads something from elsewhere")
	}
	if strings.Count(html, "<svg") != 3 {
		t.Errorf("the page has %d curves, want 3", strings.Count(html, "<svg"))
	}
	start, end := strings.Index(html, "<svg"), strings.LastIndex(html, "</svg>")+len("</svg>")
	drawing := xml.NewDecoder(strings.NewReader("<all>" + html[start:end] + "</all>"))
	for {
		if _, err := drawing.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the drawings are not well-formed: %v", err)
		}
	}
}

// silent is a judge that has nothing to say.
func silent(context.Context, Row) (float64, moderation.Action, error) {
	return 0, moderation.Allow, nil
}

func TestGroupsArePickedFromTheWordsWhereARowDoesNotSayWhomItIsAbout(t *testing.T) {
	got := newIdentities().of(Row{Text: "Gay Muslims and other Muslims, gaytoday"})
	if want := []string{"gay", "muslims"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestAMissingFigureIsNullForMachines(t *testing.T) {
	clean := 0
	r, err := Run(context.Background(), Dataset{Name: "clean only", Rows: []Row{{Text: "a", Label: &clean}}}, silent, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"auc":null`) {
		t.Errorf("AUC of one class should be null: %s, %v", b, err)
	}
}

func TestAnEvaluationStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	clean := 0
	rows := make([]Row, 100)
	for i := range rows {
		rows[i].Label = &clean
	}
	_, err := Run(ctx, Dataset{Rows: rows}, silent, func(done int) {
		if done == 3 {
			cancel()
		}
		if done > 3 {
			t.Errorf("row %d was scored after the stop", done)
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped with %v", err)
	}
}

func TestAnEvaluationEndsAtTheFirstRowThatCannotBeJudged(t *testing.T) {
	clean, broken := 0, errors.New("the model is gone")
	fails := func(_ context.Context, r Row) (float64, moderation.Action, error) {
		if r.Text == "b" {
			return 0, moderation.Allow, broken
		}
		return 0, moderation.Allow, nil
	}
	_, err := Run(context.Background(), Dataset{Rows: []Row{{Text: "a", Label: &clean}, {Text: "b", Label: &clean}}}, fails, nil)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("ended with %v", err)
	}
}
