package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parley/moderation/jsonl"
)

// Input is comments to be judged: a file of JSON lines, or a folder of such files.
type Input struct {
	files []string

	comments int       // lines that look like comments
	broken   error     // why the first line that does not, does not
	shuffled bool      // the lines do not stand in order of time
	from, to time.Time // of the comments that have a time
}

// Open finds the files below path (*.jsonl and *.jsonl.gz in a folder, in order of their
// names, dates first) and reads them through once, to know how much there is and whether it
// is in order.
func Open(ctx context.Context, path string, progress func(done int)) (*Input, error) {
	in := new(Input)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open the comments: %w", err)
	case info.IsDir():
		if in.files, err = filesBelow(path); err != nil {
			return nil, fmt.Errorf("open the comments: %w", err)
		}
		if len(in.files) == 0 {
			return nil, fmt.Errorf("no comments in %s: it holds no *.jsonl or *.jsonl.gz; the bot keeps recent comments in data_dir/history where the policy says `history: true`", path)
		}
	default:
		in.files = []string{path}
	}
	if err := in.survey(ctx, progress); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return in, nil
}

// filesBelow lists a folder's JSON lines by name and then by folder: the names of the bot's
// own archive are dates.
func filesBelow(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, ".jsonl.gz")) {
			found = append(found, path)
		}
		return err
	})
	slices.SortFunc(found, func(a, b string) int {
		if c := strings.Compare(filepath.Base(a), filepath.Base(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return found, err
}

// survey counts lines and looks at their times.
func (in *Input) survey(ctx context.Context, progress func(done int)) error {
	err := in.each(ctx, func(raw []byte, at place, err error) error {
		var written time.Time
		if err == nil {
			written, err = timeOf(raw)
		}
		if err != nil {
			in.broken = cmp.Or(in.broken, fmt.Errorf("%v: %w", at, err))
			return nil
		}
		if in.comments++; progress != nil && in.comments%1024 == 0 {
			progress(in.comments)
		}
		in.span(written)
		return nil
	})
	if err == nil && in.comments == 0 {
		return errors.Join(errors.New(`there are no comments; expected lines such as {"id": "1", "author": "ann", "time": "2026-01-02T15:04:05Z", "text": "…"}`), in.broken)
	}
	return err
}

func (in *Input) span(at time.Time) {
	if at.IsZero() {
		return
	}
	if at.Before(in.to) {
		in.shuffled = true
	} else {
		in.to = at
	}
	if in.from.IsZero() || at.Before(in.from) {
		in.from = at
	}
}

// place is where a line stands.
type place struct {
	file   string
	number int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.number) }

// visitor is given one line, or why it cannot be read. The line is valid until it returns.
type visitor func(raw []byte, at place, err error) error

// each hands over every line as it stands in the files. A file that breaks off ends there,
// and those after it are still read.
func (in *Input) each(ctx context.Context, visit visitor) error {
	for _, path := range in.files {
		if err := eachOf(ctx, path, visit); err != nil {
			return err
		}
	}
	return nil
}

func eachOf(ctx context.Context, path string, visit visitor) error {
	f, err := jsonl.Open(path)
	if err != nil {
		return fmt.Errorf("open the comments: %w", err)
	}
	defer f.Close()
	for ctx.Err() == nil {
		raw, number, err := f.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if stop := visit(raw, place{path, number}, err); stop != nil {
			return stop
		}
		if err != nil && !errors.Is(err, jsonl.ErrLong) {
			return nil
		}
	}
	return ctx.Err()
}
