package discordtest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"parley/bot/discord/discordtest"
)

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
