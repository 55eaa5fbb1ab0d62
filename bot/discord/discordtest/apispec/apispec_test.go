package apispec_test

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"parley/bot/discord/discordtest/apispec"
)

// small is a description with one path, written for these tests.
func small(t *testing.T) *apispec.Spec {
	t.Helper()
	spec, err := apispec.Load(filepath.Join("testdata", "small.json"))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestARequestIsHeldAgainstItsDescription(t *testing.T) {
	spec := small(t)
	for name, test := range map[string]struct {
		method, path, query, body string
		want                      string // part of the only problem; empty: none
	}{
		"a fitting body":               {"POST", "/rooms/{id}/notes", "", `{"text":"hi","author":"123456789012345678"}`, ""},
		"other names in the path":      {"POST", "/rooms/{room}/notes", "", `{"text":"hi"}`, ""},
		"an ID as a number":            {"POST", "/rooms/{id}/notes", "", `{"text":"hi","author":123456789012345678}`, ""},
		"digits in a text":             {"POST", "/rooms/{id}/notes", "", `{"text":"123456789012345678"}`, ""},
		"a permission set as a string": {"POST", "/rooms/{id}/notes", "", `{"text":"hi","permissions":"1099511627776"}`, ""},
		"a known parameter":            {"POST", "/rooms/{id}/notes", "loud=1", `{"text":"hi"}`, ""},
		"an unknown parameter":         {"POST", "/rooms/{id}/notes", "quiet=1", `{"text":"hi"}`, `unknown query parameter "quiet"`},
		"a text too long":              {"POST", "/rooms/{id}/notes", "", `{"text":"123456789012345678901"}`, "/text"},
		"a missing field":              {"POST", "/rooms/{id}/notes", "", `{}`, "missing property"},
		"a small number for an ID":     {"POST", "/rooms/{id}/notes", "", `{"text":"hi","author":7}`, "/author"},
		"no body":                      {"POST", "/rooms/{id}/notes", "", ``, "a body is required"},
		"not JSON":                     {"POST", "/rooms/{id}/notes", "", `{`, "not JSON"},
		"an unknown path":              {"POST", "/rooms/{id}", "", ``, "no such method and path"},
		"an unknown method":            {"PUT", "/rooms/{id}/notes", "", ``, "no such method and path"},
		"a body where none belongs":    {"GET", "/rooms/{id}/notes", "", `{}`, "no body is expected"},
		"a deletion without a body":    {"DELETE", "/rooms/{id}/notes", "", ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			problems := spec.Check(test.method, test.path, query, []byte(test.body))
			switch {
			case test.want == "" && len(problems) > 0:
				t.Errorf("got %q", problems)
			case test.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], test.want)):
				t.Errorf("got %q, want %q", problems, test.want)
			}
		})
	}
}

func TestAnAnswerIsHeldAgainstItsDescriptionExactly(t *testing.T) {
	spec := small(t)
	if got := spec.CheckAnswer("GET", "/rooms/{id}/notes", 200, []byte(`{"text":"hi"}`)); got != nil {
		t.Errorf("got %q", got)
	}
	if got := spec.CheckAnswer("GET", "/rooms/{id}/notes", 200, []byte(`{"text":"hi","author":123456789012345678}`)); len(got) != 1 {
		t.Errorf("an ID as a number: got %q", got)
	}
	if got := spec.CheckAnswer("GET", "/rooms/{id}/notes", 404, []byte(`nothing`)); got != nil {
		t.Errorf("an answer that is not described: got %q", got)
	}
}

func TestOfManyAlternativesTheOneThatWasMeantIsExplained(t *testing.T) {
	problems := small(t).Check("POST", "/rooms/{id}/notes", nil, []byte(`{"text":"hi","parts":[{"kind":2,"label":7}]}`))
	if len(problems) != 1 || !strings.Contains(problems[0], "/parts/0/label") || strings.Contains(problems[0], "kind") {
		t.Errorf("got %q", problems)
	}
}

func TestAMissingOrBrokenDescriptionIsSaidClearly(t *testing.T) {
	if _, err := apispec.Load(filepath.Join("testdata", "absent.json")); !errors.Is(err, apispec.ErrAbsent) || !strings.Contains(err.Error(), "absent.json") {
		t.Errorf("absent: got %v", err)
	}
	for _, name := range []string{"broken.json", "empty.json"} {
		if _, err := apispec.Load(filepath.Join("testdata", name)); err == nil || errors.Is(err, apispec.ErrAbsent) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDiscordsOwnDescriptionIsUnderstood(t *testing.T) {
	spec, err := apispec.Discover()
	if errors.Is(err, apispec.ErrAbsent) {
		t.Skipf("Discord's description is not at hand: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	const messages = "/channels/{channel_id}/messages"
	if got := spec.Check("POST", messages, nil, []byte(`{"content":"hello"}`)); got != nil {
		t.Errorf("a plain message: %q", got)
	}
	if got := spec.Check("POST", messages, nil, []byte(`{"content":7}`)); len(got) != 1 {
		t.Errorf("a number for a text: %q", got)
	}
}
