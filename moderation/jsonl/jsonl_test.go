package jsonl

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestLinesComeWithTheirNumbersAndBlankOnesAreSkipped(t *testing.T) {
	r := NewReader(strings.NewReader("one\n\n  \r\n two \nthree"))
	for _, want := range []struct {
		line   string
		number int
	}{{"one", 1}, {"two", 4}, {"three", 5}} {
		line, number, err := r.Next()
		if string(line) != want.line || number != want.number || err != nil {
			t.Errorf("got %q, %d, %v; want %q, %d", line, number, err, want.line, want.number)
		}
	}
	if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %v, want io.EOF", err)
	}
}

func TestAnOverLongLineIsSkippedAndTheNextOneIsRead(t *testing.T) {
	r := NewReader(strings.NewReader(strings.Repeat("x", LongestLine+1) + "\nnext\n"))
	if _, number, err := r.Next(); !errors.Is(err, ErrLong) || number != 1 {
		t.Errorf("line %d: %v, want line 1 to be too long", number, err)
	}
	if line, number, err := r.Next(); string(line) != "next" || number != 2 || err != nil {
		t.Errorf("then %q, %d, %v; want the next line", line, number, err)
	}
}

func TestSomebodyWhoAnswersEveryLineSeesBlankOnesToo(t *testing.T) {
	r := NewReader(strings.NewReader("\nlast"))
	if line, number, err := r.NextOrBlank(); len(line) != 0 || number != 1 || err != nil {
		t.Errorf("got %q, %d, %v; want a blank line 1", line, number, err)
	}
	if line, _, _ := r.NextOrBlank(); string(line) != "last" {
		t.Errorf("got %q, want the last line", line)
	}
}
