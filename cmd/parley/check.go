package main

import (
	"cmp"
	"encoding/json"
	"fmt"

	"parley/moderation/policy"
	"parley/moderation/policy/document"
)

type checkCommand struct {
	Config string `arg:"" optional:"" type:"path" help:"The policy to check."`
	JSON   bool   `help:"Print diagnostics as JSON."`
}

// Run prints every mistake and doubt; mistakes make it fail, doubts do not.
func (c checkCommand) Run(s streams) error {
	p, found := policyFlag{Config: c.Config}.load()
	if c.JSON {
		if err := json.NewEncoder(s.out).Encode(notes(found)); err != nil {
			return err
		}
	} else if len(found) > 0 {
		fmt.Fprintln(s.err, found)
	}
	if found.Err() != nil {
		return errFailed
	}
	if !c.JSON {
		rules := "1 rule"
		if n := len(p.Rules.Rules); n != 1 {
			rules = fmt.Sprintf("%d rules", n)
		}
		fmt.Fprintf(s.out, "%s is in order: %s, policy %s\n", cmp.Or(c.Config, "The policy"), rules, p.Hash())
	}
	return nil
}

// note is a diagnostic for machines.
type note struct {
	File       string `json:"file"`
	Line       int    `json:"line"`
	Col        int    `json:"col"`
	Severity   string `json:"severity"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

func notes(found policy.Diagnostics) []note {
	all := make([]note, len(found))
	for i, d := range found {
		all[i] = note{d.At.File, d.At.Line, d.At.Col, "error", d.Message, d.Suggestion}
		if d.Severity == document.Warning {
			all[i].Severity = "warning"
		}
	}
	return all
}
