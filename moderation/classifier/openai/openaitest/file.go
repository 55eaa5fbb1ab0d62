package openaitest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// file is a script written down. Of rules, the first that fits answers.
//
//	latency: 300ms
//	limits: {requests_per_minute: 500}
//	moderation:
//	  - contains: "some words"
//	    scores: {harassment: 0.9}
//	judge:
//	  - contains: "some words"
//	    verdict: remove
//	    category: harassment
//	    confidence: 0.9
//	    quote: "some words"
//	    reason: "It mocks the victim."
//	faults:
//	  - calls: [3, 5]
//	    status: 500
type file struct {
	Latency    time.Duration `yaml:"latency"`
	Limits     Limits        `yaml:"limits"`
	Refuse     []string      `yaml:"refuse"`
	Moderation []struct {
		Contains string             `yaml:"contains"`
		Scores   map[string]float64 `yaml:"scores"`
	} `yaml:"moderation"`
	Judge []struct {
		Contains string `yaml:"contains"`
		Answer   `yaml:",inline"`
	} `yaml:"judge"`
	Faults []struct {
		Calls [2]int `yaml:"calls"` // from and to, by number, both included
		Fault `yaml:",inline"`
	} `yaml:"faults"`
}

// ReadScript reads a script from YAML. Comparisons with a rule's words ignore case. Unknown
// keys are refused.
func ReadScript(r io.Reader) (Script, error) {
	var f file
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return Script{}, fmt.Errorf("read the stand-in's script: %w", err)
	}
	return Script{
		Latency: f.Latency, Limits: f.Limits, Refuse: f.Refuse,
		Score: f.score, Judge: f.judge, Fault: f.fault,
	}, nil
}

func (f *file) score(input string) map[string]float64 {
	for _, rule := range f.Moderation {
		if contains(input, rule.Contains) {
			return rule.Scores
		}
	}
	return nil
}

func (f *file) judge(p Prompt) Answer {
	for _, rule := range f.Judge {
		if contains(p.Comment, rule.Contains) {
			return rule.Answer
		}
	}
	return p.Harmless()
}

func (f *file) fault(c Call) Fault {
	for _, rule := range f.Faults {
		if c.Number >= rule.Calls[0] && c.Number <= rule.Calls[1] {
			return rule.Fault
		}
	}
	return Fault{}
}

func contains(text, words string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(words))
}
