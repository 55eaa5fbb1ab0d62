package policy_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/moderation/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// measured hides how slow something was, which differs from run to run.
var measured = regexp.MustCompile(`takes [0-9]+ times`)

func TestEveryMistakeIsShownWhereItStands(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d mistakes in testdata (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			p, diags := policy.Load(file)
			if len(diags) == 0 {
				t.Fatal("no mistake was found")
			}
			warnings := strings.HasPrefix(filepath.Base(file), "warn-")
			if (p == nil) == warnings || (diags.Err() == nil) != warnings {
				t.Errorf("policy %v, error %v; a warning must not refuse the policy, and a mistake must", p != nil, diags.Err() != nil)
			}
			got := measured.ReplaceAllString(diags.Error(), "takes … times") + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
