package jsonl

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lines reads a file to its end: each line, or the error in its place.
func lines(t *testing.T, content []byte) (read []string, numbers []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		line, number, err := f.Next()
		if errors.Is(err, io.EOF) {
			return read, numbers
		}
		if err != nil {
			line = []byte(err.Error())
		}
		read, numbers = append(read, string(line)), append(numbers, number)
		if err != nil && !errors.Is(err, ErrLong) {
			return read, numbers
		}
	}
}

func packed(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAGzippedFileReadsLikeAPlainOne(t *testing.T) {
	content := "{}\r\n\n  \n[1]\nlast"
	for name, bytes := range map[string][]byte{"plain": []byte(content), "gzipped": packed(t, content)} {
		read, numbers := lines(t, bytes)
		if !slices.Equal(read, []string{"{}", "[1]", "last"}) || !slices.Equal(numbers, []int{1, 4, 5}) {
			t.Errorf("%s: lines %q with numbers %v", name, read, numbers)
		}
	}
	if read, _ := lines(t, nil); len(read) != 0 {
		t.Errorf("an empty file has lines %q", read)
	}
}

func TestAnArchiveThatBreaksOffSaysSo(t *testing.T) {
	whole := packed(t, strings.Repeat("{\"a\":1}\n{\"b\":22}\n", 1000))
	read, _ := lines(t, whole[:len(whole)-10])
	if last := read[len(read)-1]; last != io.ErrUnexpectedEOF.Error() {
		t.Errorf("the last thing read is %q", last)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
}

func FuzzAnyBytesHaveAnEnd(f *testing.F) {
	f.Add([]byte("{}\n\n[]"))
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for range len(content) + 2 {
			line, _, err := file.Next()
			if err != nil {
				return
			}
			if len(line) == 0 {
				t.Fatal("a blank line was handed over")
			}
		}
		if len(content) == 0 || content[0] != 0x1f { // packed files may hold more lines than bytes
			t.Fatal("there are more lines than bytes")
		}
	})
}
