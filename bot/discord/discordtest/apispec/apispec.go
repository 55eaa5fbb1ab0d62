// Package apispec checks requests and answers against an OpenAPI 3.1
// description, in particular the one that Discord publishes of its API.
//
// OpenAPI 3.1 schemas are JSON Schema 2020-12; santhosh-tekuri/jsonschema was
// chosen because it implements that version whole.
package apispec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// ErrAbsent is wrapped by [Discover] when there is no description to be found.
var ErrAbsent = errors.New("no API description")

// Spec is a loaded description. It may be used from any goroutine, and one may
// be shared by many servers, which saves the second that compiling takes.
type Spec struct {
	operations map[string]operation // by method and path with {} for every name

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema // by location
}

type operation struct {
	location   string // JSON pointer of the operation
	query      map[string]bool
	hasBody    bool
	needsBody  bool
	acceptJSON bool
	answers    []string // statuses that answer with JSON
}

// resource is the name under which the compiler knows the description.
const resource = "openapi.json"

// Discover loads ../shared/discord/openapi.json relative to the root of the
// repository, which is the closest directory above with a go.mod.
func Discover() (*Spec, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the repository root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return Load(filepath.Join(filepath.Dir(dir), "shared", "discord", "openapi.json"))
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, fmt.Errorf("%w: no go.mod above the working directory", ErrAbsent)
		}
		dir = parent
	}
}

// Load reads a description from a file. A file that is not there is ErrAbsent.
func Load(path string) (*Spec, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrAbsent, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read API description: %w", err)
	}
	spec, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("API description %s: %w", path, err)
	}
	return spec, nil
}

func parse(data []byte) (*Spec, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(resource, document); err != nil {
		return nil, err
	}
	spec := &Spec{operations: map[string]operation{}, compiler: compiler, compiled: map[string]*jsonschema.Schema{}}
	for path, item := range object(object(document)["paths"]) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if described, ok := object(item)[method].(map[string]any); ok {
				op := read(described, object(item), pointer("paths", path, method))
				// Discord's description demands a body for lifting a ban; Discord
				// itself, like HTTP, wants none for any DELETE.
				op.needsBody = op.needsBody && method != "delete"
				spec.operations[key(method, path)] = op
			}
		}
	}
	if len(spec.operations) == 0 {
		return nil, errors.New("it describes no paths")
	}
	return spec, nil
}

func read(described, item map[string]any, location string) operation {
	op := operation{location: location, query: map[string]bool{}}
	for _, list := range []any{item["parameters"], described["parameters"]} {
		parameters, _ := list.([]any)
		for _, parameter := range parameters {
			if p := object(parameter); p["in"] == "query" {
				name, _ := p["name"].(string)
				op.query[name] = true
			}
		}
	}
	body := object(described["requestBody"])
	op.hasBody = len(body) > 0
	op.needsBody, _ = body["required"].(bool)
	_, op.acceptJSON = object(body["content"])["application/json"]
	for status, answer := range object(described["responses"]) {
		if _, ok := object(object(answer)["content"])["application/json"]; ok {
			op.answers = append(op.answers, status)
		}
	}
	return op
}

// object returns the value as a JSON object, empty when it is none.
func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func key(method, path string) string {
	return strings.ToUpper(method) + " " + placeholder.ReplaceAllString(path, "{}")
}

func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, part := range parts {
		b.WriteString("/" + escape.Replace(part))
	}
	return b.String()
}

// Check lists what is wrong with a request: the method and path (a template
// such as /channels/{channel_id}, below the API's version) are not described,
// a query parameter is unknown, or the JSON body does not fit. For a multipart
// request the body is its payload_json part.
func (s *Spec) Check(method, path string, query url.Values, body []byte) []string {
	name := method + " " + path
	op, ok := s.operations[key(method, path)]
	if !ok {
		return []string{name + ": no such method and path"}
	}
	var problems []string
	for parameter := range query {
		if !op.query[parameter] {
			problems = append(problems, fmt.Sprintf("%s: unknown query parameter %q", name, parameter))
		}
	}
	slices.Sort(problems)
	switch {
	case len(body) == 0 && op.needsBody:
		problems = append(problems, name+": a body is required")
	case len(body) > 0 && !op.hasBody:
		problems = append(problems, name+": no body is expected")
	case len(body) > 0 && op.acceptJSON:
		location := op.location + pointer("requestBody", "content", "application/json", "schema")
		problems = append(problems, s.validate(name+": body", location, body, tolerate)...)
	}
	return problems
}

// CheckAnswer lists what is wrong with an answer's JSON body. An answer that
// the description leaves open is right.
func (s *Spec) CheckAnswer(method, path string, status int, body []byte) []string {
	name := method + " " + path
	op, ok := s.operations[key(method, path)]
	if !ok {
		return []string{name + ": no such method and path"}
	}
	code := fmt.Sprint(status)
	if !slices.Contains(op.answers, code) {
		return nil
	}
	exactly := func(value any) any { return value }
	return s.validate(name+": answer", op.location+pointer("responses", code, "content", "application/json", "schema"), body, exactly)
}

func (s *Spec) validate(what, location string, body []byte, prepare func(any) any) []string {
	schema, err := s.schema(location)
	if err != nil {
		return []string{fmt.Sprintf("%s: cannot compile the schema: %v", what, err)}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []string{fmt.Sprintf("%s: not JSON: %v", what, err)}
	}
	err = schema.Validate(prepare(value))
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	return []string{what + ": " + explain(invalid)}
}

// schema compiles on first use; the compiler is not safe for concurrent use.
func (s *Spec) schema(location string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if schema := s.compiled[location]; schema != nil {
		return schema, nil
	}
	schema, err := s.compiler.Compile(resource + "#" + (&url.URL{Path: location}).EscapedPath())
	if err != nil {
		return nil, err
	}
	s.compiled[location] = schema
	return schema, nil
}

// isPermissionSet names the fields that the description calls integers, while
// Discord's documentation wants, and libraries send, decimal strings: a set
// has more bits than a JavaScript number.
func isPermissionSet(field string) bool {
	switch field {
	case "default_member_permissions", "permissions", "allow", "deny":
		return true
	}
	return false
}

// fewestIDDigits is how many digits every Discord ID since 2015 has at least.
const fewestIDDigits = 17

// tolerate rewrites a request's value as far as Discord is known to take more
// than it describes: IDs as JSON numbers, permission sets as strings.
func tolerate(value any) any {
	switch v := value.(type) {
	case json.Number:
		if len(v) >= fewestIDDigits && isDecimal(string(v)) {
			return string(v)
		}
	case []any:
		for i, item := range v {
			v[i] = tolerate(item)
		}
	case map[string]any:
		for name, field := range v {
			text, isText := field.(string)
			switch {
			case !isPermissionSet(name):
				v[name] = tolerate(field)
			case isText && isDecimal(text):
				v[name] = json.Number(text)
			}
		}
	}
	return value
}

func isDecimal(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// explain says in one line what is wrong with a value.
func explain(err *jsonschema.ValidationError) string {
	const most = 4
	var lines []string
	for _, leaf := range relevant(err) {
		text := leaf.Error()
		if _, problem, ok := strings.Cut(text, "\n- "); ok {
			text = problem
		}
		if !slices.Contains(lines, text) && len(lines) < most {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "; ")
}

// relevant picks the problems to report out of a tree in which every
// alternative of a union is a branch: only those of the alternative that was
// most likely meant.
func relevant(err *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(err.Causes) == 0 {
		return []*jsonschema.ValidationError{err}
	}
	union := false
	switch err.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		union = true
	}
	var all, best []*jsonschema.ValidationError
	for _, cause := range err.Causes {
		leaves := relevant(cause)
		all = append(all, leaves...)
		if best == nil || distance(err, leaves) < distance(err, best) {
			best = leaves
		}
	}
	if union {
		return best
	}
	return all
}

// distance says how far a value is from an alternative. Being of another type
// altogether, or having another value where one is fixed (a component's
// "type"), means that the alternative was not meant.
func distance(union *jsonschema.ValidationError, leaves []*jsonschema.ValidationError) int {
	const notMeant = 100
	far := 0
	for _, leaf := range leaves {
		far++
		switch leaf.ErrorKind.(type) {
		case *kind.Const, *kind.Enum:
			far += notMeant
		case *kind.Type:
			if len(leaf.InstanceLocation) == len(union.InstanceLocation) {
				far += notMeant
			}
		}
	}
	return far
}
