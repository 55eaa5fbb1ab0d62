package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/card"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
)

const (
	// patience is how long a handler may take before Discord is told that the answer will
	// come later. Discord itself waits three seconds, the way there and back included.
	patience = time.Second
	// handlingTime bounds a handler. An interaction can be answered for 15 minutes.
	handlingTime = 30 * time.Second
)

// exchange is one interaction being answered. Whatever its handler does, somebody gets an
// answer: the handler's, or that it takes a little longer and then the handler's.
type exchange struct {
	p    *Platform
	i    wire.Interaction
	late *time.Timer

	mu    sync.Mutex
	stage stage
}

// stage is how far an exchange has come.
type stage int

const (
	unanswered stage = iota
	deferred         // Discord knows that the answer comes later
	answered
)

// Kinds of first answers (developer reference, "Interaction Callback Type").
const (
	answerMessage      = 4
	answerMessageLater = 5
	answerUpdateLater  = 6
	answerUpdate       = 7
	answerSuggestions  = 8
)

const (
	flagEphemeral       = 1 << 6 // of a message that only one person sees
	maxSuggestions      = 25
	maxSuggestionLength = 100
)

// reply is what an answer says. Mentions in it reach nobody.
type reply struct {
	Content    string                       `json:"content"`
	Embeds     []*discordgo.MessageEmbed    `json:"embeds"`
	Components []discordgo.MessageComponent `json:"components"`
	Mentions   noMentions                   `json:"allowed_mentions"`
	Flags      int                          `json:"flags,omitempty"`
}

func newReply(content string, c card.Card) reply {
	r := reply{Content: content, Embeds: c.Embeds, Components: c.Components}
	if r.Embeds == nil {
		r.Embeds = []*discordgo.MessageEmbed{}
	}
	if r.Components == nil {
		r.Components = []discordgo.MessageComponent{}
	}
	return r
}

// suggestion is one thing that a half-typed option may become.
type suggestion struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// beginExchange starts the clock after which the answer is deferred.
func (p *Platform) beginExchange(ctx context.Context, i wire.Interaction) *exchange {
	x := &exchange{p: p, i: i}
	if i.Type != wire.InteractionAutocomplete { // suggestions cannot come later
		x.late = time.AfterFunc(patience, func() { x.deferAnswer(ctx) })
	}
	return x
}

func (x *exchange) end() {
	if x.late != nil {
		x.late.Stop()
	}
}

// deferAnswer tells Discord that the answer comes later.
func (x *exchange) deferAnswer(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.stage != unanswered {
		return
	}
	kind, data := answerMessageLater, any(struct {
		Flags int `json:"flags"`
	}{flagEphemeral})
	if x.i.Type == wire.InteractionComponent {
		kind, data = answerUpdateLater, nil
	}
	if err := x.first(ctx, kind, data); err != nil {
		x.p.log.Warn("interaction not deferred", "interaction", x.i.ID, "error", err)
		return
	}
	x.stage = deferred
}

// whisper answers so that only the person who asked sees it.
func (x *exchange) whisper(ctx context.Context, content string, c card.Card) error {
	r := newReply(content, c)
	r.Flags = flagEphemeral
	return x.settle(func(was stage) error {
		switch {
		case was == unanswered:
			return x.first(ctx, answerMessage, r)
		case was == deferred && x.i.Type == wire.InteractionCommand:
			r.Flags = 0 // the deferred answer was private already
			return x.original(ctx, r)
		}
		return x.p.api.Do(ctx, rest.Call{Method: http.MethodPost, Path: x.webhook(), Body: r}, nil)
	})
}

// settle gives an answer and, where that succeeds, notes that it was given.
func (x *exchange) settle(answer func(was stage) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	err := answer(x.stage)
	if err == nil {
		x.stage = answered
	}
	return err
}

// update changes the message whose button was pressed.
func (x *exchange) update(ctx context.Context, content string, c card.Card) error {
	r := newReply(content, c)
	return x.settle(func(was stage) error {
		if was == unanswered {
			return x.first(ctx, answerUpdate, r)
		}
		return x.original(ctx, r)
	})
}

// suggest answers with what a half-typed option may become.
func (x *exchange) suggest(ctx context.Context, choices []suggestion) error {
	if len(choices) > maxSuggestions {
		choices = choices[:maxSuggestions]
	}
	if choices == nil {
		choices = []suggestion{}
	}
	return x.settle(func(stage) error {
		return x.first(ctx, answerSuggestions, struct {
			Choices []suggestion `json:"choices"`
		}{choices})
	})
}

// isAnswered reports whether the person has got an answer.
func (x *exchange) isAnswered() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.stage == answered
}

func (x *exchange) first(ctx context.Context, kind int, data any) error {
	body := struct {
		Type int `json:"type"`
		Data any `json:"data,omitempty"`
	}{kind, data}
	err := x.p.api.Do(ctx, rest.Call{Method: http.MethodPost,
		Path: "/interactions/" + x.i.ID + "/" + x.i.Token + "/callback", Body: body}, nil)
	if rest.HasCode(err, rest.CodeAlreadyAcknowledged) {
		return nil // an attempt whose answer was lost had arrived
	}
	return err
}

func (x *exchange) original(ctx context.Context, r reply) error {
	return x.p.api.Do(ctx, rest.Call{Method: http.MethodPatch, Path: x.webhook() + "/messages/@original", Body: r}, nil)
}

func (x *exchange) webhook() string { return "/webhooks/" + x.i.ApplicationID + "/" + x.i.Token }
