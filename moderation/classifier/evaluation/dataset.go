package evaluation

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
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
	Article  Article `json:"article"`
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

// longestLine bounds a row, so that a file without line breaks cannot take all memory.
const longestLine = 16 << 20

// Open reads JSON lines from a file, gzipped or not. Rows without a label are left out.
// Errors name the file and line.
func Open(path string) (Dataset, error) {
	f, err := os.Open(path)
	if err != nil {
		return Dataset{}, fmt.Errorf("open the data set: %w", err)
	}
	defer f.Close()
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".jsonl")
	buffered := bufio.NewReader(f)
	var r io.Reader = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(buffered); err != nil {
			return Dataset{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	rows, err := read(r)
	if err != nil {
		return Dataset{}, fmt.Errorf("%s:%w", path, err)
	}
	if len(rows) == 0 {
		return Dataset{}, fmt.Errorf("%s: no row has a label; expected lines like {\"text\": \"…\", \"label\": 0}", path)
	}
	return Dataset{Name: name, Rows: rows}, nil
}

func read(r io.Reader) ([]Row, error) {
	var rows []Row
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var row Row
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, fmt.Errorf("%d: not a row: %w", n, err)
		}
		if row.Label == nil {
			continue
		}
		if *row.Label != 0 && *row.Label != 1 {
			return nil, fmt.Errorf("%d: label is %d; it is 1 for abusive, 0 for not", n, *row.Label)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf(" a line is longer than %d MB", longestLine>>20)
		}
		return nil, fmt.Errorf(" %w", err)
	}
	return rows, nil
}
