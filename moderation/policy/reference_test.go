package policy_test

import (
	"os"
	"strings"
	"testing"

	"parley/moderation/policy"
)

func TestWhatTheReferenceShowsLoads(t *testing.T) {
	src, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(src), "```yaml\n")[1:]
	if len(blocks) < 4 {
		t.Fatalf("the reference has %d blocks of YAML", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		if strings.HasPrefix(block, "# policy_test.yaml") {
			if _, diags := policy.ReadCases("docs/rules.md", []byte(block)); len(diags) > 0 {
				t.Errorf("%v", diags)
			}
			continue
		}
		if _, diags := policy.Parse("docs/rules.md", []byte("include: [builtin:default]\n"+block), nil); diags.Err() != nil {
			t.Errorf("%v", diags)
		}
	}
}

// TestEveryConditionIsInTheReference compares the table with the keys that parley check names.
func TestEveryConditionIsInTheReference(t *testing.T) {
	reference, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	everything, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range policy.Conditions() {
		if !strings.Contains(string(reference), "`"+key+"`") {
			t.Errorf("docs/rules.md does not explain %s", key)
		}
		if !strings.Contains(string(everything), key+":") {
			t.Errorf("testdata/everything.yaml does not use %s", key)
		}
	}
}
