package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"parley/moderation/ledger"
)

// Bounds on how long an unreachable Redis can hold somebody up, unless the address says
// otherwise. A command is sent twice at most.
const (
	dialTimeout = time.Second
	ioTimeout   = time.Second
	poolTimeout = 2 * time.Second
)

// bufferSize is how much of what comes and goes a connection gathers. Every connection has
// two buffers for good, and what a trip sends is rarely longer.
const bufferSize = 16 << 10

// Options change what a store keeps. The zero value is what most communities want.
type Options struct {
	KeepCases time.Duration // how long a case is kept after its last change; 0: ledger.KeepCases
}

// Store is a ledger in Redis. It fills ledger.Store; all methods may be called
// concurrently, and any number of processes may share one Redis.
type Store struct {
	client    goredis.UniversalClient
	scripts   scripts
	trips     *trips
	shelves   shelves
	keepCases time.Duration
	sent      *roundTrips
	close     func() error // once
}

var _ ledger.Store = (*Store)(nil)

// Open connects to the Redis at address; see parseAddress for its forms. It fails with
// ledger.ErrAway when Redis does not answer, and with another error when the address makes
// no sense or the server is older than 7.0.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	universal, err := parseAddress(address)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	universal.DialTimeout = cmp.Or(universal.DialTimeout, dialTimeout)
	universal.ReadTimeout = cmp.Or(universal.ReadTimeout, ioTimeout)
	universal.WriteTimeout = cmp.Or(universal.WriteTimeout, ioTimeout)
	universal.PoolTimeout = cmp.Or(universal.PoolTimeout, poolTimeout)
	universal.MaxRetries = cmp.Or(universal.MaxRetries, 1)
	universal.DialerRetries = 1
	universal.ReadBufferSize, universal.WriteBufferSize = bufferSize, bufferSize
	universal.ContextTimeoutEnabled = true
	universal.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled} // Redis 7 has none
	client := goredis.NewUniversalClient(universal)
	s := &Store{
		client:    client,
		scripts:   newScripts(),
		shelves:   shelves{of: make(map[string]*shelf), most: shelvedAtMost},
		keepCases: cmp.Or(max(o.KeepCases, 0), ledger.KeepCases),
	}
	s.sent = new(roundTrips)
	client.AddHook(s.sent)
	s.trips = &trips{client: client, hash: goredis.NewScript(observeLua).Hash()}
	s.close = sync.OnceValue(client.Close)
	if err := s.greet(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger: %w", err), s.Close())
	}
	return s, nil
}

// greet makes sure that the server answers and is new enough.
func (s *Store) greet(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	// ZADD LT and PEXPIRE are older; SET with NX and GET together came with 7.0.
	err := s.client.Do(ctx, "COMMAND", "GETKEYS", "SET", "k", "v", "NX", "GET").Err()
	if err != nil && away(err) == nil {
		return fmt.Errorf("the server is too old: Redis 7.0 or newer is needed: %w", err)
	}
	return wrap("ask what the server can do", err)
}

// Name is "redis".
func (s *Store) Name() string { return "redis" }

// RoundTrips is how many commands and pipelines have been sent since Open.
func (s *Store) RoundTrips() int64 { return s.sent.Load() }

// Ping reports whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	return wrap("ping Redis", s.client.Ping(ctx).Err())
}

// Close ends the connections. Calls after it do nothing.
func (s *Store) Close() error { return s.close() }

// run runs a script and returns its list.
func (s *Store) run(ctx context.Context, what string, script *goredis.Script, keys []string, args ...any) ([]any, error) {
	answer, err := script.Run(ctx, s.client, keys, args...).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return nil, wrap(what, err)
	}
	list, _ := answer.([]any)
	return list, nil
}
