package discordtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"parley/bot/discord/discordtest"
)

// responder answers interactions by hand, with answers given one by one.
type responder struct {
	world
	t *testing.T
	c *rawClient
}

// interaction is what the bot hears of one.
type interaction struct {
	ID      string `json:"id"`
	Token   string `json:"token"`
	Type    int    `json:"type"`
	Data    object `json:"data"`
	Member  object `json:"member"`
	User    object `json:"user"`
	Message object `json:"message"`
	GuildID string `json:"guild_id"`
}

func newResponder(t *testing.T, options ...discordtest.Option) responder {
	t.Helper()
	w := newWorld(t, options...)
	r := responder{w, t, w.dial(t)}
	r.c.identify(w, 0)
	registered := w.request(t, "PUT", "/applications/"+w.BotUser().ID+"/commands", []object{
		{"name": "case", "description": "Show a case", "options": []object{
			{"type": 4, "name": "number", "description": "Which", "required": true},
			{"type": 3, "name": "sort", "description": "How", "choices": []object{{"name": "By time", "value": "time"}}},
			{"type": 3, "name": "rule", "description": "Which rule", "autocomplete": true},
		}},
		{"name": "secret", "description": "For bouncers", "default_member_permissions": fmt.Sprint(uint64(discordtest.BanMembers))},
		{"name": "Report", "type": 3},
		{"name": "Record", "type": 2},
	})
	if registered.Status != http.StatusOK {
		t.Fatalf("registering answered %d %s", registered.Status, registered.Body)
	}
	return r
}

// hear takes the next interaction.
func (r responder) hear() interaction {
	var i interaction
	if err := json.Unmarshal(r.c.until("INTERACTION_CREATE").Data, &i); err != nil {
		r.t.Error(err)
	}
	return i
}

// answer answers an interaction and returns what that was answered with.
func (r responder) answer(i interaction, kind int, data object) answer {
	body := object{"type": kind}
	if data != nil {
		body["data"] = data
	}
	return r.request(r.t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", body)
}

// original is the path of an interaction's answer.
func (r responder) original(i interaction) string {
	return "/webhooks/" + r.BotUser().ID + "/" + i.Token + "/messages/@original"
}

// outcome is how an interaction ended for the person. saw is the answer at
// the moment the person stopped waiting.
type outcome struct {
	*discordtest.Interaction
	saw discordtest.Message
	err error
}

// start does something with the bot without waiting for it.
func start(do func() (*discordtest.Interaction, error)) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		i, err := do()
		got := outcome{Interaction: i, err: err}
		if i != nil {
			got.saw, _ = i.Message()
		}
		done <- got
	}()
	return done
}

func (r responder) askForCase(number int) <-chan outcome {
	mod := r.guild.NewMember("mod")
	return start(func() (*discordtest.Interaction, error) {
		return mod.Slash(soon(r.t), r.channel, "case", discordtest.Argument{Name: "number", Value: number})
	})
}
