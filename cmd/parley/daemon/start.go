package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Running is a bot that moderates beside the caller's own work.
type Running struct {
	*Daemon
	stop    context.CancelFunc
	ended   chan struct{}
	outcome error // valid once ended is closed
}

// Start opens a bot, runs it and waits until it is ready. Stop must be called.
func Start(ctx context.Context, o Options) (*Running, error) {
	d, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	r := &Running{Daemon: d, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.outcome = d.Run(ctx)
	}()
	if err := r.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	return r, nil
}

// readiness bounds how long Start waits.
const readiness = 30 * time.Second

// awaitReady asks the bot as an orchestrator asks /readyz.
func (r *Running) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readiness)
	defer cancel()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for {
		err := r.Bot.Ready()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-r.ended:
			return errors.New("the bot stopped before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("the bot did not get ready: %w", err)
		}
	}
}

// Stop drains the bot, closes its store and returns what either had to complain about.
func (r *Running) Stop() error {
	r.stop()
	<-r.ended
	return errors.Join(r.outcome, r.Close())
}
