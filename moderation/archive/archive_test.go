package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/jsonl"
)

func comment(guild string, n int) *moderation.Comment {
	return &moderation.Comment{ID: fmt.Sprint(n), Guild: guild, Text: "good morning", Time: time.Now()}
}

// kept reads an archive's files by name below its folder.
func kept(t *testing.T, dir string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := jsonl.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		name, _ := filepath.Rel(dir, path)
		found[name] = []string{}
		for {
			line, _, err := f.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			var c moderation.Comment
			if err == nil {
				err = json.Unmarshal(line, &c)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			found[name] = append(found[name], c.ID)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// pass lets time pass in a bubble, and what happens by then be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestEveryCommunityHasAFileForEachDayAndOldDaysGo(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // its clock starts at midnight of 2000-01-01
		a := Open(dir, slog.New(slog.DiscardHandler))
		defer a.Close()
		a.Note(comment("g", 1))
		a.Note(comment("h", 2))
		pass(24*time.Hour + 2*time.Hour)
		a.Note(comment("g", 3))
		pass(2 * gatherFor)
		got := kept(t, dir)
		for name, want := range map[string][]string{"g/2000-01-01.jsonl.gz": {"1"}, "h/2000-01-01.jsonl.gz": {"2"}, "g/2000-01-02.jsonl": {"3"}} {
			if !slices.Equal(got[name], want) {
				t.Errorf("%s holds %v, want %v", name, got[name], want)
			}
		}
		if len(got) != 3 {
			t.Errorf("files are %v, want three", got)
		}
		pass(Keep)
		if got := kept(t, dir); len(got) != 1 || got["g/2000-01-02.jsonl.gz"] == nil {
			t.Errorf("after %v there are %v, want only the second day", Keep, got)
		}
		pass(24 * time.Hour)
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("in the end there are still %v, %v", left, err)
		}
	})
}

func TestARestartAddsToTheDayAndMendsHalfALine(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first := Open(dir, slog.New(slog.DiscardHandler))
		first.Note(comment("g", 1))
		first.Close()
		path := filepath.Join(dir, "g", "2000-01-01.jsonl")
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(`{"id":"2","te`); err != nil { // the plug was pulled here
			t.Fatal(err)
		}
		f.Close()
		second := Open(dir, slog.New(slog.DiscardHandler))
		second.Note(comment("g", 3))
		second.Close()
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		if len(lines) != 3 || !strings.Contains(lines[0], `"id":"1"`) || !strings.Contains(lines[2], `"id":"3"`) {
			t.Errorf("the file reads\n%s", content)
		}
	})
}

func TestADiskThatCannotBeWrittenIsSaidOnceAndNothingStops(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
		defer a.Close()
		for n := range 5 {
			a.Note(comment("g", n))
			pass(2 * gatherFor)
		}
		if got := strings.Count(log.String(), "not being kept"); got != 1 {
			t.Errorf("the log says it %d times:\n%s", got, log.String())
		}
		if strings.Contains(log.String(), "good morning") {
			t.Errorf("a comment's text is in the log:\n%s", log.String())
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		a.Note(comment("g", 6))
		pass(2 * gatherFor)
		if got := kept(t, dir)["g/2000-01-01.jsonl"]; !slices.Equal(got, []string{"6"}) {
			t.Errorf("once there is room again, kept %v", got)
		}
		if !strings.Contains(log.String(), "lost_so_far=5") {
			t.Errorf("the log does not say how many were lost:\n%s", log.String())
		}
	})
}

func TestJudgingNeverWaitsForTheArchive(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
		start := time.Now()
		for n := range waitingAtMost + 100 { // no time passes, so nothing is written meanwhile
			a.Note(comment("g", n))
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("noting comments took %v", waited)
		}
		a.Close()
		if got := len(kept(t, dir)["g/2000-01-01.jsonl"]); got != waitingAtMost {
			t.Errorf("kept %d, want the %d that fit", got, waitingAtMost)
		}
		if !strings.Contains(log.String(), errTooMany.Error()) {
			t.Errorf("the log does not say why comments were lost:\n%s", log.String())
		}
	})
}

func TestNoCommunityCanWriteOutsideItsFolder(t *testing.T) {
	for _, guild := range []string{"", ".", "..", "../..", "a/b", "g\x00", `c:\d`, "123"} {
		folder := folderOf(guild)
		if folder == "" || strings.ContainsAny(folder, "/\\\x00") || strings.Trim(folder, ".") == "" {
			t.Errorf("community %q gets folder %q", guild, folder)
		}
	}
	if folderOf("") == folderOf(".") || folderOf(".") == folderOf("..") {
		t.Error("two communities share a folder")
	}
}
