package tap

import "encoding/binary"

// frame is the beginning of a websocket frame from a server (RFC 6455, section 5.2).
type frame struct {
	head   int // bytes before the payload
	length int // of the payload, in bytes
	whole  bool
}

const (
	wholeText = 0x81 // first byte of a text message that is one frame, without extensions
	masked    = 0x80 // bit of the second byte that only clients set
	mostShort = 125  // longest payload whose length stands in the second byte
	in16Bits  = 126
	in64Bits  = 127
)

// readFrame reads what begins in. enough is false where more must be read first, valid where
// no server sends such a frame.
func readFrame(in []byte) (f frame, enough, valid bool) {
	if len(in) < 2 {
		return frame{}, false, true
	}
	if in[1]&masked != 0 {
		return frame{}, true, false
	}
	f = frame{head: 2, length: int(in[1]), whole: in[0] == wholeText}
	switch f.length {
	case in16Bits:
		f.head = 4
	case in64Bits:
		f.head = 10
	}
	if len(in) < f.head {
		return frame{}, false, true
	}
	switch f.length {
	case in16Bits:
		f.length = int(binary.BigEndian.Uint16(in[2:]))
	case in64Bits:
		long := binary.BigEndian.Uint64(in[2:])
		if long > 1<<40 {
			return frame{}, true, false
		}
		f.length = int(long)
	}
	return f, true, true
}
