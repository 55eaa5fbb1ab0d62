package demo_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/cmd/parley/daemon"
	"parley/cmd/parley/demo"
	"parley/cmd/parley/latency"
	"parley/moderation"
)

// perform plays a script on the real bot and returns what was shown.
func perform(t *testing.T, script demo.Script) (shown []demo.Happening, summary demo.Summary) {
	t.Helper()
	summary, err := demo.Perform(t.Context(), script, demo.Options{
		Bot:  daemon.Options{DataDir: t.TempDir(), Listen: "off"},
		Show: func(h demo.Happening) { shown = append(shown, h) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return shown, summary
}

func TestTheDemoTellsItsWholeStory(t *testing.T) {
	script, err := demo.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	shown, summary := perform(t, script)
	var otherwise []string
	for _, h := range shown {
		if h.Verdict != nil && h.Expect != "" && h.Outcome != h.Expect {
			otherwise = append(otherwise, string(h.Outcome)+", hoped for "+string(h.Expect)+": "+h.Text)
		}
	}
	if len(otherwise) > 1 {
		t.Errorf("more than one comment goes otherwise than a fair moderator would have it:\n%s", strings.Join(otherwise, "\n"))
	}
	if summary.GivenBack != 1 {
		t.Errorf("%d comments are given back by the moderator, want 1", summary.GivenBack)
	}
	scenes := 0
	for _, h := range shown {
		if h.Scene != "" {
			scenes++
		}
	}
	if scenes != len(script.Scenes) {
		t.Errorf("%d of %d scenes were played", scenes, len(script.Scenes))
	}
}

func TestRealThreadsArePlayedUnderTheirArticles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "threads.jsonl")
	lines := `{"article":{"title":"Bridge opens","summary":"After four years."},"author":"ann","parent":"","text":"Finally, it took long enough."}
{"article":{"title":"Bridge opens","summary":"After four years."},"author":"bob","parent":"Finally, it took long enough.","text":"I walked over it this morning."}
{"article":{"title":"Panda born","summary":""},"author":"ann","parent":"","text":"` + strings.Repeat("What a day for the zoo! ", 120) + `"}
`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	script, err := demo.Threads(path)
	if err != nil {
		t.Fatal(err)
	}
	shown, summary := perform(t, script)
	if summary.Comments != 3 || summary.Verdicts[moderation.Allow.String()] < 2 {
		t.Errorf("of 3 comments, %d were judged: %v", summary.Comments, summary.Verdicts)
	}
	said := slices.IndexFunc(shown, func(h demo.Happening) bool { return h.Scene == "Panda born" })
	if said < 0 || !strings.Contains(shown[said+1].Note, "Panda born") {
		t.Errorf("the second article is not shared before its comments: %+v", shown)
	}
}

func TestABrokenThreadIsNamedWithItsLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "threads.jsonl")
	if err := os.WriteFile(path, []byte("{\"text\":\"a\"}\n{\"text\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Threads(path); err == nil || !strings.Contains(err.Error(), "threads.jsonl:2:") {
		t.Errorf("error %v, want it to name line 2", err)
	}
}

func TestProgramsGetMillisecondsAndSpansInPairs(t *testing.T) {
	got, err := json.Marshal(demo.Happening{
		At: latency.Duration(2 * time.Second), Who: "Viktor", Text: "Two down.", Outcome: demo.Down,
		Took: latency.Duration(1500 * time.Microsecond), Gone: latency.Duration(12 * time.Millisecond),
		Verdict: &moderation.Verdict{Action: moderation.Remove, Abuse: 0.9, Category: moderation.Harassment, Reasons: []moderation.Reason{
			{Source: "rule:gloating", Category: moderation.Harassment, Score: 0.9, Span: moderation.Span{To: 8}, Quote: "Two down"},
		}},
	})
	want := `{"at_ms":2000,"who":"Viktor","text":"Two down.","outcome":"down",` +
		`"verdict":{"action":"remove","abuse":0.9,"scores":{},"reasons":[` +
		`{"source":"rule:gloating","category":"harassment","score":0.9,"span":[0,8],"quote":"Two down"}],"category":"harassment"},` +
		`"took_ms":1.5,"gone_ms":12}`
	if err != nil || string(got) != want {
		t.Errorf("written as\n%s, %v\nwant\n%s", got, err, want)
	}
}

func TestTheTimelineIsReadableWithoutColours(t *testing.T) {
	var out bytes.Buffer
	line := demo.Timeline{Out: &out}
	line.Show(demo.Happening{Scene: "One comment gloats"})
	line.Show(demo.Happening{Who: "Amara", Text: "I don't have words.", Outcome: demo.Stays, Expect: demo.Stays, Verdict: &moderation.Verdict{}, Took: 1_500_000})
	line.Show(demo.Happening{Who: "Viktor", Text: "Two down.\x1b[2J", Outcome: demo.Down, Expect: demo.Stays, Gone: 12_000_000, Verdict: &moderation.Verdict{
		Action: moderation.Remove, Category: moderation.Harassment, Scores: moderation.Scores{moderation.Harassment: 0.9},
		Reasons: []moderation.Reason{{Source: "rule:gloating", Quote: "Two down"}},
	}})
	want := `
One comment gloats
  0.00s  Amara     stays    I don't have words.                                             1.5 ms
  0.00s  Viktor    DOWN     Two down. [2J                                                   0.0 ms
                            remove: harassment 0.90, rule:gloating at "Two down", gone after 12 ms
                            hoped for: stays
`
	if out.String() != want {
		t.Errorf("shown:\n%s\nwant:\n%s", out.String(), want)
	}
}
