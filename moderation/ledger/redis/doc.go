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
// writes by the comment (sets and sorted sets), or says which state it expects to find. The
// list of recent sightings alone may then hold one twice; whoever reads it counts it once.
//
// A comment's sighting is the one thing that there is a great deal of, so it is kept cheap
// for the server: sightings of a community that wait at the same time share one run of the
// script, and what is counted within windows and which comments look alike is found in the
// process, by package recent, as in the embedded ledger. Redis holds the sightings as a list
// to which all processes add; the script hands over what others have added, in the same trip.
// So every process counts what was noted before its own comment, and a process that starts
// learns of it with its first comment. Of a community with more than 16,384 comments within
// a window it then knows the newest 16,384.
//
// Before the list there was a sorted set for every window (meter:*, people:*) and a list of
// look-alikes. A store of that time is read as it is: windows and look-alikes begin anew, the
// old keys end by themselves, and authors, strikes, cases and effects are the same.
//
// # Keys
//
// All begin with "parley:{guild}:". Lifetimes start anew with every write unless noted. The
// server must not evict keys (maxmemory-policy noeviction) and should keep an append-only
// file; with appendfsync always a strike is on disk when Commit returns.
//
//	key                            type    lifetime                            written by
//	recent                         list    longest window + 10 min, or twice   observe
//	recent:gone                    string  as recent                           observe
//	author:<id>                    hash    180 days, up to twice               observe, write
//	strikes:<id>                   hash    last expiry + 90 days, or none (1)  write
//	actions                        zset    2 hours                             write
//	case:<id>                      hash    90 days, or Options.KeepCases       write, settle
//	cases                          zset    as case:<id>                        write
//	cases:author:<id>              zset    as case:<id>                        write
//	cases:state:<state>            zset    as case:<id>                        write
//	queue:<name>                   stream  none (2)                            write, take
//	queue:<name>:later             zset    none (2)                            later, take
//	watermarks                     hash    none (3)                            advance
//	once:<key>                     string  as asked, from the first call on    Once
//	held:<key>                     string  as asked                            hold
//	kept:<key>                     string  as asked                            Remember
//	budget:<key>:<window>:<start>  string  two windows                         spend
//	spent:<token>                  string  1 minute                            spend
//	policies                       zset    none (4)                            policy
//	policies:source                hash    none (4)                            policy
//	shadow:<rule>                  zset    30 days                             shadow
//	shadow:<rule>:hits             hash    30 days                             shadow
//
// (1) None where a strike never expires: it is meant to be for good. At most 200 a person.
// (2) Waiting effects must not be lost. The queue shrinks as they are carried out.
// (3) A channel may be silent for years. One short field for each channel.
// (4) At most 50 policies.
//
// Sorted sets are trimmed as they grow and read in bounded pieces; the bounds are the
// constants of package ledger.
package redis
