package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"parley/bot"
	"parley/bot/discord/tap"
	"parley/bot/discord/wire"
	"parley/moderation"
	"parley/moderation/policy"
)

// frame is a message as the gateway sends it today.
const frame = `{"t":"MESSAGE_CREATE","s":1234,"op":0,"d":{"type":0,"tts":false,"timestamp":"2026-11-22T13:48:01.123000+00:00",` +
	`"pinned":false,"nonce":"1309507912345600000","mentions":[],"mention_roles":[],"mention_everyone":false,"member":{"roles":` +
	`["1309507912345600001","1309507912345600002"],"premium_since":null,"pending":false,"nick":"somebody","mute":false,` +
	`"joined_at":"2023-01-02T03:04:05.678000+00:00","flags":0,"deaf":false,"communication_disabled_until":null,"banner":null,` +
	`"avatar":null},"id":"1309507912345612345","flags":0,"embeds":[],"edited_timestamp":null,"content":"I think the article is ` +
	`right about the council, and I am sorry for the family. What a terrible day for our town.","components":[],"channel_id":` +
	`"1309507912345600003","channel_type":0,"author":{"username":"somebody","public_flags":0,"primary_guild":null,"id":` +
	`"1309507912345600004","global_name":"Some Body","display_name_styles":null,"discriminator":"0","collectibles":null,"clan":` +
	`null,"avatar_decoration_data":null,"avatar":"0123456789abcdef0123456789abcdef"},"attachments":[],"guild_id":"1309507912345600005"}}`

// BenchmarkComment measures what a comment costs from frame to intake, on a connection that
// is tapped and on one that is not, and compares it with what discordgo alone spends on the
// frame: times_bare is the ratio.
func BenchmarkComment(b *testing.B) {
	p, err := New(Config{Token: "x", Ledger: &memory{}, Log: slog.New(slog.DiscardHandler),
		Settings: func(string, moderation.Channel) *policy.Settings { return benchSettings }})
	if err != nil {
		b.Fatal(err)
	}
	p.intake = discard{}
	p.guilds.arrive(wire.Guild{ID: "1309507912345600005", OwnerID: "1", Roles: []wire.Role{
		{ID: "1309507912345600005"}, {ID: "1309507912345600001", Position: 1}, {ID: "1309507912345600002", Position: 2}, {ID: "9", Position: 3}},
		Channels: []wire.Channel{{ID: "1309507912345600003", Name: "news"}},
		Members:  []wire.Member{{User: &wire.User{ID: "7"}, Roles: []string{"9"}}}}, "7")
	p.articles.markLooked("1309507912345600003")
	ctx := context.Background()

	b.Run("tapped", func(b *testing.B) {
		l, came := &link{}, &arriving{left: []byte("HTTP/1.1 101 Switching Protocols\r\n\r\n")}
		conn, buffer := tap.New(came, &l.tapped), make([]byte, 4096)
		if _, err := conn.Read(buffer); err != nil {
			b.Fatal(err)
		}
		framed := append([]byte{0x81, 126, byte(len(frame) >> 8), byte(len(frame) & 0xff)}, frame...)
		compare(b, func() {
			came.left = framed
			n, err := conn.Read(buffer)
			if err != nil {
				b.Fatal(err)
			}
			p.handle(ctx, l.untapped(decoded(b, buffer[2:n])))
		})
	})
	b.Run("not tapped", func(b *testing.B) {
		compare(b, func() { p.handle(ctx, bare(b)) })
	})
}

// compare runs f in turn with what discordgo spends on a message.
func compare(b *testing.B, f func()) {
	var spentBare, spent time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		bare(b)
		between := time.Now()
		f()
		spent += time.Since(between)
		spentBare += between.Sub(began)
	}
	b.ReportMetric(float64(spent)/float64(spentBare), "times_bare")
}

// arriving is a connection over which what is left comes.
type arriving struct {
	net.Conn
	left []byte
}

func (a *arriving) Read(b []byte) (int, error) {
	n := copy(b, a.left)
	a.left = a.left[n:]
	return n, nil
}

var benchSettings = &policy.Settings{Channels: []string{"news"}, ReviewChannel: "mods", Window: time.Hour, ModeratorPermission: "moderate_members"}

// bare does what discordgo does with a frame before any handler sees it.
func bare(b *testing.B) *discordgo.Event {
	e := decoded(b, []byte(frame))
	if err := json.Unmarshal(e.RawData, &discordgo.MessageCreate{}); err != nil {
		b.Fatal(err)
	}
	return e
}

// decoded is the first thing that discordgo does with what comes.
func decoded(b *testing.B, raw []byte) (e *discordgo.Event) {
	if err := json.NewDecoder(bytes.NewBuffer(raw)).Decode(&e); err != nil {
		b.Fatal(err)
	}
	return e
}

// discard is a bot that takes everything in and does nothing.
type discard struct{}

func (discard) Comment(context.Context, moderation.Comment) error { return nil }
func (discard) Join(context.Context, string, string, time.Time)   {}
func (discard) Gap(context.Context, string, []bot.Announced)      {}
