package latency

import (
	"encoding/json"
	"testing"
	"time"
)

func TestPercentilesOfAnUnsortedHundred(t *testing.T) {
	var all []time.Duration
	for i := 100; i > 0; i-- {
		all = append(all, time.Duration(i)*time.Millisecond)
	}
	if p50, p99 := Percentiles(all); p50 != 51*time.Millisecond || p99 != 100*time.Millisecond {
		t.Errorf("p50 %v, p99 %v; want 51 ms and 100 ms", p50, p99)
	}
	if p50, p99 := Percentiles([]time.Duration(nil)); p50 != 0 || p99 != 0 {
		t.Errorf("nothing took %v and %v", p50, p99)
	}
}

func TestProgramsReadMilliseconds(t *testing.T) {
	got, err := json.Marshal([]Duration{0, Duration(1500 * time.Microsecond), Duration(2 * time.Minute)})
	if err != nil || string(got) != "[0,1.5,120000]" {
		t.Errorf("written as %s, %v", got, err)
	}
}
