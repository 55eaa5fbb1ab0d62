package redis

import (
	"fmt"
	"time"

	"parley/moderation"
	"parley/moderation/ledger"
)

// keys names the keys of one guild; doc.go lists them.
type keys string

func keysOf(guild string) keys {
	if guild == "" { // an empty hash tag would spread the keys over the cluster
		guild = "-"
	}
	return keys("parley:{" + guild + "}:")
}

func (k keys) recent() string                { return string(k) + "recent" }
func (k keys) recentGone() string            { return string(k) + "recent:gone" }
func (k keys) author(id string) string       { return string(k) + "author:" + id }
func (k keys) strikes(author string) string  { return string(k) + "strikes:" + author }
func (k keys) actions() string               { return string(k) + "actions" }
func (k keys) theCase(id string) string      { return string(k) + "case:" + id }
func (k keys) cases() string                 { return string(k) + "cases" }
func (k keys) casesOf(author string) string  { return string(k) + "cases:author:" + author }
func (k keys) queue(q ledger.Queue) string   { return string(k) + "queue:" + string(q) }
func (k keys) later(q ledger.Queue) string   { return string(k) + "queue:" + string(q) + ":later" }
func (k keys) watermarks() string            { return string(k) + "watermarks" }
func (k keys) once(key string) string        { return string(k) + "once:" + key }
func (k keys) held(key string) string        { return string(k) + "held:" + key }
func (k keys) kept(key string) string        { return string(k) + "kept:" + key }
func (k keys) spent(token string) string     { return string(k) + "spent:" + token }
func (k keys) policies() string              { return string(k) + "policies" }
func (k keys) policySources() string         { return string(k) + "policies:source" }
func (k keys) shadow(rule string) string     { return string(k) + "shadow:" + rule }
func (k keys) shadowHits(rule string) string { return string(k) + "shadow:" + rule + ":hits" }
func (k keys) casesIn(s moderation.CaseState) string {
	return string(k) + "cases:state:" + string(s)
}

func (k keys) budget(b ledger.Budget, at time.Time) string {
	return fmt.Sprintf("%sbudget:%s:%d:%d", k, b.Key, b.Window.Milliseconds(), b.Start(at).UnixMilli())
}
