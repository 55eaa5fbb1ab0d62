package discordtest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/bot/discord/discordtest"
)

// FuzzAnyGatewayCommandIsObeyedOrClosed sends any bytes as a client's command,
// before and after identifying; the server must go on serving others.
func FuzzAnyGatewayCommandIsObeyedOrClosed(f *testing.F) {
	for _, seed := range []string{
		`{"op":1,"d":null}`, `{"op":2,"d":{}}`, `{"op":2,"d":{"token":"","properties":{},"intents":-1}}`, `{"op":6}`,
		`{"op":6,"d":{"seq":-9223372036854775808}}`, `{"op":3}`, `[]`, `null`, ``, "\xff",
	} {
		f.Add([]byte(seed))
	}
	srv := discordtest.NewServer()
	f.Cleanup(srv.Close)
	f.Fuzz(func(t *testing.T, command []byte) {
		w := world{Server: srv}
		for _, identified := range []bool{false, true} {
			c := w.dial(t)
			if identified {
				c.identify(w, guildMessages)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_ = c.conn.Write(ctx, websocket.MessageText, command)
			cancel()
			_ = c.conn.CloseNow()
		}
	})
}

// FuzzAnyBodyIsAnsweredProperly sends any bytes to every route that takes a
// body. The answer may be a refusal, never a failure of the server.
func FuzzAnyBodyIsAnsweredProperly(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `7`, `"x"`, ``, `{"content":"x"}`, `{"embeds":[null]}`, `{"components":[{"type":1,"components":null}]}`,
		`{"components":[null]}`, `{"messages":[null,1]}`, `{"communication_disabled_until":"x"}`, `{"type":9,"data":{}}`,
		`{"type":4}`, `{"type":7,"data":{"content":"x"}}`, `[null]`, `[{"name":"a","description":"b","options":[null]}]`,
		`{"trigger_type":1,"trigger_metadata":null,"actions":[{"type":3}]}`, `{"message_reference":{}}`, `{"attachments":[{}]}`,
	} {
		f.Add([]byte(seed))
	}
	srv := discordtest.NewServer(discordtest.WithInteractionWindow(time.Hour))
	f.Cleanup(srv.Close)
	guild := srv.NewGuild("News")
	channel := guild.NewTextChannel("articles")
	ann := guild.NewMember("ann")
	message, err := guild.Bot().Post(channel, "a message of the bot's own")
	if err != nil {
		f.Fatal(err)
	}
	client := &http.Client{Transport: srv.Transport()}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, route := range []string{
			"POST /channels/" + channel.ID + "/messages",
			"PATCH /channels/" + channel.ID + "/messages/" + message.ID,
			"POST /channels/" + channel.ID + "/messages/bulk-delete",
			"PATCH /channels/" + channel.ID,
			"PATCH /guilds/" + guild.ID + "/members/" + ann.ID,
			"PUT /guilds/" + guild.ID + "/bans/" + ann.ID,
			"POST /guilds/" + guild.ID + "/auto-moderation/rules",
			"PUT /applications/" + srv.BotUser().ID + "/commands",
			"POST /users/@me/channels",
			"POST /interactions/1/x/callback",
		} {
			method, path, _ := strings.Cut(route, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, "https://discord.com/api/v10"+path, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bot "+srv.Token())
			answer, err := client.Do(request)
			if err != nil {
				t.Fatalf("%s: %v", route, err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s: answered %s", route, answer.Status)
			}
		}
		guild.Join(ann.User) // a ban may have put her out
	})
}
