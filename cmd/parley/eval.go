package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"parley/cmd/parley/terminal"
	"parley/moderation"
	"parley/moderation/classifier"
	"parley/moderation/classifier/evaluation"
	"parley/moderation/classifier/reader"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

type evalCommand struct {
	judgeFlag
	Files      []string `arg:"" type:"existingfile" help:"Labelled JSON lines, gzipped or not: {\"text\": \"…\", \"label\": 0 or 1}, and where known id, identity, category, context or parent, article."`
	Classifier bool     `help:"Measure the classifier's toxicity alone, without the policy's rules."`
	JSON       bool     `help:"Print the reports as JSON."`
	HTML       string   `name:"html" type:"path" placeholder:"FILE" help:"Also write one self-contained page with curves."`
	Card       string   `type:"path" placeholder:"FILE" help:"Also write the model card (moderation/classifier/MODEL.md)."`
	opinionFlag
}

// Validate refuses flags that do not go together.
func (c evalCommand) Validate() error {
	if c.Classifier && c.Opinion {
		return errors.New("--opinion asks about what the policy leaves undecided; --classifier measures without the policy")
	}
	return nil
}

// Help is shown by parley eval --help.
func (evalCommand) Help() string {
	return `Scores are the policy's overall "abuse" (or the classifier's toxicity). A comment counts as flagged from an action on: review, hold or remove. Groups of people are taken from a row's "identity", or else from its words.`
}

// Run measures every file and prints, or writes, what it found.
func (c evalCommand) Run(ctx context.Context, s streams) error {
	model, err := readModel(c.Model)
	if err != nil {
		return err
	}
	judge, done, err := c.judge(ctx, model, s.err)
	if err != nil {
		return err
	}
	defer done()
	var reports []evaluation.Report
	for _, file := range c.Files {
		data, err := evaluation.Open(file)
		if err != nil {
			return err
		}
		progress := terminal.NewProgress(s.err, data.Name)
		report, err := evaluation.Run(ctx, data, judge, func(done int) { progress.At(done, len(data.Rows)) })
		progress.Done()
		if err != nil {
			return fmt.Errorf("measure on %s: %w", file, err)
		}
		reports = append(reports, report)
	}
	if err := c.write(model, reports); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(reports)
	}
	return evaluation.WriteText(s.out, reports)
}

func (c evalCommand) write(model *reader.Model, reports []evaluation.Report) error {
	if c.HTML != "" {
		title := "Parley, the whole policy"
		if c.Classifier {
			title = "Parley's classifier " + model.Version()
		}
		if err := toFile(c.HTML, func(w io.Writer) error { return evaluation.WriteHTML(w, title, reports) }); err != nil {
			return err
		}
	}
	if c.Card != "" {
		return toFile(c.Card, func(w io.Writer) error { return writeCard(w, model, reports) })
	}
	return nil
}

// judge is the whole policy, with second opinions where they are wanted, or the classifier
// by the policy's thresholds alone. done writes to out what the opinions came to.
func (c evalCommand) judge(ctx context.Context, model *reader.Model, out io.Writer) (j evaluation.Judge, done func(), err error) {
	p, found := c.load()
	if err := found.Err(); err != nil {
		return nil, nil, err
	}
	if c.Classifier {
		return byClassifier(model, p), func() {}, nil
	}
	judgement, done, err := c.judgement(ctx, engine.New(p, model), out)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, row evaluation.Row) (float64, moderation.Action, error) {
		v, err := judgement(ctx, &moderation.Comment{
			Text: row.Text, Parent: moderation.Parent{Text: row.Reply()},
			Article: moderation.Article{Title: row.Article.Title, Summary: row.Article.Summary},
		})
		return v.Abuse, v.Action, err
	}, done, nil
}

func byClassifier(model *reader.Model, p *policy.Policy) evaluation.Judge {
	thresholds := p.Settings("", moderation.Channel{}, moderation.Article{}).Thresholds
	var result classifier.Result
	return func(_ context.Context, row evaluation.Row) (float64, moderation.Action, error) {
		model.Classify(&classifier.Input{Text: row.Text, Title: row.Article.Title, Summary: row.Article.Summary, Parent: row.Reply()}, &result)
		action := moderation.Allow
		for _, category := range moderation.Categories() {
			action = max(action, thresholds[category].Action(result.Scores[category]))
		}
		return result.Scores[moderation.Toxicity], action, nil
	}
}

// toFile writes a file whole, or says why not.
func toFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}
