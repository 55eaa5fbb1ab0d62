package evaluation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"parley/moderation/jsonl"
)

// Row is one labelled comment.
type Row struct {
	ID       string  `json:"id"`
	Text     string  `json:"text"`
	Label    *int    `json:"label"` // 1 abusive, 0 not; nil where nobody agrees
	Category string  `json:"category,omitempty"`
	Identity string  `json:"identity,omitempty"` // whom it is about
	Group    string  `json:"group,omitempty"`
	Context  string  `json:"context,omitempty"` // the comment replied to
	Parent   string  `json:"parent,omitempty"`  // the same under the name that `score` uses
	Article  Article `json:"article,omitzero"`
}

// Article is the story that a row comments on.
type Article struct {
	Title   string `json:"title,omitempty"`
	Summary string `json:"summary,omitempty"`
}

// Reply returns the comment that the row replies to, "" when there is none.
func (r Row) Reply() string {
	if r.Parent != "" {
		return r.Parent
	}
	return r.Context
}

// Dataset is a named list of rows with labels.
type Dataset struct {
	Name string
	Rows []Row
}

// Open reads JSON lines from a file, gzipped or not. Rows without a label are left out.
// Errors name the file and line.
func Open(path string) (Dataset, error) {
	f, err := jsonl.Open(path)
	if err != nil {
		return Dataset{}, fmt.Errorf("open the data set: %w", err)
	}
	defer f.Close()
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".jsonl")
	rows, err := read(path, f.Reader)
	if err != nil {
		return Dataset{}, err
	}
	if len(rows) == 0 {
		return Dataset{}, fmt.Errorf("%s: no row has a label; expected lines like {\"text\": \"…\", \"label\": 0}", path)
	}
	return Dataset{Name: name, Rows: rows}, nil
}

func read(path string, lines *jsonl.Reader) ([]Row, error) {
	var rows []Row
	for {
		line, n, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		var row Row
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, fmt.Errorf("%s:%d: not a row: %w", path, n, err)
		}
		if row.Label == nil {
			continue
		}
		if *row.Label != 0 && *row.Label != 1 {
			return nil, fmt.Errorf("%s:%d: label is %d; it is 1 for abusive, 0 for not", path, n, *row.Label)
		}
		rows = append(rows, row)
	}
}
