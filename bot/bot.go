package bot

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/moderation"
	"parley/moderation/ledger"
)

// ErrStopping is returned to a source that delivers comments to a bot which is shutting
// down. Such comments are read again after the restart.
var ErrStopping = errors.New("the bot is shutting down")

// Config is what a bot is made of. Source, Enforcer, Store and Rulebook are needed.
type Config struct {
	Source   Source
	Enforcer Enforcer
	Store    ledger.Store
	Rulebook *Rulebook
	Adviser  Adviser      // gives second opinions; nil: none are asked for
	Log      *slog.Logger // nil: nothing is logged

	// Parse makes a rulebook of a source that Rulebook.Source once held, or of one that
	// package change has laid rules over. It is needed for changing the policy by command;
	// nil: that is refused.
	Parse func(source []byte) (*Rulebook, error)

	Workers int // how many comments are judged at a time; 0: 64
	// Readers is how many of them are read at the same time, which is most of the work. 0: as
	// many as there are processors but one, and at least one. In a flood the workers would have
	// every processor to themselves; one is left to the gateway, to take-downs, to moderators
	// and to a store on the same machine.
	Readers int
	Drain   time.Duration // how long shutting down may take; 0: 20 s

	// OnVerdict, when set, is called after every verdict by the worker that reached it; it
	// must be quick and keep neither pointer. took is the time since the comment arrived.
	OnVerdict func(c *moderation.Comment, v *moderation.Verdict, took time.Duration)
	// OnOpinion, when set, is called after every second opinion with the case as it was
	// asked about and the verdict that came of it, once that is written down.
	OnOpinion func(c moderation.Case, o moderation.Opinion, v moderation.Verdict)
}

const (
	defaultWorkers = 64
	defaultDrain   = 20 * time.Second
)

// Bot runs moderation on one platform. It is made by New and run once by Run; its other
// methods may be called concurrently, by a source (Intake) and by anybody (Use, Ready).
type Bot struct {
	Config
	consumer string                   // names this process to the outbox
	rulebook atomic.Pointer[Rulebook] // the policy in the file
	metrics  *metrics
	store    *storeHealth
	marks    marks
	shadows  shadowLog
	alerts   *alerter

	seed      maphash.Seed // spreads authors over the shards
	shards    []*shard
	guilds    sync.Map // ID → *guild
	connected atomic.Bool

	work     context.Context // ends when draining has taken too long
	stopping chan struct{}   // closed when no more comments are taken in
	draining chan struct{}   // closed when no more effects are decided on
	catching sync.WaitGroup
	pumping  sync.WaitGroup
}

// New makes a bot; it fails when a needed part of the configuration is missing.
func New(c Config) (*Bot, error) {
	switch {
	case c.Source == nil:
		return nil, errors.New("bot: no source of comments is configured")
	case c.Enforcer == nil:
		return nil, errors.New("bot: nothing is configured that carries out effects")
	case c.Store == nil:
		return nil, errors.New("bot: no store is configured")
	case c.Rulebook == nil:
		return nil, errors.New("bot: no policy is configured")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Workers <= 0 {
		c.Workers = defaultWorkers
	}
	if c.Readers <= 0 {
		c.Readers = max(1, runtime.GOMAXPROCS(0)-1)
	}
	if c.Drain <= 0 {
		c.Drain = defaultDrain
	}
	b := &Bot{
		Config:   c,
		consumer: processName(),
		metrics:  newMetrics(),
		seed:     maphash.MakeSeed(),
		stopping: make(chan struct{}),
		draining: make(chan struct{}),
	}
	b.rulebook.Store(c.Rulebook)
	b.alerts = newAlerter(b)
	b.store = &storeHealth{bot: b}
	turns := make([]sync.Mutex, c.Readers)
	for i := range c.Workers {
		b.shards = append(b.shards, newShard(b, &turns[i%len(turns)]))
	}
	b.registerGauges()
	b.countRoundTrips()
	if collector, ok := c.Adviser.(prometheus.Collector); ok {
		if err := b.metrics.registry.Register(collector); err != nil {
			return nil, fmt.Errorf("bot: metrics of second opinions: %w", err)
		}
	}
	return b, nil
}

// processName tells this process from others that share the store, restarts included.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), strconv.FormatUint(rand.Uint64(), 36))
}

// Run moderates until ctx ends or the source cannot go on. Then it drains: comments that
// were taken in are judged, effects that were decided on are carried out, watermarks are
// stored. What does not get done in Config.Drain is left to the next start, which finds it
// in the outbox and behind the watermarks. The error is the source's, nil after ctx ended.
func (b *Bot) Run(ctx context.Context) error {
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	b.work = work

	if err := b.awaitStore(ctx); err != nil {
		return nil // told to stop before the store was there
	}
	var judging, tending sync.WaitGroup
	for _, s := range b.shards {
		judging.Go(func() { s.run(work) })
	}
	tidy, stopTidying := context.WithCancel(work)
	defer stopTidying()
	tending.Go(func() { b.keepBooks(tidy) })
	tending.Go(func() { b.alerts.run(tidy) })
	tending.Go(func() { b.followSwitches(tidy) })

	err := b.Source.Run(ctx, b)
	if ctx.Err() != nil {
		err = nil
	}

	b.Log.Info("draining", "within", b.Drain)
	late := time.AfterFunc(b.Drain, abandon)
	defer late.Stop()
	close(b.stopping)
	b.catching.Wait()
	judging.Wait()
	close(b.draining)
	b.pumping.Wait()
	stopTidying()
	tending.Wait()
	if work.Err() != nil {
		b.Log.Warn("stopped before everything was done; the rest is done after the next start", "within", b.Drain)
	}
	b.saveBooks(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("source of comments: %w", err)
	}
	return nil
}

// awaitStore returns once the store answers, and says that it waits while it does not.
func (b *Bot) awaitStore(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		err := b.Store.Ping(ctx)
		if err == nil {
			return nil
		}
		wait := backoff(attempt, time.Second, 15*time.Second)
		b.Log.Warn("waiting for the store; is it running, and is its address right?",
			"store", b.Store.Name(), "error", err, "again_in", wait)
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// Use puts another policy in force, from the next comment on, and keeps it in the log of
// every community. What was switched by command in a community stays switched. by says who:
// "file" or "signal".
func (b *Bot) Use(ctx context.Context, r *Rulebook, by string) {
	b.rulebook.Store(r)
	b.Log.Info("policy in force", "policy", r.Hash, "by", by)
	b.eachGuild(func(g *guild) { g.follow(ctx, by) })
}

// Current is the policy in the file, in force wherever no command has changed it.
func (b *Bot) Current() *Rulebook { return b.rulebook.Load() }

// In is the policy in force in a community. The first time, that may take a trip to the
// store; while it is away, or before the community is known, the policy in the file holds.
func (b *Bot) In(id string) *Rulebook {
	known, ok := b.guilds.Load(id)
	if !ok {
		return b.Current()
	}
	if book := known.(*guild).book.Load(); book != nil {
		return book
	}
	if b.store.away.Load() {
		return b.Current()
	}
	ctx, cancel := context.WithTimeout(context.Background(), rulesTimeout)
	defer cancel()
	if book, err := known.(*guild).rules(ctx); err == nil {
		return book
	}
	return b.Current()
}

// rulesTimeout bounds how long somebody waits who asks for a community's rules.
const rulesTimeout = time.Second

// Ready reports why the bot is not moderating at the moment; nil when it is.
func (b *Bot) Ready() error {
	switch {
	case b.isStopping():
		return ErrStopping
	case !b.connected.Load():
		return errors.New("not connected to the platform yet")
	}
	return b.store.err()
}

func (b *Bot) isStopping() bool {
	select {
	case <-b.stopping:
		return true
	default:
		return false
	}
}

// backoff is how long to wait before attempt+1: doubling from first to most, half of it
// by chance so that many do not come back at once.
func backoff(attempt int, first, most time.Duration) time.Duration {
	wait := most
	if attempt < 30 {
		wait = min(first<<max(0, attempt-1), most)
	}
	return wait/2 + rand.N(wait/2+1)
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// until is ctx, ended early when a channel is closed.
func until(ctx context.Context, closed <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
