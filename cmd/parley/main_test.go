package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"parley": main, "moderators": moderators})
}

// TestCommands runs the scripts in testdata, each as a person at a terminal would.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

// moderators is a command of the scripts. It leaves a store in a folder, with one case for
// every pair of a state and a comment: moderators DIR [STATE TEXT]...
func moderators() {
	if err := leaveCases(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func leaveCases(dir string, cases []string) error {
	ctx := context.Background()
	store, err := embedded.Open(ctx, dir, embedded.Options{})
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(cases); i += 2 {
		id, at := strconv.Itoa(i/2+1), time.Date(2026, 1, 1, 10, i, 0, 0, time.UTC)
		_, err := store.Commit(ctx, ledger.Commit{Case: moderation.Case{
			ID: id, Guild: "g", State: moderation.CaseState(cases[i]), Opened: at, Updated: at,
			Comment: moderation.Comment{ID: id, Guild: "g", Text: cases[i+1], Time: at},
			Verdict: moderation.Verdict{Category: moderation.Insult, Action: moderation.Review},
			Events:  []moderation.CaseEvent{{At: at, Kind: "flagged"}},
		}})
		if err != nil {
			return err
		}
	}
	return store.Close()
}
