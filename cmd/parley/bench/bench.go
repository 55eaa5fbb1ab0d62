package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"parley/bot/discord/discordtest"
	"parley/cmd/parley/daemon"
	"parley/cmd/parley/latency"
	"parley/moderation"
	"parley/moderation/ledger"
)

// Options say what to measure.
type Options struct {
	Bot      daemon.Options // the bot, but for what the stand-in fills in
	Comments int            // how many in each stream
	Program  string         // path of this program, for the bot in a process of its own
	Config   string         // path of the policy for that bot
	Stage    func(name string)
}

// Result is what was measured. Rates are per second of wall time, times in milliseconds.
type Result struct {
	Store             string  `json:"store"`
	Comments          int     `json:"comments"`
	CommentsPerSecond float64 `json:"comments_per_second"`
	FloorPerSecond    float64 `json:"floor_per_second"` // bare discordgo, no-op handler
	RatioToFloor      float64 `json:"ratio_to_floor"`
	HalfLoad          float64 `json:"half_load_per_second"` // at which latencies were taken
	VerdictP50        float64 `json:"verdict_p50_ms"`       // from gateway frame to verdict
	VerdictP99        float64 `json:"verdict_p99_ms"`
	FloorP99          float64 `json:"floor_p99_ms"`  // bare discordgo at half load, from gateway frame to its handler
	EffectP50         float64 `json:"effect_p50_ms"` // from gateway frame to the request that takes it down
	EffectP99         float64 `json:"effect_p99_ms"`
	RoundTripsClean   float64 `json:"round_trips_clean"`  // calls of the store per comment, commits of what was flagged left out
	Allocs            float64 `json:"allocs_per_comment"` // bot, client library and stand-in
	FloorAllocs       float64 `json:"floor_allocs_per_comment"`
	RSS               float64 `json:"rss_mb"`   // peak of a bot in its own process, at half load
	Ready             float64 `json:"ready_ms"` // from starting that process to /readyz
}

// bench is one run.
type bench struct {
	Options
	server  *discordtest.Server
	channel *discordtest.Channel
	streams streams
	heard   heard
	calls   calls
}

// authors is how many members comment at least; there are never fewer than comments in a
// stream, so that each says too little to look like a flood.
const authors = 12000

// Run measures. It takes a few times as long as it takes to read the stream.
func Run(ctx context.Context, o Options) (Result, error) {
	b := &bench{Options: o}
	if err := b.build(); err != nil {
		return Result{}, err
	}
	defer b.server.Close()

	o.Stage("bare discordgo")
	floor, err := b.floor(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("the floor: %w", err)
	}
	r := Result{Comments: o.Comments, FloorPerSecond: floor.perSecond, FloorAllocs: floor.allocs}
	if err := b.inProcess(ctx, &r); err != nil {
		return Result{}, err
	}
	o.Stage("bare discordgo, half load")
	if err := b.floorLatency(ctx, &r); err != nil {
		return Result{}, fmt.Errorf("the floor at half load: %w", err)
	}
	o.Stage("a bot in its own process")
	if err := b.ownProcess(ctx, &r); err != nil {
		return Result{}, fmt.Errorf("the bot in its own process: %w", err)
	}
	return r, nil
}

func (b *bench) build() (err error) {
	if b.server, err = discordtest.Start(); err != nil {
		return fmt.Errorf("start the stand-in for Discord: %w", err)
	}
	guild := b.server.NewGuild("Bench")
	guild.BotRole().Raise()
	guild.NewTextChannel(reviewChannel)
	b.channel = guild.NewTextChannel(newsChannel)
	b.streams, err = b.writeStreams()
	return err
}

// Names that the bench's policy uses.
const (
	newsChannel   = "world-news"
	reviewChannel = "mod-queue"
)

func (b *bench) shareArticle() error {
	_, err := guildOwner(b.channel).PostArticle(b.channel, discordtest.Embed{URL: "https://news.example/council/budget", Title: "Council debates the budget", Description: "A long evening in the town hall, with few decisions."})
	return err
}

func guildOwner(c *discordtest.Channel) *discordtest.Member { return c.Guild.Owner() }

// inProcess measures throughput, latency, allocations and calls of the store.
func (b *bench) inProcess(ctx context.Context, r *Result) (err error) {
	o := b.Bot
	o.APIBase, o.Token, o.OnVerdict = b.server.URL(), b.server.Token(), b.heard.verdict
	o.Wrap = func(s ledger.Store) ledger.Store { return counted{s, &b.calls} }
	running, err := daemon.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.Stop()) }()
	r.Store = running.Store.Name()
	if err := b.shareArticle(); err != nil {
		return err
	}

	b.Stage("clean comments, flat out")
	b.calls.made.Store(0)
	if _, err = b.flatOut(ctx, b.streams.clean); err != nil {
		return err
	}
	r.RoundTripsClean = float64(b.calls.made.Load()) / float64(b.Comments)

	b.Stage("mixed comments, flat out")
	full, err := b.flatOut(ctx, b.streams.full)
	if err != nil {
		return err
	}
	r.CommentsPerSecond, r.Allocs = full.perSecond, full.allocs
	r.RatioToFloor = r.CommentsPerSecond / r.FloorPerSecond

	if err := b.awaitSettled(ctx, running.Store); err != nil {
		return err
	}
	b.Stage("mixed comments, half load")
	r.HalfLoad = full.perSecond / 2
	return b.latencies(ctx, r)
}

// awaitSettled waits until nothing is left to be carried out, so that one stage's effects do
// not weigh on the next.
func (b *bench) awaitSettled(ctx context.Context, store ledger.Store) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		left, err := store.Waiting(ctx, b.channel.Guild.ID, ledger.Effects)
		if err != nil {
			return fmt.Errorf("count the effects that are left: %w", err)
		}
		if left == 0 {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%d effects are left: %w", left, ctx.Err())
		}
	}
}

func (b *bench) flatOut(ctx context.Context, comments []discordtest.FloodComment) (pace, error) {
	done := b.heard.expect(len(comments))
	return b.measure(ctx, discordtest.Flood{Channel: b.channel, Comments: comments}, done)
}

// latencies compares when frames were sent at half load, verdicts reached and requests made.
func (b *bench) latencies(ctx context.Context, r *Result) error {
	log, err := b.halfLoad(ctx, r)
	if err != nil {
		return err
	}
	r.VerdictP50, r.VerdictP99 = inMilliseconds(latency.Percentiles(b.heard.since(log)))
	down := map[string]bool{}
	for id, h := range b.heard.all() {
		if h.action >= moderation.Hold {
			down[id] = true
		}
	}
	if err := b.awaitDown(ctx, down); err != nil {
		return err
	}
	var effects []time.Duration
	for _, request := range b.server.RequestsTo(takeDownRoute) {
		if sent, ok := log.SentAt(lastPart(request.Path)); ok {
			effects = append(effects, request.At.Sub(sent))
		}
	}
	r.EffectP50, r.EffectP99 = inMilliseconds(latency.Percentiles(effects))
	return nil
}

// halfLoad floods at half load and waits until all was heard.
func (b *bench) halfLoad(ctx context.Context, r *Result) (discordtest.FloodLog, error) {
	done := b.heard.expect(b.Comments)
	log, err := b.server.Flood(ctx, discordtest.Flood{Channel: b.channel, Comments: b.streams.half, Rate: r.HalfLoad})
	if err != nil {
		return discordtest.FloodLog{}, err
	}
	return log, wait(ctx, done)
}

func inMilliseconds(p50, p99 time.Duration) (float64, float64) {
	return latency.Milliseconds(p50), latency.Milliseconds(p99)
}

// heard collects verdicts.
type heard struct {
	mu      sync.Mutex
	reached map[string]reached
	left    int
	done    chan struct{}
}

type reached struct {
	at     time.Time
	action moderation.Action
}

// expect forgets what was heard and returns a channel that is closed after n verdicts.
func (h *heard) expect(n int) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reached, h.left, h.done = make(map[string]reached, n), n, make(chan struct{})
	return h.done
}

func (h *heard) verdict(c *moderation.Comment, v *moderation.Verdict, _ time.Duration) {
	h.note(c.ID, v.Action)
}

// note says that a message has come to its end.
func (h *heard) note(id string, action moderation.Action) {
	at := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left == 0 {
		return
	}
	h.reached[id] = reached{at, action}
	if h.left--; h.left == 0 {
		close(h.done)
	}
}

func (h *heard) all() map[string]reached {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reached
}

// since tells how long each comment took from when it was sent.
func (h *heard) since(log discordtest.FloodLog) (took []time.Duration) {
	for id, end := range h.all() {
		if sent, ok := log.SentAt(id); ok {
			took = append(took, end.at.Sub(sent))
		}
	}
	return took
}

// calls counts what is asked of the store on the way of a comment that nothing is done about.
type calls struct{ made atomic.Int64 }

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
