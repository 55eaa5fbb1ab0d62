package openai_test

import (
	"fmt"
	"testing"

	"parley/moderation/classifier/openai/openaitest"
)

func TestCompatibleServersAreAskedInWaysTheyTake(t *testing.T) {
	for name, tc := range map[string]struct {
		refuse []string
		format string // that is arrived at
		first  int    // calls for the first question
	}{
		"everything is known":      {nil, "json_schema", 1},
		"no schemas":               {[]string{openaitest.JSONSchema}, "json_object", 2},
		"no formats at all":        {[]string{openaitest.JSONSchema, openaitest.JSONObject}, "", 3},
		"no choice of temperature": {[]string{openaitest.Temperature}, "json_schema", 2},
		"only the old token limit": {[]string{openaitest.MaxCompletionTokens}, "json_schema", 2},
		"hardly anything is known": {
			[]string{openaitest.JSONSchema, openaitest.JSONObject, openaitest.Temperature, openaitest.MaxCompletionTokens}, "", 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := openaitest.New(openaitest.Script{Refuse: tc.refuse, Schemas: described(t)})
			a := adviser(t, judge(), server, newMemory())
			if o := opinion(t, a, undecided("one")); o.Unknown != "" {
				t.Fatalf("no answer: %s", o.Unknown)
			}
			if calls := len(server.Calls()); calls != tc.first {
				t.Errorf("the first question took %d calls, want %d", calls, tc.first)
			}
			opinion(t, a, undecided("two"))
			calls := server.Calls()
			if len(calls) != tc.first+1 {
				t.Errorf("the second question took %d calls; what the server refuses should be remembered", len(calls)-tc.first)
			}
			if got := calls[len(calls)-1].Prompt.Format; got != tc.format {
				t.Errorf("the answer's format is %q, want %q", got, tc.format)
			}
			for _, breach := range server.Breaches() {
				t.Error(breach)
			}
		})
	}
}

func TestAQuestionThatIsRefusedInEveryFormSpoilsNothingForOthers(t *testing.T) {
	server := openaitest.New(openaitest.Script{Fault: func(c openaitest.Call) openaitest.Fault {
		if c.Prompt.Comment == "poison" {
			return openaitest.Fault{Status: 400}
		}
		return openaitest.Fault{}
	}})
	a := adviser(t, judge(), server, newMemory())
	if o := opinion(t, a, undecided("poison")); o.Unknown == "" {
		t.Errorf("got %+v", o)
	}
	opinion(t, a, undecided("an ordinary comment"))
	calls := server.Calls()
	if got := calls[len(calls)-1].Prompt.Format; got != "json_schema" {
		t.Errorf("afterwards the format is %q", got)
	}
}

func TestAnswersOfSmallModelsAreUnwrapped(t *testing.T) {
	for name, wrap := range map[string]string{
		"bare":     "%s",
		"fenced":   "```json\n%s\n```",
		"thinking": "<think>\nLet me see {\"x\": 1}.\n</think>\n\n%s",
		"both":     "<think></think>```\n%s\n```",
	} {
		t.Run(name, func(t *testing.T) {
			server := openaitest.New(openaitest.Script{Judge: func(p openaitest.Prompt) openaitest.Answer {
				return openaitest.Answer{Raw: fmt.Sprintf(wrap, fmt.Sprintf(
					`{"code":%q,"verdict":"allow","category":"none","confidence":0.9,"quote":"words","reason":"Fine."}`, p.Code))}
			}})
			if o := opinion(t, adviser(t, judge(), server, newMemory()), undecided("some words")); o.Unknown != "" {
				t.Errorf("no answer: %s", o.Unknown)
			}
		})
	}
}

func TestReasoningModelsAreAskedWithoutTemperature(t *testing.T) {
	server := openaitest.New(openaitest.Script{Refuse: []string{openaitest.Temperature}})
	cfg := judge()
	cfg.Judge.Model = "gpt-5-mini" // the library refuses a temperature for it before anything is sent
	if o := opinion(t, adviser(t, cfg, server, newMemory()), undecided("words")); o.Unknown != "" {
		t.Errorf("no answer: %s", o.Unknown)
	}
	if len(server.Calls()) != 1 {
		t.Errorf("%d calls, want 1", len(server.Calls()))
	}
}
