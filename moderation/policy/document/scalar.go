package document

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, rules fieldRules, what string) {
	if n.Kind != yaml.ScalarNode {
		d.report(n, "", "%s must be a single value, not %s", what, shown(n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if rules.enum != nil && !slices.Contains(rules.enum, n.Value) {
			d.report(n, DidYouMean(n.Value, rules.enum), "%s cannot be %q", what, n.Value)
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		switch n.Value {
		case "true", "yes", "on":
			v.SetBool(true)
		case "false", "no", "off":
			v.SetBool(false)
		default:
			d.report(n, "write true or false", "%s must be true or false, not %s", what, shown(n))
		}
	case reflect.Int, reflect.Int64:
		number, err := strconv.ParseInt(n.Value, 0, 64)
		if err != nil {
			d.report(n, "", "%s must be a whole number, not %s", what, shown(n))
			return
		}
		if d.inside(n, float64(number), rules, what) {
			v.SetInt(number)
		}
	case reflect.Float64:
		number, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			d.report(n, "", "%s must be a number, not %s", what, shown(n))
			return
		}
		if d.inside(n, number, rules, what) {
			v.SetFloat(number)
		}
	}
}

func (d *decoder) inside(n *yaml.Node, number float64, rules fieldRules, what string) bool {
	if !rules.bounded || number >= rules.min && number <= rules.max {
		return true
	}
	switch {
	case math.IsInf(rules.max, 1):
		d.report(n, "", "%s must be at least %g, not %s", what, rules.min, n.Value)
	default:
		d.report(n, "", "%s must lie between %g and %g, not %s", what, rules.min, rules.max, n.Value)
	}
	return false
}

func (d *decoder) duration(n *yaml.Node, v reflect.Value, rules fieldRules, what string) {
	length, err := ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || length < 0 {
		d.report(n, "write it like 30s, 10m, 6h, 7d or 2w", "%s must be a length of time, not %s", what, shown(n))
		return
	}
	v.SetInt(int64(length))
}

// ParseDuration reads what time.ParseDuration reads, and days and weeks: "7d", "2w", "1d12h".
func ParseDuration(s string) (time.Duration, error) {
	var total time.Duration
	for _, unit := range []struct {
		name string
		each time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, rest, ok := strings.Cut(s, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || math.Abs(n) > 36500 {
			return 0, fmt.Errorf("%q is no number of days or weeks", number)
		}
		total += time.Duration(n * float64(unit.each))
		if s = rest; s == "" {
			return total, nil
		}
	}
	rest, err := time.ParseDuration(s)
	return total + rest, err
}

func (d *decoder) chosen(n *yaml.Node, u encoding.TextUnmarshaler, what string) {
	suggestion := ""
	if c, ok := u.(Chooser); ok {
		suggestion = DidYouMean(n.Value, c.Choices())
	}
	if n.Kind != yaml.ScalarNode {
		d.report(n, suggestion, "%s must be a single word, not %s", what, shown(n))
		return
	}
	switch err := u.UnmarshalText([]byte(n.Value)); {
	case err != nil && suggestion != "":
		d.report(n, suggestion, "%s cannot be %q", what, n.Value)
	case err != nil:
		d.report(n, "", "%s: %v", what, err)
	}
}

// shown describes a value in a message without repeating all of it.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	const longest = 40
	if r := []rune(n.Value); len(r) > longest {
		return fmt.Sprintf("%q…", string(r[:longest]))
	}
	return fmt.Sprintf("%q", n.Value)
}
