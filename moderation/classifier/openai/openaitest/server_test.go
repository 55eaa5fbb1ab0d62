package openaitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func schemas(t *testing.T) *Schemas {
	t.Helper()
	path, err := FindDescription(".")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("OpenAI's API description is not beside this repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := LoadSchemas(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// post sends a body and returns the status, the headers and the answer.
func post(t *testing.T, s *Server, path, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: s.Transport()}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(answer)
}

const chatBody = `{"model":"m","messages":[{"role":"system","content":"judge"},{"role":"user","content":"DATA c0de\n{\"comment\":\"hello there\"}\nDATA c0de"}]}`

func TestSoundAnswersKeepToTheAPIDescription(t *testing.T) {
	s := New(Script{
		Schemas: schemas(t),
		Score:   func(string) map[string]float64 { return map[string]float64{"hate": 0.7} },
	})
	for path, body := range map[string]string{
		"/moderations":      `{"model":"m","input":["one","two"]}`,
		"/chat/completions": chatBody,
	} {
		if status, _, answer := post(t, s, path, body); status != 200 {
			t.Errorf("%s answered %d: %s", path, status, answer)
		}
	}
	for _, breach := range s.Breaches() {
		t.Error(breach)
	}
}

func TestARequestAgainstTheAPIDescriptionIsABreach(t *testing.T) {
	s := New(Script{Schemas: schemas(t)})
	post(t, s, "/chat/completions", strings.Replace(chatBody, `"messages"`, `"temperature":7,"messages"`, 1))
	if len(s.Breaches()) != 1 {
		t.Errorf("temperature 7 brought %d breaches, want 1: %v", len(s.Breaches()), s.Breaches())
	}
}

func TestThePromptIsReadFromItsFence(t *testing.T) {
	var got Prompt
	s := New(Script{Judge: func(p Prompt) Answer { got = p; return p.Harmless() }})
	_, _, answer := post(t, s, "/chat/completions", chatBody)
	if got.Code != "c0de" || got.Comment != "hello there" || got.System != "judge" {
		t.Errorf("read %+v", got)
	}
	if !strings.Contains(answer, "c0de") {
		t.Errorf("the answer lacks the code: %s", answer)
	}
}

func TestPastTheLimitTheAnswerIs429UntilTheMinuteIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Script{Limits: Limits{Requests: 2}})
		var seen []string
		for range 3 {
			status, h, _ := post(t, s, "/moderations", `{"input":["x"]}`)
			seen = append(seen, fmt.Sprint(status, " left ", h.Get("x-ratelimit-remaining-requests"), " retry ", h.Get("Retry-After")))
		}
		want := []string{"200 left 1 retry ", "200 left 0 retry ", "429 left 0 retry 60"}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("saw %q, want %q", seen, want)
		}
		time.Sleep(time.Minute)
		if status, _, _ := post(t, s, "/moderations", `{"input":["x"]}`); status != 200 {
			t.Errorf("a minute later the answer is still %d", status)
		}
	})
}

func TestFaultsBreakCallsAsTold(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  Fault
		status int
		sound  bool
	}{
		"an error status":       {Fault{Status: 503, RetryAfter: 2 * time.Second}, 503, true},
		"a web page":            {Fault{Garbage: true}, 200, false},
		"half of the JSON":      {Fault{Truncated: true}, 200, false},
		"nothing wrong, slowly": {Fault{Delay: time.Millisecond}, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(Script{Fault: func(Call) Fault { return tc.fault }})
			status, h, answer := post(t, s, "/moderations", `{"input":["x"]}`)
			if status != tc.status || json.Valid([]byte(answer)) != tc.sound {
				t.Errorf("answered %d %q", status, answer)
			}
			if tc.fault.RetryAfter > 0 && h.Get("Retry-After") != "2" {
				t.Errorf("Retry-After is %q", h.Get("Retry-After"))
			}
		})
	}
}

func TestAHangingCallEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Script{Fault: func(Call) Fault { return Fault{Hang: true} }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/moderations", strings.NewReader(`{"input":["x"]}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Transport().RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the call ended with %v", err)
		}
	})
}

func TestAScriptCanBeWrittenInYAML(t *testing.T) {
	f, err := os.Open("testdata/script.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	script, err := ReadScript(f)
	if err != nil {
		t.Fatal(err)
	}
	if script.Latency != 300*time.Millisecond || script.Limits.Requests != 500 {
		t.Errorf("latency %s, limits %+v", script.Latency, script.Limits)
	}
	if got := script.Judge(Prompt{Comment: "What a BRAVE way to spend an evening"}); got.Verdict != "remove" || got.Confidence != 0.85 {
		t.Errorf("the ironic comment is judged %+v", got)
	}
	if got := script.Judge(Prompt{Comment: "Rest in peace"}); got.Verdict != "allow" {
		t.Errorf("a comment that no rule fits is judged %+v", got)
	}
	if got := script.Score("brave way"); got["harassment"] != 0.6 {
		t.Errorf("scores are %v", got)
	}
	if script.Fault(Call{Number: 4}).Status != 500 || script.Fault(Call{Number: 6}).Status != 0 {
		t.Error("calls 3 to 5, and only those, should fail")
	}
}

func TestAMisspeltScriptIsRefused(t *testing.T) {
	if _, err := ReadScript(strings.NewReader("judges: []")); err == nil || !strings.Contains(err.Error(), "judges") {
		t.Errorf("the error should name the key: %v", err)
	}
}
