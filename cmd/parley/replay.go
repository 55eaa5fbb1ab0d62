package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"parley/cmd/parley/terminal"
	"parley/moderation/classifier/reader"
	"parley/moderation/policy"
	"parley/moderation/replay"
)

type replayCommand struct {
	policyFlag
	Against string `type:"path" placeholder:"OLD" help:"The policy to compare with. Without it the one in use, ./config.yaml; where there is none, or --config names it, the one that comes with Parley."`
	HTML    string `type:"path" placeholder:"FILE" help:"Write the whole report, with charts, as one page that needs nothing else."`
	JSON    bool   `help:"Print the whole report as JSON."`
	Input   string `arg:"" type:"path" help:"A file of JSON lines, gzipped or not, or a folder of them such as data_dir/history."`
}

// Help is shown by parley replay --help.
func (replayCommand) Help() string {
	return `Judges comments of the past by two policies and shows what would newly be flagged, no longer be flagged, and by which rules. Nothing is carried out, and no remote model is asked.

A line of input is what the bot keeps where the policy says "history: true", or shorter:
  {"id": "1", "author": "ann", "time": "2026-01-02T15:04:05Z", "text": "…", "parent": "…", "article": {"title": "…", "summary": "…"}}

Rates, duplicates, strikes and the like are worked out again from the comments' own times, whatever their order in the file; a comment without a time is judged by its words alone. Who joined when is not known, and the hourly cap of automatic actions is not applied.`
}

// Run judges and reports.
func (c replayCommand) Run(ctx context.Context, s streams) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	progress := terminal.NewProgress(s.err, "reading")
	in, err := replay.Open(ctx, c.Input, func(done int) { progress.At(done, 0) })
	progress.Done()
	if err != nil {
		return err
	}
	progress = terminal.NewProgress(s.err, "judging")
	options.Progress = progress.At
	report, err := replay.Run(ctx, in, options)
	progress.Done()
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, report); err != nil {
			return err
		}
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(report)
	}
	if err := report.WriteText(s.out); err != nil {
		return err
	}
	if c.HTML != "" {
		fmt.Fprintln(s.out, "\nthe whole report:", c.HTML)
	}
	return nil
}

// options loads both policies.
func (c replayCommand) options() (o replay.Options, err error) {
	if o.After, err = candidate(c.policyFlag.file(), "--config"); err != nil {
		return o, err
	}
	if o.Before, err = candidate(c.against(), "--against"); err != nil {
		return o, err
	}
	if !o.Before.Policy.Classifiers.Embedded.Enabled && !o.After.Policy.Classifiers.Embedded.Enabled {
		return o, nil
	}
	if o.Model, err = reader.Embedded(); err != nil {
		return o, fmt.Errorf("load the embedded classifier: %w", err)
	}
	return o, nil
}

// against is the file of the policy to compare with, "" for the one that comes with Parley.
func (c replayCommand) against() string {
	if c.Against != "" {
		return c.Against
	}
	inUse := policyFlag{}.file()
	if same(inUse, c.policyFlag.file()) {
		return ""
	}
	return inUse
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(one, other)
}

func candidate(file, flag string) (replay.Candidate, error) {
	if file == "" {
		p, found := policy.Default()
		return replay.Candidate{Name: "the policy that comes with Parley", Policy: p}, found.Err()
	}
	p, found := policy.Load(file)
	if err := found.Err(); err != nil {
		return replay.Candidate{}, fmt.Errorf("%s: %w", flag, err)
	}
	return replay.Candidate{Name: shown(file), Policy: p}, nil
}

// shown is a file's name as somebody here would write it.
func shown(file string) string {
	here, err := os.Getwd()
	if err != nil {
		return file
	}
	if short, err := filepath.Rel(here, file); err == nil && filepath.IsLocal(short) {
		return short
	}
	return file
}

func writePage(path string, report replay.Report) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := errors.Join(report.WriteHTML(f), f.Close()); err != nil {
		return fmt.Errorf("write the report to %s: %w", path, err)
	}
	return nil
}
