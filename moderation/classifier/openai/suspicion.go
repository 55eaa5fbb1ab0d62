package openai

import (
	"strings"

	"parley/moderation/text"
)

// addressesTheJudge reports whether a comment seems to speak to a model rather than to
// people. It is a tripwire, not a wall: what it misses is still bounded by moderation.Weigh.
// An allow for such a comment goes to moderators, so a false alarm costs a look.
func addressesTheJudge(words string) bool {
	var v text.Views
	v.Reset(words)
	for _, reading := range []text.Kind{text.Folded, text.Leet} {
		read := "\n" + v.View(reading).String()
		if holdsAny(read, forms[:]) || (holdsAny(read, orders[:]) && holdsAny(read, machinery[:])) {
			return true
		}
	}
	return false
}

// forms are pieces of what only machines write to each other: answer fields, roles and the
// marks that chat models put between messages.
var forms = [...]string{
	`"verdict"`, `'verdict'`, "verdict: allow", "verdict:allow", "verdict=allow", `"confidence"`, "confidence:",
	`"role"`, `": "`, `":"`, `": [`, `": {`, `\"`,
	"<|", "|>", "[inst]", "[/inst]", "<<sys>>", "### instruction", "### system", "### response",
	"</system>", "<system>", "\nsystem:", "\nassistant:", "end of data", "data end", "begin admin",
}

// orders are how somebody instructs a machine; machinery is what they instruct it about.
// Both must turn up: "ignore him" and "the instructions were unclear" are ordinary words.
var orders = [...]string{
	"ignore", "disregard", "forget", "override", "bypass", "you are now", "respond with", "answer with",
	"reply with", "output", "mark ", "classify", "rate ", "pretend", "act as", "from now on", "new rule",
	"new policy", "repeat after", "approve", "you must", "your task", "your job", "answer allow", "say allow",
	"ignorier", "vergiss", "oublie", "ignora", "olvida", "negeer", "игнорир", "забудь",
}

var machinery = [...]string{
	"instruction", "prompt", "rules above", "above rules", "previous rules", "moderator bot", "moderation bot",
	"moderation model", "moderation system", "language model", "the classifier", "ai model", "dear ai", "hey ai",
	"this comment as", "this comment is allowed", "this comment is safe", "this message as", "as allowed",
	"as safe", "as benign", "as harmless", "system message", "developer mode", "verdict", "json", "test mode",
	"answer allow", "say allow", "policy update", "anweisung", "anleitung", "instrucciones", "istruzioni",
	"consignes", "instructies", "инструкц",
}

func holdsAny(s string, signs []string) bool {
	for _, sign := range signs {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}
