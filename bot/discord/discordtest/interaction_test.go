package discordtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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

func TestACommandCarriesItsOptionsAndWhoAsks(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(7)
	i := r.hear()
	options, _ := json.Marshal(i.Data["options"])
	if string(options) != `[{"name":"number","type":4,"value":7}]` || i.GuildID != r.guild.ID || i.Member["permissions"] == nil {
		t.Errorf("the bot hears %+v", i)
	}
	r.answer(i, 4, object{"content": "case 7"})
	got := next(t, done)
	message, ok := got.Message()
	if got.err != nil || !ok || message.Content != "case 7" || message.Ephemeral {
		t.Errorf("got %+v, %v", message, got.err)
	}
	if there := r.channel.Messages(); len(there) != 1 || there[0].ID != message.ID {
		t.Errorf("the channel holds %+v", there)
	}
}

func TestAnInteractionWithoutAnswerFailsAndCannotBeAnsweredLater(t *testing.T) {
	t.Parallel()
	r := newResponder(t, discordtest.WithInteractionWindow(20*time.Millisecond))
	done := r.askForCase(1)
	i := r.hear()
	if got := next(t, done); !errors.Is(got.err, discordtest.ErrInteractionFailed) {
		t.Errorf("got %v", got.err)
	}
	if late := r.answer(i, 4, object{"content": "sorry"}); late.Code != 10062 {
		t.Errorf("a late answer: %d %s", late.Status, late.Body)
	}
}

func TestAnInteractionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	r.answer(i, 4, object{"content": "one"})
	if second := r.answer(i, 4, object{"content": "two"}); second.Code != 40060 {
		t.Errorf("the second answer: %d %s", second.Status, second.Body)
	}
	next(t, done)
}

func TestADeferredAnswerIsAwaited(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	r.answer(i, 5, object{"flags": 64})
	if got := r.request(t, "PATCH", r.original(i), object{"content": "here"}); got.Status != http.StatusOK {
		t.Fatalf("filling in answered %d %s", got.Status, got.Body)
	}
	r.request(t, "POST", "/webhooks/"+r.BotUser().ID+"/"+i.Token, object{"content": "and more", "flags": 64})
	got := next(t, done)
	if got.err != nil || !got.Deferred() || got.saw.Content != "here" || !got.saw.Ephemeral {
		t.Errorf("got %+v, %v", got.saw, got.err)
	}
	if err := r.Await(soon(t), "the follow-up", func() bool { return len(got.FollowUps()) == 1 }); err != nil {
		t.Error(err)
	}
	if got := r.request(t, "DELETE", r.original(i), nil); got.Status != http.StatusNoContent {
		t.Errorf("deleting answered %d", got.Status)
	}
	if _, ok := got.Message(); ok {
		t.Error("the deleted answer is still there")
	}
}

func TestTheBotCanAskForTheMessageThatItsAnswerBecame(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	done := r.askForCase(1)
	i := r.hear()
	got := r.request(t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback?with_response=true", object{"type": 4, "data": object{"content": "case 1"}})
	callback := decode[struct {
		Resource struct{ Message struct{ ID string } }
	}](t, got)
	message, _ := next(t, done).Message()
	if callback.Resource.Message.ID != message.ID {
		t.Errorf("answered %s, the message is %s", got.Body, message.ID)
	}
	if again := decode[struct{ ID string }](t, r.request(t, "GET", r.original(i), nil)); again.ID != message.ID {
		t.Errorf("@original is %s, want %s", again.ID, message.ID)
	}
}

func TestRegisteringAgainKeepsTheIDsOfCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/applications/" + w.BotUser().ID + "/guilds/" + w.guild.ID + "/commands"
	register := func(names ...string) (ids []string) {
		var body []object
		for _, name := range names {
			body = append(body, object{"name": name, "description": "x"})
		}
		for _, one := range decode[[]struct{ ID string }](t, w.request(t, "PUT", path, body)) {
			ids = append(ids, one.ID)
		}
		return ids
	}
	first, second := register("case", "score"), register("score", "strikes")
	if second[0] != first[1] || second[1] == first[0] {
		t.Errorf("the IDs were %v and are %v", first, second)
	}
	if listed := decode[[]object](t, w.request(t, "GET", path, nil)); len(listed) != 2 {
		t.Errorf("%d commands are listed", len(listed))
	}
}

func TestAFormBeyondDiscordsLimitsIsRefused(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	field := object{"type": 1, "components": []object{{"type": 4, "style": 1, "label": "Why?", "custom_id": "why"}}}
	done := r.askForCase(1)
	i := r.hear()
	*r.wrongOnPurpose = true
	for name, data := range map[string]object{
		"no fields":    {"custom_id": "x", "title": "Form", "components": []object{}},
		"a long title": {"custom_id": "x", "title": strings.Repeat("x", 46), "components": []object{field}},
		"a long ID":    {"custom_id": strings.Repeat("x", 101), "title": "Form", "components": []object{field}},
	} {
		if got := r.request(t, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", object{"type": 9, "data": data}); got.Code != 50035 {
			t.Errorf("%s: answered %d %s", name, got.Status, got.Body)
		}
	}
	r.answer(i, 4, object{"content": "never mind"})
	next(t, done)
}

func TestAnEditCannotChangeWhoSeesTheAnswer(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	for private, flags := range map[bool]int{true: 64, false: 0} {
		done := r.askForCase(1)
		i := r.hear()
		r.answer(i, 5, object{"flags": flags})
		r.request(t, "PATCH", r.original(i), object{"content": "here", "flags": 64 - flags})
		got := next(t, done)
		if message, _ := got.Message(); message.Ephemeral != private {
			t.Errorf("private is %v, want %v", message.Ephemeral, private)
		}
	}
}

func (r responder) card() discordtest.Message {
	sent := decode[struct{ ID string }](r.t, r.request(r.t, "POST", "/channels/"+r.channel.ID+"/messages", object{
		"content": "Case 1", "components": []object{{"type": 1, "components": []object{
			{"type": 2, "style": 4, "label": "Uphold", "custom_id": "uphold"},
			{"type": 2, "style": 2, "label": "Ban", "custom_id": "ban", "disabled": true},
		}}},
	}))
	card, _ := r.channel.Message(sent.ID)
	return card
}

func TestAPressedButtonCanChangeItsCard(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	mod, card := r.guild.NewMember("mod"), r.card()
	uphold, _ := card.Button("uphold")
	done := start(func() (*discordtest.Interaction, error) { return mod.Press(soon(t), card, uphold.CustomID) })
	i := r.hear()
	if i.Data["custom_id"] != "uphold" || i.Message["id"] != card.ID {
		t.Errorf("the bot hears %+v", i)
	}
	r.answer(i, 7, object{"content": "Case 1: upheld", "components": []object{}})
	if got := next(t, done); got.err != nil {
		t.Error(got.err)
	}
	changed, _ := r.channel.Message(card.ID)
	if changed.Content != "Case 1: upheld" || len(changed.Buttons()) != 0 {
		t.Errorf("the card is %+v", changed)
	}
}

func TestOnlyWhatIsThereCanBePressed(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	mod, card := r.guild.NewMember("mod"), r.card()
	for _, id := range []string{"ban", "nonsense"} {
		if _, err := mod.Press(soon(t), card, id); err == nil || errors.Is(err, discordtest.ErrInteractionFailed) {
			t.Errorf("%q could be pressed: %v", id, err)
		}
	}
}

func TestAButtonInAPrivateConversationIsPressedWithoutAGuild(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	ann := r.guild.NewMember("ann")
	dm := decode[struct{ ID string }](t, r.request(t, "POST", "/users/@me/channels", object{"recipient_id": ann.ID}))
	r.request(t, "POST", "/channels/"+dm.ID+"/messages", object{"content": "removed", "components": []object{
		{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "Appeal", "custom_id": "appeal"}}}}})
	done := start(func() (*discordtest.Interaction, error) { return ann.Press(soon(t), ann.DMs()[0], "appeal") })
	i := r.hear()
	if i.User["id"] != ann.ID || i.Member != nil || i.GuildID != "" {
		t.Errorf("the bot hears %+v", i)
	}
	r.answer(i, 6, nil)
	if got := next(t, done); got.err != nil || !got.Deferred() {
		t.Errorf("got %v", got.err)
	}
}

func TestAFormIsOpenedFilledInAndSent(t *testing.T) {
	t.Parallel()
	for name, components := range map[string][]object{
		"in rows":   {{"type": 1, "components": []object{{"type": 4, "style": 2, "label": "Why?", "custom_id": "why"}}}},
		"in labels": {{"type": 18, "label": "Why?", "component": object{"type": 4, "style": 2, "custom_id": "why"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newResponder(t)
			mod, card := r.guild.NewMember("mod"), r.card()
			pressed := start(func() (*discordtest.Interaction, error) { return mod.Press(soon(t), card, "uphold") })
			r.answer(r.hear(), 9, object{"custom_id": "reason", "title": "Your reason", "components": components})
			opened := next(t, pressed)
			if modal, ok := opened.Modal(); !ok || modal.Title != "Your reason" {
				t.Fatalf("got %+v, %v", modal, opened.err)
			}
			if _, err := mod.SubmitModal(soon(t), opened.Interaction, nil); err == nil {
				t.Error("the required field could be left out")
			}
			sent := start(func() (*discordtest.Interaction, error) {
				return mod.SubmitModal(soon(t), opened.Interaction, map[string]string{"why": "rule 1"})
			})
			i := r.hear()
			data, _ := json.Marshal(i.Data)
			if i.Type != 5 || i.Data["custom_id"] != "reason" || !strings.Contains(string(data), `"value":"rule 1"`) {
				t.Errorf("the bot hears %s", data)
			}
			r.answer(i, 4, object{"content": "thanks", "flags": 64})
			if got := next(t, sent); got.err != nil {
				t.Error(got.err)
			}
		})
	}
}

func TestSuggestionsComeWhileTyping(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	mod := r.guild.NewMember("mod")
	choices := make(chan []discordtest.Choice, 1)
	go func() {
		got, err := mod.Autocomplete(soon(t), r.channel, "case", "rule", discordtest.Argument{Name: "rule", Value: "th"})
		if err != nil {
			t.Error(err)
		}
		choices <- got
	}()
	i := r.hear()
	options, _ := json.Marshal(i.Data["options"])
	if string(options) != `[{"focused":true,"name":"rule","type":3,"value":"th"}]` {
		t.Errorf("the bot hears %s", options)
	}
	r.answer(i, 8, object{"choices": []object{{"name": "threats", "value": "threats"}}})
	if got := next(t, choices); len(got) != 1 || got[0].Name != "threats" {
		t.Errorf("got %+v", got)
	}
}

func TestContextMenusCarryTheirTarget(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	ann, mod := r.guild.NewMember("ann"), r.guild.NewMember("mod")
	message := must[discordtest.Message](t)(ann.Post(r.channel, "look at this"))
	done := start(func() (*discordtest.Interaction, error) { return mod.UseOnMessage(soon(t), "Report", message) })
	i := r.hear()
	resolved, _ := json.Marshal(i.Data["resolved"].(object)["messages"].(object)[message.ID].(object)["content"])
	if i.Data["target_id"] != message.ID || string(resolved) != `"look at this"` {
		t.Errorf("the bot hears %+v", i.Data)
	}
	r.answer(i, 4, object{"content": "reported", "flags": 64})
	next(t, done)
	done = start(func() (*discordtest.Interaction, error) {
		return mod.UseOnMember(soon(t), r.channel, "Record", ann.User)
	})
	i = r.hear()
	if i.Data["target_id"] != ann.ID {
		t.Errorf("the bot hears %+v", i.Data)
	}
	r.answer(i, 4, object{"content": "nothing", "flags": 64})
	next(t, done)
}

func TestWhatDiscordsOwnClientPreventsIsRefused(t *testing.T) {
	t.Parallel()
	r := newResponder(t)
	ann := r.guild.NewMember("ann")
	number := discordtest.Argument{Name: "number", Value: 1}
	for name, test := range map[string]struct {
		command   string
		arguments []discordtest.Argument
		want      error // nil: any
	}{
		"a command that was not registered": {"nonsense", nil, discordtest.ErrUnknownCommand},
		"a command for others":              {"secret", nil, discordtest.ErrMissingPermissions},
		"a required option left out":        {"case", nil, nil},
		"an option of the wrong kind":       {"case", []discordtest.Argument{{Name: "number", Value: "one"}}, nil},
		"an option that is none":            {"case", []discordtest.Argument{number, {Name: "x", Value: "y"}}, nil},
		"a choice that is not offered":      {"case", []discordtest.Argument{number, {Name: "sort", Value: "name"}}, nil},
		"a subcommand where there is none":  {"case show", []discordtest.Argument{number}, nil},
		"an empty command":                  {"", nil, discordtest.ErrUnknownCommand},
	} {
		if _, err := ann.Slash(soon(t), r.channel, test.command, test.arguments...); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCommandsBeyondDiscordsLimitsAreRefused(t *testing.T) {
	t.Parallel()
	w := world{Server: discordtest.NewServer()} // without the description, which forbids some of this
	defer w.Close()
	for name, commands := range map[string][]object{
		"a capital letter":              {{"name": "Case", "description": "x"}},
		"a space":                       {{"name": "a case", "description": "x"}},
		"no description":                {{"name": "case"}},
		"twice the same":                {{"name": "case", "description": "x"}, {"name": "case", "description": "y"}},
		"required after optional":       {{"name": "case", "description": "x", "options": []object{{"type": 3, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x", "required": true}}}},
		"a described right-click entry": {{"name": "Report", "type": 3, "description": "x"}},
	} {
		if got := w.request(t, "PUT", "/applications/"+w.BotUser().ID+"/commands", commands); got.Code != 50035 {
			t.Errorf("%s: answered %d %s", name, got.Status, got.Body)
		}
	}
}
