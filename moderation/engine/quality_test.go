package engine_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// sharedRows reads a data set that is not part of the project, or skips.
func sharedRows(t testing.TB, name string, row func(line []byte)) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("skipped: %s is not here (%v)", path, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		row(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestRulesAloneLeaveCleanArgumentsAlone(t *testing.T) {
	p, diags := policy.Default()
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	e := engine.New(p, nil)
	rows, flagged := 0, 0
	byRule := map[string]int{}
	for _, name := range []string{"train/cat_gc.jsonl.gz", "train/cat_gn.jsonl.gz"} {
		sharedRows(t, name, func(line []byte) {
			var row struct {
				ID, Text, Context string
				Label             *int
			}
			if err := json.Unmarshal(line, &row); err != nil {
				t.Fatal(err)
			}
			if row.Label == nil || *row.Label != 0 {
				return
			}
			rows++
			v := e.Judge(&moderation.Comment{ID: row.ID, Text: row.Text, Parent: moderation.Parent{Text: row.Context}}, nil)
			if v.Action == moderation.Allow {
				return
			}
			flagged++
			byRule[v.Reasons[0].Source]++
			if os.Getenv("SHOW") != "" {
				t.Logf("%s %v %q: %s", v.Reasons[0].Source, v.Action, v.Reasons[0].Quote, strings.ReplaceAll(row.Text, "\n", " "))
			}
		})
	}
	share := float64(flagged) / float64(rows)
	t.Logf("%d of %d clean comments flagged (%.2f %%): %v", flagged, rows, 100*share, counted(byRule))
	if share >= 0.003 {
		t.Errorf("%.2f %% of clean comments are flagged by rules alone, want under 0.3 %%", 100*share)
	}
}

func counted(m map[string]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return m[out[i]] > m[out[j]] })
	for i, k := range out {
		out[i] = k + "×" + string(rune('0'+m[k]%10))
	}
	return out
}
