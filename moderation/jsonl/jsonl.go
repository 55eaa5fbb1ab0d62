// Package jsonl reads files of one JSON object a line, gzipped or not, without ever holding
// more than one line.
package jsonl

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// LongestLine is far above any platform's longest comment with everything around it, in
// bytes. It keeps a file without line breaks from taking all memory.
const LongestLine = 8 << 20

// ErrLong is returned for a line longer than LongestLine. The lines after it can be read.
var ErrLong = fmt.Errorf("the line is longer than %d MB", LongestLine>>20)

// Reader reads lines. It belongs to one goroutine.
type Reader struct {
	lines  *bufio.Reader
	line   []byte
	number int
}

// NewReader reads lines of r, which is not gzipped.
func NewReader(r io.Reader) *Reader { return &Reader{lines: bufio.NewReaderSize(r, 256<<10)} }

// File is a file being read. It belongs to one goroutine.
type File struct {
	*Reader
	file io.Closer
}

// Open opens a file, and unpacks it on the way if it is gzipped, whatever its name.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	opened := &File{Reader: NewReader(f), file: f}
	if magic, _ := opened.lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(opened.lines)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
		}
		opened.Reader = NewReader(unpacked)
	}
	return opened, nil
}

// Next returns the next line that is not blank, without its end, and its number, from 1.
// The line is valid until the next call. Errors are io.EOF at the end, ErrLong for a line
// that was skipped, and what went wrong with reading, such as an archive that was cut off
// (io.ErrUnexpectedEOF).
func (r *Reader) Next() (line []byte, number int, err error) {
	for {
		line, number, err := r.NextOrBlank()
		if err != nil || len(line) > 0 {
			return line, number, err
		}
	}
}

// NextOrBlank is Next for those who answer blank lines, too.
func (r *Reader) NextOrBlank() (line []byte, number int, err error) {
	line, err = r.read()
	r.number++
	if err != nil {
		return nil, r.number, err
	}
	return bytes.TrimSpace(line), r.number, nil
}

// Idle reports whether nothing more has been read ahead, so that the next call may wait.
func (r *Reader) Idle() bool { return r.lines.Buffered() == 0 }

// read returns one line. An over-long one is skipped whole.
func (r *Reader) read() ([]byte, error) {
	r.line = r.line[:0]
	length := 0
	for {
		part, err := r.lines.ReadSlice('\n')
		length += len(part)
		if length <= LongestLine {
			r.line = append(r.line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (length == 0 || !errors.Is(err, io.EOF)):
			return nil, err
		case length > LongestLine:
			return nil, ErrLong
		}
		return r.line, nil
	}
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }
