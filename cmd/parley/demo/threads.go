package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"parley/moderation/jsonl"
)

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
	f, err := jsonl.Open(path)
	if err != nil {
		return Script{}, fmt.Errorf("open the threads: %w", err)
	}
	defer f.Close()
	s := Script{Spacing: 20 * time.Second}
	known := map[string]bool{}
	for {
		line, n, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var t thread
		if err == nil {
			err = json.Unmarshal(line, &t)
		}
		if err != nil {
			return Script{}, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if !known[t.Author] {
			known[t.Author] = true
			s.Members = append(s.Members, t.Author)
		}
		s.add(t)
	}
	if len(s.Scenes) == 0 {
		return Script{}, fmt.Errorf("%s: no comments; expected lines like {\"article\": {\"title\": \"…\"}, \"author\": \"…\", \"text\": \"…\"}", path)
	}
	return s, nil
}

// add appends a comment to the scene of its article.
func (s *Script) add(t thread) {
	if len(s.Scenes) == 0 || s.Scenes[len(s.Scenes)-1].Title != t.Article.Title {
		s.Scenes = append(s.Scenes, Scene{Title: t.Article.Title, Article: &t.Article})
	}
	scene := &s.Scenes[len(s.Scenes)-1]
	scene.Lines = append(scene.Lines, Line{Who: t.Author, Says: t.Text, Answers: t.Parent})
}
