package discordtest_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot/discord/discordtest"
)

func (w world) comments(n int) []discordtest.FloodComment {
	var list []discordtest.FloodComment
	for i := range n {
		author := w.guild.NewMember("reader" + strconv.Itoa(i))
		list = append(list, discordtest.FloodComment{Author: author, Text: fmt.Sprintf("comment \"%d\" of a flood 🌊", i)})
	}
	return list
}

func TestAFloodArrivesWholeAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.client(t)
	const count = 3000
	heard := make(chan *discordgo.MessageCreate, count)
	session.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { heard <- m })
	w.connect(t, session)
	comments := w.comments(3)

	log, err := w.Flood(soon(t), discordtest.Flood{Channel: w.channel, Comments: comments, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	for i, sent := range log.Sent {
		got := next(t, heard)
		comment := comments[i%3]
		if got.ID != strconv.FormatUint(sent.ID, 10) || got.Content != comment.Text || got.Author.ID != comment.Author.ID ||
			got.Member == nil || !got.Timestamp.Equal(discordtest.TimeOf(got.ID)) {
			t.Fatalf("message %d came as %+v", i, got.Message)
		}
		if at, ok := log.SentAt(got.ID); !ok || !at.Equal(sent.At) {
			t.Fatalf("message %d was sent at %v, the log says %v", i, sent.At, at)
		}
	}
	if there := w.channel.Messages(); len(there) != count || there[count-1].Content != comments[2].Text {
		t.Errorf("the channel holds %d messages, want %d", len(there), count)
	}
}

func TestAFloodKeepsToItsRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(t, w.client(t))
	const count, rate = 50, 500
	log, err := w.Flood(soon(t), discordtest.Flood{Channel: w.channel, Comments: w.comments(1), Count: count, Rate: rate})
	if err != nil {
		t.Fatal(err)
	}
	if took, least := log.Ended.Sub(log.Started), (count-1)*time.Second/rate; took < least {
		t.Errorf("%d messages at %d a second took only %v", count, rate, took)
	}
}

func TestAFloodThatNobodyHearsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Flood(soon(t), discordtest.Flood{Channel: w.channel, Comments: w.comments(1)}); !errors.Is(err, discordtest.ErrNobodyListens) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkFlood measures how many messages a second a discordgo client with a
// handler that does nothing can be given: the floor for a bot's throughput.
func BenchmarkFlood(b *testing.B) {
	srv := discordtest.NewServer()
	defer srv.Close()
	guild := srv.NewGuild("News")
	w := world{Server: srv, guild: guild, channel: guild.NewTextChannel("articles")}
	session, err := discordgo.New("Bot " + srv.Token())
	if err != nil {
		b.Fatal(err)
	}
	session.Client.Transport = srv.Transport()
	session.Identify.Intents = allIntents
	session.SyncEvents = true
	var heard atomic.Int64
	done := make(chan struct{})
	want := int64(b.N)
	session.AddHandler(func(*discordgo.Session, *discordgo.MessageCreate) {
		if heard.Add(1) == want {
			close(done)
		}
	})
	if err := session.Open(); err != nil {
		b.Fatal(err)
	}
	comments := w.comments(100)
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := srv.Flood(b.Context(), discordtest.Flood{Channel: w.channel, Comments: comments, Count: b.N}); err != nil {
		b.Fatal(err)
	}
	<-done
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	session.ShouldReconnectOnError = false
	_ = session.Close()
}
