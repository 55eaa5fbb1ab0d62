package main

import (
	"encoding/json"

	"parley/cmd/parley/explain"
	"parley/cmd/parley/terminal"
	"parley/moderation"
)

type explainCommand struct {
	judgeFlag
	Text    string `arg:"" help:"The comment to explain."`
	Title   string `help:"Title of the article under which it stands."`
	Summary string `help:"Summary of that article."`
	Parent  string `help:"The comment that it replies to."`
	JSON    bool   `help:"Print everything as one JSON object."`
}

// Help is shown by parley explain --help.
func (explainCommand) Help() string {
	return `Shows how the text is read, what each rule says of it, which words it says so for, and how the scores come about. Nothing is known of the author: rules on rates, duplicates and strikes answer "unknown".`
}

// Run explains one comment.
func (c explainCommand) Run(s streams) error {
	judge, err := c.engine()
	if err != nil {
		return err
	}
	explanation := judge.Explain(&moderation.Comment{
		Text:    c.Text,
		Article: moderation.Article{Title: c.Title, Summary: c.Summary},
		Parent:  moderation.Parent{Text: c.Parent},
	}, nil)
	if c.JSON {
		return json.NewEncoder(s.out).Encode(explanation)
	}
	return explain.Show(s.out, terminal.StyleFor(s.out), c.Text, explanation)
}
