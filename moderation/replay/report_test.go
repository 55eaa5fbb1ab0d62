package replay

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sampleReport(t *testing.T) Report {
	t.Helper()
	comments := said("good morning", "you twit", "bike for sale", "a book for sale, twit", "a book", "<script>twit & fool</script>", "\x1b[2J twit")
	comments[6].Time = comments[6].Time.AddDate(0, 0, 3)
	return replayed(t, file(t, comments...), Options{Before: parsed(t, "calm", calm), After: parsed(t, "strict", strict)})
}

func TestTheTerminalReportReadsLikeThis(t *testing.T) {
	var out bytes.Buffer
	if err := sampleReport(t).WriteText(&out); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "report.txt")
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("(-golden +now, write it anew with -update):\n%s", diff)
	}
}

func TestThePageNeedsNothingElseAndEscapesComments(t *testing.T) {
	var out bytes.Buffer
	if err := sampleReport(t).WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, foreign := range []string{"<script", "http://", "https://", "src=", "@import"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page contains %q", foreign)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;twit") {
		t.Error("the page does not show the comment with markup")
	}
	if n := strings.Count(page, "<svg"); n != 3 {
		t.Errorf("the page has %d charts, want actions, rules and time", n)
	}
	for rest := page; ; {
		_, from, found := strings.Cut(rest, "<svg")
		if !found {
			break
		}
		drawing, after, _ := strings.Cut(from, "</svg>")
		rest = after
		tokens := xml.NewDecoder(strings.NewReader("<svg" + drawing + "</svg>"))
		for {
			if _, err := tokens.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("a chart is not well-formed: %v", err)
			}
		}
	}
}

func TestATimelineHasFewEnoughPeriodsToSee(t *testing.T) {
	for _, length := range []time.Duration{0, time.Minute, time.Hour, 26 * time.Hour, 40 * 24 * time.Hour, 20 * 365 * 24 * time.Hour} {
		in := &Input{from: epoch.Add(7 * time.Second), to: epoch.Add(7*time.Second + length)}
		p := parsed(t, "calm", calm)
		tally := newTally(Options{Before: p, After: p}, in)
		n := len(tally.timeline)
		if n < 1 || n > 4*periods {
			t.Errorf("%v has %d periods", length, n)
		}
		if length < 365*24*time.Hour && (n > periods+1 || tally.timeline[n-1].From.After(in.to) || tally.timeline[n-1].From.Add(tally.period).Before(in.to)) {
			t.Errorf("%v has %d periods of %v, the last from %v", length, n, tally.period, tally.timeline[n-1].From)
		}
	}
}

func TestATextPostedManyTimesIsOneSample(t *testing.T) {
	texts := []string{"bike for sale", "boat for sale"}
	for range 40 {
		texts = append(texts, "tent for sale")
	}
	r := replayed(t, file(t, said(texts...)...), Options{Before: parsed(t, "calm", calm), After: parsed(t, "strict", strict)})
	if r.NewlyFlagged.Count != 42 || len(r.NewlyFlagged.Samples) != 3 {
		t.Errorf("%d are newly flagged, with %d samples; want 42 and 3", r.NewlyFlagged.Count, len(r.NewlyFlagged.Samples))
	}
}
