package demo

import (
	"bytes"
	_ "embed"
	"fmt"

	"parley/moderation/classifier/openai/openaitest"
)

// house is the demo's policy.
//
//go:embed policy.yaml
var house []byte

// judge is what the scripted model answers.
//
//go:embed judge.yaml
var judge []byte

// startModel starts the stand-in for OpenAI.
func startModel() (*openaitest.Server, error) {
	script, err := openaitest.ReadScript(bytes.NewReader(judge))
	if err != nil {
		return nil, fmt.Errorf("the scripted model: %w", err)
	}
	return openaitest.Start(script), nil
}

// asking is the demo's policy with a judge to ask, as an admin would name one.
func asking(url string) []byte {
	return fmt.Appendf(bytes.Clone(house), "classifiers: {openai: {base_url: %q, judge: {model: scripted, on_error: open}}}\n", url)
}
