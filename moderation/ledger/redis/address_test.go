package redis

import (
	"slices"
	"strings"
	"testing"
)

func TestAddressesOfOneServerSentinelsAndClustersAreUnderstood(t *testing.T) {
	for address, want := range map[string]struct {
		addrs    []string
		master   string
		cluster  bool
		password string
		db       int
		tls      bool
	}{
		"redis://cache":                            {addrs: []string{"cache:6379"}},
		"redis://:secret@cache:7000/2":             {addrs: []string{"cache:7000"}, password: "secret", db: 2},
		"rediss://cache":                           {addrs: []string{"cache:6379"}, tls: true},
		"unix:///run/redis.sock?db=3":              {addrs: []string{"/run/redis.sock"}, db: 3},
		"redis-cluster://a,b:7001,[::1]:7002,[::]": {addrs: []string{"a:6379", "b:7001", "[::1]:7002", "[::]:6379"}, cluster: true},
		"rediss-cluster://u:secret@a:1":            {addrs: []string{"a:1"}, cluster: true, password: "secret", tls: true},
		"redis-sentinel://:secret@a,b:26380/1?master=main&pool_size=3": {
			addrs: []string{"a:26379", "b:26380"}, master: "main", password: "secret", db: 1,
		},
	} {
		o, err := parseAddress(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if !slices.Equal(o.Addrs, want.addrs) || o.MasterName != want.master || o.IsClusterMode != want.cluster ||
			o.Password != want.password || o.DB != want.db || (o.TLSConfig != nil) != want.tls {
			t.Errorf("%s was understood as %v, master %q, cluster %v, db %d, TLS %v", address, o.Addrs, o.MasterName, o.IsClusterMode, o.DB, o.TLSConfig != nil)
		}
	}
}

func TestABadAddressIsRefusedWithoutRepeatingItsPassword(t *testing.T) {
	for address, want := range map[string]string{
		"cache:6379":                         "no scheme",
		"http://:secret@cache":               "invalid URL scheme",
		"redis-ring://:secret@a":             "it is one of redis",
		"redis-cluster://:secret@":           "names no host",
		"redis-sentinel://:secret@a,b":       "add ?master=name",
		"redis://:secret@cache:not-a-port":   "cannot be read",
		"redis://:secret@cache/not-a-number": "cannot be read",
		"redis-cluster://:secret@a?%zz":      "cannot be read",
		"redis://:secret%zz@cache":           "cannot be read",
	} {
		_, err := parseAddress(address)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want it to say %q", address, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats the password: %v", address, err)
		}
	}
}

// FuzzParseAddress looks for addresses that make reading them panic.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"redis://a", "redis-sentinel://a,b?master=m", "redis-cluster://u:p@[::1]:1,b/", "unix:///s", "redis-cluster://a?b=%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if o, err := parseAddress(address); err == nil && len(o.Addrs) == 0 {
			t.Errorf("%q was understood as no address at all", address)
		}
	})
}
