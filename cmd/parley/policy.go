package main

import (
	"fmt"
	"os"

	"parley/moderation/engine"
	"parley/moderation/policy"
)

// policyFlag chooses a policy.
type policyFlag struct {
	Config string `short:"c" type:"path" placeholder:"FILE" help:"The policy. Without it ./config.yaml where there is one, else the one that comes with Parley."`
}

// usual is where a policy is looked for when none is named.
const usual = "config.yaml"

// file returns the policy's file, "" for the built-in one.
func (f policyFlag) file() string {
	if f.Config != "" {
		return f.Config
	}
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	return ""
}

// load reads the policy as its file is now.
func (f policyFlag) load() (*policy.Policy, policy.Diagnostics) {
	if file := f.file(); file != "" {
		return policy.Load(file)
	}
	return policy.Default()
}

// judgeFlag chooses a policy and the classifier that it is judged with.
type judgeFlag struct {
	policyFlag
	Model string `type:"existingfile" placeholder:"FILE" help:"A classifier made by parley train, in place of the embedded one."`
}

// engine makes the policy ready to judge.
func (f judgeFlag) engine() (*engine.Engine, error) {
	p, found := f.load()
	if err := found.Err(); err != nil {
		return nil, err
	}
	return engineOf(p, f.Model)
}

func engineOf(p *policy.Policy, file string) (*engine.Engine, error) {
	model, err := modelOf(p, file)
	if err != nil {
		return nil, err
	}
	return engine.New(p, model), nil
}

// modelOf returns the classifier in a file, the embedded one where none is named, and nil
// where the policy does without.
func modelOf(p *policy.Policy, file string) (engine.Model, error) {
	if !p.Classifiers.Embedded.Enabled {
		return nil, nil
	}
	model, err := readModel(file)
	if err != nil {
		return nil, fmt.Errorf("load the classifier: %w", err)
	}
	return model, nil
}
