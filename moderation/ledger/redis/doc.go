// Package redis is the ledger in production: Redis 7.0 or newer, alone, behind Sentinel, or
// as a Cluster. It uses go-redis, whose UniversalClient covers all three.
//
// Everything of a guild lies under keys that share the hash tag {guild}, so that every
// script touches one slot. Scripts are the Lua files of the folder scripts; each says at its
// top what its keys and arguments are. They are run by EVALSHA and sent again when the
// server has forgotten them. Comments' times are arguments; only lifetimes and leases, which
// are durations, are measured by the server.
//
// The client library repeats commands that timed out, so every write either names what it
// writes by the comment (sets and sorted sets), or says which state it expects to find.
//
// # Keys
//
// All begin with "parley:{guild}:". Lifetimes start anew with every write unless noted. The
// server must not evict keys (maxmemory-policy noeviction) and should keep an append-only
// file; with appendfsync always a strike is on disk when Commit returns.
//
//	key                        type    lifetime                         written by
//	meter:<key>                zset    window + 10 min, up to twice     observe
//	like:<band>:<bits>         zset    look-back + 10 min, up to twice  observe
//	author:<id>                hash    180 days, up to twice            observe, write
//	seen:<id>                  zset    180 days, up to twice            observe
//	strikes:<id>               hash    last expiry + 90 days; none      write
//	                                   when a strike never expires
//	actions                    zset    2 hours                          write
//	case:<id>                  hash    90 days (Options.KeepCases)      write, settle
//	cases                      zset    as case:<id>                     write
//	cases:author:<id>          zset    as case:<id>                     write
//	cases:state:<state>        zset    as case:<id>                     write
//	queue:<name>               stream  none: waiting effects must not   write, take
//	                                   be lost; shrinks as they are
//	                                   carried out
//	queue:<name>:later         zset    none, likewise                   later, take
//	watermarks                 hash    none: a channel may be silent    advance
//	                                   for years; one short field each
//	once:<key>                 string  as asked, from the first call    Once
//	kept:<key>                 string  as asked                         Remember
//	budget:<key>:<window>:<start>  string  two windows                  spend
//	spent:<token>              string  1 minute                         spend
//	policies, policies:source  zset, hash  none: 50 at most             policy
//	shadow:<rule>, shadow:<rule>:hits  zset, hash  30 days              shadow
//
// Sorted sets are trimmed as they grow and read in bounded pieces; the bounds are the
// constants of package ledger.
package redis
