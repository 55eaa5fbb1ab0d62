package wire

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

func TestReadingByHandAndByReflectionSayTheSame(t *testing.T) {
	for _, raw := range []string{
		`{"id":"5","channel_id":"6"}`,
		` { "id" : "5" , "channel_id":"6", "content" : null , "type": 19,"flags":64, "author":null,"member":null,"poll":null } `,
		`{"id":"5","channel_id":"6","guild_id":"7","content":"a \"b\" \\ \ud83c\udf0a \n 🌊","edited_timestamp":"2026-11-22T13:48:01.123000+00:00",
			"author":{"id":"8","username":"x","global_name":null,"bot":true,"extra":{"a":[1,{"b":"}"}]}},
			"member":{"nick":"n","roles":["1","2"],"joined_at":"2023-01-02T03:04:05+00:00","communication_disabled_until":null,"permissions":"8"},
			"mentions":[{"id":"9","username":"m"}],"mention_roles":["3"],"mention_everyone":true,"webhook_id":"4",
			"embeds":[{"title":"t","url":"u","fields":[{"name":"a","value":"b"}]}],"attachments":[{"id":"1","filename":"f","size":3}],
			"sticker_items":[{"name":"s"}],"poll":{"question":{"text":"q"},"answers":[{"poll_media":{"text":"a"}}]},
			"message_reference":{"type":1,"message_id":"2"},"message_snapshots":[{"message":{"content":"c"}}],
			"components":[{"type":99}],"referenced_message":{"id":"1","channel_id":"6","content":"p","author":{"id":"2"}}}`,
		"{\"id\":\"5\",\"channel_id\":\"6\",\"content\":\"\xff\xfe\"}",
	} {
		byHand, err := ReadMessage([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		var byReflection Message
		if err := json.Unmarshal([]byte(raw), &byReflection); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(byReflection, byHand); diff != "" {
			t.Errorf("%s\n(-reflection +hand) %s", raw, diff)
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
