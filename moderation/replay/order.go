package replay

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// sortedAtOnce is how many bytes of lines are sorted in memory; beyond, sorted runs go to
// files and are merged.
const sortedAtOnce = 64 << 20

// inOrder hands over every line in order of time, lines of one time as they stand. Lines
// without a time come first.
func (in *Input) inOrder(ctx context.Context, visit visitor) error {
	if !in.shuffled {
		return in.each(ctx, visit)
	}
	dir, err := os.MkdirTemp("", "parley-replay-")
	if err != nil {
		return fmt.Errorf("a place to sort the comments: %w", err)
	}
	defer os.RemoveAll(dir)
	s := sorter{dir: dir, atOnce: sortedAtOnce}
	defer s.close()
	if err := in.each(ctx, func(raw []byte, at place, err error) error {
		if err != nil {
			return visit(raw, at, err)
		}
		return s.add(raw, at)
	}); err != nil {
		return err
	}
	return s.merge(ctx, visit)
}

// sorter sorts more lines than memory should hold.
type sorter struct {
	dir    string
	atOnce int
	lines  []timed
	bytes  []byte // what lines are made of
	files  []string
	runs   []*run
}

// timed is a line with what it is sorted by.
type timed struct {
	time int64 // Unix nanoseconds, 0 where there is none
	at   place
	raw  []byte
}

func (s *sorter) add(raw []byte, at place) error {
	t := timed{at: at}
	if written, err := timeOf(raw); err == nil && !written.IsZero() {
		t.time = written.UnixNano()
	}
	from := len(s.bytes)
	s.bytes = append(s.bytes, raw...) // what stood there before stays alive through its lines
	t.raw = s.bytes[from:len(s.bytes):len(s.bytes)]
	s.lines = append(s.lines, t)
	if len(s.bytes) < s.atOnce {
		return nil
	}
	return s.spill()
}

func (s *sorter) sort() {
	slices.SortStableFunc(s.lines, func(a, b timed) int { return cmp.Compare(a.time, b.time) })
}

// spill writes the lines in memory to a run of their own.
func (s *sorter) spill() (err error) {
	s.sort()
	f, err := os.Create(filepath.Join(s.dir, fmt.Sprint("run-", len(s.runs))))
	if err != nil {
		return fmt.Errorf("sort the comments: %w", err)
	}
	w := bufio.NewWriterSize(f, 256<<10)
	for _, t := range s.lines {
		if err = s.write(w, t); err != nil {
			break
		}
	}
	if err = errors.Join(err, w.Flush()); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	s.runs = append(s.runs, &run{file: f, in: bufio.NewReaderSize(f, 256<<10), names: &s.files})
	s.lines, s.bytes = s.lines[:0], s.bytes[:0]
	if err != nil {
		return fmt.Errorf("sort the comments in %s: %w; set TMPDIR to a folder with more room", s.dir, err)
	}
	return nil
}

func (s *sorter) write(w *bufio.Writer, t timed) error {
	name := slices.Index(s.files, t.at.file)
	if name < 0 {
		name = len(s.files)
		s.files = append(s.files, t.at.file)
	}
	var head [4 * binary.MaxVarintLen64]byte
	h := binary.AppendVarint(head[:0], t.time)
	h = binary.AppendUvarint(h, uint64(name))
	h = binary.AppendUvarint(h, uint64(t.at.number))
	h = binary.AppendUvarint(h, uint64(len(t.raw)))
	_, err := w.Write(h)
	if err == nil {
		_, err = w.Write(t.raw)
	}
	return err
}

// merge hands over the lines of all runs in order. Lines of one time come from the earlier
// run first, which is how they stood.
func (s *sorter) merge(ctx context.Context, visit visitor) error {
	s.sort()
	runs := append(slices.Clone(s.runs), &run{rest: s.lines})
	for i := 0; i < len(runs); {
		more, err := runs[i].next()
		if err != nil {
			return err
		}
		if !more {
			runs = slices.Delete(runs, i, i+1)
			continue
		}
		i++
	}
	for len(runs) > 0 && ctx.Err() == nil {
		first := 0
		for i := range runs {
			if runs[i].now.time < runs[first].now.time {
				first = i
			}
		}
		if err := visit(runs[first].now.raw, runs[first].now.at, nil); err != nil {
			return err
		}
		more, err := runs[first].next()
		if err != nil {
			return err
		}
		if !more {
			runs = slices.Delete(runs, first, first+1)
		}
	}
	return ctx.Err()
}

func (s *sorter) close() {
	for _, r := range s.runs {
		_ = r.file.Close() // it is deleted with its folder
	}
}

// run is sorted lines, in a file or in memory.
type run struct {
	rest  []timed
	file  *os.File
	in    *bufio.Reader
	names *[]string
	now   timed
}

// next moves on to the next line; more is false when there is none.
func (r *run) next() (more bool, err error) {
	if r.in == nil {
		if len(r.rest) == 0 {
			return false, nil
		}
		r.now, r.rest = r.rest[0], r.rest[1:]
		return true, nil
	}
	at, err := binary.ReadVarint(r.in)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	var head [3]uint64
	for i := range head {
		if err == nil {
			head[i], err = binary.ReadUvarint(r.in)
		}
	}
	if err == nil {
		r.now.time, r.now.at = at, place{(*r.names)[head[0]], int(head[1])}
		r.now.raw = slices.Grow(r.now.raw[:0], int(head[2]))[:head[2]]
		_, err = io.ReadFull(r.in, r.now.raw)
	}
	if err != nil {
		return false, fmt.Errorf("sort the comments: read %s again: %w", r.file.Name(), err)
	}
	return true, nil
}
