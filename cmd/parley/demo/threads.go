package demo

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// Policy is the demo's configuration.
//
//go:embed policy.yaml
var Policy []byte

// thread is a line of a file of real comments.
type thread struct {
	Article Article `json:"article"`
	Author  string  `json:"author"`
	Parent  string  `json:"parent"` // the text of the comment that this one answers
	Text    string  `json:"text"`
}

// Threads makes a script of real comments: JSON lines with article, author, parent and
// text, in the order of posting. Every article is a scene.
func Threads(path string) (Script, error) {
	f, err := os.Open(path)
	if err != nil {
		return Script{}, fmt.Errorf("open the threads: %w", err)
	}
	defer f.Close()
	buffered := bufio.NewReader(f)
	var r io.Reader = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(buffered); err != nil {
			return Script{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	s, err := readThreads(json.NewDecoder(r))
	if err != nil {
		return Script{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func readThreads(lines *json.Decoder) (Script, error) {
	s := Script{Spacing: 20 * time.Second}
	known := map[string]bool{}
	for n := 1; ; n++ {
		var t thread
		if err := lines.Decode(&t); err == io.EOF {
			break
		} else if err != nil {
			return Script{}, fmt.Errorf("comment %d: %w", n, err)
		}
		if len(s.Scenes) == 0 || s.Scenes[len(s.Scenes)-1].Title != t.Article.Title {
			article := t.Article
			s.Scenes = append(s.Scenes, Scene{Title: t.Article.Title, Article: &article})
		}
		if !known[t.Author] {
			known[t.Author] = true
			s.Members = append(s.Members, t.Author)
		}
		scene := &s.Scenes[len(s.Scenes)-1]
		scene.Lines = append(scene.Lines, Line{Who: t.Author, Says: t.Text, Answers: t.Parent})
	}
	if len(s.Scenes) == 0 {
		return Script{}, fmt.Errorf("no comments; expected lines like {\"article\": {\"title\": \"…\"}, \"author\": \"…\", \"text\": \"…\"}")
	}
	return s, nil
}
