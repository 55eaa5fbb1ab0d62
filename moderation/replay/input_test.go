package replay

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/moderation"
	"parley/moderation/archive"
)

func TestTheShortFormOfACommentIsUnderstood(t *testing.T) {
	got, err := decode([]byte(`{"id": 17, "author": "ann", "parent": "who?", "text": "me", "article": {"title": "News"}}`), 1)
	want := moderation.Comment{
		ID: "17", Author: moderation.Author{ID: "ann"}, Parent: moderation.Parent{Text: "who?"}, Text: "me",
		Article: moderation.Article{ID: "News", Title: "News"},
	}
	if diff := gocmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, _ := decode([]byte(`{"text": "me"}`), 5); got.ID != "line 5" {
		t.Errorf("a comment without an ID is called %q, want its line", got.ID)
	}
}

func FuzzWhatIsReadAsACommentIsReadTheSameAgain(f *testing.F) {
	f.Add([]byte(`{"id": 17, "author": "ann", "parent": "who?", "text": "me"}`))
	f.Add([]byte(`{"id": "1", "time": "2026-01-02T15:04:05Z", "author": {"id": "a"}, "parent": {"id": "0"}, "text": "me", "revision": 4}`))
	f.Add([]byte(`{"text": "\ud800", "passages": [{"kind": "poll", "text": "x"}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		c, err := decode(line, 1)
		if err != nil {
			return
		}
		again, err := json.Marshal(&c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(again, 1)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if diff := gocmp.Diff(c, back); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}

func TestLinesThatAreNoCommentsAreCountedAndTheFirstIsNamed(t *testing.T) {
	path := written(t, `{"id":"1","text":"fine"}
{"id":"2"}

{"id":"3","text":
{"id":"4","text":"fine, too"}`)
	p := parsed(t, "calm", calm)
	r := replayed(t, path, Options{Before: p, After: p})
	if r.Comments != 2 || r.Unreadable != 2 || !strings.HasPrefix(r.Mistake, path+":2: it has no") {
		t.Errorf("%d comments, %d unreadable, the first because of %q", r.Comments, r.Unreadable, r.Mistake)
	}
	if r.Untimed != 2 || len(r.Timeline) != 0 {
		t.Errorf("%d comments without a time, timeline %v; want 2 and none", r.Untimed, r.Timeline)
	}
}

func TestAnArchiveThatBreaksOffIsReadAsFarAsItGoes(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for _, c := range someComments(300) {
		line, _ := json.Marshal(&c)
		if _, err := z.Write(append(line, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "broken.jsonl.gz")
	if err := os.WriteFile(path, packed.Bytes()[:packed.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	p := parsed(t, "calm", calm)
	r := replayed(t, path, Options{Before: p, After: p})
	if r.Comments < 50 || r.Comments > 250 || r.Unreadable != 1 || !strings.Contains(r.Mistake, "unexpected EOF") {
		t.Errorf("%d comments, %d unreadable because of %q", r.Comments, r.Unreadable, r.Mistake)
	}
}

func TestWhatTheBotKeptIsReadAsItLies(t *testing.T) {
	dir := t.TempDir()
	kept := archive.Open(dir, slog.New(slog.DiscardHandler))
	for _, c := range said("you twit", "hello", "a book") {
		kept.Note(&c)
	}
	kept.Close()
	r := replayed(t, dir, Options{Before: parsed(t, "calm", calm), After: parsed(t, "strict", strict)})
	if r.Comments != 3 || r.Unreadable != 0 || r.Before.Flagged != 1 {
		t.Errorf("%d comments, %d unreadable, %d flagged; want 3, 0 and 1", r.Comments, r.Unreadable, r.Before.Flagged)
	}
}

func TestInputWithoutCommentsIsRefusedWithAnExample(t *testing.T) {
	for name, tc := range map[string]struct{ path, want string }{
		"nothing there":         {filepath.Join(t.TempDir(), "none.jsonl"), "no such file"},
		"an empty folder":       {t.TempDir(), "history: true"},
		"an empty file":         {written(t, ""), `"author": "ann"`},
		"something else":        {written(t, "not JSON\n"), ".jsonl:1: "},
		"other JSON altogether": {written(t, "[1]\n"), "there are no comments"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(t.Context(), tc.path, nil); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is %v, want it to say %q", err, tc.want)
			}
		})
	}
}
