package discordtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// Kinds of answers (developer reference, "Interaction Callback Type").
const (
	answerMessage       = 4
	answerDeferred      = 5
	answerUpdateLater   = 6
	answerUpdate        = 7
	answerAutocomplete  = 8
	answerModal         = 9
	originalAnswer      = "@original"
	invalidWebhookToken = 50027
)

func (s *Server) answerInteraction(c *call) (any, error) {
	i := s.interactions[c.path("interaction_token")]
	if i == nil || i.ID != c.path("interaction_id") {
		return nil, ErrUnknownInteraction
	}
	if i.answered {
		return nil, ErrAlreadyAnswered
	}
	if i.gaveUp || s.now().Sub(i.begun) > s.interactionWindow {
		return nil, ErrUnknownInteraction
	}
	var body struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if !i.mayAnswerWith(body.Type) {
		return nil, badForm("type", "Value is not a valid answer to this type of interaction")
	}
	if err := i.answer(body.Type, body.Data, c.files); err != nil {
		return nil, err
	}
	i.answered = true
	s.notify()
	if c.query.Get("with_response") != "true" {
		return nil, nil
	}
	return i.wireCallback(body.Type), nil
}

// mayAnswerWith says which answers fit which interactions.
func (i *Interaction) mayAnswerWith(kind int) bool {
	switch kind {
	case answerMessage, answerDeferred:
		return i.kind != interactionAutocomplete
	case answerUpdateLater, answerUpdate:
		return i.pressed != nil
	case answerAutocomplete:
		return i.kind == interactionAutocomplete
	case answerModal:
		return i.kind == interactionCommand || i.kind == interactionComponent
	}
	return false
}

func (i *Interaction) answer(kind int, data json.RawMessage, files []Attachment) error {
	switch kind {
	case answerMessage:
		body, err := i.compose(nil, data, files)
		if err != nil {
			return err
		}
		i.original = i.show(body)
	case answerDeferred:
		var form messageForm
		if len(data) > 0 && json.Unmarshal(data, &form) != nil {
			return badForm("data", "Invalid message")
		}
		i.deferred = true
		flags := flagLoading
		if form.Flags != nil {
			flags |= *form.Flags & flagEphemeral
		}
		i.original = i.show(&messageBody{flags: flags})
	case answerUpdateLater:
		i.deferred, i.original = true, i.pressed
	case answerUpdate:
		body, err := i.compose(i.pressed.body, data, files)
		if err != nil {
			return err
		}
		i.original = i.pressed
		i.change(i.pressed, body)
	case answerAutocomplete:
		var offer struct {
			Choices []Choice `json:"choices"`
		}
		if json.Unmarshal(data, &offer) != nil || len(offer.Choices) > maxOptions {
			return badForm("choices", "Must be 25 or fewer in length.")
		}
		i.choices = offer.Choices
	case answerModal:
		modal, err := decodeModal(data)
		if err != nil {
			return err
		}
		i.modal = modal
	}
	return nil
}

// compose checks a message form and makes a new message of it, or, when there
// is an old one, an edit. An edit cannot change who sees the message.
func (i *Interaction) compose(old *messageBody, data json.RawMessage, files []Attachment) (*messageBody, error) {
	var form messageForm
	if err := json.Unmarshal(data, &form); err != nil {
		return nil, badForm("data", "Invalid message")
	}
	if err := form.check(); err != nil {
		return nil, err
	}
	var body *messageBody
	if old == nil {
		body = i.server.apply(&form, messageBody{}, files, false)
	} else {
		body = i.server.apply(&form, *old, files, false)
		body.flags = body.flags&^(flagEphemeral|flagLoading) | old.flags&flagEphemeral
	}
	if body.isEmpty() {
		return nil, ErrEmptyMessage
	}
	return body, nil
}

// show makes a new message of the bot: in the channel, or, when ephemeral,
// only for the person who asked.
func (i *Interaction) show(body *messageBody) *message {
	s := i.server
	body.kind, body.interaction = messageDefault, i
	if i.kind == interactionCommand {
		body.kind = messageCommandAnswer
	}
	if body.flags&flagEphemeral == 0 {
		return s.post(i.channel, s.bot, body, time.Time{})
	}
	m := &message{num: s.ids.next(s.now()), channel: i.channel, author: s.bot, body: body}
	s.ephemeral[m.num] = m
	return m
}

// change edits a message; nobody but the person hears of an ephemeral one.
func (i *Interaction) change(m *message, body *messageBody) {
	if body.flags&flagEphemeral != 0 {
		m.body, m.edited = body, i.server.now()
		i.server.notify()
		return
	}
	m.edit(body)
}

func (i *Interaction) wireCallback(kind int) object {
	interaction := object{"id": i.ID, "type": i.kind, "response_message_ephemeral": false, "response_message_loading": false}
	resource := object{"type": kind}
	if i.original != nil {
		interaction["response_message_id"] = i.original.id()
		interaction["response_message_ephemeral"] = i.original.body.flags&flagEphemeral != 0
		interaction["response_message_loading"] = i.thinking()
		if kind == answerMessage || kind == answerUpdate || kind == answerDeferred {
			resource["message"] = wireMessage(i.original, true)
		}
	}
	return object{"interaction": interaction, "resource": resource}
}

// interactionOf finds the interaction whose token is in the path of a webhook
// request.
func (s *Server) interactionOf(c *call) (*Interaction, error) {
	i := s.interactions[c.path("webhook_token")]
	switch {
	case c.path("webhook_id") != s.bot.ID || i == nil || !i.answered:
		return nil, ErrUnknownWebhook
	case s.now().Sub(i.begun) > answerLifetime:
		return nil, &APIError{Status: http.StatusUnauthorized, Code: invalidWebhookToken, Message: "Invalid Webhook Token"}
	}
	return i, nil
}

// followUp adds a message; the first one after a deferral fills that in.
func (s *Server) followUp(c *call) (any, error) {
	i, err := s.interactionOf(c)
	if err != nil {
		return nil, err
	}
	if i.thinking() {
		return i.edit(i.original, c)
	}
	body, err := i.compose(nil, c.body, c.files)
	if err != nil {
		return nil, err
	}
	m := i.show(body)
	i.followUps = append(i.followUps, m)
	s.notify()
	return wireMessage(m, true), nil
}

// answerOf finds one of the interaction's messages.
func (s *Server) answerOf(c *call) (*Interaction, *message, error) {
	i, err := s.interactionOf(c)
	if err != nil {
		return nil, nil, err
	}
	id := c.path("message_id")
	if m := i.original; m != nil && !m.deleted && (id == originalAnswer || id == m.id()) {
		return i, m, nil
	}
	for _, m := range i.followUps {
		if m.id() == id && !m.deleted {
			return i, m, nil
		}
	}
	return nil, nil, ErrUnknownMessage
}

func (s *Server) getAnswer(c *call) (any, error) {
	_, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	return wireMessage(m, true), nil
}

func (s *Server) patchAnswer(c *call) (any, error) {
	i, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	return i.edit(m, c)
}

func (i *Interaction) edit(m *message, c *call) (any, error) {
	body, err := i.compose(m.body, c.body, c.files)
	if err != nil {
		return nil, err
	}
	i.change(m, body)
	return wireMessage(m, true), nil
}

func (s *Server) deleteAnswer(c *call) (any, error) {
	_, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	if m.body.flags&flagEphemeral != 0 {
		m.deleted = true
		s.notify()
		return nil, nil
	}
	m.delete()
	return nil, nil
}
