package redis

import "strconv"

// A sighting goes to its script as one argument, a MessagePack list of texts, which the
// server takes apart faster than as many arguments. Numbers are texts, too: that is how they
// end up in commands, and Lua's numbers would have to be written out again.
// The format: https://github.com/msgpack/msgpack/blob/master/spec.md

// packList begins a list of n texts; n is below 1<<16.
func packList(b []byte, n int) []byte {
	if n < 1<<4 {
		return append(b, 0x90|byte(n))
	}
	return append(b, 0xdc, byte(n>>8), byte(n))
}

func packText(b []byte, s string) []byte {
	switch n := len(s); {
	case n < 1<<5:
		b = append(b, 0xa0|byte(n))
	case n < 1<<8:
		b = append(b, 0xd9, byte(n))
	case n < 1<<16:
		b = append(b, 0xda, byte(n>>8), byte(n))
	default:
		b = append(b, 0xdb, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, s...)
}

func packNumber(b []byte, n int64) []byte {
	var digits [20]byte
	return packText(b, string(strconv.AppendInt(digits[:0], n, 10)))
}
