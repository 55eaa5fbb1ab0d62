package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"parley/bot"
	"parley/bot/discord/rest"
	"parley/bot/discord/wire"
)

// timing is how patient the supervision of the connection is.
type timing struct {
	open      time.Duration // to connect and be greeted
	silence   time.Duration // without a sign of life before the connection is given up: two heartbeats
	look      time.Duration // between looks for signs of life
	backOff   time.Duration // before the second attempt; doubles
	longest   time.Duration // back-off at most
	settled   time.Duration // a connection that lasted so long starts the back-off anew
	policy    time.Duration // between looks whether another policy is in force
	afterFail time.Duration // before a new session once Discord has refused to resume one: at least, at most twice
}

// maxResumes is how often in a row a session is resumed that breaks at once.
const maxResumes = 4

var usualTiming = timing{
	open: 45 * time.Second, silence: 90 * time.Second, look: 5 * time.Second,
	backOff: time.Second, longest: 2 * time.Minute, settled: time.Minute, policy: 10 * time.Second, afterFail: time.Second,
}

// Run connects to Discord and delivers comments until ctx ends, which is no error. It
// outlives every outage; an error means that going on is of no use, and says what to do
// about it.
func (p *Platform) Run(ctx context.Context, in bot.Intake) error {
	p.intake = in
	ctx, stop := context.WithCancel(ctx)
	defer p.work.Wait()
	defer stop()
	p.work.Go(func() { p.keepSettled(ctx) })
	wait := p.timing.backOff
	for {
		began := time.Now()
		err := p.introduce(ctx)
		if err == nil {
			err = p.session(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		if fatal := fatalError(err); fatal != nil {
			return fatal
		}
		if time.Since(began) > p.timing.settled {
			wait = p.timing.backOff
		}
		pause := wait/2 + rand.N(wait)
		p.log.Warn("no connection to Discord; trying again", "error", err, "again_in", pause.Round(time.Millisecond))
		if !sleep(ctx, pause) {
			return nil
		}
		wait = min(2*wait, p.timing.longest)
	}
}

// introduce asks Discord who the bot is, which also tells whether the token is good.
func (p *Platform) introduce(ctx context.Context) error {
	if p.me() != "" {
		return nil
	}
	var user wire.User
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/users/@me"}, &user); err != nil {
		return fmt.Errorf("ask Discord who the bot is: %w", err)
	}
	var application struct {
		ID string `json:"id"`
	}
	if err := p.api.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/applications/@me"}, &application); err != nil {
		return fmt.Errorf("ask Discord for the bot's application: %w", err)
	}
	p.self.Lock()
	defer p.self.Unlock()
	if p.botID == "" {
		p.botID, p.appID = user.ID, application.ID
		close(p.started)
	}
	return nil
}

// awaitSelf waits until Run has learnt who the bot is.
func (p *Platform) awaitSelf(ctx context.Context) error {
	select {
	case <-p.started:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("not connected to Discord yet: %w", ctx.Err())
	}
}

// session keeps one session with Discord going over as many connections as it takes, and
// returns when it cannot be resumed: the next one is a new session.
func (p *Platform) session(ctx context.Context) error {
	l, err := p.newLink(ctx)
	if err != nil {
		return err
	}
	resuming := false
	for failures := 0; failures < maxResumes; {
		if err := l.open(ctx); err != nil {
			if !resuming || fatalError(err) != nil || ctx.Err() != nil {
				return fmt.Errorf("open the gateway: %w", err)
			}
			p.log.Warn("gateway not reached; trying again to resume", "error", err)
			failures++
			sleep(ctx, p.timing.backOff<<failures)
			continue
		}
		resuming = true
		if !l.greeted.Load() { // Discord said "invalid session"; discordgo would ask again without pause
			l.close(websocket.CloseNormalClosure)
			sleep(ctx, p.timing.afterFail+rand.N(p.timing.afterFail))
			return errors.New("session not accepted by Discord")
		}
		began := time.Now()
		why := l.watch(ctx)
		if ctx.Err() != nil {
			l.close(websocket.CloseNormalClosure)
			return nil
		}
		p.log.Warn("connection to Discord lost; resuming", "reason", why)
		l.close(websocket.CloseServiceRestart) // unlike a normal closure it leaves the session resumable
		if time.Since(began) > p.timing.settled {
			failures = 0
			continue
		}
		if failures++; failures > 1 { // no storm of resumes
			sleep(ctx, p.timing.backOff/2+rand.N(p.timing.backOff))
		}
	}
	return errors.New("connections break as soon as they are made")
}

// fatalError explains errors after which trying again is of no use; nil for all others.
func fatalError(err error) error {
	if rest.Status(err) == http.StatusUnauthorized {
		return errBadToken
	}
	closed, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		return nil
	}
	switch closed.Code {
	case 4004:
		return errBadToken
	case 4010, 4011:
		return errors.New("the bot is in more servers than Discord allows one connection to serve, and Parley has only one; remove it from some")
	case 4012:
		return errors.New("version 10 of the gateway is no longer spoken by Discord; install a newer Parley")
	case 4013, 4014:
		return errors.New("the bot's intents are refused by Discord; switch on Message Content Intent" +
			" (and Server Members Intent where rules look at who joins) under Bot, Privileged Gateway Intents," +
			" for this application at https://discord.com/developers/applications, then start Parley again")
	}
	return nil
}

var errBadToken = errors.New("the bot's token is not known to Discord; set DISCORD_TOKEN to the one under Bot" +
	" at https://discord.com/developers/applications (Reset Token makes a new one and ends the old)")

// intents are those that the configuration needs.
func (p *Platform) intents() discordgo.Intent {
	wanted := Intents
	if p.joins {
		wanted |= JoinIntents
	}
	if p.prevent != nil {
		wanted |= PreventIntents
	}
	return wanted
}

// sleep waits; false means that ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
