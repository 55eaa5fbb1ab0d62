package main

import (
	"encoding/json"
	"fmt"
)

type checkCommand struct {
	Config string `arg:"" optional:"" type:"path" help:"The policy to check."`
	JSON   bool   `help:"Print diagnostics as JSON."`
}

// Run prints every mistake and doubt; mistakes make it fail, doubts do not.
func (c checkCommand) Run(s streams) error {
	p, found := policyFlag{Config: c.Config}.load()
	if c.JSON {
		if err := json.NewEncoder(s.out).Encode(found); err != nil {
			return err
		}
	} else if len(found) > 0 {
		fmt.Fprintln(s.err, found)
	}
	if found.Err() != nil {
		return errFailed
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "%s is in order: %d rules, policy %s\n", or(c.Config, "The policy"), len(p.Rules.Rules), p.Hash())
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
