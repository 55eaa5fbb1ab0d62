package discordtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"parley/bot/discord/discordtest"
)

func TestWhatDoesNotExistIsAnsweredWithDiscordsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := w.NewUser("stranger")
	kicked := w.guild.NewMember("kicked")
	kicked.Leave()
	guild, channel := "/guilds/"+w.guild.ID, "/channels/"+w.channel.ID
	for _, test := range []struct {
		method, path string
		code         int
	}{
		{"GET", "/guilds/1", 10004},
		{"GET", "/channels/1", 10003},
		{"GET", channel + "/messages/1", 10008},
		{"DELETE", channel + "/messages/1", 10008},
		{"GET", guild + "/members/" + kicked.ID, 10007},
		{"GET", guild + "/members/" + stranger.ID, 10013},
		{"GET", guild + "/bans/" + kicked.ID, 10026},
		{"GET", guild + "/auto-moderation/rules/1", 10066},
	} {
		if got := w.request(t, test.method, test.path, nil); got.Status != http.StatusNotFound || got.Code != test.code {
			t.Errorf("%s %s: answered %d %s, want code %d", test.method, test.path, got.Status, got.Body, test.code)
		}
	}
}

func TestAMessageIsDeletedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "x"))
	path := "/channels/" + w.channel.ID + "/messages/" + message.ID
	if got := w.request(t, "DELETE", path, nil); got.Status != http.StatusNoContent {
		t.Errorf("answered %d", got.Status)
	}
	if got := w.request(t, "DELETE", path, nil); got.Code != 10008 {
		t.Errorf("the second time answered %d %s", got.Status, got.Body)
	}
	if gone, ever := w.channel.Message(message.ID); !ever || !gone.Deleted {
		t.Errorf("the server remembers %+v", gone)
	}
}

func TestNobodyEditsAnothersMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, ben := w.guild.NewMember("ann"), w.guild.NewMember("ben")
	message := must[discordtest.Message](t)(ann.Post(w.channel, "mine"))
	if got := w.request(t, "PATCH", "/channels/"+w.channel.ID+"/messages/"+message.ID, object{"content": "x"}); got.Code != 50005 {
		t.Errorf("the bot: answered %d %s", got.Status, got.Body)
	}
	if _, err := ben.Edit(message, "x"); !errors.Is(err, discordtest.ErrNotAuthor) {
		t.Errorf("another member: %v", err)
	}
	if edited := must[discordtest.Message](t)(ann.Edit(message, "still mine")); edited.Content != "still mine" || edited.EditedAt.IsZero() {
		t.Errorf("the author: %+v", edited)
	}
}

func TestABadTokenIsUnauthorized(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	session.Token = "Bot other"
	_, err := session.User("@me")
	if refused, ok := err.(*discordgo.RESTError); !ok && (err == nil || !strings.Contains(err.Error(), "401")) {
		t.Errorf("got %v %v", refused, err)
	}
}

func TestHistoryPagesLikeTheWholeListCutInPieces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann")
	var ids []string
	for i := range 30 {
		message := must[discordtest.Message](t)(ann.Post(w.channel, fmt.Sprint(i)))
		if i%7 == 3 {
			if err := ann.Delete(message); err != nil {
				t.Fatal(err)
			}
			continue
		}
		ids = append(ids, message.ID)
	}
	slices.Reverse(ids) // newest first
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 100).Draw(rt, "limit")
		at := rapid.IntRange(0, len(ids)-1).Draw(rt, "at")
		direction := rapid.SampledFrom([]string{"", "before", "after"}).Draw(rt, "direction")
		want := ids
		switch direction {
		case "before":
			want = ids[at+1:]
		case "after":
			want = ids[max(0, at-limit):at]
		}
		want = want[:min(limit, len(want))]
		query := fmt.Sprintf("?limit=%d", limit)
		if direction != "" {
			query += "&" + direction + "=" + ids[at]
		}
		var got []string
		for _, message := range decode[[]object](t, w.request(t, "GET", "/channels/"+w.channel.ID+"/messages"+query, nil)) {
			got = append(got, message["id"].(string))
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%s: got %v, want %v", query, got, want)
		}
	})
}

func TestAMessageBeyondDiscordsLimitsIsRefused(t *testing.T) {
	t.Parallel()
	button := func(id, label string) object { return object{"type": 2, "style": 1, "custom_id": id, "label": label} }
	row := func(buttons ...object) []object { return []object{{"type": 1, "components": buttons}} }
	long := func(n int) string { return strings.Repeat("ü", n) }
	for name, test := range map[string]struct {
		body object
		code int // 0 is fine
	}{
		"2,000 characters":        {object{"content": long(2000)}, 0},
		"2,001 characters":        {object{"content": long(2001)}, 50035},
		"nothing":                 {object{"content": ""}, 50006},
		"an embed's long title":   {object{"embeds": []object{{"title": long(257)}}}, 50035},
		"6,001 embed characters":  {object{"embeds": []object{{"description": long(4000)}, {"description": long(2001)}}}, 50035},
		"26 fields":               {object{"embeds": []object{{"fields": slices.Repeat([]object{{"name": "a", "value": "b"}}, 26)}}}, 50035},
		"a field without a value": {object{"embeds": []object{{"fields": []object{{"name": "a", "value": ""}}}}}, 50035},
		"a button":                {object{"components": row(button("a", "A"))}, 0},
		"two buttons of one ID":   {object{"components": row(button("a", "A"), button("a", "B"))}, 50035},
		"a long custom ID":        {object{"components": row(button(long(101), "A"))}, 50035},
		"six buttons in a row": {object{"components": row(button("1", "A"), button("2", "A"), button("3", "A"),
			button("4", "A"), button("5", "A"), button("6", "A"))}, 50035},
		"a button outside of a row":  {object{"components": []object{button("a", "A")}}, 50035},
		"a reply to what is not":     {object{"content": "x", "message_reference": object{"message_id": "1"}}, 50035},
		"a reply that may be lonely": {object{"content": "x", "message_reference": object{"message_id": "1", "fail_if_not_exists": false}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			alone := world{Server: discordtest.NewServer()} // without the description, which forbids some of this
			defer alone.Close()
			channel := alone.NewGuild("News").NewTextChannel("articles")
			if got := alone.request(t, "POST", "/channels/"+channel.ID+"/messages", test.body); got.Code != test.code {
				t.Errorf("answered %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestMentionsAreThoseThatTheSenderAllows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, ben := w.guild.NewMember("ann"), w.guild.NewMember("ben")
	text := "<@" + ann.ID + "> <@" + ben.ID + "> @everyone"
	mentioned := func(allowed any) int {
		body := object{"content": text}
		if allowed != nil {
			body["allowed_mentions"] = allowed
		}
		got := decode[struct {
			Mentions []object `json:"mentions"`
			Everyone bool     `json:"mention_everyone"`
		}](t, w.request(t, "POST", "/channels/"+w.channel.ID+"/messages", body))
		if got.Everyone {
			t.Error("everyone was mentioned without the permission")
		}
		return len(got.Mentions)
	}
	if n := mentioned(nil); n != 2 {
		t.Errorf("without a word: %d mentions", n)
	}
	if n := mentioned(object{"parse": []string{}}); n != 0 {
		t.Errorf("none allowed: %d mentions", n)
	}
	if n := mentioned(object{"users": []string{ben.ID}}); n != 1 {
		t.Errorf("one allowed: %d mentions", n)
	}
}

func TestAReplyMentionsWhomItAnswersUnlessTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "hello"))
	for _, test := range []struct {
		allowed any
		want    int
	}{{object{"replied_user": true}, 1}, {object{"replied_user": false}, 0}, {object{"parse": []string{}}, 0}} {
		got := decode[struct{ Mentions []object }](t, w.request(t, "POST", "/channels/"+w.channel.ID+"/messages", object{
			"content": "hi", "message_reference": object{"message_id": message.ID}, "allowed_mentions": test.allowed}))
		if len(got.Mentions) != test.want {
			t.Errorf("%v: %d mentions, want %d", test.allowed, len(got.Mentions), test.want)
		}
	}
	c := w.dial(t)
	c.identify(w, withContent)
	must[discordtest.Message](t)(w.guild.NewMember("ben").Reply(message, "hi ann"))
	if got := decode[struct{ Mentions []object }](t, answer{Body: c.until("MESSAGE_CREATE").Data}); len(got.Mentions) != 1 {
		t.Errorf("a member's reply: %d mentions", len(got.Mentions))
	}
}

func TestAFileCanBeUploaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	sent, err := session.ChannelMessageSendComplex(w.channel.ID, &discordgo.MessageSend{
		Content: "the log", Files: []*discordgo.File{{Name: "case.txt", ContentType: "text/plain", Reader: strings.NewReader("evidence")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	there, _ := w.channel.Message(sent.ID)
	if len(there.Attachments) != 1 || there.Attachments[0].Filename != "case.txt" || string(there.Attachments[0].Data) != "evidence" {
		t.Errorf("got %+v", there.Attachments)
	}
	session.Client.CloseIdleConnections()
}

func TestBulkDeletionTakesTheRecentAndRefusesTheOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	ann := w.guild.NewMember("ann")
	var ids []string
	for range 3 {
		ids = append(ids, must[discordtest.Message](t)(ann.Post(w.channel, "x")).ID)
	}
	old := must[discordtest.Message](t)(ann.Send(w.channel, discordtest.Draft{Content: "old", At: time.Now().Add(-15 * 24 * time.Hour)}))
	path := "/channels/" + w.channel.ID + "/messages/bulk-delete"
	if got := w.request(t, "POST", path, object{"messages": append([]string{old.ID}, ids...)}); got.Code != 50034 {
		t.Errorf("with an old one: answered %d %s", got.Status, got.Body)
	}
	if got := w.request(t, "POST", path, object{"messages": ids}); got.Status != http.StatusNoContent {
		t.Errorf("answered %d %s", got.Status, got.Body)
	}
	c.until("MESSAGE_DELETE_BULK")
	if left := w.channel.Messages(); len(left) != 1 || left[0].ID != old.ID {
		t.Errorf("left are %+v", left)
	}
}

func TestPrivateMessagesReachWhoTakesThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open, closed, gone := w.guild.NewMember("open"), w.guild.NewMember("closed"), w.guild.NewMember("gone")
	closed.CloseDMs()
	gone.Leave()
	for _, test := range []struct {
		to   *discordtest.Member
		code int
	}{{open, 0}, {closed, 50007}, {gone, 50278}} {
		dm := decode[struct{ ID string }](t, w.request(t, "POST", "/users/@me/channels", object{"recipient_id": test.to.ID}))
		got := w.request(t, "POST", "/channels/"+dm.ID+"/messages", object{"content": "your comment was removed"})
		if got.Code != test.code {
			t.Errorf("%s: answered %d %s", test.to.Name, got.Status, got.Body)
		}
		if received := len(test.to.DMs()); (received == 1) != (test.code == 0) {
			t.Errorf("%s received %d messages", test.to.Name, received)
		}
	}
}

func TestEveryReadingRouteAnswersInDiscordsShape(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann", w.guild.NewRole("readers", 0))
	forum := w.guild.NewForum("stories")
	post, starter, err := ann.PostInForum(forum, "A story", discordtest.Draft{Content: "what do you think?"})
	if err != nil {
		t.Fatal(err)
	}
	must[discordtest.Message](t)(ann.Reply(starter, "sad"))
	guild := "/guilds/" + w.guild.ID
	ben := w.guild.NewMember("ben")
	w.request(t, "PUT", guild+"/bans/"+ben.ID, object{})
	for _, path := range []string{
		"/gateway", "/gateway/bot", "/users/@me", "/users/@me/guilds", "/users/" + ann.ID, "/applications/@me",
		guild, guild + "/channels", guild + "/threads/active", guild + "/roles", guild + "/members?limit=5",
		guild + "/members/" + ann.ID, guild + "/audit-logs?limit=10", guild + "/bans", guild + "/auto-moderation/rules",
		"/channels/" + post.ID, "/channels/" + forum.ID, "/channels/" + forum.ID + "/threads/archived/public",
		"/channels/" + post.ID + "/messages?limit=10", "/channels/" + post.ID + "/messages/" + starter.ID,
	} {
		if got := w.request(t, "GET", path, nil); got.Status != http.StatusOK {
			t.Errorf("GET %s: answered %d %s", path, got.Status, got.Body)
		} // the shape is checked by the transport
	}
}

func TestAnEnforcedNonceIsPostedOnceForSomeMinutes(t *testing.T) {
	t.Parallel()
	clock := make(chan time.Time, 1)
	clock <- time.Now()
	w := newWorld(t, discordtest.WithClock(func() time.Time { at := <-clock; clock <- at; return at }))
	post := func(content, nonce string, enforce bool) string {
		t.Helper()
		body := object{"content": content, "nonce": nonce}
		if enforce {
			body["enforce_nonce"] = true
		}
		var posted struct {
			ID string `json:"id"`
		}
		got := w.request(t, "POST", "/channels/"+w.channel.ID+"/messages", body)
		if err := json.Unmarshal(got.Body, &posted); err != nil || posted.ID == "" {
			t.Fatalf("answered %d %s", got.Status, got.Body)
		}
		return posted.ID
	}
	first := post("a card", "n1", true)
	if again := post("the same card", "n1", true); again != first {
		t.Errorf("posted as %s, and then again as %s", first, again)
	}
	if other := post("another card", "n2", true); other == first {
		t.Error("another nonce brought the first message")
	}
	if loose := post("the same nonce, not enforced", "n1", false); loose == first {
		t.Error("a nonce that was not enforced brought the first message")
	}
	if n := len(w.channel.Messages()); n != 3 {
		t.Errorf("%d messages were posted, want 3", n)
	}
	clock <- (<-clock).Add(5 * time.Minute)
	if later := post("the same card, much later", "n1", true); later == first {
		t.Error("a nonce is remembered longer than some minutes")
	}
	*w.wrongOnPurpose = true
	if got := w.request(t, "POST", "/channels/"+w.channel.ID+"/messages", object{"content": "x", "nonce": strings.Repeat("n", 26)}); got.Code != 50035 {
		t.Errorf("a nonce of 26 characters: answered %d %s", got.Status, got.Body)
	}
}
