package evaluation

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if strings.HasSuffix(name, ".gz") {
		z := gzip.NewWriter(f)
		defer z.Close()
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLabelledRowsAreReadGzippedOrNot(t *testing.T) {
	content := `{"id":"1","text":"fine","label":0,"article":{"title":"News"},"context":"parent"}

{"id":"2","text":"undecided"}
{"id":"3","text":"not fine","label":1}`
	for _, name := range []string{"set.jsonl", "set.jsonl.gz"} {
		got, err := Open(write(t, name, content))
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "set" || len(got.Rows) != 2 || got.Rows[0].Article.Title != "News" || got.Rows[0].Reply() != "parent" || *got.Rows[1].Label != 1 {
			t.Errorf("%s: read %+v", name, got)
		}
	}
}

func TestAMistakeInADataSetIsNamedWithItsLine(t *testing.T) {
	for name, tc := range map[string]struct{ content, want string }{
		"broken JSON":  {"{\"text\":\"a\",\"label\":0}\n{\"text\":", ".jsonl:2: not a row"},
		"a wild label": {`{"text":"a","label":7}`, ".jsonl:1: label is 7"},
		"no labels":    {`{"text":"a"}`, "no row has a label"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(write(t, "set.jsonl", tc.content)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want it to say %q", err, tc.want)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.jsonl")); err == nil {
		t.Error("a missing file is an error")
	}
}
