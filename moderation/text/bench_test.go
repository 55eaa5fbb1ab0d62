package text

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"time"
)

// ownSample are comments as they come, disguised ones included.
var ownSample = []string{
	"Merkel would never say NO",
	"Groping people in public wasn't already illegal? What's up with that, and why did nobody tell us about it before?",
	"This is the worst take I have read all week, and I read the comments under the last article too.",
	"My heart goes out to the families. **Nobody** deserves this, see https://example.com/fund for the fund.",
	"lol u m0r0n, b a s t a r d s like you are the problem 😂😂😂",
	"Das ist doch wohl nicht euer Ernst, so eine Überschrift über die Opfer zu setzen?",
	"mоrоn", "no", "> they passed a bill\nand it took them how long? 25 years.",
}

// threadComments are real comments where the data for development is present.
func threadComments(b *testing.B) []string {
	f, err := os.Open("../../../shared/data/threads/news_threads.jsonl.gz")
	if err != nil {
		b.Skipf("no real threads here: %v", err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	var comments []string
	for s := bufio.NewScanner(unzipped); s.Scan(); {
		var c struct{ Text string }
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			b.Fatal(err)
		}
		comments = append(comments, c.Text)
	}
	return comments
}

func BenchmarkReadingsOfASample(b *testing.B) { benchmarkReadings(b, ownSample) }
func BenchmarkReadingsOfThreads(b *testing.B) { benchmarkReadings(b, threadComments(b)) }
func BenchmarkEverythingOfThreads(b *testing.B) {
	source := NewSource("German lawmakers approve 'no means no' rape law after Cologne assaults")
	benchmark(b, threadComments(b), func(v *Views) { exercise(v, source) })
}

func BenchmarkReadingsOf120PlainBytes(b *testing.B) {
	benchmarkReadings(b, []string{"Groping people in public wasn't already illegal? What's up with that, and why did nobody tell us about it before? Beats me"})
}

func benchmarkReadings(b *testing.B, comments []string) {
	var kinds [8]Kind
	benchmark(b, comments, func(v *Views) { v.Readings(kinds[:0]) })
}

// benchmark reads one comment per iteration and reports, beside the time, its ratio to a
// loop that does nothing but lower the case of every byte.
func benchmark(b *testing.B, comments []string, read func(*Views)) {
	var v Views
	for _, c := range comments { // grow all buffers
		v.Reset(c)
		read(&v)
	}
	size := 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		c := comments[i%len(comments)]
		size += len(c)
		v.Reset(c)
		read(&v)
	}
	b.StopTimer()
	spent := b.Elapsed()
	var buffer []byte
	start := time.Now()
	for i := range b.N {
		buffer = append(buffer[:0], comments[i%len(comments)]...)
		lowerASCII(buffer)
	}
	floor := time.Since(start)
	b.ReportMetric(float64(size)/float64(b.N), "bytes/comment")
	b.ReportMetric(float64(spent)/float64(max(floor, 1)), "x-byte-pass")
}
