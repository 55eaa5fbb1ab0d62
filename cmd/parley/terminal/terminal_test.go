package terminal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
)

func TestNothingIsColouredOutsideATerminal(t *testing.T) {
	var out bytes.Buffer
	style := StyleFor(&out)
	if got := style.Red(style.Bold("stop")); got != "stop" {
		t.Errorf("a file got %q", got)
	}
	NewProgress(&out, "reading").At(1, 2)
	if out.Len() != 0 {
		t.Errorf("progress wrote %q into a file", out.String())
	}
}

func TestAStrangersTextCannotMoveTheCursor(t *testing.T) {
	got := Fit("a\x1b[2Jb\r\nc\u009b", 20)
	if strings.ContainsAny(got, "\x1b\r\n\u009b") {
		t.Errorf("control characters survive in %q", got)
	}
}

func TestColumnsLineUp(t *testing.T) {
	for _, text := range []string{"", "short", "exactly ten", "ümläute überall", "much longer than the column", "🕯️🕯️🕯️ and 日本語 日本語"} {
		if got := Fit(text, 10); uniseg.StringWidth(got) != 10 {
			t.Errorf("Fit(%q, 10) = %q, %d columns", text, got, uniseg.StringWidth(got))
		}
	}
}

func TestTheTimeLeftFollowsThePaceSoFar(t *testing.T) {
	if left, ok := remaining(30*time.Second, 25, 100); !ok || left != 90*time.Second {
		t.Errorf("a quarter in 30 s leaves %v, %v", left, ok)
	}
	if _, ok := remaining(0, 0, 100); ok {
		t.Error("before anything is done there is no pace to go by")
	}
}
