package document

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Bounds on what is read at all; beyond them a document is refused before it costs memory.
const (
	MaxBytes  = 4 << 20 // of one file
	maxValues = 100_000 // values after following aliases, so that an alias bomb stays small
	maxDepth  = 60
)

// Value is a value that remembers where it stands.
type Value[T any] struct {
	V  T
	At Position
}

func (v *Value[T]) place(at Position) any { v.At = at; return &v.V }

type placed interface{ place(Position) any }

// Chooser is a scalar that takes one of a few words; it is read with UnmarshalText.
type Chooser interface{ Choices() []string }

// Decode reads one YAML document into the struct that into points to and returns every
// mistake. What could be read is filled in even when there are mistakes, except in a document
// that is too large.
//
// A field's key is its `yaml` tag. The option "short" marks the field that a bare value
// (one that is no mapping) fills. `enum:"a|b"` restricts a string, `min` and `max` a number or the
// length of a list, and `help` describes the key in the schema. A list accepts a single
// value for a list of one; a duration also knows days and weeks ("7d", "2w"). A field of
// type Position without a key is set to where the struct stands.
func Decode(name string, src []byte, into any) Diagnostics {
	d := &decoder{name: name, fields: make(map[reflect.Type]fieldIndex)}
	if len(src) > MaxBytes {
		return Diagnostics{{At: Position{File: name}, Message: fmt.Sprintf("the file has %d bytes; at most %d are read", len(src), MaxBytes),
			Suggestion: "move long word lists to files of their own, and name them with `from:`"}}
	}
	d.lines = strings.Split(string(src), "\n")
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		d.syntax(err)
		return d.found
	}
	if len(root.Content) == 0 {
		return Diagnostics{{At: Position{File: name}, Message: "the file is empty"}}
	}
	d.value(root.Content[0], reflect.ValueOf(into).Elem(), fieldRules{}, "the file", 0)
	if d.full != nil {
		reflect.ValueOf(into).Elem().SetZero()
		return d.full
	}
	return d.found
}

type decoder struct {
	name   string
	lines  []string
	found  Diagnostics
	values int
	fields map[reflect.Type]fieldIndex // of the structs met so far
	full   Diagnostics                 // the bound on values was met, and what was said about it
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func (d *decoder) syntax(err error) {
	at := Position{File: d.name}
	message := err.Error()
	if m := syntaxLine.FindStringSubmatch(message); m != nil {
		message = m[2]
		if line, err := strconv.Atoi(m[1]); err == nil && line >= 1 && line <= len(d.lines) {
			at.Line, at.Col, at.Text = line, 1, strings.TrimSuffix(d.lines[line-1], "\r")
			indent := len(at.Text) - len(strings.TrimLeft(at.Text, " \t"))
			at.Col, at.Size = indent+1, len([]rune(at.Text))-indent
		}
	}
	d.found = append(d.found, Diagnostic{At: at, Message: "this is not YAML: " + message,
		Suggestion: "check indentation (spaces, not tabs), quotes and colons on this line and the one above"})
}

func (d *decoder) position(n *yaml.Node) Position {
	at := Position{File: d.name, Line: n.Line, Col: n.Column, Size: 1}
	if n.Line >= 1 && n.Line <= len(d.lines) {
		at.Text = strings.TrimSuffix(d.lines[n.Line-1], "\r")
	}
	if n.Kind == yaml.ScalarNode {
		at.Size = max(1, len([]rune(n.Value)))
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			at.Size += 2
		}
	}
	return at
}

func (d *decoder) report(n *yaml.Node, suggestion, format string, args ...any) {
	d.found = append(d.found, Diagnostic{At: d.position(n), Message: fmt.Sprintf(format, args...), Suggestion: suggestion})
}

var (
	positionType = reflect.TypeFor[Position]()
	durationType = reflect.TypeFor[time.Duration]()
)

// value reads n into v. what names the value in messages, such as "`when`".
func (d *decoder) value(n *yaml.Node, v reflect.Value, rules fieldRules, what string, depth int) {
	d.values++
	if d.values > maxValues || depth > maxDepth {
		if d.full == nil {
			d.report(n, "unfold the aliases, or move lists to files of their own", "the document is too large or too deep (over %d values or %d levels once its aliases are followed)", maxValues, maxDepth)
			d.full = d.found[len(d.found)-1:]
		}
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.CanAddr() {
		if p, ok := v.Addr().Interface().(placed); ok {
			d.value(n, reflect.ValueOf(p.place(d.position(n))).Elem(), rules, what, depth+1)
			return
		}
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		d.report(n, "give it a value or remove the line", "%s is empty", what)
		return
	}
	if v.Type() == durationType {
		d.duration(n, v, rules, what)
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.chosen(n, u, what)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		before := len(d.found)
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), rules, what, depth+1)
		if len(d.found) > before && v.Elem().Kind() != reflect.Struct {
			v.SetZero() // as if it had not been there
		}
	case reflect.Struct:
		d.structure(n, v, what, depth)
	case reflect.Map:
		d.mapping(n, v, rules, what, depth)
	case reflect.Slice:
		d.list(n, v, rules, what, depth)
	default:
		d.scalar(n, v, rules, what)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, rules fieldRules, what string, depth int) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		d.report(n, "add an entry or remove the line", "%s is an empty list", what)
	}
	if rules.bounded && float64(len(items)) < rules.min {
		d.report(n, "", "%s needs at least %g entries", what, rules.min)
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	each := fieldRules{enum: rules.enum}
	for i, item := range items {
		d.value(item, out.Index(i), each, "an entry of "+what, depth+1)
	}
	v.Set(out)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, rules fieldRules, what string, depth int) {
	if n.Kind != yaml.MappingNode {
		d.report(n, "", "%s must be a mapping of `key: value` lines, not %s", what, shown(n))
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	d.pairs(n, func(key, value *yaml.Node) {
		k := reflect.New(v.Type().Key()).Elem()
		d.value(key, k, fieldRules{}, "a key of "+what, depth+1)
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(value, e, rules, "`"+key.Value+"`", depth+1)
		out.SetMapIndex(k, e)
	})
	v.Set(out)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, what string, depth int) {
	fields, met := d.fields[v.Type()]
	if !met {
		fields = fieldsOf(v.Type())
		d.fields[v.Type()] = fields
	}
	if fields.position >= 0 {
		v.Field(fields.position).Set(reflect.ValueOf(d.position(n)))
	}
	if n.Kind != yaml.MappingNode {
		if fields.short >= 0 {
			f := v.Type().Field(fields.short)
			d.value(n, v.Field(fields.short), rulesOf(f), what, depth+1)
			return
		}
		d.report(n, DidYouMean("", fields.keys), "%s must be a mapping of `key: value` lines, not %s", what, shown(n))
		return
	}
	d.pairs(n, func(key, value *yaml.Node) {
		index, ok := fields.byKey[key.Value]
		if !ok {
			d.report(key, DidYouMean(key.Value, fields.keys), "unknown key %q in %s", key.Value, what)
			d.found[len(d.found)-1].Within = d.position(n)
			return
		}
		d.value(value, v.FieldByIndex(index), rulesOf(v.Type().FieldByIndex(index)), "`"+key.Value+"`", depth+1)
	})
}

// pairs calls f for every key and value of a mapping, and refuses keys that repeat.
func (d *decoder) pairs(n *yaml.Node, f func(key, value *yaml.Node)) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			d.report(key, "", "a key must be a single word, not %s", shown(key))
			continue
		}
		if key.Tag == "!!merge" {
			d.report(key, "write the keys out, or use an override", "merge keys (<<) are not read")
			d.found[len(d.found)-1].Within = d.position(n)
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.report(key, "keep one of the two", "%q stands here twice; first on line %d", key.Value, line)
			continue
		}
		first[key.Value] = key.Line
		f(key, n.Content[i+1])
	}
}
