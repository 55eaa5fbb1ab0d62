package discordtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"parley/bot/discord/discordtest"
)

const (
	guildMessages = discordtest.IntentGuilds | discordtest.IntentGuildMessages
	withContent   = guildMessages | discordtest.IntentMessageContent
)

func TestALibraryResumesAfterADroppedLinkAndMissesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	session.ShouldReconnectOnError = true
	messages, resumes := hear[*discordgo.MessageCreate](session), hear[*discordgo.Resumed](session)
	w.connect(t, session)
	ann := w.guild.NewMember("ann")
	must[discordtest.Message](t)(ann.Post(w.channel, "before"))
	next(t, messages)

	w.Faults().DropLinks()
	if err := w.Await(soon(t), "the link to be gone", func() bool { return !w.Connected() }); err != nil {
		t.Fatal(err)
	}
	must[discordtest.Message](t)(ann.Post(w.channel, "meanwhile"))

	if got := next(t, messages); got.Content != "meanwhile" {
		t.Errorf("heard %q first after the gap", got.Content)
	}
	next(t, resumes)
	session.ShouldReconnectOnError = false // or its Close may start over
}

func TestAResumedSessionGetsExactlyWhatItMissedInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.guild.NewMember("ann")
	rapid.Check(t, func(rt *rapid.T) {
		heard := rapid.IntRange(0, 5).Draw(rt, "heard")
		missed := rapid.IntRange(0, 20).Draw(rt, "missed")
		c := w.dial(t)
		id := c.identify(w, withContent)
		last := c.until("GUILD_CREATE").Seq
		for i := range heard + missed {
			must[discordtest.Message](t)(ann.Post(w.channel, fmt.Sprint(i)))
		}
		for range heard {
			last = c.until("MESSAGE_CREATE").Seq
		}
		_ = c.conn.CloseNow()

		c = w.dial(t)
		c.send(fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, w.Token(), id, last))
		for i := range missed {
			p := c.next()
			if p.Name != "MESSAGE_CREATE" || p.Seq != last+int64(i)+1 || p.text(t) != fmt.Sprint(heard+i) {
				rt.Fatalf("replayed %s %d %s, want message %d", p.Name, p.Seq, p.Data, heard+i)
			}
		}
		if p := c.next(); p.Name != "RESUMED" {
			rt.Fatalf("got %s, want RESUMED", p.Name)
		}
		_ = c.conn.CloseNow()
	})
}

func TestASessionThatMissedTooMuchCannotBeResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithReplayBuffer(4))
	c := w.dial(t)
	id := c.identify(w, withContent)
	last := c.until("GUILD_CREATE").Seq
	w.Faults().DropLinks()
	if err := w.Await(soon(t), "the link to be gone", func() bool { return w.Connections() == 0 }); err != nil {
		t.Fatal(err)
	}
	ann := w.guild.NewMember("ann")
	for range 5 {
		must[discordtest.Message](t)(ann.Post(w.channel, "missed"))
	}
	c = w.dial(t)
	c.send(fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, w.Token(), id, last))
	if p := c.next(); p.Op != 9 || string(p.Data) != "false" {
		t.Errorf("got %+v, want an invalid session", p)
	}
	c.identify(w, withContent) // the same link may identify anew
}

func TestARefusedResumeLeadsToANewSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	session.ShouldReconnectOnError = true
	ready := hear[*discordgo.Ready](session)
	w.connect(t, session)
	first := next(t, ready)
	w.Faults().RefuseResumes(1)
	w.Faults().RequestReconnect()
	if second := next(t, ready); second.SessionID == first.SessionID {
		t.Error("the session is the same")
	}
	session.ShouldReconnectOnError = false // or its Close may start over
}

func TestASlowConnectionLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithReplayBuffer(4))
	c := w.dial(t)
	c.identify(w, withContent)
	ann := w.guild.NewMember("ann")
	const count = 100
	w.Faults().DelayEvents(50 * time.Millisecond)
	for i := range count {
		must[discordtest.Message](t)(ann.Post(w.channel, fmt.Sprint(i)))
	}
	for i := range count {
		if got := c.until("MESSAGE_CREATE").text(t); got != fmt.Sprint(i) {
			t.Fatalf("message %d came as %q", i, got)
		}
	}
}

func TestWrongIdentificationIsClosedWithDiscordsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithAppIntents(discordtest.IntentGuildMembers))
	const good = `{"op":2,"d":{"token":"TOKEN","properties":{},"intents":512}}`
	for name, test := range map[string]struct {
		send string
		want int
	}{
		"a bad token":                      {strings.Replace(good, "TOKEN", "other", 1), discordtest.CloseAuthenticationFailed},
		"an intent that does not exist":    {strings.Replace(good, "512", "1073741824", 1), discordtest.CloseInvalidIntents},
		"an intent that is not granted":    {strings.Replace(good, "512", "32768", 1), discordtest.CloseDisallowedIntents},
		"a shard that does not exist":      {strings.Replace(good, `"intents"`, `"shard":[1,2],"intents"`, 1), discordtest.CloseInvalidShard},
		"a command ahead of identifying":   {`{"op":3,"d":{}}`, discordtest.CloseNotAuthenticated},
		"an unknown operation":             {`{"op":77}`, discordtest.CloseUnknownOpcode},
		"something that is not JSON":       {`hello`, discordtest.CloseDecodeError},
		"a command over 4096 bytes":        {`{"op":1,"d":"` + strings.Repeat("x", 4096) + `"}`, discordtest.CloseDecodeError},
		"a resume that is ahead of itself": {`{"op":6,"d":{"token":"TOKEN","session_id":"ID","seq":99999}}`, discordtest.CloseInvalidSequence},
	} {
		t.Run(name, func(t *testing.T) {
			id := w.dial(t).identify(w, guildMessages)
			c := w.dial(t)
			c.send(strings.NewReplacer("TOKEN", w.Token(), "ID", id).Replace(test.send))
			if got := c.closeCode(); got != test.want {
				t.Errorf("closed with %d, want %d", got, test.want)
			}
		})
	}
}

func TestIdentifyingTwiceIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, guildMessages)
	c.send(strings.NewReplacer("TOKEN", w.Token(), "INTENTS", "512").Replace(identifyAll))
	if got := c.closeCode(); got != discordtest.CloseAlreadyAuthenticated {
		t.Errorf("closed with %d", got)
	}
}

func TestOnlyVersionTenIsSpoken(t *testing.T) {
	t.Parallel()
	srv := discordtest.NewServer()
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for path, want := range map[string]int{"/api/v10/gateway": http.StatusOK, "/api/v9/gateway": http.StatusNotFound} {
		answer, err := client.Get(srv.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s answers %s", path, answer.Status)
		}
	}
	if got := srv.Violations(); len(got) != 1 || !strings.Contains(got[0], "/api/v9/gateway") {
		t.Errorf("the violations are %q", got)
	}
}

func TestWithoutTheContentIntentOthersMessagesAreBlank(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, guildMessages)
	ann := w.guild.NewMember("ann")
	must[discordtest.Message](t)(ann.Post(w.channel, "hidden"))
	must[discordtest.Message](t)(ann.Post(w.channel, "hello <@"+w.BotUser().ID+">"))
	if got := c.until("MESSAGE_CREATE").text(t); got != "" {
		t.Errorf("the bot reads %q", got)
	}
	if got := c.until("MESSAGE_CREATE").text(t); !strings.HasPrefix(got, "hello") {
		t.Errorf("the bot cannot read what mentions it: %q", got)
	}
}

func TestABareLinksPreviewComesAfterItAndIsNoEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	message := must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "https://news.example/1"))
	if err := w.Unfurl(message, discordtest.Embed{Type: "article", Title: "A story"}); err != nil {
		t.Fatal(err)
	}
	type shown struct {
		Embeds []discordtest.Embed `json:"embeds"`
		Edited *string             `json:"edited_timestamp"`
	}
	if first := decode[shown](t, answer{Body: c.until("MESSAGE_CREATE").Data}); len(first.Embeds) != 0 {
		t.Errorf("the message came with %v", first.Embeds)
	}
	if second := decode[shown](t, answer{Body: c.until("MESSAGE_UPDATE").Data}); second.Embeds[0].Title != "A story" || second.Edited != nil {
		t.Errorf("the update is %+v", second)
	}
}

func TestAnApplicationWithoutTheContentIntentReadsBlankHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithAppIntents(0))
	message := must[discordtest.Message](t)(w.guild.NewMember("ann").Post(w.channel, "hidden"))
	got := decode[object](t, w.request(t, "GET", "/channels/"+w.channel.ID+"/messages/"+message.ID, nil))
	if got["content"] != "" {
		t.Errorf("the bot reads %q", got["content"])
	}
}

func TestTheBotHearsNothingFromChannelsItCannotSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hidden := w.guild.NewTextChannel("hidden")
	hidden.DenyMember(w.guild.Bot(), discordtest.ViewChannel)
	c := w.dial(t)
	c.identify(w, withContent)
	ann := w.guild.NewMember("ann")
	must[discordtest.Message](t)(ann.Post(hidden, "secret"))
	must[discordtest.Message](t)(ann.Post(w.channel, "open"))
	if got := c.until("MESSAGE_CREATE").text(t); got != "open" {
		t.Errorf("the bot heard %q", got)
	}
}

func TestEventsCanBeDuplicatedAndSwapped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	c.identify(w, withContent)
	c.until("GUILD_CREATE")
	ann := w.guild.NewMember("ann")
	post := func(texts ...string) {
		for _, text := range texts {
			must[discordtest.Message](t)(ann.Post(w.channel, text))
		}
	}
	w.Faults().DuplicateEvents(1)
	post("a", "b")
	w.Faults().SwapEvents(1)
	post("c", "d", "e")
	for i, want := range []string{"a", "a", "b", "d", "c", "e"} {
		if got := c.until("MESSAGE_CREATE").text(t); got != want {
			t.Fatalf("message %d is %q, want %q", i, got, want)
		}
	}
}

func TestHeartbeatsAreAcknowledgedUnlessTheLinkIsToLookDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	w.Faults().IgnoreHeartbeats(true)
	c.send(`{"op":1,"d":null}`)
	c.identify(w, guildMessages) // an ignored heartbeat's answer would come first
	w.Faults().IgnoreHeartbeats(false)
	c.until("GUILD_CREATE")
	c.send(`{"op":1,"d":2}`)
	if p := c.next(); p.Op != 11 {
		t.Errorf("got %+v, want an acknowledgement", p)
	}
}

func TestAClientWithoutHeartbeatIsTimedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordtest.WithHeartbeat(200*time.Millisecond))
	c := w.dial(t)
	if got := c.closeCode(); got != discordtest.CloseSessionTimedOut {
		t.Errorf("closed with %d", got)
	}
}

func TestCommandsOverTheGatewayAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.dial(t)
	for range 121 {
		c.send(`{"op":1,"d":null}`)
	}
	if got := c.closeCode(); got != discordtest.CloseRateLimited {
		t.Errorf("closed with %d", got)
	}
}

func TestAConnectionCanBeRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults().RefuseConnections(1)
	session := w.client(t)
	if err := session.Open(); err == nil {
		t.Fatal("the first attempt got through")
	}
	w.connect(t, session)
}
