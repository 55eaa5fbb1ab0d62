package document

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// fieldRules are the bounds that a struct field's tags set.
type fieldRules struct {
	enum     []string
	min, max float64
	bounded  bool
}

func rulesOf(f reflect.StructField) fieldRules {
	r := fieldRules{min: math.Inf(-1), max: math.Inf(1)}
	if e := f.Tag.Get("enum"); e != "" {
		r.enum = strings.Split(e, "|")
	}
	if v, err := strconv.ParseFloat(f.Tag.Get("min"), 64); err == nil {
		r.min, r.bounded = v, true
	}
	if v, err := strconv.ParseFloat(f.Tag.Get("max"), 64); err == nil {
		r.max, r.bounded = v, true
	}
	return r
}

// fieldIndex is how a struct type is read.
type fieldIndex struct {
	byKey    map[string][]int
	keys     []string // in the order of the fields
	short    int      // field that a bare value fills, -1 for none
	position int      // field of type Position, -1 for none
}

// fieldsOf lists the keys of a struct. Fields of embedded structs count as its own.
func fieldsOf(t reflect.Type) fieldIndex {
	index := fieldIndex{byKey: make(map[string][]int, t.NumField()), short: -1, position: -1}
	for _, f := range reflect.VisibleFields(t) {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case key == "" || key == "-":
			if f.Type == positionType && len(f.Index) == 1 {
				index.position = f.Index[0]
			}
			continue
		case options == "short":
			index.short = f.Index[0]
		}
		index.byKey[key] = f.Index
		index.keys = append(index.keys, key)
	}
	return index
}

// Keys lists the keys that Decode reads into a struct, in the order of its fields.
func Keys(of any) []string { return fieldsOf(reflect.TypeOf(of)).keys }
