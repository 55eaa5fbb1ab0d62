// Package discordtest is a stand-in for Discord, as net/http/httptest is one
// for a web server: a gateway (real websockets) and the REST API (real HTTP)
// on loopback, both version 10, which an unmodified client library can use.
//
//	srv := discordtest.NewServer()
//	defer srv.Close()
//	guild := srv.NewGuild("News")
//	channel := guild.NewTextChannel("articles")
//	ann := guild.NewMember("ann")
//	message, err := ann.Post(channel, "hello")
//
// A program under test connects with [Server.Token] to [Server.URL], or, when
// its library insists on discord.com, through [Server.Transport]. The test
// acts as members and moderators, and then asks the server what happened.
//
// The stand-in follows Discord where a moderation bot can tell the difference:
// intents, permissions and the role hierarchy, error codes, resuming, rate
// limits, the three seconds in which an interaction must be answered. It does
// not do voice, reactions, pins, polls or stickers.
//
// The package is used outside tests too (the demo and the benchmark), so it
// imports no testing package.
package discordtest
