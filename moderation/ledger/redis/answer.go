package redis

import "strconv"

// text and number read a value of an answer; a value of another type reads as zero.
func text(v any) string { s, _ := v.(string); return s }

func number(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}
