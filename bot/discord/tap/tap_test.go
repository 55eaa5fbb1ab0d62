package tap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/bot/discord/wire"
)

const (
	switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
	text      = 0x81
	binaries  = 0x82
	ping      = 0x89
	begun     = 0x01 // a text message of which more comes
	continued = 0x80
)

// posted is the event of a message.
func posted(sequence int, content string) string {
	return fmt.Sprintf(`{"t":"MESSAGE_CREATE","s":%d,"op":0,"d":{"id":"7","channel_id":"8","content":%q}}`, sequence, content)
}

// framed is a websocket frame from a server, its length written as briefly as may be.
func framed(first byte, payload string) string {
	head := []byte{first, 0}
	switch n := len(payload); {
	case n <= mostShort:
		head[1] = byte(n)
	case n < 1<<16:
		head[1] = in16Bits
		head = binary.BigEndian.AppendUint16(head, uint16(n))
	default:
		head[1] = in64Bits
		head = binary.BigEndian.AppendUint64(head, uint64(n))
	}
	return string(head) + payload
}

// wired is a connection from which what is in r is read.
type wired struct {
	net.Conn
	r io.Reader
}

func (w wired) Read(b []byte) (int, error) { return w.r.Read(b) }

// handedOn is all that a tapped connection hands on.
func handedOn(t testing.TB, r io.Reader, box *Box) string {
	t.Helper()
	all, err := io.ReadAll(New(wired{r: r}, box))
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func TestAMessageGoesIntoTheBoxAndAnEventWithItsNumberInItsPlace(t *testing.T) {
	t.Parallel()
	hello, ready := framed(text, `{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}`), framed(text, `{"t":"READY","s":1,"op":0,"d":{"v":10}}`)
	update := `{"t":"MESSAGE_UPDATE","s":3,"op":0,"d":{"id":"7","channel_id":"8"}}`
	came := switching + hello + ready + framed(text, posted(2, "ä\"}")) + framed(ping, "x") + framed(text, update)
	var box Box
	got := handedOn(t, strings.NewReader(came), &box)
	want := switching + hello + ready + framed(text, `{"t":"PARLEY_MESSAGE","s":2,"op":0,"d":0}`) + framed(ping, "x") +
		framed(text, `{"t":"PARLEY_MESSAGE","s":3,"op":0,"d":1}`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("handed on (-want +got):", diff)
	}
	first, _ := box.Take([]byte("0"))
	second, _ := box.Take([]byte("1"))
	wanted := []wire.Event{
		{Type: "MESSAGE_CREATE", Sequence: 2, Data: []byte(`{"id":"7","channel_id":"8","content":"ä\"}"}`)},
		{Type: "MESSAGE_UPDATE", Sequence: 3, Data: []byte(`{"id":"7","channel_id":"8"}`)}}
	if diff := cmp.Diff(wanted, []wire.Event{first, second}); diff != "" {
		t.Error("in the box (-want +got):", diff)
	}
	if _, again := box.Take([]byte("1")); again {
		t.Error("a message is given out twice")
	}
}

func TestWhatIsNotRecognisedPassesAsItCame(t *testing.T) {
	t.Parallel()
	message := posted(5, "hello")
	for name, came := range map[string]string{
		"no websocket":              "HTTP/1.1 403 Forbidden\r\n\r\n" + framed(text, message),
		"encrypted":                 "\x16\x03\x01\x02\x00" + message,
		"an endless answer":         "HTTP/1.1 101 " + strings.Repeat("x", 2*longestHead),
		"another event":             switching + framed(text, `{"t":"MESSAGE_DELETE","s":5,"op":0,"d":{"id":"7"}}`),
		"another order":             switching + framed(text, `{"op":0,"t":"MESSAGE_CREATE","s":5,"d":{"id":"7"}}`),
		"no event":                  switching + framed(text, `{"t":"MESSAGE_CREATE","s":5,"op":1,"d":{"id":"7"}}`),
		"no JSON":                   switching + framed(text, `{"t":"MESSAGE_CREATE","s":5,"op":0,"d":{"id":`),
		"compressed":                switching + framed(binaries, message),
		"a message in two frames":   switching + framed(begun, message[:20]) + framed(continued, message[20:]),
		"a masked frame":            switching + "\x81\x85abcdhello" + framed(text, message),
		"an impossible length":      switching + "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff" + framed(text, message),
		"a message beyond measure":  switching + framed(text, posted(5, strings.Repeat("a", longest))),
		"a long event":              switching + framed(text, `{"t":"GUILD_CREATE","s":2,"op":0,"d":"`+strings.Repeat("g", 3*bufferSize)+`"}`),
		"the beginning of a prefix": switching + framed(text, message[:len(`{"t":"ME`)]),
		"nothing":                   "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var box Box
			if got := handedOn(t, strings.NewReader(came), &box); got != came {
				t.Errorf("%d bytes came, and %d other ones were handed on", len(came), len(got))
			}
			if len(box.held) > 0 {
				t.Errorf("in the box: %v", box.held)
			}
		})
	}
}

func TestALongMessageIsTakenToo(t *testing.T) {
	t.Parallel()
	var box Box
	long := posted(9, strings.Repeat("long ", 30_000))
	got := handedOn(t, iotest.HalfReader(strings.NewReader(switching+framed(text, long)+framed(text, posted(10, "short")))), &box)
	if want := switching + framed(text, `{"t":"PARLEY_MESSAGE","s":9,"op":0,"d":0}`) + framed(text, `{"t":"PARLEY_MESSAGE","s":10,"op":0,"d":1}`); got != want {
		t.Errorf("handed on: %.300q", got)
	}
	if e, ok := box.Take([]byte("0")); !ok || len(e.Data) < 150_000 {
		t.Errorf("in the box: %d bytes", len(e.Data))
	}
}

// TestHoweverTheBytesAreCutTheSameIsHandedOn: a network cuts a stream where it likes.
func TestHoweverTheBytesAreCutTheSameIsHandedOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		came := []byte(switching)
		for _, kind := range rapid.SliceOf(rapid.IntRange(0, 4)).Draw(t, "frames") {
			filler := rapid.StringN(0, 200, -1).Draw(t, "content")
			came = append(came, [...]string{
				framed(text, posted(1, filler)), framed(text, filler), framed(ping, "1"),
				framed(begun, filler), framed(text, posted(2, strings.Repeat(filler, 90)))}[kind]...)
		}
		var whole, cut Box
		want, _ := io.ReadAll(New(wired{r: bytes.NewReader(came)}, &whole))
		sizes := rapid.SliceOfN(rapid.IntRange(1, 300), 1, 20).Draw(t, "sizes")
		got, err := io.ReadAll(New(wired{r: &cutter{came, sizes, 0}}, &cut))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("handed on %q, cut %q", want, got)
		}
		if diff := cmp.Diff(whole.held, cut.held); diff != "" {
			t.Error("in the box (-whole +cut):", diff)
		}
	})
}

// cutter gives out bytes in pieces of the given sizes, again and again.
type cutter struct {
	left  []byte
	sizes []int
	at    int
}

func (c *cutter) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.left[:min(len(c.left), c.sizes[c.at%len(c.sizes)])])
	c.left, c.at = c.left[n:], c.at+1
	return n, nil
}

// FuzzNothingIsLost: what is not handed on is in the box, and an event stands in its place.
func FuzzNothingIsLost(f *testing.F) {
	f.Add([]byte(switching + framed(text, posted(1, "hello")) + framed(ping, "")))
	f.Add([]byte(switching + framed(text, posted(2, strings.Repeat("x", 300)))))
	f.Add([]byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, came []byte) {
		var box Box
		got := handedOn(t, iotest.OneByteReader(bytes.NewReader(came)), &box)
		if len(box.held) == 0 {
			if !strings.HasPrefix(string(came), got) {
				t.Fatalf("%q was handed on as %q", came, got)
			}
			return
		}
		for i, e := range box.held {
			event := framed(text, fmt.Sprintf(`{"t":"PARLEY_MESSAGE","s":%d,"op":0,"d":%d}`, e.Sequence, i))
			if !strings.Contains(got, event) {
				t.Fatalf("message %d was taken without an event in its place: %q", i, got)
			}
			if !bytes.Contains(came, e.Data) {
				t.Fatalf("%q never came", e.Data)
			}
		}
	})
}

func TestAMessageWhoseConnectionBrokeIsDropped(t *testing.T) {
	t.Parallel()
	var box Box
	for i := range 3 {
		box.put(wire.Event{Sequence: int64(i)})
	}
	if e, ok := box.Take([]byte("2")); !ok || e.Sequence != 2 {
		t.Errorf("the third message came as %v, %v", e, ok)
	}
	if e, ok := box.Take([]byte("1")); ok {
		t.Errorf("the second was kept: %v", e)
	}
	for _, number := range []string{"3", "-1", "", "null", "18446744073709551616"} {
		if e, ok := box.Take([]byte(number)); ok {
			t.Errorf("number %q gave %v", number, e)
		}
	}
	if n := box.put(wire.Event{}); n != 3 {
		t.Errorf("the next message is number %d, not 3", n)
	}
}

func TestAnErrorOfTheConnectionIsHandedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	hello := switching + framed(text, posted(1, "hello"))
	var box Box
	r := io.MultiReader(strings.NewReader(hello+"\x81"), iotest.ErrReader(broken))
	got, err := io.ReadAll(New(wired{r: r}, &box))
	if !errors.Is(err, broken) || len(box.held) != 1 || !strings.HasPrefix(string(got), switching) {
		t.Errorf("handed on %q, %d messages, %v", got, len(box.held), err)
	}
}
