package bot

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestHealthReadinessAndMetricsAreServed(t *testing.T) {
	p, store := newTown(), openStore(t)
	b := start(t, p, store, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Serve(ctx, listener) }()
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get("http://" + listener.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}

	if code, _ := get("/healthz"); code != http.StatusOK {
		t.Errorf("a process that lives answers %d", code)
	}
	if code, why := get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(why, "not connected") {
		t.Errorf("before the platform is reached: %d %q, want 503 and why", code, why)
	}
	p.post(t, says(1, "ann", "remove"))
	p.see(t, "taken down", func() bool { return p.deleted["1"] == 1 && p.cards["1"] == 1 })
	if code, why := get("/readyz"); code != http.StatusOK {
		t.Errorf("while moderating: %d %q", code, why)
	}
	_, metrics := get("/metrics")
	for _, line := range []string{
		`parley_comments_judged_total{action="remove",category="insult"} 1`,
		`parley_effects_total{kind="take_down",outcome="done"} 1`,
		`parley_verdict_seconds_count 1`,
		`parley_ready 1`,
		`parley_communities 1`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
	if strings.Contains(metrics, "remove this") {
		t.Error("the metrics hold comment text")
	}

	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve ended with %v", err)
	}
}
