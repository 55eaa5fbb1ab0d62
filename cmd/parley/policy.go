package main

import (
	"fmt"
	"os"

	"parley/moderation/classifier/reader"
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

// engine makes the policy ready to judge.
func (f policyFlag) engine() (*engine.Engine, error) {
	p, found := f.load()
	if err := found.Err(); err != nil {
		return nil, err
	}
	return engineOf(p)
}

func engineOf(p *policy.Policy) (*engine.Engine, error) {
	model, err := modelOf(p)
	if err != nil {
		return nil, err
	}
	return engine.New(p, model), nil
}

// modelOf returns the embedded classifier, nil where the policy does without.
func modelOf(p *policy.Policy) (engine.Model, error) {
	if !p.Classifiers.Embedded.Enabled {
		return nil, nil
	}
	model, err := reader.Embedded()
	if err != nil {
		return nil, fmt.Errorf("load the embedded classifier: %w", err)
	}
	return model, nil
}
