package policy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"parley/moderation/policy"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	src, err := policy.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func readYAML(t *testing.T, name string) any {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := yaml.Unmarshal(src, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheSchemaTakesWhatParleyTakes(t *testing.T) {
	schema := compiledSchema(t)
	for _, name := range []string{"default.yaml", "../../config.yaml", "testdata/everything.yaml"} {
		if err := schema.Validate(readYAML(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSchemaRefusesUnknownKeysAndWords(t *testing.T) {
	schema := compiledSchema(t)
	for _, name := range []string{"unknown-key", "unknown-top-key", "unknown-category", "unknown-condition", "wrong-values", "wrong-types"} {
		if err := schema.Validate(readYAML(t, filepath.Join("testdata", "mistakes", name+".yaml"))); err == nil {
			t.Errorf("the schema takes %s.yaml", name)
		}
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	src, err := policy.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := yaml.Unmarshal(src, &root); err != nil {
		t.Fatal(err)
	}
	var check func(path string, v any)
	check = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if properties, ok := m["properties"].(map[string]any); ok {
			for key, p := range properties {
				if help, _ := p.(map[string]any)["description"].(string); strings.TrimSpace(help) == "" {
					t.Errorf("%s.%s is not described", path, key)
				}
			}
		}
		for key, inner := range m {
			check(path+"/"+key, inner)
		}
	}
	check("", root)
}
