// Package openaitest is a stand-in for OpenAI's moderation and chat endpoints, for tests,
// benchmarks and the demo. A Script of functions, or a YAML file, says how it answers; it can
// be slow, throttle, fail, hang and talk rubbish, and it keeps a log of every call.
//
// Serve it over HTTP with Start, or without a network through Transport, which lets tests
// run on the clock of testing/synctest.
package openaitest
