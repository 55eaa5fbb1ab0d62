package discordtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of interactions (developer reference, "Interaction Type").
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5
)

// ErrInteractionFailed is what a person sees when the bot does not answer in
// time: "The application did not respond".
var ErrInteractionFailed = errors.New("interaction failed: the application did not respond")

// answerLifetime is how long an interaction's token can be used.
const answerLifetime = 15 * time.Minute

// Interaction is something that a person did with the bot, and what the bot
// answered.
type Interaction struct {
	ID string

	server  *Server
	kind    int
	user    *User
	member  *Member // nil in a private conversation
	channel *Channel
	token   string
	pressed *message // the message whose component was used
	begun   time.Time

	// Guarded by the server's lock.
	answered  bool
	gaveUp    bool // the person saw "did not respond"
	deferred  bool
	original  *message // the answer, or the message that was updated
	followUps []*message
	modal     Modal
	choices   []Choice
}

// Message returns the bot's answer as it is now: the new message, or the one
// that was updated. It reports false for an answer that is none (a modal, an
// acknowledgement) or that was deleted.
func (i *Interaction) Message() (Message, bool) {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	if i.original == nil || i.original.deleted {
		return Message{}, false
	}
	return i.original.snapshot(), true
}

// FollowUps returns the further messages of the bot.
func (i *Interaction) FollowUps() []Message {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	var list []Message
	for _, m := range i.followUps {
		if !m.deleted {
			list = append(list, m.snapshot())
		}
	}
	return list
}

// Deferred reports whether the bot first only said that it is thinking.
func (i *Interaction) Deferred() bool {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.deferred
}

// Slash uses a slash command, such as "strikes show", and waits for the
// answer; a deferred answer is awaited until it is filled in or ctx ends. When
// the bot does not answer within Discord's three seconds the error is
// [ErrInteractionFailed].
func (m *Member) Slash(ctx context.Context, channel *Channel, command string, arguments ...Argument) (*Interaction, error) {
	return m.command(ctx, interactionCommand, channel, command, "", arguments)
}

// Autocomplete returns what the bot suggests while the option focused is being
// typed; its text so far is among the arguments.
func (m *Member) Autocomplete(ctx context.Context, channel *Channel, command, focused string, arguments ...Argument) ([]Choice, error) {
	i, err := m.command(ctx, interactionAutocomplete, channel, command, focused, arguments)
	if err != nil {
		return nil, err
	}
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return slices.Clone(i.choices), nil
}

func (m *Member) command(ctx context.Context, kind int, channel *Channel, line, focused string, arguments []Argument) (*Interaction, error) {
	words := strings.Fields(strings.TrimPrefix(line, "/"))
	if len(words) == 0 {
		return nil, fmt.Errorf("discordtest: an empty command: %w", ErrUnknownCommand)
	}
	return m.server.interact(ctx, &Interaction{kind: kind, user: m.User, member: m, channel: channel}, func() (object, error) {
		command, err := m.mayUse(channel, chatCommand, words[0])
		if err != nil {
			return nil, err
		}
		resolved := &resolution{guild: channel.Guild}
		options, err := m.server.arguments(command.Options, words[1:], arguments, focused, resolved)
		if err != nil {
			return nil, err
		}
		return commandData(command, resolved, object{"options": options}), nil
	})
}

// UseOnMessage uses a context-menu command on a message.
func (m *Member) UseOnMessage(ctx context.Context, name string, on Message) (*Interaction, error) {
	channel, err := m.server.channelByID(on.ChannelID)
	if err != nil {
		return nil, err
	}
	return m.server.interact(ctx, &Interaction{kind: interactionCommand, user: m.User, member: m, channel: channel}, func() (object, error) {
		command, err := m.mayUse(channel, messageCommand, name)
		if err != nil {
			return nil, err
		}
		target, err := m.server.messageByID(on)
		if err != nil {
			return nil, err
		}
		resolved := &resolution{guild: channel.Guild}
		resolved.add("messages", target.id(), wireMessage(target, true))
		return commandData(command, resolved, object{"target_id": target.id()}), nil
	})
}

// UseOnMember uses a context-menu command on a person, from a channel.
func (m *Member) UseOnMember(ctx context.Context, channel *Channel, name string, on *User) (*Interaction, error) {
	return m.server.interact(ctx, &Interaction{kind: interactionCommand, user: m.User, member: m, channel: channel}, func() (object, error) {
		command, err := m.mayUse(channel, userCommand, name)
		if err != nil {
			return nil, err
		}
		resolved := &resolution{guild: channel.Guild}
		resolved.user(on)
		return commandData(command, resolved, object{"target_id": on.ID}), nil
	})
}

func commandData(c command, resolved *resolution, data object) object {
	data["id"], data["name"], data["type"] = c.ID, c.Name, c.Type
	if resolved.data != nil {
		data["resolved"] = resolved.data
	}
	return data
}

// mayUse finds the command if Discord's client would show it to the member.
func (m *Member) mayUse(channel *Channel, kind int, name string) (command, error) {
	granted, err := m.in(channel)
	if err != nil {
		return command{}, err
	}
	found, err := m.server.findCommand(m.Guild.ID, kind, name)
	if err != nil {
		return command{}, err
	}
	if !granted.Has(UseCommands) || !found.visibleTo(granted) {
		return command{}, ErrMissingPermissions
	}
	return found, nil
}

// Press presses a button of a message that the member can see, which may be
// private (an ephemeral answer, a private conversation).
func (m *Member) Press(ctx context.Context, on Message, customID string) (*Interaction, error) {
	return m.Choose(ctx, on, customID)
}

// Choose uses a component of a message: a button without values, a select menu
// with them.
func (m *Member) Choose(ctx context.Context, on Message, customID string, values ...string) (*Interaction, error) {
	s := m.server
	s.mu.Lock()
	target, err := s.messageByID(on)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	i := &Interaction{kind: interactionComponent, user: m.User, channel: target.channel, pressed: target}
	if target.channel.Guild != nil {
		i.member = m
	}
	return s.interact(ctx, i, func() (object, error) {
		if i.member != nil {
			if _, err := m.in(target.channel); err != nil {
				return nil, err
			}
		}
		for _, button := range target.snapshot().Buttons() {
			if button.CustomID != customID {
				continue
			}
			if button.Disabled {
				return nil, fmt.Errorf("discordtest: %q is disabled", customID)
			}
			data := object{"custom_id": customID, "component_type": button.Kind}
			if button.Kind != componentButton {
				data["values"] = emptyNotNull(values)
			}
			return data, nil
		}
		return nil, fmt.Errorf("discordtest: the message has no component %q", customID)
	})
}

// interact sends an interaction to the bot and waits for its answer. data is
// made under the lock and may refuse.
func (s *Server) interact(ctx context.Context, i *Interaction, data func() (object, error)) (*Interaction, error) {
	if err := s.begin(i, data); err != nil {
		return nil, err
	}
	inTime, cancel := context.WithTimeout(ctx, s.interactionWindow)
	defer cancel()
	err := s.Await(inTime, "an answer to the interaction", func() bool { return s.locked(func() bool { return i.answered }) })
	if err != nil {
		s.locked(func() bool { i.gaveUp = !i.answered; return true })
		if ctx.Err() == nil && s.locked(func() bool { return i.gaveUp }) {
			return i, ErrInteractionFailed
		}
	}
	err = s.Await(ctx, "the answer that the bot deferred", func() bool {
		return s.locked(func() bool { return i.answered && !i.thinking() })
	})
	return i, err
}

func (s *Server) locked(ask func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ask()
}

// thinking reports whether a deferred answer is still to come.
func (i *Interaction) thinking() bool {
	return i.original != nil && i.original.body.flags&flagLoading != 0 && !i.original.deleted
}

// begin registers the interaction and tells the bot.
func (s *Server) begin(i *Interaction, data func() (object, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	payload, err := data()
	if err != nil {
		return err
	}
	i.ID, i.token, i.server, i.begun = s.newID(), "interaction-"+s.newID(), s, s.now()
	s.interactions[i.token] = i
	s.emit(event{name: "INTERACTION_CREATE", data: fixed(i.wire(payload))})
	return nil
}

// wire is the INTERACTION_CREATE payload.
func (i *Interaction) wire(data object) object {
	out := object{
		"id": i.ID, "application_id": i.server.bot.ID, "type": i.kind, "token": i.token, "version": 1, "data": data,
		"channel_id": i.channel.ID, "channel": wireChannel(i.channel), "locale": "en-US", "entitlements": []object{},
		"authorizing_integration_owners": object{"0": i.installedIn()}, "context": 1, "attachment_size_limit": 10 << 20,
		"app_permissions": formatID(uint64(Everything)),
	}
	if i.pressed != nil {
		out["message"] = wireMessage(i.pressed, true)
	}
	if i.member == nil {
		out["user"] = wireUser(i.user)
		return out
	}
	guild, now := i.member.Guild, i.server.now()
	member := wireMemberWithUser(i.member)
	member["permissions"] = formatID(uint64(i.member.permissionsIn(i.channel, now)))
	out["member"], out["guild_id"], out["context"], out["guild_locale"] = member, guild.ID, 0, "en-US"
	out["guild"] = object{"id": guild.ID, "locale": "en-US", "features": []string{}}
	if me := guild.members[i.server.bot.ID]; me != nil {
		out["app_permissions"] = formatID(uint64(me.permissionsIn(i.channel, now)))
	}
	return out
}

// installedIn is the guild in which the bot is used; "0" in a private
// conversation, as Discord has it.
func (i *Interaction) installedIn() string {
	if i.channel.Guild == nil {
		return "0"
	}
	return i.channel.Guild.ID
}
