package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"parley/moderation/policy"
	"parley/moderation/policy/policytest"
)

type testCommand struct {
	Config  string         `arg:"" optional:"" type:"path" help:"The policy to test. Without it ./config.yaml where there is one, else the one that comes with Parley."`
	Only    *regexp.Regexp `name:"run" placeholder:"REGEX" help:"Run only what has a name that matches, such as 'slur/match' or 'case/'."`
	Cases   string         `type:"path" placeholder:"FILE" help:"Whole comments and what must become of them. Without it policy_test.yaml beside the policy, where there is one."`
	Verbose bool           `short:"v" help:"Print what passes, too."`
}

// Help goes into more detail.
func (testCommand) Help() string {
	return `Runs the examples of every rule, and the cases in policy_test.yaml:

    cases:
      - name: mourning is welcome
        comment: {text: Rest in peace., title: Two killed in attack}
        expect: allow

The exit code is 1 when anything fails. A rule that contradicts its own examples is refused
already when the policy is loaded, with its line.`
}

// Run prints what failed, as go test does.
func (c testCommand) Run(s streams) error {
	chosen := policyFlag{Config: c.Config}
	p, found := chosen.load()
	if err := found.Err(); err != nil {
		return err
	}
	cases, err := c.cases(chosen.file())
	if err != nil {
		return err
	}
	model, err := modelOf(p, "")
	if err != nil {
		return err
	}
	sum := policytest.Run(p, model, cases, c.Only, func(r policytest.Result) {
		policytest.Print(s.out, r, c.Verbose)
	})
	fmt.Fprintln(s.out, sum)
	if sum.Failed > 0 {
		return errFailed
	}
	return nil
}

// casesFile is what a policy's cases are called, beside it.
const casesFile = "policy_test.yaml"

// cases reads the cases that belong to a policy's file; there may be none.
func (c testCommand) cases(config string) ([]policy.Case, error) {
	file := c.Cases
	if file == "" {
		file = filepath.Join(filepath.Dir(config), casesFile)
	}
	src, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Cases == "":
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the cases: %w", err)
	}
	cases, found := policy.ReadCases(file, src)
	return cases, found.Err()
}
