package discordtest_test

import (
	"encoding/json"
	"errors"
	"testing"

	"parley/bot/discord/discordtest"
)

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
