package bench

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
)

// pace is how fast a stream was taken in, and what it cost.
type pace struct {
	perSecond float64
	allocs    float64 // per comment, stand-in included
}

// floor measures bare discordgo with a handler that does nothing but count.
func (b *bench) floor(ctx context.Context) (pace, error) {
	discordgo.APIVersion = "10" // the library's default is older than what the stand-in speaks
	session, err := discordgo.New("Bot " + b.server.Token())
	if err != nil {
		return pace{}, err
	}
	session.Client = &http.Client{Transport: b.server.Transport()}
	session.Identify.Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentMessageContent
	var heard atomic.Int64
	done := make(chan struct{})
	session.AddHandler(func(*discordgo.Session, *discordgo.MessageCreate) {
		if heard.Add(1) == int64(b.Comments) {
			close(done)
		}
	})
	if err := session.Open(); err != nil {
		return pace{}, fmt.Errorf("connect bare discordgo: %w", err)
	}
	defer session.Close()
	return b.measure(ctx, discordtest.Flood{Channel: b.channel, Comments: b.streams.full}, done)
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
