package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"parley/cmd/parley/daemon"
	"parley/cmd/parley/demo"
	"parley/cmd/parley/terminal"
)

type demoCommand struct {
	Threads string        `type:"existingfile" placeholder:"FILE" help:"Play real threads (JSON lines, gzipped or not) in place of the script."`
	JSON    bool          `help:"Print everything that happened as one JSON object."`
	Pace    time.Duration `default:"300ms" help:"Pause between comments on a terminal, to read along."`
}

// Run performs the demo.
func (c demoCommand) Run(ctx context.Context, s streams) error {
	dir, err := os.MkdirTemp("", "parley-demo-")
	if err != nil {
		return fmt.Errorf("a place for the demo's store: %w", err)
	}
	defer os.RemoveAll(dir)

	var happened []demo.Happening
	timeline := demo.Timeline{Out: s.out, Style: terminal.StyleFor(s.out)}
	options := demo.Options{Show: timeline.Show, Bot: daemon.Options{DataDir: dir, Listen: "off"}}
	if c.JSON {
		options.Show = func(h demo.Happening) { happened = append(happened, h) }
	} else if isTerminal(s.out) {
		options.Pace = c.Pace
	}
	script, err := demo.Builtin()
	if c.Threads != "" {
		script, err = demo.Threads(c.Threads)
		options.Pace = 0
	}
	if err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintln(s.out, timeline.Style.Dim("The real bot, over real websockets and HTTP, against stand-ins for Discord and OpenAI on this machine. Nothing leaves it."))
	}
	summary, err := demo.Perform(ctx, script, options)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(struct {
			Timeline []demo.Happening `json:"timeline"`
			Summary  demo.Summary     `json:"summary"`
		}{happened, summary})
	}
	timeline.Summarize(summary)
	return nil
}
