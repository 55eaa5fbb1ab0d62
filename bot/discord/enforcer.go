package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"parley/bot"
	"parley/bot/discord/rest"
	"parley/moderation"
)

// longestTimeout is the longest that Discord allows (developer reference, "Modify Guild
// Member"), less a minute for clocks that differ.
const longestTimeout = 28*24*time.Hour - time.Minute

// Carry carries out one effect. See bot.Enforcer; doing an effect again changes nothing more.
func (p *Platform) Carry(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	if err := p.awaitSelf(ctx); err != nil {
		return moderation.Receipt{}, err
	}
	receipt, err := p.carry(ctx, e, c)
	if err != nil {
		return moderation.Receipt{}, fmt.Errorf("%s for case %s: %w", e.Kind, e.Case, effectError(err))
	}
	return receipt, nil
}

func (p *Platform) carry(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	switch e.Kind {
	case moderation.TakeDown:
		return moderation.Receipt{}, p.takeDown(ctx, e)
	case moderation.GiveBack:
		return p.giveBack(ctx, e, c)
	case moderation.Notify:
		return p.notify(ctx, e)
	case moderation.TimeOut:
		return p.timeOut(ctx, e)
	case moderation.LiftTimeOut:
		return p.liftTimeOut(ctx, e, c)
	case moderation.KickOut:
		return moderation.Receipt{}, p.kick(ctx, e)
	case moderation.BanUser:
		return moderation.Receipt{}, p.ban(ctx, e)
	case moderation.UnbanUser:
		return moderation.Receipt{}, p.unban(ctx, e)
	case moderation.ShowCard:
		return p.showCard(ctx, e, c)
	case moderation.Alert:
		return p.alert(ctx, e)
	}
	return moderation.Receipt{}, fmt.Errorf("%w: there is no such effect on Discord", bot.ErrForbidden)
}

// effectError tells apart what an enforcer's caller treats differently. What Discord finds
// malformed it will find malformed again, so that is forbidden, too.
func effectError(err error) error {
	if errors.Is(err, bot.ErrForbidden) || errors.Is(err, bot.ErrGone) {
		return err
	}
	refused, ok := errors.AsType[*rest.Error](err)
	if !ok {
		return err
	}
	switch {
	case refused.After > 0:
		return &bot.RetryError{After: refused.After, Err: err}
	case refused.Status == http.StatusNotFound:
		return fmt.Errorf("%w: %w", bot.ErrGone, err)
	case refused.Status == http.StatusForbidden, refused.Status == http.StatusBadRequest:
		return fmt.Errorf("%w: %w", bot.ErrForbidden, err)
	}
	return err
}

func (p *Platform) takeDown(ctx context.Context, e moderation.Effect) error {
	return p.api.Do(ctx, rest.Call{Method: http.MethodDelete, Reason: e.Reason,
		Path: "/channels/" + e.Target.Channel + "/messages/" + e.Target.Message}, nil)
}

// sparing refuses to punish whom Parley never punishes, whatever the effect says: roles may
// have changed since it was decided on. It returns the member's timeout, zero without one.
func (p *Platform) sparing(ctx context.Context, e moderation.Effect) (until time.Time, err error) {
	if e.User == p.me() {
		return time.Time{}, fmt.Errorf("%w: the bot does not punish itself", bot.ErrForbidden)
	}
	member, err := p.fetchMember(ctx, e.Guild, e.User)
	if err != nil {
		return time.Time{}, err
	}
	if member.User != nil && member.User.Bot {
		return time.Time{}, fmt.Errorf("%w: bots are not punished", bot.ErrForbidden)
	}
	at, _ := p.place(e.Guild, e.Target.Channel)
	settings := at.settings
	if settings == nil {
		settings = p.settings(e.Guild, moderation.Channel{ID: e.Target.Channel})
	}
	if exempt := p.guilds.exemption(e.Guild, e.User, member.Roles, settings); exempt != "" {
		return time.Time{}, fmt.Errorf("%w: the author is never punished (%s)", bot.ErrForbidden, exempt)
	}
	return member.Until.Time, nil
}

// timeOut mutes a member until Effect.Until, but never shortens a timeout that is longer.
func (p *Platform) timeOut(ctx context.Context, e moderation.Effect) (moderation.Receipt, error) {
	now := time.Now()
	until := e.Until
	if latest := now.Add(longestTimeout); until.After(latest) {
		until = latest
	}
	if !until.After(now) {
		return moderation.Receipt{Note: "the timeout had ended before it could be given"}, nil
	}
	current, err := p.sparing(ctx, e)
	if err != nil {
		return moderation.Receipt{}, err
	}
	if !current.Before(until.Truncate(time.Second)) {
		return moderation.Receipt{Note: "already timed out for as long"}, nil
	}
	return moderation.Receipt{}, p.setTimeout(ctx, e, &until)
}

// liftTimeOut ends the timeout that a case gave. A longer one is somebody else's.
func (p *Platform) liftTimeOut(ctx context.Context, e moderation.Effect, c moderation.Case) (moderation.Receipt, error) {
	member, err := p.fetchMember(ctx, e.Guild, e.User)
	if err != nil {
		return moderation.Receipt{}, err
	}
	until := member.Until.Time
	switch {
	case !until.After(time.Now()):
		return moderation.Receipt{}, nil
	case !c.Until.IsZero() && until.After(c.Until.Add(time.Second)):
		return moderation.Receipt{Note: "a longer timeout was given since and is left alone"}, nil
	}
	return moderation.Receipt{}, p.setTimeout(ctx, e, nil)
}

func (p *Platform) setTimeout(ctx context.Context, e moderation.Effect, until *time.Time) error {
	var body struct {
		Until *string `json:"communication_disabled_until"`
	}
	if until != nil {
		text := until.UTC().Format(time.RFC3339)
		body.Until = &text
	}
	return p.api.Do(ctx, rest.Call{Method: http.MethodPatch, Reason: e.Reason,
		Path: "/guilds/" + e.Guild + "/members/" + e.User, Body: body}, nil)
}

func (p *Platform) kick(ctx context.Context, e moderation.Effect) error {
	if _, err := p.sparing(ctx, e); err != nil {
		return err
	}
	return p.api.Do(ctx, rest.Call{Method: http.MethodDelete, Reason: e.Reason,
		Path: "/guilds/" + e.Guild + "/members/" + e.User}, nil)
}

// ban bans somebody, also one who has left already. Their messages stay.
func (p *Platform) ban(ctx context.Context, e moderation.Effect) error {
	if _, err := p.sparing(ctx, e); err != nil && !rest.HasCode(err, rest.CodeUnknownMember) {
		return err
	}
	body := struct {
		Delete int `json:"delete_message_seconds"`
	}{0}
	return p.api.Do(ctx, rest.Call{Method: http.MethodPut, Reason: e.Reason,
		Path: "/guilds/" + e.Guild + "/bans/" + e.User, Body: body}, nil)
}

func (p *Platform) unban(ctx context.Context, e moderation.Effect) error {
	return p.api.Do(ctx, rest.Call{Method: http.MethodDelete, Reason: e.Reason,
		Path: "/guilds/" + e.Guild + "/bans/" + e.User}, nil)
}
