package reader_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

const sharedData = "../../../../shared/data"

// comments are real comments under news stories where the data folder is at hand, else a
// sample of our own.
func comments(b *testing.B) []classifier.Input {
	b.Helper()
	file, err := os.Open(filepath.Join(sharedData, "threads", "news_threads.jsonl.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		b.Log("no ../shared/data/threads: measuring on our own sample")
		return ownComments()
	}
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		b.Fatal(err)
	}
	var all []classifier.Input
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		var row struct {
			Text, Parent string
			Article      struct{ Title, Summary string }
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			b.Fatal(err)
		}
		all = append(all, classifier.Input{Text: row.Text, Parent: row.Parent, Title: row.Article.Title, Summary: row.Article.Summary})
	}
	return all
}

func ownComments() []classifier.Input {
	texts := []string{
		"Thank you, this was a balanced read.",
		"I don't see how the council can pay for that, the numbers in the second table do not add up.",
		"you are an idiot and so is everyone who wrote this",
		"My grandmother came here in 1961 and worked in the same hospital for thirty years. She would have loved this story.",
		"lol",
		"Did anybody else read the ruling itself? Page 14 says the opposite of the headline, and the dissent is worth your time too.",
		"They should all go back where they came from.",
		"So sad. My thoughts are with the family.",
	}
	var all []classifier.Input
	for i := range 400 {
		all = append(all, classifier.Input{Text: texts[i%len(texts)], Title: "Council votes on the new budget"})
	}
	return all
}

func BenchmarkClassify(b *testing.B) {
	m, in := embedded(b), comments(b)
	var out classifier.Result
	took := make([]time.Duration, 0, len(in))
	m.Classify(&in[0], &out)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		start := time.Now()
		m.Classify(&in[i%len(in)], &out)
		if len(took) < cap(took) {
			took = append(took, time.Since(start))
		}
	}
	perComment := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(perComment/plainPass(in), "×byte-pass")
}

// plainPass is the floor: nanoseconds a comment to look at every byte once.
func plainPass(in []classifier.Input) float64 {
	const rounds = 50
	letters := 0
	start := time.Now()
	for range rounds {
		for i := range in {
			for _, c := range []byte(in[i].Text) {
				if c|0x20 >= 'a' && c|0x20 <= 'z' {
					letters++
				}
			}
		}
	}
	if letters == 0 {
		return 1
	}
	return float64(time.Since(start).Nanoseconds()) / float64(rounds*len(in))
}

func BenchmarkLoad(b *testing.B) {
	for range b.N {
		if _, err := reader.Embedded(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAgainstFastText measures Debian's fasttext on the same comments: a supervised
// model of 64 dimensions, word trigrams and character 3–5-grams, as a peer for speed.
func BenchmarkAgainstFastText(b *testing.B) {
	program, err := exec.LookPath("fasttext")
	if err != nil {
		b.Skip("fasttext is not installed")
	}
	m, in := embedded(b), comments(b)
	dir := b.TempDir()
	model, lines := filepath.Join(dir, "model"), fastTextLines(in)
	train := filepath.Join(dir, "train.txt")
	var labelled strings.Builder
	for i, line := range lines {
		fmt.Fprintf(&labelled, "__label__%d %s\n", i%2, line)
	}
	if err := os.WriteFile(train, []byte(labelled.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	command := exec.Command(program, "supervised", "-input", train, "-output", model, "-dim", "64", "-wordNgrams", "3",
		"-minn", "3", "-maxn", "5", "-epoch", "1", "-bucket", "200000", "-thread", "1")
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	predict := func(repeat int) time.Duration {
		command := exec.Command(program, "predict-prob", model+".bin", "-")
		command.Stdin = strings.NewReader(strings.Repeat(strings.Join(lines, "\n")+"\n", repeat))
		command.Stdout = new(bytes.Buffer)
		start := time.Now()
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	const more = 20
	b.ResetTimer()
	var ours, theirs time.Duration
	for range b.N {
		theirs += predict(1+more) - predict(1) // the difference leaves out loading
		var out classifier.Result
		start := time.Now()
		for range more {
			for i := range in {
				m.Classify(&in[i], &out)
			}
		}
		ours += time.Since(start)
	}
	n := float64(b.N * more * len(in))
	b.ReportMetric(float64(ours.Nanoseconds())/n, "reader-ns/comment")
	b.ReportMetric(float64(theirs.Nanoseconds())/n, "fasttext-ns/comment")
	b.ReportMetric(float64(ours)/float64(theirs), "×fasttext")
}

func fastTextLines(in []classifier.Input) []string {
	lines := make([]string, len(in))
	for i := range in {
		lines[i] = strings.Join(strings.Fields(strings.ToLower(in[i].Text)), " ")
	}
	return lines
}
