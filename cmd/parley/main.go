// Command parley moderates the comments under shared news articles. Each subcommand has a
// file of its own here; what they do lives in the packages that they call.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line; kong fills it.
type cli struct {
	Run     runCommand     `cmd:"" help:"Run the bot on Discord."`
	Demo    demoCommand    `cmd:"" help:"Watch the bot moderate a scripted community: no token, no Redis, no network."`
	Check   checkCommand   `cmd:"" help:"Check a policy; every mistake with file, line and column."`
	Test    testCommand    `cmd:"" help:"Run a policy's own tests: every rule's examples, and whole comments."`
	Score   scoreCommand   `cmd:"" help:"Judge texts, or JSON lines from standard input."`
	Eval    evalCommand    `cmd:"" help:"Measure a policy or a model on labelled comments."`
	Train   trainCommand   `cmd:"" help:"Train the classifier."`
	Explain explainCommand `cmd:"" help:"Show how a text is read, what each rule says of it, and how its scores come about."`
	Replay  replayCommand  `cmd:"" help:"Judge comments of the past by two policies, and see what would change."`
	Cases   casesCommand   `cmd:"" help:"Export moderators' decisions as training rows."`
	Schema  schemaCommand  `cmd:"" help:"Print the JSON Schema of config.yaml, for editors."`
	Bench   benchCommand   `cmd:"" help:"Measure throughput and latency against a bare client."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// errFailed makes the program exit 1 without a further word: the command has said it all.
var errFailed = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// execute runs one command line and returns the exit code: 0 done, 1 failed or refused,
// 2 not understood.
func execute(ctx context.Context, args []string, s streams) (code int) {
	var c cli
	left := false
	parser, err := kong.New(&c,
		kong.Name("parley"),
		kong.Description("Parley moderates the comments under shared news articles: it lets people quote, grieve and argue, and takes down the one comment that gloats."),
		kong.UsageOnError(),
		kong.Writers(s.out, s.err),
		kong.Exit(func(c int) { code, left = c, true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "parley:", err)
		return 2
	}
	command, err := parser.Parse(asGoTestIsSpelled(args))
	if left { // --help has been shown
		return code
	}
	if err != nil {
		fmt.Fprintf(s.err, "parley: %s\nTry: %s --help\n", mistakeIn(err), understood(err))
		return 2
	}
	if err := command.Run(); err != nil {
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(s.err, "parley:", err)
		}
		return 1
	}
	return 0
}

// mistakeIn says what is wrong with a command line. The library names an argument that is
// missing; this says what it is.
func mistakeIn(err error) string {
	if command := commandOf(err); command != nil {
		for _, argument := range command.Positional {
			if strings.HasPrefix(err.Error(), fmt.Sprintf("expected %q", argument.Summary())) {
				return fmt.Sprintf("<%s> is missing: %s", argument.Name, argument.Help)
			}
		}
	}
	return err.Error()
}

// understood is the part of a command line that was understood before the mistake.
func understood(err error) string {
	if command := commandOf(err); command != nil {
		return command.FullPath()
	}
	return "parley"
}

// commandOf is the command that a mistake was made with, nil where none was named.
func commandOf(err error) *kong.Node {
	if mistake, ok := errors.AsType[*kong.ParseError](err); ok {
		return mistake.Context.Selected()
	}
	return nil
}

// asGoTestIsSpelled lets `parley test -run` be written with one dash, as in go test.
func asGoTestIsSpelled(args []string) []string {
	if len(args) == 0 || args[0] != "test" {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if a == "-run" || strings.HasPrefix(a, "-run=") {
			args[i] = "-" + a
		}
	}
	return args
}
