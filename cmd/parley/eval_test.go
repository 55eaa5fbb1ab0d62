package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/moderation/classifier/openai/openaitest"
)

func TestAPolicyIsMeasuredWithItsSecondOpinionsAndTheirCost(t *testing.T) {
	server := openaitest.Start(openaitest.Script{Judge: func(p openaitest.Prompt) openaitest.Answer {
		if strings.Contains(p.Comment, "dear old twit") {
			return openaitest.Answer{Verdict: "allow", Category: "none", Confidence: 0.9, Quote: "dear", Reason: "It is fond."}
		}
		return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.9, Quote: "twit", Reason: "It mocks."}
	}})
	t.Cleanup(server.Close)
	dir := t.TempDir()
	rules, rows := filepath.Join(dir, "rules.yaml"), filepath.Join(dir, "rows.jsonl")
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(rules, fmt.Sprintf(`classifiers: {embedded: {enabled: false}, openai: {base_url: %q, judge: {model: scripted, prices: {input: 1, output: 1}}}}
second_opinions: {undecided: {from: 0.35, to: 0.8}}
thresholds: {insult: {review: 0.5, remove: 0.95}}
rules: [{id: twit, why: Nobody here is a twit., when: {words: [twit]}, score: {insult: 0.6}, examples: {match: [you twit]}}]
`, server.URL()))
	write(rows, `{"id": "1", "text": "you twit", "label": 1}
{"id": "2", "text": "my dear old twit", "label": 0}
{"id": "3", "text": "good morning", "label": 0}
`)
	eval := func(flags ...string) (out, told string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args := append([]string{"eval", "--config", rules, rows}, flags...)
		if code := execute(t.Context(), args, streams{nil, &stdout, &stderr}); code != 0 {
			t.Fatalf("parley eval %v: exit code %d, %s", flags, code, &stderr)
		}
		return stdout.String(), stderr.String()
	}
	without, told := eval()
	if told != "" || len(server.Calls()) != 0 {
		t.Errorf("without --opinion there were %d questions, and it was said: %s", len(server.Calls()), told)
	}
	with, told := eval("--opinion")
	if !strings.Contains(told, "second opinions: 2, of which 0 from the cache; 0 unanswered; about $0.") || strings.Contains(told, "$0.0000") {
		t.Errorf("the cost of two opinions was told as %q", told)
	}
	if with == without {
		t.Errorf("the opinions changed nothing of what was measured:\n%s", with)
	}
}
