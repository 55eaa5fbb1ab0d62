package bench

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/latency"
	"parley/moderation"
)

// pace is how fast a stream was taken in, and what it cost.
type pace struct {
	perSecond float64
	allocs    float64 // per comment, stand-in included
}

// floor measures bare discordgo with a handler that does nothing but count.
func (b *bench) floor(ctx context.Context) (pace, error) {
	var heard atomic.Int64
	done := make(chan struct{})
	session, err := b.connectBare(func(*discordgo.MessageCreate) {
		if heard.Add(1) == int64(b.Comments) {
			close(done)
		}
	})
	if err != nil {
		return pace{}, err
	}
	defer session.Close()
	return b.measure(ctx, discordtest.Flood{Channel: b.channel, Comments: b.streams.full}, done)
}

// floorLatency measures how long a comment takes from the gateway's frame to bare discordgo's
// handler, at the load at which Parley's latencies were taken.
func (b *bench) floorLatency(ctx context.Context, r *Result) error {
	session, err := b.connectBare(func(m *discordgo.MessageCreate) { b.heard.note(m.ID, moderation.Allow) })
	if err != nil {
		return err
	}
	defer session.Close()
	log, err := b.halfLoad(ctx, r)
	if err != nil {
		return err
	}
	_, r.FloorP99 = inMilliseconds(latency.Percentiles(b.heard.since(log)))
	return nil
}

func (b *bench) connectBare(handle func(*discordgo.MessageCreate)) (*discordgo.Session, error) {
	discordgo.APIVersion = "10" // the library's default is older than what the stand-in speaks
	session, err := discordgo.New("Bot " + b.server.Token())
	if err != nil {
		return nil, err
	}
	session.Client = &http.Client{Transport: b.server.Transport()}
	session.Identify.Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentMessageContent
	session.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { handle(m) })
	if err := session.Open(); err != nil {
		return nil, fmt.Errorf("connect bare discordgo: %w", err)
	}
	return session, nil
}

// measure floods and waits until done is closed. The clock starts when the first comment is
// sent: rendering them beforehand is the stand-in's work, which nobody waits for.
func (b *bench) measure(ctx context.Context, flood discordtest.Flood, done <-chan struct{}) (pace, error) {
	before := mallocs()
	log, err := b.server.Flood(ctx, flood)
	if err != nil {
		return pace{}, err
	}
	if err := wait(ctx, done); err != nil {
		return pace{}, err
	}
	n := float64(len(flood.Comments))
	return pace{perSecond: n / time.Since(log.Started).Seconds(), allocs: float64(mallocs()-before) / n}, nil
}

// patience bounds waiting for a stream to be worked off.
const patience = 20 * time.Second

func wait(ctx context.Context, done <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the stream was not worked off: %w", ctx.Err())
	}
}
