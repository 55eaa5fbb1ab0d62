package ledgertest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Redis starts a redis-server of its own for the test and returns its address. The test is
// skipped, saying why, where none is installed.
func Redis(t testing.TB) (address string) {
	t.Helper()
	return StartServer(t).Address()
}

// Server is a real redis-server on a socket, with an append-only file that is on disk
// before a write is answered. It ends with the test.
type Server struct {
	t       testing.TB
	dir     string
	options []string
	process *exec.Cmd
	output  *bytes.Buffer
}

// StartServer starts a server and waits until it answers. Options of redis-server may be
// added, such as "--appendfsync", "everysec". The test is skipped, saying why, where
// redis-server is not installed.
func StartServer(t testing.TB, options ...string) *Server {
	t.Helper()
	program(t, "redis-server")
	// A socket's path may have about 100 bytes, which t.TempDir with its long names exceeds.
	dir, err := os.MkdirTemp("", "parley")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{t: t, dir: dir, options: options}
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

// program finds an installed program or skips the test.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed, so nothing is tested against a real Redis here (Debian: apt-get install redis-server)", name)
	}
	return path
}

// Address is what redis.Open takes.
func (s *Server) Address() string { return "unix://" + s.socket() }

func (s *Server) socket() string { return filepath.Join(s.dir, "redis.sock") }

// Start starts the server again after Kill, with what it had on disk.
func (s *Server) Start() {
	s.t.Helper()
	s.process, s.output = launch(s.t, s.dir, append([]string{"--port", "0", "--unixsocket", s.socket()}, s.options...)...)
	answers(s.t, s.output, goredis.NewClient(&goredis.Options{Network: "unix", Addr: s.socket()}))
}

// Kill ends the server at once, as kill -9 does. A server that was killed stays so.
func (s *Server) Kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait() // "signal: killed" is what was asked for
		s.process = nil
	}
}

// Process is the running server, for tests that stop it for a while.
func (s *Server) Process() *os.Process { return s.process.Process }

func launch(t testing.TB, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	output := new(bytes.Buffer)
	c := exec.Command(program(t, "redis-server"), append([]string{
		"--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
	}, args...)...)
	c.Stdout, c.Stderr = output, output
	if err := c.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
	return c, output
}

// answers waits until the server behind client is ready, and closes client.
func answers(t testing.TB, output *bytes.Buffer, client *goredis.Client) {
	t.Helper()
	defer client.Close()
	wait(t, func() error { return client.Ping(context.Background()).Err() }, func() string { return "redis-server is not ready" })
}

// wait calls f until it succeeds, for at most 20 seconds.
func wait(t testing.TB, f func() error, otherwise func() string) {
	t.Helper()
	var err error
	for tick, end := time.Tick(5*time.Millisecond), time.Now().Add(20*time.Second); time.Now().Before(end); <-tick {
		if err = f(); err == nil {
			return
		}
	}
	t.Fatalf("%s after 20 seconds: %v", otherwise(), err)
}

// Cluster starts a Redis Cluster of three masters and three replicas and returns its
// address. It takes some seconds, so the test is skipped with -short.
func Cluster(t testing.TB) (address string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starting a six-node Redis Cluster takes seconds: not with -short")
	}
	cli := program(t, "redis-cli")
	var nodes []string
	for _, ports := range freePorts(t, 6) {
		dir := t.TempDir()
		process, output := launch(t, dir, "--port", fmt.Sprint(ports[0]), "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(ports[1]),
			"--bind", "127.0.0.1", "--cluster-node-timeout", "2000", "--appendfsync", "everysec")
		t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
		node := fmt.Sprintf("127.0.0.1:%d", ports[0])
		answers(t, output, goredis.NewClient(&goredis.Options{Addr: node}))
		nodes = append(nodes, node)
	}
	create := exec.Command(cli, append(append([]string{"--cluster", "create"}, nodes...), "--cluster-replicas", "1", "--cluster-yes")...)
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("create the cluster: %v\n%s", err, out)
	}
	for _, node := range nodes {
		joined(t, node)
	}
	return "redis-cluster://" + strings.Join(nodes, ",")
}

// joined waits until a node knows all of its cluster.
func joined(t testing.TB, node string) {
	t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: node})
	defer client.Close()
	wait(t, func() error {
		info, err := client.ClusterInfo(context.Background()).Result()
		if err == nil && !(strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:6")) {
			err = fmt.Errorf("%s", info)
		}
		return err
	}, func() string { return "the cluster's node " + node + " is not ready" })
}

// freePorts finds pairs of ports that nobody listens on.
func freePorts(t testing.TB, n int) [][2]int {
	t.Helper()
	pairs := make([][2]int, n)
	for i := range pairs {
		for j := range pairs[i] {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			pairs[i][j] = l.Addr().(*net.TCPAddr).Port
		}
	}
	return pairs
}
