package bench

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net"
	"time"

	"parley/cmd/parley/terminal"
)

// Policy is the benchmark's configuration.
//
//go:embed policy.yaml
var Policy []byte

// Show writes a result for a person, each figure beside its target.
func Show(w io.Writer, style terminal.Style, r Result) {
	fmt.Fprintf(w, "%s  %d comments a stream, store: %s\n", style.Bold("parley bench"), r.Comments, r.Store)
	row := func(what, value, target string, met bool) {
		mark := style.Green("met")
		if !met {
			mark = style.Red("missed")
		}
		fmt.Fprintf(w, "  %-34s %14s   %-18s %s\n", what, value, style.Dim(target), mark)
	}
	plain := func(what, value string) { fmt.Fprintf(w, "  %-34s %14s\n", what, value) }
	plain("bare discordgo, no-op handler", fmt.Sprintf("%.0f/s", r.FloorPerSecond))
	plain("Parley", fmt.Sprintf("%.0f/s", r.CommentsPerSecond))
	row("ratio to the floor", fmt.Sprintf("%.2f", r.RatioToFloor), "at least 0.5", r.RatioToFloor >= 0.5)
	plain("half load", fmt.Sprintf("%.0f/s", r.HalfLoad))
	plain("frame to verdict, p50", fmt.Sprintf("%.2f ms", r.VerdictP50))
	row("frame to verdict, p99", fmt.Sprintf("%.2f ms", r.VerdictP99), "under 5 ms", r.VerdictP99 < 5)
	plain("frame to bare handler, p99", fmt.Sprintf("%.2f ms", r.FloorP99))
	plain("frame to take-down request, p50", fmt.Sprintf("%.2f ms", r.EffectP50))
	plain("frame to take-down request, p99", fmt.Sprintf("%.2f ms", r.EffectP99))
	row("store calls for a clean comment", fmt.Sprintf("%.3f", r.RoundTripsClean), "1", r.RoundTripsClean < 1.01)
	plain("allocations for a comment", fmt.Sprintf("%.0f", r.Allocs))
	plain("allocations, bare discordgo", fmt.Sprintf("%.0f", r.FloorAllocs))
	row("peak memory", fmt.Sprintf("%.0f MB", r.RSS), "under 100 MB", r.RSS < 100)
	row("start to ready", fmt.Sprintf("%.0f ms", r.Ready), "under 500 ms", r.Ready < 500)
}

// AwaitSocket waits until somebody listens on a Unix socket.
func AwaitSocket(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if c, err := net.Dial("unix", path); err == nil {
			return c.Close()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
