package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
	"parley/moderation/ledger/embedded"
)

func TestASecondProcessIsToldThatTheDatabaseIsInUse(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	defer first.Close()
	_, err := embedded.Open(t.Context(), dir, embedded.Options{})
	if !errors.Is(err, ledger.ErrAway) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("opened twice: %v", err)
	}
	if err := first.Ping(t.Context()); err != nil {
		t.Errorf("the first is disturbed: %v", err)
	}
}

func TestADamagedDatabaseIsRefusedWithAdvice(t *testing.T) {
	for what, bytes := range map[string]string{
		"no database at all": strings.Repeat("these are somebody's notes, not a database. ", 200),
		"a torn page":        "SQLite format 3\x00" + strings.Repeat("\xff", 8176),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, embedded.FileName), []byte(bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := embedded.Open(t.Context(), dir, embedded.Options{})
		if err == nil || !strings.Contains(err.Error(), "is damaged; put back a copy") {
			t.Errorf("%s: opened with error %v", what, err)
		}
		if after, _ := os.ReadFile(filepath.Join(dir, embedded.FileName)); string(after) != bytes {
			t.Errorf("%s: the file was changed", what)
		}
	}
}

func TestWhatADeadProcessHadTakenIsFreeOnceTheDatabaseIsOpenedAgain(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	c := moderation.Case{ID: "1", Guild: "g", State: moderation.CasePending, Comment: moderation.Comment{ID: "1", Guild: "g"}}
	question := moderation.Effect{ID: "1/ask/r0", Kind: moderation.AskOpinion, Guild: "g", Case: "1"}
	_, committed := dead.Commit(t.Context(), ledger.Commit{Case: c, Queue: []moderation.Effect{question}})
	taken, err := dead.Take(t.Context(), "g", ledger.Opinions, "dead", 1, time.Hour)
	mine, held := dead.Hold(t.Context(), "g", "question", "dead", time.Hour)
	if err := errors.Join(committed, err, held, dead.Close()); err != nil || len(taken) != 1 || !mine {
		t.Fatalf("took %d, held %v, error %v", len(taken), mine, err)
	}

	heir := open(t, dir)
	defer heir.Close()
	again, err := heir.Take(t.Context(), "g", ledger.Opinions, "heir", 1, time.Hour)
	if err != nil || len(again) != 1 || again[0].Effect.ID != question.ID || again[0].Attempts != 2 {
		t.Errorf("took %+v, error %v; want the second attempt of the dead one's", again, err)
	}
	if mine, err := heir.Hold(t.Context(), "g", "question", "heir", time.Hour); err != nil || !mine {
		t.Errorf("what was held is free: %v, %v", mine, err)
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, dir, `PRAGMA user_version = 99`)
	_, err := embedded.Open(t.Context(), dir, embedded.Options{})
	if err == nil || !strings.Contains(err.Error(), "run the newer program") {
		t.Errorf("opened with error %v", err)
	}
}

func TestADirectoryThatCannotBeMadeIsNamed(t *testing.T) {
	_, err := embedded.Open(t.Context(), "/dev/null/ledger", embedded.Options{})
	if err == nil || !strings.Contains(err.Error(), "/dev/null") {
		t.Errorf("opened with error %v", err)
	}
}

func TestACallThatIsGivenUpReturnsAtOnce(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Advance(ctx, "g", map[string]string{"c": "1"}); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("advance with a context that has ended: %v", err)
	}
}

// TestKillingTheProcessLosesNothingThatWasCommitted runs itself as a process that commits
// until it is killed, and opens what it has left.
func TestKillingTheProcessLosesNothingThatWasCommitted(t *testing.T) {
	if dir := os.Getenv("PARLEY_TEST_COMMIT_INTO"); dir != "" {
		commitForever(t, dir)
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestKillingTheProcessLosesNothingThatWasCommitted$")
	child.Env = append(os.Environ(), "PARLEY_TEST_COMMIT_INTO="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last := 0
	for last < 50 { // every line is a commit that has returned
		if _, err := fmt.Fscanf(out, "committed %d\n", &last); err != nil {
			t.Fatalf("the committing process: %v", err)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // "signal: killed"

	s := open(t, dir)
	defer s.Close()
	r, err := s.Record(t.Context(), "g", "ann")
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Waiting(t.Context(), "g", ledger.Effects)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Strikes) < last || r.Version != int64(len(r.Strikes)) || waiting != len(r.Strikes) {
		t.Errorf("after %d commits and a kill: %d strikes at version %d and %d effects", last, len(r.Strikes), r.Version, waiting)
	}
	for _, strike := range r.Strikes {
		if _, err := s.Case(t.Context(), "g", strike.Case); err != nil {
			t.Errorf("a strike without its case: %v", err)
		}
	}
}

func commitForever(t *testing.T, dir string) {
	s := open(t, dir)
	for i := 0; ; i++ {
		if _, err := s.Commit(t.Context(), removal(fmt.Sprint(1000+i), time.Now(), int64(i))); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("committed %d\n", i+1)
	}
}

func removal(id string, at time.Time, record int64) ledger.Commit {
	return ledger.Commit{
		Case: moderation.Case{
			ID: id, Guild: "g", State: moderation.CaseActed, Opened: at, Updated: at,
			Comment: moderation.Comment{ID: id, Guild: "g", Time: at, Author: moderation.Author{ID: "ann"}},
			Verdict: moderation.Verdict{Action: moderation.Remove, Points: 1},
			Strike:  &moderation.Strike{Case: id, Points: 1, At: at, Expires: at.Add(30 * 24 * time.Hour)},
		},
		Effects: []moderation.Effect{{ID: id + "/take_down/r0", Kind: moderation.TakeDown, Guild: "g", Case: id}},
		Record:  record, Acts: true,
	}
}

// TestWhatHasExpiredIsForgotten lets half a year pass on a clock of its own.
func TestWhatHasExpiredIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, t.TempDir())
		defer s.Close()
		start := time.Now()
		observe := func(id, author string) moderation.Record {
			o, err := s.Observe(t.Context(), moderation.Sighting{Guild: "g", Comment: id, Author: author, Time: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			return o.Record
		}
		observe("1", "bob")
		if _, err := s.Commit(t.Context(), removal("2", start, 0)); err != nil {
			t.Fatal(err)
		}
		if ok, _, err := s.Spend(t.Context(), "g", start, []ledger.Budget{{Key: "k", Amount: 1, Limit: 1, Window: time.Hour}}); err != nil || !ok {
			t.Fatalf("spend: %v, %v", ok, err)
		}

		time.Sleep(30*24*time.Hour + ledger.KeepStrikes - 2*time.Hour)
		if r := observe("3", "ann"); len(r.Strikes) != 1 || r.Version != 1 {
			t.Errorf("two hours before its time the strike is gone: %+v", r)
		}
		if _, err := s.Case(t.Context(), "g", "2"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("the case outlived its 90 days: %v", err)
		}
		time.Sleep(4 * time.Hour)
		if r := observe("4", "ann"); len(r.Strikes) != 0 || r.Version != 1 || r.Comments != 2 {
			t.Errorf("after the strike's time the record is %+v", r)
		}
		if _, err := s.Commit(t.Context(), removal("5", time.Now(), 1)); err != nil {
			t.Errorf("the record's version no longer fits: %v", err)
		}

		time.Sleep(ledger.KeepAuthors)
		if r := observe("6", "bob"); r.Comments != 1 {
			t.Errorf("after half a year of silence %d comments are remembered, want the new one", r.Comments)
		}
	})
}

// TestEverybodysCommentsAreOnDiskSoonAfterwards looks into a copy of the files, as a crash
// would leave them.
func TestEverybodysCommentsAreOnDiskSoonAfterwards(t *testing.T) {
	const everybody = 1000 // more than are written in one go
	dir, copied := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		for i := range everybody {
			if _, err := s.Observe(t.Context(), moderation.Sighting{Guild: "g", Comment: fmt.Sprint(1 + i), Author: fmt.Sprint("author", i), Time: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	})
	s := open(t, copied)
	defer s.Close()
	for i := range everybody {
		if r, err := s.Record(t.Context(), "g", fmt.Sprint("author", i)); err != nil || r.Comments != 1 {
			t.Fatalf("of author %d %+v is left, %v", i, r, err)
		}
	}
}
