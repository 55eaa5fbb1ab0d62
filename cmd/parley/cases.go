package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"parley/moderation"
	"parley/moderation/classifier/evaluation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
	"parley/moderation/ledger/open"
)

type casesCommand struct {
	Export casesExportCommand `cmd:"" help:"Print decided cases as training rows: upheld is 1, dismissed is 0."`
}

type casesExportCommand struct {
	policyFlag
	Guild   string `required:"" placeholder:"ID" help:"The community whose cases are exported."`
	DataDir string `type:"path" placeholder:"DIR" help:"Where the embedded store lives, in place of the policy's store.data_dir."`
}

// Help is shown by parley cases export --help.
func (casesExportCommand) Help() string {
	return `The rows suit parley train --with and parley eval. They hold what members wrote, and no names or IDs of theirs; keep them as you keep the store. REDIS_URL chooses Redis, as for parley run. The embedded store is used by one process at a time: stop the bot first.`
}

// everything is more cases than any community has; Find would list 100 otherwise.
const everything = 1 << 20

// Run prints one JSON line per decided case.
func (c casesExportCommand) Run(ctx context.Context, s streams) (err error) {
	p, found := c.load()
	if err := found.Err(); err != nil {
		return err
	}
	where := open.Options{RedisURL: os.Getenv("REDIS_URL"), DataDir: cmp.Or(c.DataDir, p.Store.DataDir)}
	if err := mustHold(where); err != nil {
		return err
	}
	store, err := open.Ledger(ctx, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	exported, err := exportCases(ctx, store, c.Guild, s.out)
	if err == nil && exported == 0 {
		fmt.Fprintf(s.err, "parley: no comment of community %s has been upheld or dismissed by a moderator yet, so there is nothing to export\n", c.Guild)
	}
	return err
}

// mustHold refuses a place without an embedded store: opening would make an empty one there.
func mustHold(o open.Options) error {
	if o.RedisURL != "" {
		return nil
	}
	_, err := os.Stat(filepath.Join(o.DataDir, embedded.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no store in %q: name the bot's folder with --data-dir, or its policy with --config; where the bot uses Redis, set REDIS_URL", o.DataDir)
	}
	if err != nil {
		return fmt.Errorf("look for the store: %w", err)
	}
	return nil
}

// exportCases writes the dismissed cases and then the upheld ones, newest first, and returns
// how many there were.
func exportCases(ctx context.Context, cases ledger.Cases, guild string, w io.Writer) (exported int, err error) {
	out := json.NewEncoder(w)
	for label, state := range [...]moderation.CaseState{0: moderation.CaseDismissed, 1: moderation.CaseUpheld} {
		decided, err := cases.Find(ctx, guild, ledger.Filter{State: state, Limit: everything})
		if err != nil {
			return exported, fmt.Errorf("read the cases: %w", err)
		}
		for _, c := range decided {
			if c.Comment.Text == "" {
				continue // a strike given by hand has no comment
			}
			row := evaluation.Row{
				ID: c.ID, Text: c.Comment.Text, Label: &label, Category: c.Verdict.Category.String(), Parent: c.Comment.Parent.Text,
				Article: evaluation.Article{Title: c.Comment.Article.Title, Summary: c.Comment.Article.Summary},
			}
			if err := out.Encode(row); err != nil {
				return exported, fmt.Errorf("write the rows: %w", err)
			}
			exported++
		}
	}
	return exported, nil
}
