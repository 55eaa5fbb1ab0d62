package reader_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"parley/moderation/classifier"
	"parley/moderation/classifier/reader"
)

// askResident makes the test program measure itself, see TestMain.
const askResident = "PARLEY_MEASURE_RESIDENT"

func TestMain(m *testing.M) {
	if os.Getenv(askResident) == "" {
		os.Exit(m.Run())
	}
	if err := printResident(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// BenchmarkResident measures what a program's resident memory grows by when it loads the
// model and reads comments with it, the embedded file's own pages included. Each round is
// a process of its own: in this one other benchmarks have loaded the model already.
func BenchmarkResident(b *testing.B) {
	if _, err := os.Stat(statusFile); err != nil {
		b.Skipf("resident memory is read from %s: %v", statusFile, err)
	}
	var before, loaded, reading float64
	for range b.N {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), askResident+"=1")
		out, err := child.Output()
		if err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		if _, err := fmt.Sscan(string(out), &before, &loaded, &reading); err != nil {
			b.Fatalf("%q: %v", out, err)
		}
	}
	b.ReportMetric(loaded-before, "loaded-MB")
	b.ReportMetric(reading-before, "reading-MB")
}

// printResident prints the process's resident memory in MB: at first, with the model
// loaded, and after reading comments of every length with it.
func printResident() error {
	before, err := resident()
	if err != nil {
		return err
	}
	m, err := reader.Embedded()
	if err != nil {
		return err
	}
	loaded, err := resident()
	if err != nil {
		return err
	}
	var out classifier.Result
	for _, in := range ownComments() {
		m.Classify(&in, &out)
		in.Text = strings.Repeat(in.Text+" ", 40)
		m.Classify(&in, &out)
	}
	reading, err := resident()
	if err != nil {
		return err
	}
	_, err = fmt.Println(before, loaded, reading)
	return err
}

const statusFile = "/proc/self/status"

// resident is the process's resident memory in MB, without what could be given back.
func resident() (float64, error) {
	debug.FreeOSMemory()
	status, err := os.ReadFile(statusFile)
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0, fmt.Errorf("%s: VmRSS: %w", statusFile, err)
	}
	return kilobytes / 1024, nil
}
