package bot

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestAWatermarkNeverPassesACommentThatIsNotDone begins and finishes comments in any order.
func TestAWatermarkNeverPassesACommentThatIsNotDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m marks
		tickets := map[int]ticket{}
		var underWay []int
		next, done := 1, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(underWay) == 0 || rapid.Bool().Draw(t, "begin") {
				tickets[next] = m.begin("g", "c", strconv.Itoa(next))
				underWay = append(underWay, next)
				next++
			} else {
				i := rapid.IntRange(0, len(underWay)-1).Draw(t, "which")
				m.finish(tickets[underWay[i]])
				underWay = slices.Delete(underWay, i, i+1)
			}
			mark := 0
			if id := m.due()["g"]["c"]; id != "" {
				mark, _ = strconv.Atoi(id)
				done = mark
				if rapid.Bool().Draw(t, "stored") {
					m.stored("g", map[string]string{"c": id})
				}
			}
			if len(underWay) > 0 && mark >= slices.Min(underWay) {
				t.Fatalf("the watermark is %d while %v are under way", mark, underWay)
			}
		}
		for _, id := range underWay {
			m.finish(tickets[id])
		}
		if id := m.due()["g"]["c"]; id != "" {
			done, _ = strconv.Atoi(id)
		}
		if done != next-1 {
			t.Fatalf("everything is done, and the watermark is %d, not %d", done, next-1)
		}
		m.stored("g", map[string]string{"c": strconv.Itoa(done)})
		m.due()
		if len(m.channels) != 0 {
			t.Fatalf("%d quiet channels are still remembered", len(m.channels))
		}
	})
}

func TestAWatermarkStandsStillWhileAGapIsRead(t *testing.T) {
	var m marks
	m.hold("g", "c")
	m.finish(m.begin("g", "c", "7"))
	if due := m.due(); due != nil {
		t.Errorf("the watermark moved to %v before the gap was closed", due)
	}
	m.release("g", "c")
	if got := m.due()["g"]["c"]; got != "7" {
		t.Errorf("after the gap the watermark is %q, want 7", got)
	}
}

func TestIDsThatAreNoNumbersLeaveNoWatermark(t *testing.T) {
	var m marks
	m.finish(m.begin("g", "c", "not-a-number"))
	if due := m.due(); due != nil {
		t.Errorf("got %v", due)
	}
}
