package engine_test

import (
	"testing"

	"parley/moderation"
	"parley/moderation/engine"
	"parley/moderation/policy"
)

// mustParse makes a policy of a configuration that is right.
func mustParse(t testing.TB, config string) *policy.Policy {
	t.Helper()
	p, diags := policy.Parse("config.yaml", []byte(config), nil)
	if err := diags.Err(); err != nil {
		t.Fatalf("the configuration does not load:\n%v", err)
	}
	return p
}

func TestTheBuiltInPolicyLoads(t *testing.T) {
	p, diags := policy.Default()
	if len(diags) > 0 {
		t.Fatalf("the built-in policy:\n%v", diags)
	}
	v := engine.New(p, nil).Judge(&moderation.Comment{ID: "1", Text: "A fine day to you all."}, nil)
	if v.Action != moderation.Allow || v.Abuse != 0 {
		t.Errorf("a friendly comment gets %v with %v", v.Action, v.Abuse)
	}
}
