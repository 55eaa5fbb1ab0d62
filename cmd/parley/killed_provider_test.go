package main

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/moderation/classifier/openai/openaitest"
)

// syllables write a number in letters that no reader of disguises takes for others.
var syllables = [10]string{"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"}

// unsureText is the undecided comment of a number; no two are alike.
func unsureText(n int) string {
	word := ""
	for ; n > 0; n /= 10 {
		word = syllables[n%10] + word
	}
	return "unsure about " + word
}

// numberOf is the number of an undecided comment.
func numberOf(text string) int {
	word := strings.TrimPrefix(text, "unsure about ")
	n := 0
	for ; len(word) >= 2; word = word[2:] {
		for digit, s := range syllables {
			if word[:2] == s {
				n = 10*n + digit
			}
		}
	}
	return n
}

// fate is what a second opinion makes of an undecided comment.
type fate int

// The fates, in the order in which comments have them. The provider declines to speak of one
// comment in fifty, and on_error decides about that.
const (
	removed fate = iota
	cleared
	doubted
	declined
)

func fateOf(n int) fate {
	if n%50 == 7 {
		return declined
	}
	return fate(n % 3)
}

// provider is a model that keeps a log of what it was asked.
type provider struct {
	*openaitest.Server
	mu       sync.Mutex
	asked    map[int]int // calls by the comment's number
	arrivals []time.Time
	awaited  int           // calls
	reached  chan struct{} // closed at so many calls
}

func newProvider(latency time.Duration) *provider {
	p := &provider{asked: make(map[int]int)}
	p.Server = openaitest.Start(openaitest.Script{Judge: judgeFate, Fault: p.note, Latency: latency})
	return p
}

func judgeFate(p openaitest.Prompt) openaitest.Answer {
	switch fateOf(numberOf(p.Comment)) {
	case removed:
		return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.9, Quote: p.Comment, Reason: "It mocks."}
	case doubted:
		return openaitest.Answer{Verdict: "remove", Category: "harassment", Confidence: 0.3, Quote: p.Comment, Reason: "It may mock."}
	case declined:
		return openaitest.Answer{Refusal: "I would rather not."}
	}
	return p.Harmless()
}

// note logs a call as it arrives and breaks none.
func (p *provider) note(c openaitest.Call) openaitest.Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[numberOf(c.Prompt.Comment)]++
	p.arrivals = append(p.arrivals, time.Now())
	if p.reached != nil && len(p.arrivals) >= p.awaited {
		close(p.reached)
		p.reached = nil
	}
	return openaitest.Fault{}
}

// log is what was asked so far: calls by the comment's number, and when each arrived.
func (p *provider) log() (asked map[int]int, arrivals []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.asked), slices.Clone(p.arrivals)
}

// after is closed once so many calls have arrived. One at a time may be awaited.
func (p *provider) after(calls int) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	reached := make(chan struct{})
	if len(p.arrivals) >= calls {
		close(reached)
	} else {
		p.awaited, p.reached = calls, reached
	}
	return reached
}
