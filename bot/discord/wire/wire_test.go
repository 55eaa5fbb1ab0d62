package wire

import (
	"encoding/json"
	"testing"
	"time"
)

func TestAFieldOfTheWrongTypeCostsOnlyItself(t *testing.T) {
	m, err := ReadMessage([]byte(`{"id":"5","channel_id":"6","content":"words","mentions":"none","embeds":{"a":1},
		"author":{"id":"7","username":3},"edited_timestamp":17,"poll":[1],"message_snapshots":[{"message":"x"}],"member":{"roles":"all"}}`))
	if err != nil || m.Text() != "words" || m.Author == nil || m.Author.ID != "7" {
		t.Errorf("read %+v, %v", m, err)
	}
}

func TestAnUpdateWithoutContentDiffersFromOneThatEmptiesIt(t *testing.T) {
	without, err := ReadMessage([]byte(`{"id":"5","channel_id":"6"}`))
	if err != nil || without.Content != nil {
		t.Errorf("content is %v, %v", without.Content, err)
	}
	emptied, err := ReadMessage([]byte(`{"id":"5","channel_id":"6","content":""}`))
	if err != nil || emptied.Content == nil {
		t.Errorf("content is %v, %v", emptied.Content, err)
	}
}

func TestWhatIsNoMessageIsAnError(t *testing.T) {
	for _, raw := range []string{``, `{`, `[]`, `null`, `{"id":"5"}`, `{"channel_id":"6"}`} {
		if m, err := ReadMessage([]byte(raw)); err == nil {
			t.Errorf("%q was read as %+v", raw, m)
		}
	}
}

func TestIDsAndTimesTellTheSame(t *testing.T) {
	at := time.Date(2026, 11, 22, 13, 48, 1, 123e6, time.UTC)
	if got := TimeOf(IDAt(at)); !got.Equal(at) {
		t.Errorf("%s became %s", at, got)
	}
	if got := TimeOf("175928847299117063"); got.Format(time.RFC3339Nano) != "2016-04-30T11:18:25.796Z" { // Discord's own example
		t.Errorf("the example is from %s", got)
	}
	if !TimeOf("x").IsZero() || IDAt(time.Time{}) != "0" {
		t.Error("what is no ID or no time should be zero")
	}
}

func TestOptionsOfEveryTypeAreRead(t *testing.T) {
	for raw, want := range map[string]struct {
		text  string
		whole int
	}{`"hi"`: {"hi", 0}, `3`: {"3", 3}, `2.9`: {"2.9", 2}, `1e300`: {"1e300", 0}, `null`: {"", 0}, `true`: {"true", 0}} {
		o := Option{Value: json.RawMessage(raw)}
		if o.Text() != want.text || o.Whole() != want.whole {
			t.Errorf("%s was read as %q and %d", raw, o.Text(), o.Whole())
		}
	}
}

func FuzzNoEventMakesReadingFail(f *testing.F) {
	f.Add([]byte(`{"id":"1","channel_id":"2","content":"hi","author":{"id":"3"},"components":[{"type":99,"components":[{"content":"x"}]}]}`))
	f.Add([]byte(`{"id":"1","channel_id":"2","referenced_message":{"referenced_message":{"id":"9"}},"message_snapshots":[{"message":{"content":"x"}}]}`))
	f.Add([]byte(`{"id":1e99,"channel_id":"2","edited_timestamp":"yesterday","member":{"permissions":"-1"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ReadMessage(raw)
		if err == nil && (m.ID == "" || m.ChannelID == "") {
			t.Errorf("a message without ID came of %q", raw)
		}
		if err == nil {
			_ = ComponentTexts(m.Components)
			_ = TimeOf(m.ID)
		}
		var i Interaction
		if Read(raw, &i) == nil {
			_ = i.Who().ID
		}
		var g Guild
		_ = Read(raw, &g) // must not panic
	})
}
