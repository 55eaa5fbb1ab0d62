package redis

import (
	"fmt"
	"net/url"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// parseAddress reads where Redis is:
//
//	redis://[user:password@]host[:port][/db]                 one server; rediss:// with TLS
//	unix://[user:password@]/path/to/socket[?db=0]            one server on a socket
//	redis-sentinel://[user:password@]host[:port],…/[db]?master=name   also rediss-sentinel://
//	redis-cluster://[user:password@]host[:port],…            also rediss-cluster://
//
// The query may hold what go-redis understands, such as pool_size=20. The error never
// repeats the address, which may hold a password.
func parseAddress(address string) (*goredis.UniversalOptions, error) {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return nil, fmt.Errorf("the Redis address (REDIS_URL) has no scheme; write redis://host:6379")
	}
	base, kind, _ := strings.Cut(scheme, "-")
	if kind == "" {
		o, err := goredis.ParseURL(address)
		if err != nil {
			return nil, withoutAddress(err)
		}
		return universal(o), nil
	}
	port := map[string]string{"sentinel": "26379", "cluster": "6379"}[kind]
	if port == "" || base != "redis" && base != "rediss" {
		return nil, fmt.Errorf("the Redis address (REDIS_URL) has scheme %q; it is one of redis, rediss, unix, redis-sentinel, redis-cluster", scheme)
	}
	hosts, single, master, err := splitHosts(base, rest)
	if err != nil {
		return nil, err
	}
	parsed, err := goredis.ParseURL(single)
	if err != nil {
		return nil, withoutAddress(err)
	}
	o := universal(parsed)
	o.Addrs = nil
	for _, host := range hosts {
		if !strings.Contains(host[strings.LastIndex(host, "]")+1:], ":") {
			host += ":" + port
		}
		o.Addrs = append(o.Addrs, host)
	}
	o.IsClusterMode = kind == "cluster"
	if kind == "sentinel" {
		if o.MasterName = master; master == "" {
			return nil, fmt.Errorf("the Redis address (REDIS_URL) names sentinels but no master; add ?master=name")
		}
		o.SentinelUsername, o.SentinelPassword = o.Username, o.Password
	}
	return o, nil
}

// splitHosts takes the list of hosts and the master's name out of an address, so that what
// is left can be read as one with a single host.
func splitHosts(scheme, rest string) (hosts []string, single, master string, err error) {
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	at := strings.LastIndex(authority, "@") + 1
	hosts = strings.Split(authority[at:], ",")
	if hosts[0] == "" {
		return nil, "", "", fmt.Errorf("the Redis address (REDIS_URL) names no host")
	}
	path, query, _ := strings.Cut(tail, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, "", "", fmt.Errorf("the query of the Redis address (REDIS_URL) cannot be read")
	}
	master = values.Get("master")
	values.Del("master")
	return hosts, scheme + "://" + authority[:at] + hosts[0] + path + "?" + values.Encode(), master, nil
}

// withoutAddress keeps passwords out of messages: net/url quotes the whole address.
func withoutAddress(err error) error {
	if failure, ok := err.(*url.Error); ok {
		err = failure.Err
	}
	return fmt.Errorf("the Redis address (REDIS_URL) cannot be read: %w", err)
}

func universal(o *goredis.Options) *goredis.UniversalOptions {
	dialer := o.Dialer
	if o.Network == "unix" {
		dialer = goredis.NewDialer(o)
	}
	return &goredis.UniversalOptions{
		Addrs: []string{o.Addr}, Dialer: dialer, DB: o.DB, Protocol: o.Protocol,
		Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig, ClientName: o.ClientName,
		MaxRetries: o.MaxRetries, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
		PoolFIFO: o.PoolFIFO, PoolSize: o.PoolSize, PoolTimeout: o.PoolTimeout, MinIdleConns: o.MinIdleConns,
		MaxIdleConns: o.MaxIdleConns, MaxActiveConns: o.MaxActiveConns,
		ConnMaxIdleTime: o.ConnMaxIdleTime, ConnMaxLifetime: o.ConnMaxLifetime,
	}
}
