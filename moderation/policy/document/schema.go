package document

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Schema describes what Decode reads into a type as a JSON Schema (draft 2020-12), which
// editors use for completion and for marking mistakes. It follows the same tags as Decode.
func Schema(of any, title string) ([]byte, error) {
	s := schemer{defs: make(map[string]any)}
	root := s.structure(reflect.TypeOf(of))
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = title
	root["$defs"] = s.defs
	return json.MarshalIndent(root, "", "  ")
}

type schemer struct {
	defs map[string]any // by type name; present, though perhaps still nil, once begun
}

type object = map[string]any

// value describes one value.
func (s *schemer) value(t reflect.Type, rules fieldRules) object {
	if t.Kind() == reflect.Pointer {
		return s.value(t.Elem(), rules)
	}
	if _, ok := reflect.New(t).Interface().(placed); ok {
		return s.value(t.Field(0).Type, rules)
	}
	if t == durationType {
		return object{"type": "string", "pattern": `^[0-9.]+(ms|s|m|h|d|w)([0-9.]+(ms|s|m|h|d|w))*$`}
	}
	if c, ok := reflect.Zero(t).Interface().(Chooser); ok {
		return object{"enum": c.Choices()}
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.reference(t)
	case reflect.Map:
		o := object{"type": "object", "additionalProperties": s.value(t.Elem(), rules)}
		if c, ok := reflect.Zero(t.Key()).Interface().(Chooser); ok {
			o["propertyNames"] = object{"enum": c.Choices()}
		}
		return o
	case reflect.Slice:
		each := s.value(t.Elem(), fieldRules{enum: rules.enum})
		return object{"anyOf": []object{each, {"type": "array", "items": each, "minItems": 1}}}
	}
	return scalarSchema(t, rules)
}

func scalarSchema(t reflect.Type, rules fieldRules) object {
	o := object{}
	switch t.Kind() {
	case reflect.Bool:
		o["type"] = "boolean"
	case reflect.Int, reflect.Int64:
		o["type"] = "integer"
	case reflect.Float64:
		o["type"] = "number"
	default:
		o["type"] = []string{"string", "number", "boolean"} // YAML reads 12 and yes as other things
		if rules.enum != nil {
			return object{"enum": rules.enum}
		}
	}
	if rules.bounded && !math.IsInf(rules.min, 0) {
		o["minimum"] = rules.min
	}
	if rules.bounded && !math.IsInf(rules.max, 0) {
		o["maximum"] = rules.max
	}
	return o
}

// reference describes a struct once, under its name, and refers to it.
func (s *schemer) reference(t reflect.Type) object {
	name := strings.TrimSuffix(t.Name(), "Spec")
	if _, begun := s.defs[name]; !begun {
		s.defs[name] = nil
		s.defs[name] = s.orShort(t, s.structure(t))
	}
	return object{"$ref": fmt.Sprintf("#/$defs/%s", name)}
}

// orShort allows a bare value for a struct that has a short form.
func (s *schemer) orShort(t reflect.Type, whole object) object {
	short := fieldsOf(t).short
	if short < 0 {
		return whole
	}
	f := t.Field(short)
	return object{"anyOf": []object{whole, s.value(f.Type, rulesOf(f))}}
}

func (s *schemer) structure(t reflect.Type) object {
	properties := object{}
	for key, index := range fieldsOf(t).byKey {
		f := t.FieldByIndex(index)
		described := s.value(f.Type, rulesOf(f))
		if help := f.Tag.Get("help"); help != "" {
			described["description"] = help
		}
		properties[key] = described
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}
