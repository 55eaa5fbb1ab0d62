package openaitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schemas are the request and response forms of OpenAI's published API description.
type Schemas struct{ byName map[string]*jsonschema.Schema }

// LoadSchemas reads the API description (openapi.json, OpenAPI 3.1) at path.
func LoadSchemas(path string) (*Schemas, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read OpenAI's API description: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read OpenAI's API description %s: %w", path, err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openai.json", doc); err != nil {
		return nil, fmt.Errorf("read OpenAI's API description %s: %w", path, err)
	}
	s := &Schemas{byName: make(map[string]*jsonschema.Schema)}
	for _, e := range endpoints {
		for _, name := range []string{e.request, e.response} {
			schema, err := compiler.Compile("openai.json#/components/schemas/" + name)
			if err != nil {
				return nil, fmt.Errorf("understand %s in %s: %w", name, path, err)
			}
			s.byName[name] = schema
		}
	}
	return s, nil
}

// Check holds a body against a schema, such as "CreateModerationRequest".
func (s *Schemas) Check(name string, body []byte) error {
	schema, ok := s.byName[name]
	if !ok {
		return fmt.Errorf("no schema is called %s", name)
	}
	var value any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	return schema.Validate(value)
}

// FindDescription looks for OpenAI's API description in the folder shared/openai beside the
// repository that holds dir. Its error wraps fs.ErrNotExist when there is none.
func FindDescription(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("look for OpenAI's API description: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, "..", "shared", "openai", "openapi.json")
			if _, err := os.Stat(path); err != nil {
				return "", fmt.Errorf("look for OpenAI's API description: %w", err)
			}
			return path, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", errors.Join(errors.New("look for OpenAI's API description: not inside a repository"), fs.ErrNotExist)
	}
}
